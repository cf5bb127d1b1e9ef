import Foundation

/// A directory that goes with its last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("storage-\(UUID().uuidString)")
        path = url.path
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ file: String) throws -> [UInt8] {
        let path = path + "/" + file
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// A copy of what it holds now.
    func copied() throws -> TemporaryDirectory {
        let copy = try TemporaryDirectory()
        for file in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(
                atPath: path + "/" + file, toPath: copy.path + "/" + file)
        }
        return copy
    }
}
