import Foundation
import Synchronization

/// Whether open files may still be used. Once lost, it doesn't come back: they are opened anew.
final class Trust: Sendable {
    private let mark: String
    private let lost = Atomic(false)

    init(in directory: String) { mark = directory + "/" + Self.mark }

    /// A file that is there where files have to be written anew, whoever opens them next. It isn't synced: after a power
    /// cut nothing is in the system's cache that the disk doesn't have.
    static let mark = "unsure"

    var isLost: Bool { lost.load(ordering: .acquiring) }

    /// After an error: what SQLite takes for written may not be.
    func lose() {
        // Where even that fails, this process still knows.
        close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
        end()
    }

    /// Nothing is to be done with the files any more.
    func end() { lost.store(true, ordering: .releasing) }

    /// Whether the files in `directory` have to be written anew.
    static func isLost(in directory: String) -> Bool { access(directory + "/" + mark, F_OK) == 0 }

    /// They were.
    func regain() { unlink(mark) }
}
