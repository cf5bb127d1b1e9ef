import Foundation

/// Published test vectors, which are kept outside the project: in the folder named by
/// TRINE_SHARED, or beside the package.
enum Vectors {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(fileURLWithPath: path).appendingPathComponent("vectors")
        }
        return URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .appendingPathComponent("shared/vectors")
    }()

    static func exists(_ path: String) -> Bool {
        let found = FileManager.default.fileExists(
            atPath: folder.appendingPathComponent(path).path)
        if !found { print("SKIPPED: no vectors at \(folder.appendingPathComponent(path).path)") }
        return found
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            type, from: Data(contentsOf: folder.appendingPathComponent(path)))
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }
}

/// Bytes from hexadecimal digits.
func bytes(hex: some StringProtocol) -> [UInt8] {
    let digits = hex.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 255) }
    precondition(digits.count.isMultiple(of: 2) && !digits.contains(255))
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { (($0 < 16) ? "0" : "") + String($0, radix: 16) }.joined()
}
