import Foundation

/// What happens where a person stops a command with Ctrl-C. Of an import nothing has to be tidied up:
/// what was signed lies in the outbox already.
enum Interruption {
    // MARK: Imports

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

    // MARK: What is typed unseen

    /// The terminal whose echo is off, and how it was before.
    nonisolated(unsafe) private static var hidden: (descriptor: Int32, usual: termios)?

    /// Until ``restoringNothing()`` a signal that ends the process first makes the terminal show again
    /// what is typed.
    static func restoring(_ usual: termios, of descriptor: Int32) {
        hidden = (descriptor, usual)
        for number in ending {
            signal(number) { number in
                if let (descriptor, before) = Interruption.hidden {
                    var usual = before
                    tcsetattr(descriptor, TCSANOW, &usual)
                }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func restoringNothing() {
        for number in ending { signal(number, SIG_DFL) }
        hidden = nil
    }

    private static let ending = [SIGINT, SIGTERM, SIGHUP]

    private static let words = Array(
        """

        trine: stopped; what was signed is kept and sent with the next command
        trine: the same import goes on where this one ended

        """.utf8)

    /// 128 + SIGINT.
    private static let interrupted: Int32 = 130
}
