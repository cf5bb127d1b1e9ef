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

    init(claims: any KindForm, selective: any SelectiveClaims, of call: VerifiedJWS? = nil) {
        self.claims = claims
        self.selective = selective
        self.call = call
        var random = SystemRandomNumberGenerator()
        jti = JTI(using: &random)
    }

    /// The same to be made as another statement.
    var anew: HostDraft { HostDraft(claims: claims, selective: selective, of: call) }

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
