import Custody
import Foundation

/// Held while a process works in a home, so that no two of them number the same records. The
/// operating system lets go of it when the process ends, however it ends.
final class HomeLock: Sendable {
    private let descriptor: Int32

    /// Throws ``HomeError/busy(path:)`` where another process holds it.
    init(_ path: String) throws(HomeError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { throw .busy(path: path) }
            throw .system(path: path, call: "flock", code: code)
        }
        self.descriptor = descriptor
    }

    /// Unlocked first: a process that is being started beside has a copy of the descriptor for a
    /// moment, and closing ours alone wouldn't let go.
    deinit {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
