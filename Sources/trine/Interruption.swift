import Foundation

/// What is said where a person stops an import with Ctrl-C. Nothing has to be tidied up: what was
/// signed lies in the outbox already.
enum Interruption {
    /// From now on SIGINT says so and ends the process, as a shell expects it.
    static func announceImport() {
        signal(SIGINT) { _ in
            // Nothing but a system call may happen in here.
            _ = Interruption.words.withUnsafeBufferPointer {
                write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            _exit(Interruption.interrupted)
        }
    }

    private static let words = Array(
        """

        trine: stopped; what was signed is kept and sent with the next command
        trine: the same import goes on where this one ended

        """.utf8)

    /// 128 + SIGINT.
    private static let interrupted: Int32 = 130
}
