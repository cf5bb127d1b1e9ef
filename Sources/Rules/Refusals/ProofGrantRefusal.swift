public import Sharing
import Wire

/// Why nothing can be proven like this.
public enum ProofGrantRefusal: Error, Equatable, Sendable {
    /// A grant to prove doesn't say at which tree its records are listed.
    case pointMissing
    /// That tree would have more entries than there are.
    case pointBeyondLog(size: Int64, entries: Int64)
    /// A grant to prove names months instead of records.
    case recordsNotListed
    /// The statement at this position isn't one, or isn't spelled as it is signed.
    case malformedProofStatement(Int, ProofStatementError)
    /// It is about a field that the types don't commit to, or commit to as something else.
    case notProvable(statement: Int, field: String)
    /// It names a record outside the scope.
    case recordNotInScope(statement: Int, record: String)
    /// The statement at this position doesn't say which records are linked.
    case linksNotListed(statement: Int)
    /// Nobody would verify a proof of this size.
    case proofTooLarge(ProofExcess)
    /// Of the records listed in this book one isn't registered, or is erased or replaced.
    case recordsNotCurrent(BookName)

    var entry: ProblemEntry {
        switch self {
        case .pointMissing:
            ProblemEntry(
                "point-missing", 422, "It doesn't say at which tree its records are listed")
        case .pointBeyondLog(let size, let entries):
            ProblemEntry(
                "point-beyond-log", 422, "The log isn't as long as the tree it names", nil,
                ["entries": .integer(entries), "size": .integer(size)])
        case .recordsNotListed:
            ProblemEntry(
                "records-not-listed", 422, "What is proven is proven of records, not of months",
                "List the records.")
        case .malformedProofStatement(let number, let error):
            ProblemEntry(
                "malformed-proof-statement", 422, "This isn't a statement as it is signed", nil,
                ["reason": .string("\(error)"), "statement": .integer(Int64(number))])
        case .notProvable(let number, let field):
            ProblemEntry(
                "not-provable", 422, "A statement is about a field of which it can't be proven",
                nil,
                ["field": .string(field), "statement": .integer(Int64(number))])
        case .recordNotInScope(let number, let record):
            ProblemEntry(
                "record-not-in-scope", 422, "A statement names a record outside the scope", nil,
                ["record": .string(record), "statement": .integer(Int64(number))])
        case .linksNotListed(let number):
            ProblemEntry(
                "links-not-listed", 422, "A statement doesn't say which records are linked",
                "Name their number and the digest of their list.",
                ["statement": .integer(Int64(number))])
        case .proofTooLarge(let excess):
            ProblemEntry(
                "proof-too-large", 422, "Nobody would verify a proof of this size",
                "Prove less at a time.", ["reason": .string("\(excess)")])
        case .recordsNotCurrent(let book):
            ProblemEntry(
                "records-not-current", 409,
                "A record that the proof is about isn't there, was erased or was replaced",
                "A new proof has to be asked for.", ["book": .string(book.description)])
        }
    }
}
