import Custody
import Foundation
import Synchronization

/// Held while a process does one thing in a home that no other may do meanwhile. The operating system
/// lets go of it when the process ends, however it ends.
final class HomeLock: Sendable {
    private let descriptor: Int32

    /// What this process is at, for whoever has to wait: the command's words. Nothing secret is among
    /// them.
    static let work = Mutex("trine")

    /// Throws ``HomeError/busy(path:holder:)`` where another process holds it for longer than `wait`.
    init(_ path: String, waiting wait: Duration) throws(HomeError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
        let deadline = ContinuousClock.now + wait
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            guard code == EWOULDBLOCK, ContinuousClock.now < deadline else {
                let holder = Self.holder(descriptor)
                close(descriptor)
                if code == EWOULDBLOCK { throw .busy(path: path, holder: holder) }
                throw .system(path: path, call: "flock", code: code)
            }
            usleep(UInt32(Self.poll / .microseconds(1)))
        }
        self.descriptor = descriptor
        let words = Array("\(Self.work.withLock { $0 }), process \(getpid())".utf8)
        // Who can't say what it is at works all the same.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, words, words.count, 0) }
    }

    /// How long whoever waits sleeps between two looks at a lock.
    static let poll = Duration.milliseconds(5)
    /// Longer than that.
    static let courtesy = Duration.milliseconds(20)

    /// What the holder wrote into the file; `nil` where it wrote nothing.
    private static func holder(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }

    /// Unlocked first: a process that is being started beside has a copy of the descriptor for a
    /// moment, and closing ours alone wouldn't let go.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

extension Home {
    /// Says what this process is at: what others are told who have to wait for it.
    public static func announce(_ work: String) { HomeLock.work.withLock { $0 = work } }
}
