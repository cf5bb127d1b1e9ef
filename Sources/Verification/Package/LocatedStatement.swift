public import Sharing
public import Transparency
import Wire

/// A statement that has its form and stands in the log under a checkpoint. Its signature isn't
/// checked yet.
public struct LocatedStatement: Sendable {
    public let logged: LoggedStatement
    public let statement: Statement

    public var index: Int64 { logged.index }

    /// Throws ``LocationFault``.
    public init(
        _ logged: LoggedStatement, under checkpoint: VerifiedCheckpoint
    ) throws(LocationFault) {
        self.logged = logged
        do { statement = try logged.statement() } catch { throw .form(error) }
        do {
            _ = try checkpoint.including(
                logged.leafHash, at: UInt64(clamping: logged.index), proof: logged.proof)
        } catch { throw .notIncluded(error) }
    }
}

/// Why a statement isn't an entry of the log under a checkpoint.
public enum LocationFault: Error, Equatable, Sendable {
    case form(StatementError)
    case notIncluded(ProofError)
}
