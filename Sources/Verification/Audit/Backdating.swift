package import Rules
package import Sharing
package import Transparency
import Wire

extension DatedCheckpoint {
    /// By how many seconds a statement of the host's claims to be older than this checkpoint, behind
    /// which it stands; `nil` where that is no more than the rules allow.
    ///
    /// Only what the host states itself, such as an access, is judged: others may sign long before they
    /// send. `log` is what it was before the statement: what the host dated before the authorities set
    /// log time back doesn't count for what comes after that.
    package func backdating(_ statement: Statement, in log: LogState?) -> Int64? {
        guard isAfter(statement), log?.hasSetBack(date) != true else { return nil }
        return date.seconds - statement.issuedAt.seconds
    }

    /// Whether the host's statement claims to be older than this checkpoint, by more than the rules
    /// allow.
    package func isAfter(_ statement: Statement) -> Bool {
        statement.kind.form.scope == .serve
            && date.seconds - statement.issuedAt.seconds > Limits.backdatingSeconds
    }

    private var date: Timestamp { Timestamp(clamping: Int64(clamping: time)) }
}
