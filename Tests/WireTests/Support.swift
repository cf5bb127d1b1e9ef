import Foundation

@testable import Wire

/// Test vectors that others published. They lie outside the package, in the folder named by
/// TRINE_SHARED or beside it; tests that need them are skipped where they are absent, and say so.
enum Shared {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(filePath: path)
        }
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "shared")
    }()

    static func exists(_ path: String) -> Bool {
        let found = FileManager.default.fileExists(atPath: folder.appending(path: path).path)
        if !found { print("SKIPPED: no vectors at \(folder.appending(path: path).path)") }
        return found
    }

    static func decode<Vector: Decodable>(_ path: String, as: Vector.Type) throws -> Vector {
        try JSONDecoder().decode(Vector.self, from: Data(contentsOf: folder.appending(path: path)))
    }
}

/// A file of this folder's fixtures.
func fixture(_ name: String) throws -> String {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures").appending(path: name)
    return try String(contentsOf: url, encoding: .utf8)
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

/// Bytes from hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 255) }
    precondition(digits.count.isMultiple(of: 2) && !digits.contains(255))
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

extension SigningKey {
    /// A key for tests: the seed is `number` in every byte.
    static func test(_ number: UInt8) -> SigningKey {
        SigningKey(seed: Secret(copying: [UInt8](repeating: number, count: 32)))
    }
}

/// What canonical reading throws, `nil` where it accepts.
func refusal(_ bytes: [UInt8], _ mode: JSONDocument.Mode = .canonical) -> JSONError? {
    do {
        _ = try JSONDocument(mode, bytes)
        return nil
    } catch { return error }
}

func refusal(_ text: String, _ mode: JSONDocument.Mode = .canonical) -> JSONError? {
    refusal(Array(text.utf8), mode)
}
