import Rules
import Sharing
import Wire

/// A statement that the host is to make because of a participant's call.
struct HostDraft: Sendable {
    let claims: any KindForm
    /// With the call, verbatim.
    let selective: any SelectiveClaims

    /// The host's signed statement at `time`.
    func stated(by key: SigningKey, log: LogState, at time: Timestamp) -> Submission {
        var random = SystemRandomNumberGenerator()
        let signer = Signer(origin: log.origin, handle: log.host, log: log.genesis, key: key)
        let signed = Statement.sign(
            claims, selective: selective.disclosures(using: &random), by: signer, at: time,
            jti: JTI(using: &random))
        return Submission(signed, selective: selective)
    }
}
