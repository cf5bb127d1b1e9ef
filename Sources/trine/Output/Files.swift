import Custody
import Foundation

/// A file that a command writes its result to: there with all its content, or not there at all.
enum OutputFile {
    /// Throws ``Complaint`` where the file is there already or can't be written: before anything is
    /// done whose result it is to keep.
    static func check(_ path: String) throws {
        guard !isThere(path) else {
            throw Complaint.usage("\(path) is there already").named("output-exists")
                .hint("name another file, or remove that one")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) }
        let place = folder ?? "."
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder),
            isFolder.boolValue
        else {
            throw Complaint.usage("\(path) can't be written: there is no folder \(place)")
                .named("output-unwritable").hint("make it, or name another file")
        }
        guard access(place, W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            throw Complaint.home("\(path) can't be written: \(place): \(reason)")
                .named("output-unwritable").hint("name a file in a folder of your own")
        }
    }

    /// Also where it is a link that leads nowhere.
    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// The first of `base.ending`, `base-2.ending`, … that isn't there.
    static func free(_ base: String, _ ending: String) -> String {
        var path = "\(base).\(ending)"
        var number = 2
        while isThere(path) {
            path = "\(base)-\(number).\(ending)"
            number += 1
        }
        return path
    }

    /// Only the owner may read it: it holds what was disclosed to one person.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do { try PrivateFile.create(path, with: bytes) } catch {
            throw Complaint.home("\(path) can't be written").named("output-unwritable")
                .hint(error.complaint.message)
        }
    }

    /// Makes a folder that only the owner may look into.
    static func makeFolder(_ path: String) throws {
        do { try PrivateFile.makeDirectory(path) } catch {
            throw Complaint.home("\(path) can't be made").named("output-unwritable")
                .hint(error.complaint.message)
        }
    }

    /// Makes a folder with these files. One that couldn't be written whole is taken away again.
    static func writeFolder(_ files: [(name: String, bytes: [UInt8])], to path: String) throws {
        try makeFolder(path)
        do {
            for file in files { try write(file.bytes, to: path + "/" + file.name) }
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }
}

/// A file that grows while a command works, readable by its owner alone.
final class AppendedFile {
    private let path: String
    private let handle: FileHandle
    private var waiting: [UInt8] = []

    init(_ path: String) throws {
        try OutputFile.write([], to: path)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw Complaint.home("\(path) can't be written").named("output-unwritable")
        }
        self.path = path
        self.handle = handle
    }

    func append(_ text: String) throws {
        waiting += text.utf8
        if waiting.count > 1 << 20 { try flush() }
    }

    func end() throws {
        try flush()
        try handle.close()
    }

    private func flush() throws {
        do { try handle.write(contentsOf: waiting) } catch {
            throw Complaint.home("\(path) can't be written").named("output-unwritable")
                .hint("make room")
        }
        waiting = []
    }
}

/// A file that a command reads.
enum InputFile {
    /// Whether there is something to read, and no folder.
    static func isFile(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && !isFolder.boolValue
    }

    /// Its bytes, up to one more than `limit`. Throws ``Complaint`` where it can't be read.
    static func bytes(_ path: String, limit: Int = Int.max - 1) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: limit + 1)
        else {
            let reason = String(cString: strerror(errno))
            throw Complaint.usage("\(path) can't be read: \(reason)").named("input-unreadable")
        }
        return Array(data)
    }

    /// Throws ``Complaint`` where nothing is there.
    static func isFolder(_ path: String) throws -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Complaint.usage("there is no \(path)").named("input-missing")
        }
        return isFolder.boolValue
    }
}
