import Rules
import Sharing
import Wire

/// A statement that the host is to make because of a participant's call.
struct HostDraft: Sendable {
    let claims: any KindForm
    /// With the call, verbatim.
    let selective: any SelectiveClaims
    /// The call, where its signature was checked.
    let call: VerifiedJWS?
    let jti: JTI
    /// The host's statement, where it was made before its turn.
    private var made: Submission?

    init(claims: any KindForm, selective: any SelectiveClaims, of call: VerifiedJWS? = nil) {
        self.claims = claims
        self.selective = selective
        self.call = call
        var random = SystemRandomNumberGenerator()
        jti = JTI(using: &random)
    }

    /// The same to be made as another statement.
    var anew: HostDraft { HostDraft(claims: claims, selective: selective, of: call) }

    /// The same draft, with the statement already made and signed for a turn at `time`. Most turns come within
    /// the same second, and signing takes longer than deciding.
    func ahead(by key: SigningKey, log: LogState, at time: Timestamp) -> HostDraft {
        let made = stated(by: key, log: log, at: time)
        var draft = self
        draft.made = made.prepared(
            try? made.statement.jws.verified(byKeyNamed: key.verificationKey), readAhead: nil)
        return draft
    }

    /// What was made ahead, where that is the host's statement at `time`.
    func madeAhead(log: LogState, at time: Timestamp) -> Submission? {
        guard let statement = made?.statement, statement.issuedAt == time,
            statement.issuer == log.host, statement.origin == log.origin,
            statement.log == log.genesis
        else { return nil }
        return made
    }

    /// The host's signed statement at `time`.
    func stated(by key: SigningKey, log: LogState, at time: Timestamp) -> Submission {
        var random = SystemRandomNumberGenerator()
        let signer = Signer(origin: log.origin, handle: log.host, log: log.genesis, key: key)
        let signed = Statement.sign(
            claims, selective: selective.disclosures(using: &random), by: signer, at: time,
            jti: jti)
        return Submission(signed, selective: selective, of: call)
    }
}
