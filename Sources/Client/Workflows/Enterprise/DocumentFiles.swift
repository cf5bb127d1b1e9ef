import Foundation
import Importing

/// The files that paths lead to: files as they are, folders with everything in them.
struct DocumentFiles {
    /// A file, or a path where none could be read.
    struct File {
        let path: String
        /// `nil` where it can't be read.
        let size: Int?
    }

    let files: [File]

    /// Files of a folder in the order of their names; those that begin with a dot are left out, and
    /// links aren't followed.
    init(_ paths: [String]) {
        files = paths.flatMap(Self.files)
    }

    private static func files(_ path: String) -> [File] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [File(path: path, size: nil)] }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [File(path: path, size: Int(status.st_size))]
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            return [File(path: path, size: nil)]
        }
        return names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name -> [File] in
            let child = path.hasSuffix("/") ? path + name : path + "/" + name
            var status = stat()
            guard lstat(child, &status) == 0 else { return [File(path: child, size: nil)] }
            return switch status.st_mode & S_IFMT {
            case S_IFDIR: files(child)
            case S_IFREG: [File(path: child, size: Int(status.st_size))]
            default: []
            }
        }
    }
}

extension DocumentFiles.File {
    /// The content, up to one byte more than is ever imported; `nil` where it can't be read.
    func read() -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: Importer.maximumFileBytes + 1) else {
            return size == 0 ? [] : nil
        }
        return Array(data)
    }
}
