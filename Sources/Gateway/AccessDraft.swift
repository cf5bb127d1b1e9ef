import Rules
import Sharing
import Wire

/// An access that is ready to be stated: the grantee's call and what answers it.
struct AccessDraft: Sendable {
    let grant: JTI
    let fetch: JWS
    let served: Served

    /// The host's signed statement of this access at `time`.
    func stated(by key: SigningKey, log: LogState, at time: Timestamp) -> Submission {
        var random = SystemRandomNumberGenerator()
        let terms = AccessTerms(fetch: fetch, served: served)
        let signer = Signer(origin: log.origin, handle: log.host, log: log.genesis, key: key)
        let signed = Statement.sign(
            Access(grant: grant), selective: terms.disclosures(using: &random), by: signer,
            at: time, jti: JTI(using: &random))
        return Submission(signed, selective: terms)
    }
}
