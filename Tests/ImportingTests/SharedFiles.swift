import Foundation

/// Documents made by others, which are not part of the project: beside it, or where `TRINE_SHARED`
/// says. Tests that need them are skipped where they are absent.
enum SharedFiles {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(fileURLWithPath: path)
        }
        return URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("shared")
    }()

    static let samples = folder.appendingPathComponent("samples")

    static var areAbsent: Bool { !FileManager.default.fileExists(atPath: samples.path) }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: samples.appendingPathComponent(name)))
    }

    /// Every file below the samples, as a path relative to them.
    static func names() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: samples.path).filter {
            var isFolder: ObjCBool = false
            let path = samples.appendingPathComponent($0).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }
}
