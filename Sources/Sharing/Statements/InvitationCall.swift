public import Wire

/// An authority's signed word that somebody may apply under a handle. It leaves no entry.
public typealias InvitationCall = SignedCall<InvitationClaims>

/// Who is invited: a handle, and how the gateway recognises who comes with the invitation.
public struct InvitationClaims: CallClaims {
    public static let type = "trine-invitation+jwt"

    public let handle: Handle
    /// SHA-256 of the token that an application brings.
    public let token: Digest<Digested.InvitationToken>

    /// For so many seconds an application may come.
    public static let validSeconds: Int64 = 14 * 86_400

    public static let shape = Shape<InvitationClaims>(
        InvitationClaims.init(handle:token:),
        .required("handle", \.handle, .handle),
        .required("token", \.token, .digest()))
}

extension InvitationCall {
    public static func sign(
        _ handle: Handle, _ token: Digest<Digested.InvitationToken>, by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> JWS {
        sign(InvitationClaims(handle: handle, token: token), by: signer, at: time, jti: jti)
    }
}
