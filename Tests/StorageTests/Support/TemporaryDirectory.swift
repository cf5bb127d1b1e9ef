import Foundation

/// A directory that goes with its last reference; in memory where the system has a place for that,
/// since the tests sync thousands of times and look at what was synced themselves.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
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
