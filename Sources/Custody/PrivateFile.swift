import Foundation

/// Reading and replacing files that only their owner may see.
package enum PrivateFile {
    /// The content; `nil` where there is no such file. Throws ``HomeError``.
    package static func read(_ path: String, limit: Int) throws(HomeError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system(path: path, call: "open", code: errno)
        }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .system(path: path, call: "read", code: errno) }
            if count == 0 { return content }
            guard content.count + count <= limit else {
                throw .tooLarge(path: path, limit: limit)
            }
            content += buffer[..<count]
        }
    }

    /// Puts `content` in the place of what was there, all of it or nothing, and durably: when this
    /// returns, a power cut leaves the new content; when it throws or the process dies, the old.
    /// Throws ``HomeError``.
    package static func replace(_ path: String, with content: some Collection<UInt8>)
        throws(HomeError)
    {
        let temporary = path + ".new"
        try write(Array(content), to: temporary)
        guard rename(temporary, path) == 0 else {
            throw .system(path: path, call: "rename", code: errno)
        }
        try syncDirectory(of: path)
    }

    /// Removes a file, durably, if it is there. Throws ``HomeError``.
    package static func remove(_ path: String) throws(HomeError) {
        guard unlink(path) == 0 else {
            if errno == ENOENT { return }
            throw .system(path: path, call: "unlink", code: errno)
        }
        try syncDirectory(of: path)
    }

    /// Makes a directory of mode 0700. Throws ``HomeError/alreadyThere(path:)`` where there is one.
    package static func makeDirectory(_ path: String) throws(HomeError) {
        guard mkdir(path, 0o700) == 0 else {
            if errno == EEXIST { throw .alreadyThere(path: path) }
            throw .system(path: path, call: "mkdir", code: errno)
        }
        try syncDirectory(of: path)
    }

    /// Throws ``HomeError/exposed(path:)`` unless the owner is who runs this and alone has rights.
    package static func checkPrivate(_ path: String) throws(HomeError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .system(path: path, call: "stat", code: errno)
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw .exposed(path: path)
        }
    }

    private static func write(_ content: [UInt8], to path: String) throws(HomeError) {
        // What an earlier process left half-written is of no use to anybody.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else {
            throw .system(path: path, call: "fchmod", code: errno)
        }
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes {
                Foundation.write(
                    descriptor, $0.baseAddress?.advanced(by: written), content.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .system(path: path, call: "write", code: errno) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw .system(path: path, call: "fsync", code: errno) }
    }

    /// A new name in a directory is durable once the directory is.
    private static func syncDirectory(of path: String) throws(HomeError) {
        let parent = (path as NSString).deletingLastPathComponent
        let descriptor = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: parent, call: "open", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .system(path: parent, call: "fsync", code: errno)
        }
    }
}
