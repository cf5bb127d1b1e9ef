import Foundation
import Wire

/// The open directory with an agent's socket. What is looked up in it is in that very directory,
/// wherever its path leads meanwhile, and however long the path is.
final class RunDirectory {
    let descriptor: Int32
    private var lockDescriptor: Int32 = -1

    /// `nil` where there is no such directory of one's own alone.
    init?(_ path: String) {
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else { return nil }
        descriptor = opened
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else { return nil }
    }

    deinit {
        close(descriptor)
        if lockDescriptor >= 0 { close(lockDescriptor) }
    }

    /// The address of a socket, within the 107 bytes that one may have.
    func address(_ name: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(descriptor)/\(name)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return address
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Whether no other process holds this lock; then this one does, until it ends.
    func lock(_ name: String) -> Bool {
        lockDescriptor = openat(
            descriptor, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return lockDescriptor >= 0 && flock(lockDescriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Whether the name still leads to the socket that was made.
    func still(has socket: LocalSocket, _ name: String) -> Bool {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_ino == socket.inode
    }
}

/// A stream socket between processes of one machine.
final class LocalSocket: Sendable {
    private let descriptor: Int32
    /// Of its name in the directory, where it listens.
    let inode: ino_t

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
        inode = 0
    }

    deinit { close(descriptor) }

    private static var kind: Int32 { Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }

    init?(connectingTo directory: RunDirectory, _ name: String) {
        descriptor = socket(AF_UNIX, Self.kind, 0)
        inode = 0
        let address = directory.address(name)
        guard Self.call(connect, descriptor, address) == 0 else { return nil }
    }

    /// Listens under `name`, which others than the owner can't connect to.
    init?(listeningIn directory: RunDirectory, _ name: String) {
        descriptor = socket(AF_UNIX, Self.kind, 0)
        let before = umask(0o177)
        let bound = Self.call(bind, descriptor, directory.address(name))
        umask(before)
        var status = stat()
        let isThere = fstatat(directory.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0
        inode = status.st_ino
        guard bound == 0, isThere, listen(descriptor, 16) == 0 else { return nil }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32,
        _ address: sockaddr_un
    ) -> Int32 {
        withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    func accepted() -> LocalSocket? {
        let accepted = accept(descriptor, nil, nil)
        return accepted >= 0 ? LocalSocket(accepted) : nil
    }

    func isReadable(within duration: Duration) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let parts = duration.components
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        return poll(&entry, 1, Int32(clamping: max(0, milliseconds) + 1)) > 0
    }

    /// Whether the other end is a process of this one's user, by the word of the kernel.
    var peerIsOwnUser: Bool {
        var peer = PeerCredentials()
        var length = socklen_t(MemoryLayout<PeerCredentials>.size)
        let known = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length)
        return known == 0 && length == socklen_t(MemoryLayout<PeerCredentials>.size)
            && isOwn(peer.uid)
    }

    func limit(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Exactly `count` bytes; `nil` where they don't come.
    func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let read = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + filled, count - filled, 0)
            }
            guard read > 0 else {
                bytes.wipe()
                return nil
            }
            filled += read
        }
        return bytes
    }
}

/// Who is at the other end of a socket: Linux's `struct ucred`.
private struct PeerCredentials {
    var pid: pid_t = 0
    var uid: uid_t = uid_t.max
    var gid: gid_t = gid_t.max
}

/// Whether the process of this user may be told what this one's user may know.
func isOwn(_ user: uid_t) -> Bool { user == geteuid() }
