public import Rules
public import Sharing
public import Transparency
public import Wire

/// A part of a package, to say what was refused.
public enum PackagePart: Hashable, Sendable {
    case checkpoint, genesis, grant, rekey, access
    /// These are counted from 0, in the order of the package.
    case participant(Int)
    case type(Int)
    case record(Int)
    case erasure(Int)
    case book(BookName)
    /// The proof of a grant to prove.
    case proof
    /// Of a file that was signed.
    case signature
}

extension PackagePart: CustomStringConvertible {
    /// The path in the package: `records/17`; of a book, its name.
    public var description: String {
        switch self {
        case .checkpoint: "checkpoint"
        case .genesis: "genesis"
        case .grant: "grant"
        case .rekey: "carrier"
        case .access: "access"
        case .participant(let number): "participants/\(number)"
        case .type(let number): "types/\(number)"
        case .record(let number): "records/\(number)"
        case .erasure(let number): "erasures/\(number)"
        case .book(let book): "\(book)"
        case .proof: "proof"
        case .signature: "signature"
        }
    }
}

/// Why a package proves nothing, or a fetch answer isn't what was granted: the first check that
/// failed.
public struct PackageRefusal: Error, Equatable, Sendable {
    public let part: PackagePart
    public let reason: Reason

    public init(_ part: PackagePart, _ reason: Reason) { (self.part, self.reason) = (part, reason) }

    public enum Reason: Equatable, Sendable {
        // The checkpoint.
        case checkpoint(PolicyError)

        // Every statement.
        case form(StatementError)
        case notIncluded(ProofError)
        /// The statement was made for another log than the one pinned.
        case otherLog
        /// Another kind of statement than belongs here.
        case unexpectedKind(Kind)
        /// Not behind the entry that it has to come after.
        case outOfOrder(after: Int64)

        /// What was signed is another file.
        case otherFile

        // Genesis.
        case notGenesis
        case genesisNotPinned(Digest<Digested.Genesis>)
        case otherOrigin(String)

        // Participants and their keys.
        case notAdmitted(Refusal)
        /// A later version of the rules decides it.
        case rulesUnknown(UnknownRules)
        case unknownKey
        case keyOfAnother
        /// The key came later, or was retired before.
        case keyNotStanding
        case scopeMissing(KeyScope)
        case badSignature
        case suspended(Handle)

        // Record types.
        case typeDocument(RecordTypeError)
        /// No entry that is here names the document.
        case strayType

        // Grant and envelope.
        case notEnterprise
        case disclosures(StatementError)
        case otherGrant
        case otherEnvelope
        case envelopeClosed

        // Access.
        case notHost
        case outsideDates
        case fetch(StatementError)
        case foreignFetch
        case staleFetch
        case notTheFetchSent
        case notGranted
        case notAskedFor
        case nothingGranted

        // Records.
        case unknownRecordType
        case wrongSeries
        case otherIssuer
        case recordTwice
        case beyondBook(count: Int64)
        /// Its book had no record of a later epoch than this.
        case beyondEpoch(Int64)
        case wrongFieldCount(have: Int, want: Int)
        case wrongStatus
        case fields(OpeningError)
        case wrongFields(missing: [String], extra: [String])
        /// A record that wasn't served came with fields.
        case notServed
        /// Served, as the access says, though erased before.
        case erased
        /// The access says these were served, but they aren't here.
        case recordsMissing(ClosedRange<Int64>)
        case contradiction(Contradiction)
        /// What is shown as a contradiction isn't one.
        case noContradiction

        // What a grant to prove proves.
        /// A package of a grant to read has a proof, or one of a grant to prove has none.
        case strayProof
        case proofMissing
        /// The statement at this position of the grant isn't one.
        case statement(Int, ProofStatementError)
        /// It is about a field that the granted types don't commit to, or to something else.
        case notProvable(statement: Int, field: String)
        /// The grant doesn't say at which tree its records were listed.
        case pointMissing
        case pointAfterGrant(size: Int64)
        /// That tree isn't the beginning of the checkpoint's.
        case otherTree(ProofError)
        /// The grant names months instead of records, which can't be proven about.
        case recordsNotListed
        /// The record was registered after the list was fixed.
        case recordAfterPoint(record: String)
        case proof(ProvingRefusal)

        // Erasures.
        case strayErasure
    }
}

extension PackageRefusal.Reason {
    static func wrongFields(have: [String], want: [String]) -> Self {
        .wrongFields(
            missing: Set(want).subtracting(have).sorted(),
            extra: Set(have).subtracting(want).sorted())
    }
}
