public import Sharing
public import Wire

/// A statement at the place in the log that it asks for, with its selective claims as far as known.
public struct Candidate: Sendable {
    public let statement: Statement
    /// `nil` if withheld, erased, or not those of this kind of statement. The rules then check what
    /// they can.
    public let selective: (any SelectiveClaims)?
    public let index: Int64
    private let checked: VerifiedJWS?
    private let checkedCall: VerifiedJWS?

    /// `checked` is the statement's signature, and `checkedCall` that of the call that it carries, where
    /// somebody looked at them before; the rules believe one if it was checked with the key that they
    /// would have taken.
    public init(
        _ statement: Statement, selective: (any SelectiveClaims)?, index: Int64,
        checked: VerifiedJWS? = nil, checkedCall: VerifiedJWS? = nil
    ) {
        self.statement = statement
        self.selective = selective.flatMap { statement.claims.owns($0) ? $0 : nil }
        self.index = index
        self.checked = checked
        self.checkedCall = checkedCall
    }

    /// Whether every rule can be checked: false where selective claims were withheld.
    var isComplete: Bool {
        selective != nil || !type(of: statement.claims).hasSelectiveClaims
    }

    /// Whether the signature is one of `key`, which was found under the thumbprint in the header.
    func isSigned(with key: VerificationKey) -> Bool {
        Self.isSigned(statement.jws, with: key, checked)
    }

    /// Whether the signature of `call`, which the statement carries, is one of `key`, which was found under
    /// the thumbprint in its header.
    func isCarried(_ call: JWS, signedWith key: VerificationKey) -> Bool {
        Self.isSigned(call, with: key, checkedCall)
    }

    private static func isSigned(
        _ jws: JWS, with key: VerificationKey, _ checked: VerifiedJWS?
    ) -> Bool {
        if let checked, checked.key == key, checked.jws == jws { return true }
        return (try? jws.verified(byKeyNamed: key)) != nil
    }
}

/// A candidate as its kind's rule sees it.
struct Stated<Form: KindForm> {
    let candidate: Candidate
    let claims: Form
    /// `nil` where they are withheld or erased.
    let selective: Form.Selective?

    var statement: Statement { candidate.statement }
    var issuer: Handle { statement.issuer }
    var jti: JTI { statement.jti }

    init?(_ candidate: Candidate) {
        guard let claims = candidate.statement.claims as? Form else { return nil }
        self.candidate = candidate
        self.claims = claims
        selective = candidate.selective as? Form.Selective
    }
}
