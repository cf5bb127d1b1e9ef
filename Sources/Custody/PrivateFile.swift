import Foundation

/// Reading and replacing files that only their owner may see.
package enum PrivateFile {
    /// The content; `nil` where there is no such file. Throws ``HomeError``; with `ownersAlone`
    /// ``HomeError/exposed(path:)`` too, as ``checkPrivate(_:)`` does.
    package static func read(
        _ path: String, limit: Int, ownersAlone: Bool = false
    ) throws(HomeError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        try check(descriptor, path, "open")
        defer { close(descriptor) }
        if ownersAlone {
            // Of the open file, so that it is the one that is read.
            var status = stat()
            try check(fstat(descriptor, &status), path, "fstat")
            try checkPrivate(status, path)
        }
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
        // What an earlier process left half-written is of no use to anybody.
        try write(Array(content), to: temporary, O_TRUNC)
        try check(rename(temporary, path), path, "rename")
        try syncDirectory(of: path)
    }

    /// Makes a file with `content`, all of it or nothing. What is there already stays as it is.
    /// Throws ``HomeError``.
    package static func create(_ path: String, with content: [UInt8]) throws(HomeError) {
        let temporary = path + ".part"
        try write(content, to: temporary, O_EXCL)
        defer { unlink(temporary) }
        // A link fails where the name was taken meanwhile; a rename would replace what is there.
        try check(link(temporary, path), path, "link")
    }

    /// Removes a file, durably, if it is there. Throws ``HomeError``.
    package static func remove(_ path: String) throws(HomeError) {
        let removed = unlink(path)
        if removed != 0, errno == ENOENT { return }
        try check(removed, path, "unlink")
        try syncDirectory(of: path)
    }

    /// Makes a directory of mode 0700. Throws ``HomeError/alreadyThere(path:)`` where there is one.
    package static func makeDirectory(_ path: String) throws(HomeError) {
        let made = mkdir(path, 0o700)
        if made != 0, errno == EEXIST { throw .alreadyThere(path: path) }
        try check(made, path, "mkdir")
        try syncDirectory(of: path)
    }

    /// Gives a directory another name beside it, durably. Throws ``HomeError``.
    package static func moveDirectory(_ path: String, to other: String) throws(HomeError) {
        try check(rename(path, other), other, "rename")
        try syncDirectory(of: other)
    }

    /// Throws ``HomeError/exposed(path:)`` unless the owner is who runs this and alone has rights.
    package static func checkPrivate(_ path: String) throws(HomeError) {
        var status = stat()
        let found = stat(path, &status)
        if found != 0, errno == ENOENT { throw .missing(path: path) }
        try check(found, path, "stat")
        try checkPrivate(status, path)
    }

    private static func checkPrivate(_ status: stat, _ path: String) throws(HomeError) {
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw .exposed(path: path)
        }
    }

    /// Throws ``HomeError/system(path:call:code:)`` where `call` failed.
    private static func check(_ result: Int32, _ path: String, _ call: String) throws(HomeError) {
        if result < 0 { throw .system(path: path, call: call, code: errno) }
    }

    private static func write(
        _ content: [UInt8], to path: String, _ flag: Int32
    ) throws(HomeError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flag, 0o600)
        try check(descriptor, path, "open")
        defer { close(descriptor) }
        do throws(HomeError) {
            try check(fchmod(descriptor, 0o600), path, "fchmod")
            var rest = content[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.write(descriptor, $0.baseAddress, $0.count)
                }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw .system(path: path, call: "write", code: errno) }
                rest = rest.dropFirst(count)
            }
            try check(fsync(descriptor), path, "fsync")
        } catch {
            unlink(path)
            throw error
        }
    }

    /// A new name in a directory is durable once the directory is.
    private static func syncDirectory(of path: String) throws(HomeError) {
        // Foundation's own way to cut a path ends the process for a name of one character.
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try check(descriptor, parent, "open")
        defer { close(descriptor) }
        try check(fsync(descriptor), parent, "fsync")
    }
}
