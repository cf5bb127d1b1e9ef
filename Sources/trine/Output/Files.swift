import Foundation

/// A file that a command writes its result to: there with all its content, or not there at all.
enum OutputFile {
    /// Throws ``Complaint`` where the file is there already or can't be written.
    static func check(_ path: String) throws {
        guard access(path, F_OK) != 0 else {
            throw Complaint.usage(
                "\(path) is there already", "name another file, or remove that one")
        }
    }

    /// Only the owner may read it: it holds what was disclosed to one person.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = path + ".part"
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try handle.close()
        } catch {
            unlink(temporary)
            throw failure(path)
        }
        // A link fails where the name was taken meanwhile; a rename would replace what is there.
        guard link(temporary, path) == 0 else {
            let complaint = failure(path)
            unlink(temporary)
            throw complaint
        }
        unlink(temporary)
    }

    /// Makes a folder with these files. One that couldn't be written whole is taken away again.
    static func writeFolder(_ files: [(name: String, bytes: [UInt8])], to path: String) throws {
        guard mkdir(path, 0o700) == 0 else { throw failure(path) }
        do {
            for file in files { try write(file.bytes, to: path + "/" + file.name) }
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    private static func failure(_ path: String) -> Complaint {
        Complaint.refused("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
}

/// A file that a command reads.
enum InputFile {
    /// Its bytes, up to one more than `limit`. Throws ``Complaint`` where it can't be read.
    static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: limit + 1)
        else { throw Complaint.usage("\(path) can't be read") }
        return Array(data)
    }
}
