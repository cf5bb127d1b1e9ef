import Interface
import Rules
import Sharing
import Storage
import Verification
import Wire

extension ProblemEntry {
    func problem(origin: Origin) -> Problem {
        Problem(
            type: "https://\(origin)/problems/\(name)", title: title, status: status,
            detail: detail, facts: facts)
    }
}

extension ProblemEntry {
    /// The entry of any error that a route can throw; what isn't foreseen is the gateway's own fault
    /// and says nothing about itself.
    static func of(_ error: any Error) -> ProblemEntry {
        switch error {
        case let fault as GatewayFault: of(fault)
        case let fault as SubmissionFault: of(fault)
        case let fault as CallFault: of(fault)
        case let refusal as Refusal: refusal.entry
        case let error as StoreError: of(error)
        case let error as MessageError: of(GatewayFault.form(error))
        default: of(GatewayFault.internal)
        }
    }

    static func of(_ fault: GatewayFault) -> ProblemEntry {
        switch fault {
        case .form(let error):
            ProblemEntry(
                "malformed", 400, "The request isn't well-formed", nil,
                ["place": .string(error.place), "reason": .string("\(error.reason)")])
        case .notFound: ProblemEntry("not-found", 404, "There is nothing here")
        case .methodNotAllowed(let allowed):
            ProblemEntry(
                "method-not-allowed", 405, "Not with this method", nil,
                ["allowed": .string(allowed)])
        case .methodUnknown: ProblemEntry("method-unknown", 501, "HTTP has no such method")
        case .badParameter(let name):
            ProblemEntry(
                "bad-parameter", 400, "A parameter has no valid value", nil,
                ["parameter": .string(name)])
        case .wrongMediaType(let expected):
            ProblemEntry(
                "wrong-media-type", 415, "The body has another media type", nil,
                ["expected": .string(expected)])
        case .bodyTooLarge(let limit):
            ProblemEntry(
                "body-too-large", 413, "The body is too large", nil,
                ["limit": .integer(Int64(limit))])
        case .bodyIncomplete:
            ProblemEntry("body-incomplete", 400, "The body ended before its end")
        case .bodyTooSlow: ProblemEntry("body-too-slow", 408, "The body took too long to come")
        case .handleTaken: ProblemEntry("handle-taken", 409, "This handle belongs to somebody")
        case .notInvited:
            ProblemEntry(
                "not-invited", 403, "No invitation stands for this handle",
                "It may be over: invitations stand for 14 days, and are used once.")
        case .invitationUsed:
            ProblemEntry(
                "invitation-used", 409, "Another application came with this invitation",
                "If it wasn't yours, tell who invited you: somebody else has the invitation.")
        case .badProofOfPossession:
            ProblemEntry("bad-proof-of-possession", 422, "A key wasn't proven to be held")
        case .tooManyApplications(let limit):
            ProblemEntry(
                "too-many-applications", 503, "Too many applications wait for an authority", nil,
                ["limit": .integer(Int64(limit))])
        case .busy:
            ProblemEntry("busy", 503, "More is waiting than can be entered", "Try again shortly.")
        case .full(let seconds):
            ProblemEntry(
                "busy", 503, "More is waiting than can be entered", "Try again when it says.",
                ["retry_after": .integer(Int64(seconds))])
        case .clockUnsure:
            ProblemEntry(
                "clock-unsure", 503, "The gateway doesn't trust its own clock",
                "Its operator has to look, and to start it again.")
        case .store(let error): of(error)
        case .internal: ProblemEntry("internal", 500, "The gateway failed")
        }
    }

    /// What a store reports is the operator's business: it is logged there, not told here.
    static func of(_ error: StoreError) -> ProblemEntry {
        switch error {
        case .superseded, .failed:
            ProblemEntry(
                "unavailable", 503, "The gateway's store can't do it now",
                "Send the same bytes again: what did get in is recognised.")
        case .outcomeUnknown:
            ProblemEntry(
                "outcome-unknown", 503, "Whether it was stored isn't known",
                "Send the same bytes again: what did get in is recognised.")
        case .corrupt: ProblemEntry("store-damaged", 500, "The gateway's store is damaged")
        case .unreadable: ProblemEntry("unavailable", 503, "The gateway has no readable store")
        }
    }

    static func of(_ fault: SubmissionFault) -> ProblemEntry {
        switch fault {
        case .malformed(let error):
            ProblemEntry(
                "malformed-statement", 400, "This isn't a well-formed statement", nil,
                ["reason": .string("\(error)")])
        case .notSubmittable(let kind):
            ProblemEntry(
                "not-submittable", 403, "Statements of this kind are the gateway's own", nil,
                ["kind": .string(kind.rawValue)])
        case .otherTree(let size):
            ProblemEntry(
                "other-tree", 422, "The tree that it names isn't this log's", nil,
                ["size": .integer(size)])
        case .recordAfterPoint(let range):
            ProblemEntry(
                "record-after-point", 422, "A record that it lists isn't in the tree that it names",
                "List the records as of a later tree.",
                ["book": .string(range.book.description), "number": .integer(range.to)])
        case .fromTheFuture(let issuedAt, let now):
            ProblemEntry(
                "from-the-future", 422, "The statement is dated ahead of the gateway's clock",
                "Check the clock of the machine that signed it.",
                ["iat": .integer(issuedAt.seconds), "now": .integer(now.seconds)])
        case .disclosures(let error):
            ProblemEntry(
                "wrong-disclosures", 422, "The disclosures aren't the statement's", nil,
                ["reason": .string("\(error)")])
        case .disclosuresTooLarge(let limit):
            ProblemEntry(
                "body-too-large", 413, "The disclosures are too large", nil,
                ["limit": .integer(Int64(limit))])
        case .blob(.tooLarge(let limit)):
            ProblemEntry(
                "body-too-large", 413, "The blob is too large", nil,
                ["limit": .integer(Int64(limit))])
        case .blob(.policies(.texts(let refusal))):
            ProblemEntry(
                "malformed-policies", 422, "This isn't a policy set",
                PolicySetRefusal.texts(refusal).words)
        case .blob(.type(let error)):
            ProblemEntry(
                "malformed-type", 422, "This isn't the document of a record type", nil,
                ["reason": .string("\(error)")])
        case .blob(.policies(let refusal)):
            ProblemEntry(
                "policy-invalid", 422, "A log can't be under these policies", refusal.words)
        case .blob(let fault):
            ProblemEntry(
                "wrong-blob", 422, "The blob isn't what the statement commits to", nil,
                ["reason": .string("\(fault)")])
        }
    }

    static func of(_ fault: CallFault) -> ProblemEntry {
        switch fault {
        case .malformed(let error):
            ProblemEntry(
                "malformed-call", 400, "This isn't a well-formed call", nil,
                ["reason": .string("\(error)")])
        case .otherLog: ProblemEntry("other-log", 422, "The call is for another log")
        case .stale(let issuedAt, let now):
            ProblemEntry(
                "stale", 422, "The call is too old, or from the future", "Sign a new one.",
                ["iat": .integer(issuedAt.seconds), "now": .integer(now.seconds)])
        case .unknownKey: ProblemEntry("unknown-key", 401, "No participant has this key")
        case .keyRetired: ProblemEntry("key-retired", 401, "This key was retired")
        case .keyExpired: ProblemEntry("key-expired", 401, "This key's time is over")
        case .keyOfAnother: ProblemEntry("key-of-another", 401, "This key is another's")
        case .badSignature: ProblemEntry("bad-signature", 401, "The signature doesn't hold")
        case .scopeMissing(let scope): Refusal.issuer(.scopeMissing(scope)).entry
        case .openerMissing:
            ProblemEntry(
                "malformed-call", 400, "This isn't a well-formed call", nil,
                ["reason": .string("no opener")])
        case .wrongOpener:
            ProblemEntry(
                "wrong-opener", 403, "This doesn't open the call's lock",
                "Only who signed a call can send it.")
        case .suspended(let handle):
            ProblemEntry(
                "suspended", 403, "The participant is suspended", nil,
                ["handle": .string(handle.text)])
        case .notEntitled: ProblemEntry("not-entitled", 403, "Not for this participant")
        case .unknownGrant(let jti):
            ProblemEntry(
                "unknown-grant", 404, "No such grant to this participant", nil,
                ["grant": .string(jti.text)])
        case .jtiTaken:
            ProblemEntry("jti-taken", 409, "Another call had this jti", "Sign a new one.")
        case .grantDead(let jti):
            ProblemEntry(
                "grant-dead", 403, "The grant was revoked, or has ended", nil,
                ["grant": .string(jti.text)])
        case .tooFragmented(let limit):
            ProblemEntry(
                "too-fragmented", 422, "The records lie in too many ranges for one access",
                "Ask for fewer months at a time.", ["limit": .integer(Int64(limit))])
        case .tooMuch(let limit):
            ProblemEntry(
                "too-much", 422, "More than one answer can hold",
                "Ask for fewer months at a time.", ["limit": .integer(Int64(limit))])
        case .rangesMissing: ProblemEntry("ranges-missing", 400, "Say which records")
        case .unknownFields(let names):
            ProblemEntry(
                "not-granted", 403, "Fields beyond the grant, or that don't exist", nil,
                ["fields": .array(names.map { .string($0.text) })])
        case .nothingThere: ProblemEntry("nothing-there", 404, "No such records")
        case .recordsErased:
            ProblemEntry(
                "records-erased", 410, "Records that this call was answered with were erased since",
                "Sign a new one.")
        case .rekeyedSince:
            ProblemEntry(
                "rekeyed-since", 410, "The grant got new keys since this call was answered",
                "Sign a new one.")
        case .unsettled:
            ProblemEntry("busy", 503, "The books keep changing", "Try again shortly.")
        }
    }
}
