import Crypto
import Foundation
import Testing
import Wire

@testable import Transparency

/// Test vectors that others published. They lie outside the package; tests that need them are
/// skipped where they are absent, and say so.
enum Shared {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(filePath: path)
        }
        // Tests/TransparencyTests/Support.swift → beside the package.
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "shared")
    }()

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    static func read(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: path)))
    }

    /// Every JSON file below `path`, in order.
    static func decodeAll<Vector: Decodable>(_ path: String, as: Vector.Type) throws -> [Vector] {
        let root = folder.appending(path: path)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try paths.filter { $0.hasSuffix(".json") }.sorted().map {
            try JSONDecoder().decode(Vector.self, from: Data(contentsOf: root.appending(path: $0)))
        }
    }
}

/// SplitMix64: a test's random numbers from a seed, which is printed so that it can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A new seed each time, or the one in the environment as `TRINE_SEED`.
    static func printed(_ test: String = #function) -> SeededGenerator {
        let given = ProcessInfo.processInfo.environment["TRINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: .min ... .max)
        print("\(test): TRINE_SEED=\(seed)")
        return SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

/// RFC 6962 §2.1 as it is written there: recursive, over all leaf hashes, and sharing nothing with
/// what it checks.
enum Oracle {
    static func leaf(_ entry: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: [0] + entry)) }

    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        if leaves.isEmpty { return Array(SHA256.hash(data: [])) }
        guard leaves.count > 1 else { return leaves.first ?? [] }
        let (left, right) = split(leaves)
        return Array(SHA256.hash(data: [1] + root(left) + root(right)))
    }

    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let (left, right) = split(leaves)
        return index < left.count
            ? path(index, left) + [root(right)]
            : path(index - left.count, right) + [root(left)]
    }

    static func consistency(_ old: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        subproof(old, leaves, true)
    }

    private static func subproof(
        _ old: Int, _ leaves: ArraySlice<[UInt8]>, _ isWhole: Bool
    ) -> [[UInt8]] {
        if old == leaves.count { return isWhole ? [] : [root(leaves)] }
        let (left, right) = split(leaves)
        return old <= left.count
            ? subproof(old, left, isWhole) + [root(right)]
            : subproof(old - left.count, right, false) + [root(left)]
    }

    private static func split(
        _ leaves: ArraySlice<[UInt8]>
    ) -> (ArraySlice<[UInt8]>, ArraySlice<[UInt8]>) {
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return (leaves.prefix(left), leaves.dropFirst(left))
    }
}

/// A log of made-up entries, with its tiles as a log stores them.
struct SampleLog {
    /// Large enough for tiles at three levels.
    static let large = SampleLog(size: 70_000)

    let entries: [[UInt8]]
    let leaves: [Hash]
    let oracleLeaves: [[UInt8]]
    let tiles: TileSet

    init(size: Int) {
        entries = (0..<size).map { Array("entry number \($0)".utf8) }
        leaves = entries.map { Hash.leaf($0) }
        oracleLeaves = entries.map { Oracle.leaf($0) }
        var edge = TileEdge()
        tiles = TileSet(edge.append(leaves))
    }

    func root(_ size: Int) -> Hash { Hash(bytes: Oracle.root(oracleLeaves.prefix(size)))! }
}

/// Keys with seeds that are a byte repeated.
func signingKey(_ byte: UInt8) -> SigningKey {
    SigningKey(seed: Secret(copying: [UInt8](repeating: byte, count: 32)))
}

func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

/// The error of the expected type that `body` throws; a failure where it throws none or another.
func refusal<Failure: Error>(
    _: Failure.Type = Failure.self, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> some Any
) -> Failure? {
    do {
        let value = try body()
        Issue.record("accepted: \(value)", sourceLocation: sourceLocation)
    } catch let failure as Failure {
        return failure
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
    return nil
}
