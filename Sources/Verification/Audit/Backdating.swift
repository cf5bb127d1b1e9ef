import Rules
package import Sharing
package import Transparency
import Wire

extension DatedCheckpoint {
    /// By how many seconds a statement of the host's claims to be older than this checkpoint, behind
    /// which it stands; `nil` where that is no more than the rules allow.
    ///
    /// Only what the host states itself, such as an access, is judged: others may sign long before they
    /// send.
    package func backdating(_ statement: Statement) -> Int64? {
        guard statement.kind.form.scope == .serve else { return nil }
        let seconds = Int64(clamping: time) - statement.issuedAt.seconds
        return seconds > Limits.backdatingSeconds ? seconds : nil
    }
}
