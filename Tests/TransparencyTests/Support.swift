import Crypto
import Foundation
import Testing
import Wire

@testable import Transparency

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
