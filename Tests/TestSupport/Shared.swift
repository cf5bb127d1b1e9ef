public import Foundation

/// Test inputs made by others, which aren't part of the project: in the folder that `TRINE_SHARED`
/// names, or in `shared` beside the package. Tests that need them are skipped where they are
/// absent, and say so.
public enum Shared {
    public static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(filePath: path)
        }
        // Tests/TestSupport/Shared.swift → beside the package.
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "shared")
    }()

    public static func url(_ path: String) -> URL { folder.appending(path: path) }

    /// Whether there is such a file or folder; where there isn't, says what is skipped.
    public static func exists(_ path: String) -> Bool {
        let found = FileManager.default.fileExists(atPath: url(path).path)
        if !found {
            print("SKIPPED: there is no \(url(path).path) (TRINE_SHARED names its folder)")
        }
        return found
    }

    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url(path)))
    }

    public static func text(_ path: String) throws -> String {
        try String(contentsOf: url(path), encoding: .utf8)
    }

    public static func decode<Value: Decodable>(
        _ path: String, as: Value.Type, fromSnakeCase: Bool = false
    ) throws -> Value {
        let decoder = JSONDecoder()
        if fromSnakeCase { decoder.keyDecodingStrategy = .convertFromSnakeCase }
        return try decoder.decode(Value.self, from: Data(contentsOf: url(path)))
    }

    /// Every JSON file below a folder, in order.
    public static func decodeAll<Value: Decodable>(
        _ path: String, as type: Value.Type
    ) throws -> [Value] {
        try files(below: path).filter { $0.hasSuffix(".json") }
            .map { try decode("\(path)/\($0)", as: type) }
    }

    /// Every file below a folder, as a path relative to it, in order.
    public static func files(below path: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: url(path).path).sorted().filter {
            var isFolder: ObjCBool = false
            let path = url(path).appending(path: $0).path
            return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }
}
