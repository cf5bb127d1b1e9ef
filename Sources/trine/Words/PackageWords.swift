import Client
import Rules
import Sharing
import Transparency
import Verification
import Wire

extension PackageRefusal: Worded {
    /// Why a package proves nothing: which part it is, and what is wrong with it.
    var complaint: Complaint {
        if case .rulesUnknown(let unknown) = reason { return unknown.complaint }
        return .refused("not verified: \(part.words): \(reason.words)")
            .hint("don't rely on any of it")
    }
}

extension PackagePart {
    fileprivate var words: String {
        switch self {
        case .checkpoint: "the checkpoint"
        case .genesis: "the log's first entry"
        case .grant: "the grant"
        case .rekey: "the grant's new envelope"
        case .access: "the access"
        case .participant(let number): "the statement \(number + 1) about participants"
        case .type(let number): "the record type \(number + 1) of the package"
        case .record(let number): "the record \(number + 1) of the package"
        case .erasure(let number): "the erasure \(number + 1) of the package"
        case .book(let book): "\(book)"
        case .proof: "the proof"
        case .signature: "the signature"
        }
    }
}

extension PackageRefusal.Reason {
    fileprivate var words: String {
        switch self {
        case .checkpoint(let error): error.words
        case .form(let error): "it isn't a statement of this log: \(error.words)"
        case .notIncluded: "it isn't in the log that the checkpoint is of"
        case .otherFile: "it is of another file, or the file was changed"
        case .otherLog: "it was made for another log than the one that is trusted"
        case .unexpectedKind(let kind): "a \(kind.rawValue) has no place here"
        case .outOfOrder(let index): "it should come after entry \(index)"
        case .notGenesis, .genesisNotPinned: "it isn't the one that the log's address pins"
        case .otherOrigin(let origin): "it calls its log \(origin)"
        case .rulesUnknown(let unknown): "it is under rules \(unknown.rules)"
        case .notAdmitted(let refusal): "the rules of the log don't admit it (\(refusal.words))"
        case .unknownKey: "it is signed by a key that the log doesn't know"
        case .keyOfAnother: "it is signed by somebody else's key"
        case .keyNotStanding: "its key was retired, was over, or came later"
        case .scopeMissing(let scope): "its key may not sign this: it lacks \(scope.rawValue)"
        case .badSignature: "its signature is wrong: it was changed, or is forged"
        case .suspended(let handle): "\(handle) was suspended"
        case .typeDocument(let error): "it isn't the document of a record type: \(error.words)"
        case .strayType: "no entry that is here names it"
        case .notEnterprise: "who gave it is no enterprise"
        case .disclosures(let error): "what it discloses doesn't belong to it: \(error.words)"
        case .otherGrant: "it belongs to another grant"
        case .otherEnvelope: "the envelope isn't the one that was signed"
        case .envelopeClosed: "this participant's key doesn't open the envelope"
        case .notHost: "it isn't signed by the host"
        case .outsideDates: "it lies outside the grant's dates"
        case .fetch(let error): "the lender's call in it isn't one: \(error.words)"
        case .foreignFetch: "the lender's call in it is somebody else's, or for another grant"
        case .staleFetch: "the lender's call in it is too old or too new"
        case .notTheFetchSent: "it answers another call than the one that was sent"
        case .notGranted: "it served what wasn't granted"
        case .notAskedFor: "it served what wasn't asked for"
        case .nothingGranted: "nothing of it was granted"
        case .unknownRecordType: "no type of record is called so"
        case .wrongSeries: "it is of another type than granted"
        case .otherIssuer: "it is another enterprise's"
        case .recordTwice: "it is there twice"
        case .beyondBook(let count): "its book had only \(count) records"
        case .beyondEpoch(let epoch): "its book had no record of a later epoch than \(epoch)"
        case .wrongFieldCount(let have, let want):
            "it has \(have) digests, and its type has \(want)"
        case .wrongStatus: "its status stands at the place of another record"
        case .fields(let error): error.words
        case .wrongFields(let missing, let extra): Self.words(missing: missing, extra: extra)
        case .notServed: "it has fields, though the access says that it wasn't served"
        case .erased: "it was served after it was erased"
        case .recordsMissing(let numbers):
            numbers.count == 1
                ? "number \(numbers.lowerBound) was served and isn't here"
                : "numbers \(numbers.lowerBound) to \(numbers.upperBound) were served and aren't here"
        case .contradiction(let proof):
            "its enterprise signed an amount and a commitment that contradict each other: "
                + proof.field
        case .strayErasure: "it erases nothing that is here"
        case .strayProof: "it is there, though the grant is one to read"
        case .proofMissing: "there is none, or more than one"
        case .statement(let number, let error):
            "its statement \(number + 1) isn't one: \(error.reason.words),"
                + " at byte \(error.offset)"
        case .notProvable(let statement, let field):
            "its statement \(statement + 1) is about \(field), of which it can't be proven"
        case .pointMissing: "it doesn't say as of when its records were listed"
        case .pointAfterGrant(let size): "its records were listed at \(size) entries, after itself"
        case .otherTree: "its records were listed in a log that isn't the beginning of this one"
        case .recordsNotListed: "it names months, and no list of records"
        case .recordAfterPoint(let record): "\(record) was registered after the list was made"
        case .proof(let refusal): refusal.words
        case .noContradiction: "nothing contradicts anything here"
        }
    }

    private static func words(missing: [String], extra: [String]) -> String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("without \(missing.joined(separator: ", "))") }
        if !extra.isEmpty {
            parts.append("with \(extra.joined(separator: ", ")), which weren't served")
        }
        return "it comes " + parts.joined(separator: " and ")
    }
}
