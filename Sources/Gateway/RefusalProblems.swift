import Rules
import Sharing
import Wire

extension ProblemEntry {
    /// The rules' refusals. 422: the statement can't be admitted as it is. 409: it could be, at another
    /// moment or number. 401 and 403: not by this key or participant.
    static func of(_ refusal: Refusal) -> ProblemEntry {
        ofForm(refusal) ?? ofParticipants(refusal) ?? ofBooks(refusal) ?? ofGrants(refusal)
            ?? ofProofs(refusal)
            ?? ProblemEntry("refused", 422, "The rules refuse this")
    }

    private static func ofForm(_ refusal: Refusal) -> ProblemEntry? {
        switch refusal {
        case .malformed(let error):
            ProblemEntry(
                "malformed-statement", 400, "This isn't a well-formed statement", nil,
                ["reason": .string("\(error)")])
        case .genesisExpected: ProblemEntry("no-genesis", 503, "The log hasn't begun")
        case .genesisAlreadyThere: ProblemEntry("genesis-there", 409, "The log has begun already")
        case .malformedGenesis(let fault):
            ProblemEntry(
                "malformed-genesis", 422, "Not a log's first entry", nil,
                ["reason": .string("\(fault)")])
        case .otherLog: ProblemEntry("other-log", 422, "The statement is for another log")
        case .otherOrigin: ProblemEntry("other-log", 422, "The statement is for another origin")
        case .alreadyRegistered(let index):
            ProblemEntry(
                "already-registered", 200, "This very statement is an entry already", nil,
                ["index": .integer(index)])
        case .jtiTaken: ProblemEntry("jti-taken", 409, "Another statement has this jti")
        case .kindUnknownToRules(let kind):
            ProblemEntry(
                "kind-unknown", 422, "The rules in force don't know this kind", nil,
                ["kind": .string(kind.rawValue)])
        case .tooOld(let issuedAt, let logTime):
            ProblemEntry(
                "too-old", 422, "The statement is dated too long before the log's time",
                "Sign it again with the current time.",
                ["iat": .integer(issuedAt.seconds), "log_time": .integer(logTime.seconds)])
        case .selectiveClaimsMissing:
            ProblemEntry("wrong-disclosures", 422, "The selective claims are missing")
        default: nil
        }
    }

    private static func ofParticipants(_ refusal: Refusal) -> ProblemEntry? {
        switch refusal {
        case .unknownKey: ProblemEntry("unknown-key", 401, "No participant has this key")
        case .keyRetired: ProblemEntry("key-retired", 401, "This key was retired")
        case .keyOfAnother: ProblemEntry("key-of-another", 401, "This key is another's")
        case .badSignature: ProblemEntry("bad-signature", 401, "The signature doesn't hold")
        case .scopeMissing(let scope):
            ProblemEntry(
                "scope-missing", 403, "The key may not sign this", nil,
                ["scope": .string(scope.rawValue)])
        case .unknownParticipant(let handle):
            ProblemEntry(
                "unknown-participant", 422, "Nobody of this handle was admitted", nil,
                ["handle": .string(handle.text)])
        case .suspended(let handle):
            ProblemEntry(
                "suspended", 403, "The participant is suspended", nil,
                ["handle": .string(handle.text)])
        case .notAuthority: ProblemEntry("not-authority", 403, "Only an authority may say this")
        case .notHost: ProblemEntry("not-host", 403, "Only the host may say this")
        case .notPermittedToIssuer(let kind):
            ProblemEntry(
                "wrong-role", 403, "The role of the participants doesn't fit", nil,
                ["kind": .string(kind.rawValue)])
        case .handleTaken(let handle):
            ProblemEntry(
                "handle-taken", 409, "This handle belongs to somebody", nil,
                ["handle": .string(handle.text)])
        case .keyAlreadyUsed:
            ProblemEntry("key-already-used", 409, "A key belongs to one participant, for ever")
        case .tooManyKeys(let limit):
            ProblemEntry(
                "too-many-keys", 422, "The participant has had too many keys", nil,
                ["limit": .integer(Int64(limit))])
        case .badProofOfPossession:
            ProblemEntry("bad-proof-of-possession", 422, "A key wasn't proven to be held")
        case .unusableEncryptionKey:
            ProblemEntry(
                "unusable-encryption-key", 422, "Nothing can be sealed to the encryption key")
        case .lastKey: ProblemEntry("last-key", 422, "A key doesn't retire itself")
        case .alreadySuspended(let handle), .notSuspended(let handle):
            ProblemEntry(
                "no-change", 409, "The participant is in that state already", nil,
                ["handle": .string(handle.text)])
        case .thresholdUnsupported:
            ProblemEntry("threshold-unsupported", 422, "These rules know one authority's word")
        case .forbidden(let policies):
            ProblemEntry(
                "forbidden", 403, "Policy doesn't permit this", nil,
                ["policies": .array(policies.map { .string($0) })])
        case .policyUnknown:
            ProblemEntry("policy-unknown", 422, "The policy set isn't known here")
        case .policyFailed(let policies):
            ProblemEntry(
                "policy-failed", 403, "A policy failed, which denies", nil,
                ["policies": .array(policies.map { .string($0) })])
        default: nil
        }
    }

    private static func ofBooks(_ refusal: Refusal) -> ProblemEntry? {
        switch refusal {
        case .unknownRecordType: ProblemEntry("unknown-type", 422, "No such record type")
        case .wrongSeries: ProblemEntry("wrong-series", 422, "The record belongs in another book")
        case .wrongFieldCount(let have, let want):
            ProblemEntry(
                "wrong-field-count", 422, "The record lacks fields of its type, or has others", nil,
                ["have": .integer(Int64(have)), "want": .integer(Int64(want))])
        case .bookClosed(let book):
            ProblemEntry(
                "book-closed", 409, "The book is closed", nil,
                ["book": .string(book.description)])
        case .wrongNumber(let have, let next):
            ProblemEntry(
                "wrong-number", 409, "The book's next number is another",
                "Seal the record again under the next number.",
                ["have": .integer(have), "next": .integer(next)])
        case .epochTooLow(let have, let required):
            ProblemEntry(
                "epoch-too-low", 409, "A grant that has ended could read this epoch", nil,
                ["have": .integer(have), "required": .integer(required)])
        case .duplicateDocument(let existing):
            ProblemEntry(
                "duplicate-document", 409, "This document is registered already", nil,
                ["existing": .string(existing.text)])
        case .cannotReplace(let jti):
            ProblemEntry(
                "cannot-replace", 409, "That record can't be replaced", nil,
                ["record": .string(jti.text)])
        case .wrongCount(let have, let want):
            ProblemEntry(
                "wrong-count", 409, "The book has another number of records", nil,
                ["have": .integer(have), "want": .integer(want)])
        case .wrongRoot: ProblemEntry("wrong-root", 409, "The book's root is another")
        case .holderNotIssuer:
            ProblemEntry("holder-not-issuer", 422, "The holder's key isn't the issuer's")
        case .unknownStatement(let jti):
            ProblemEntry(
                "unknown-statement", 404, "No such statement", nil, ["jti": .string(jti.text)])
        case .notYours(let jti):
            ProblemEntry("not-yours", 403, "It is another's", nil, ["jti": .string(jti.text)])
        case .alreadyErased(let jti):
            ProblemEntry(
                "already-erased", 409, "It is erased already", nil, ["jti": .string(jti.text)])
        case .cannotErase(let jti):
            ProblemEntry(
                "cannot-erase", 409, "It can't be erased, or not yet", nil,
                ["jti": .string(jti.text)])
        case .underLegalHold: ProblemEntry("legal-hold", 403, "A legal hold forbids erasing it")
        case .noSuchHold:
            ProblemEntry("no-such-hold", 404, "You laid no hold on this holder in this case")
        default: nil
        }
    }

    private static func ofGrants(_ refusal: Refusal) -> ProblemEntry? {
        switch refusal {
        case .periodEmpty: ProblemEntry("period-empty", 422, "The period ends before it begins")
        case .alreadyExpired: ProblemEntry("already-expired", 422, "The period is over already")
        case .unknownFields(let names):
            ProblemEntry(
                "unknown-fields", 422, "The record type has no such fields", nil,
                ["fields": .array(names.map { .string($0) })])
        case .foreignScope: ProblemEntry("foreign-scope", 422, "No such records can be granted")
        case .wrongPolicies:
            ProblemEntry("wrong-policies", 409, "Other policies are in force", "Sign it again.")
        case .grantToOneself: ProblemEntry("grant-to-oneself", 422, "A grant is for somebody else")
        case .unknownGrant(let jti):
            ProblemEntry("unknown-grant", 404, "No such grant", nil, ["grant": .string(jti.text)])
        case .grantDead(let jti):
            ProblemEntry(
                "grant-dead", 403, "The grant was revoked, or has ended", nil,
                ["grant": .string(jti.text)])
        case .notYetValid(let jti):
            ProblemEntry(
                "not-yet-valid", 403, "The grant hasn't begun", nil, ["grant": .string(jti.text)])
        case .requestNotAnswered:
            ProblemEntry("request-not-answered", 422, "That isn't a request of the grantee's")
        case .tooManyGrants(let limit):
            ProblemEntry(
                "too-many-grants", 409, "Too many grants stand over these books", nil,
                ["limit": .integer(Int64(limit))])
        case .foreignFetch: ProblemEntry("foreign-fetch", 422, "The call isn't for this")
        case .staleFetch: ProblemEntry("stale", 422, "The call is too old", "Sign a new one.")
        case .fetchAlreadyAnswered(let access):
            ProblemEntry(
                "already-answered", 409, "The call was answered", nil,
                ["access": .string(access.text)])
        case .notGranted: ProblemEntry("not-granted", 403, "Beyond what was granted")
        case .recordsNotLive: ProblemEntry("records-not-live", 409, "Records were erased")
        case .bookStateWrong(let book):
            ProblemEntry(
                "books-moved", 409, "The book has moved on", nil,
                ["book": .string(book.description)])
        case .budgetSpent(let limit):
            ProblemEntry(
                "budget-spent", 403, "The grant's fetches are used up", nil,
                ["limit": .integer(limit)])
        default: nil
        }
    }

    private static func ofProofs(_ refusal: Refusal) -> ProblemEntry? {
        switch refusal {
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
        case .notAnAmount(let number, let field):
            ProblemEntry(
                "not-an-amount", 422, "A statement is about what isn't an amount of the type", nil,
                ["field": .string(field), "statement": .integer(Int64(number))])
        case .recordNotInScope(let number, let record):
            ProblemEntry(
                "record-not-in-scope", 422, "A statement names a record outside the scope", nil,
                ["record": .string(record), "statement": .integer(Int64(number))])
        case .proofTooLarge(let excess):
            ProblemEntry(
                "proof-too-large", 422, "Nobody would verify a proof of this size",
                "Prove less at a time.", ["reason": .string("\(excess)")])
        case .recordsNotCurrent(let book):
            ProblemEntry(
                "records-not-current", 409,
                "A record that the proof is about isn't there, was erased or was replaced",
                "A new proof has to be asked for.", ["book": .string(book.description)])
        default: nil
        }
    }
}
