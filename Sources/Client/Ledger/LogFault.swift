public import Rules
public import Sharing
public import Transparency
public import Wire

/// Why what a gateway showed isn't the log that was joined: a finding against the gateway, or against
/// whoever sits between.
public enum LogFault: Error, Equatable, Sendable {
    /// The log at this address begins with another entry than the one pinned.
    case otherGenesis(have: Digest<Digested.Genesis>, pinned: Digest<Digested.Genesis>)
    /// Entry 0 isn't one that founds a log.
    case noFounding(Refusal?)
    /// The gateway names another log, or other keys of it, than entry 0 does.
    case describedOtherwise
    /// The checkpoint isn't accepted under the trust policy.
    case checkpoint(PolicyError)
    /// A tile is missing hashes that the log's size says it has.
    case tile(TileError)
    /// Two checkpoints, both signed, and what the gateway shows doesn't make one the continuation of
    /// the other; with equal sizes that alone proves that the log has two histories. Both notes are
    /// kept in the home.
    case splitView(size: UInt64, otherSize: UInt64)
    /// The gateway shows an older state of the log than this home has seen, and still has what came
    /// after it: a copy that lags behind.
    case stale(size: UInt64, known: UInt64)
    /// The log has fewer entries than the gateway once signed, and what came after them is gone. Both
    /// notes are kept in the home; `isProven` where their dates show it to everybody.
    case rolledBack(size: UInt64, known: UInt64, isProven: Bool)
    /// The newest checkpoint that the gateway shows was dated more than `limit` seconds ago: nobody can
    /// tell from it what stands now.
    case frozen(dated: Timestamp, limit: Int64)
    /// The newest checkpoint is dated in the future, by this machine's clock.
    case timeAhead(dated: Timestamp)
    /// A checkpoint bears no date of the host's.
    case undated(size: UInt64)
    /// The host signed the entry as of a time at which, by its own word, the log already was larger
    /// without it: `seconds` before that. The note and the entry are kept in the home.
    case backdated(index: Int64, seconds: Int64)
    /// An entry isn't where the gateway says it is.
    case notIncluded(index: Int64, ProofError)
    /// A receipt is for another entry, or proves nothing.
    case receipt(TransparencyProofError)
    /// An entry isn't a statement, or not the one that was asked for.
    case entry(index: Int64, StatementError?)
    /// The entries that the gateway shows aren't those under its checkpoint.
    case entriesWrong(from: Int64, to: Int64)
    /// The disclosures beside an entry aren't its own.
    case disclosures(index: Int64)
    /// The gateway doesn't show what an entry says confidentially that is the participant's own, or
    /// about a grant that it gave or got.
    case withheld(index: Int64)
    /// The gateway doesn't give the document of this record type, as the log names it.
    case typeMissing(TypeVersion)
    /// The entry that the gateway names doesn't carry the call that was sent.
    case callMissing(index: Int64)
    /// From there on the log is under rules that this program doesn't know. What came before stands.
    case update(UnknownRules)
    /// What comes isn't in order, or not what was asked for.
    case outOfOrder(index: Int64)
}
