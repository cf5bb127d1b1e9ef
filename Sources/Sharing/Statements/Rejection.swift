public import Wire

/// An authority's signed word that an application won't be granted. It leaves no entry.
public typealias Rejection = SignedCall<RejectionClaims>

/// Which application is rejected.
public struct RejectionClaims: CallClaims {
    public static let type = "trine-rejection+jwt"

    public let handle: Handle
    /// Of the application's bytes: so one that came later under this handle isn't meant.
    public let application: Digest<Digested.Blob>

    public static let shape = Shape<RejectionClaims>(
        RejectionClaims.init(handle:application:),
        .required("handle", \.handle, .handle),
        .required("application", \.application, .digest()))
}

extension Rejection {
    public static func sign(
        _ handle: Handle, _ application: Digest<Digested.Blob>, by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> JWS {
        sign(
            RejectionClaims(handle: handle, application: application), by: signer, at: time,
            jti: jti)
    }
}
