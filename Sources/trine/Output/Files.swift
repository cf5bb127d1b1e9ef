import Custody
import Foundation

/// A file that a command writes its result to: there with all its content, or not there at all.
enum OutputFile {
    /// Throws ``Complaint`` where the file is there already or can't be written.
    static func check(_ path: String) throws {
        guard access(path, F_OK) != 0 else {
            throw Complaint.usage("\(path) is there already")
                .hint("name another file, or remove that one")
        }
    }

    /// Only the owner may read it: it holds what was disclosed to one person.
    static func write(_ bytes: [UInt8], to path: String) throws {
        do { try PrivateFile.create(path, with: bytes) } catch {
            throw Complaint.refused("\(path) can't be written").hint(error.complaint.message)
        }
    }

    /// Makes a folder with these files. One that couldn't be written whole is taken away again.
    static func writeFolder(_ files: [(name: String, bytes: [UInt8])], to path: String) throws {
        do { try PrivateFile.makeDirectory(path) } catch {
            throw Complaint.refused("\(path) can't be made").hint(error.complaint.message)
        }
        do {
            for file in files { try write(file.bytes, to: path + "/" + file.name) }
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }
}

/// A file that a command reads.
enum InputFile {
    /// Its bytes, up to one more than `limit`. Throws ``Complaint`` where it can't be read.
    static func bytes(_ path: String, limit: Int = Int.max - 1) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: limit + 1)
        else { throw Complaint.usage("\(path) can't be read") }
        return Array(data)
    }

    /// Throws ``Complaint`` where nothing is there.
    static func isFolder(_ path: String) throws -> Bool {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Complaint.usage("there is no \(path)")
        }
        return isFolder.boolValue
    }
}
