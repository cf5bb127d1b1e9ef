import Foundation

@testable import Wire

/// A file of this folder's fixtures.
func fixture(_ name: String) throws -> String {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures").appending(path: name)
    return try String(contentsOf: url, encoding: .utf8)
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
