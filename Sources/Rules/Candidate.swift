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

    /// `checked` is the statement's signature, where somebody looked at it before; the rules believe
    /// it if it was checked with the key that they would have taken.
    public init(
        _ statement: Statement, selective: (any SelectiveClaims)?, index: Int64,
        checked: VerifiedJWS? = nil
    ) {
        self.statement = statement
        self.selective = selective.flatMap { statement.claims.owns($0) ? $0 : nil }
        self.index = index
        self.checked = checked
    }

    /// Whether every rule can be checked: false where selective claims were withheld.
    var isComplete: Bool {
        selective != nil || !type(of: statement.claims).hasSelectiveClaims
    }

    /// Whether the signature is one of `key`, which was found under the thumbprint in the header.
    func isSigned(with key: VerificationKey) -> Bool {
        if let checked, checked.key == key, checked.jws == statement.jws { return true }
        return (try? statement.jws.verified(byKeyNamed: key)) != nil
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
