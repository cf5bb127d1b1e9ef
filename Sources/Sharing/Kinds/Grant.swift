public import Wire

/// An enterprise grants somebody a right over some of its records, for one purpose and time.
public struct Grant: KindForm {
    public typealias Selective = GrantTerms
    public static let kind = Kind.grant
    public static let scope = KeyScope.grant

    public let right: Right
    public let purpose: Purpose
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// The policy set under which it is given.
    public let policies: Digest<Digested.Policies>
    public let envelope: Digest<Digested.Envelope>
    /// Where the records of a grant to prove are listed.
    public let at: TreePoint?

    public init(
        right: Right, purpose: Purpose, notBefore: Timestamp, expires: Timestamp,
        policies: Digest<Digested.Policies>, envelope: Digest<Digested.Envelope>,
        at: TreePoint? = nil
    ) {
        self.right = right
        self.purpose = purpose
        self.notBefore = notBefore
        self.expires = expires
        self.policies = policies
        self.envelope = envelope
        self.at = at
    }

    public static let shape = Shape<Grant>(
        Grant.init(right:purpose:notBefore:expires:policies:envelope:at:),
        .required("right", \.right, .code),
        .required("purpose", \.purpose, .code),
        .required("nbf", \.notBefore, .time),
        .required("exp", \.expires, .time),
        .required("policies", \.policies, .digest()),
        .required("envelope", \.envelope, .digest()),
        .optional("at", \.at, .object))

    public var blob: BlobCommitment? { .envelope(envelope) }

    public func check(_ terms: GrantTerms) throws(StatementError) {
        guard terms.subject.right == right else {
            throw .malformedSelectiveClaim(terms.subject.right.foreignMember)
        }
    }

    public var pointers: Set<Reference> { [] }
}

/// A size of the tree and its root there.
public struct TreePoint: Shaped, Hashable {
    public let size: Int64
    public let root: Digest<Digested.Leaf>

    public init(size: Int64, root: Digest<Digested.Leaf>) {
        self.size = size
        self.root = root
    }

    public static let shape = Shape<TreePoint>(
        TreePoint.init(size:root:),
        .required("size", \.size, .positive), .required("root", \.root, .digest()))
}

/// Whom a grant is for and what it covers: the selective claims of `grant`.
public struct GrantTerms: SelectiveClaims {
    public let to: Handle
    /// The grantee's key that the envelope is sealed to.
    public let recipientKey: Digest<Digested.EncryptionKey>
    public let scope: Scope
    public let subject: GrantSubject
    /// How many accesses may be made.
    public let fetches: Int64
    /// Seconds the grantee may keep what it read.
    public let dataLife: Int64
    /// The epochs whose keys the envelope gives, for each series of ``scope``.
    public let epochs: [SeriesEpochs]
    /// The request this answers.
    public let request: JTI?

    public init(
        to: Handle, recipientKey: Digest<Digested.EncryptionKey>, scope: Scope,
        subject: GrantSubject, fetches: Int64, dataLife: Int64, epochs: [SeriesEpochs],
        request: JTI? = nil
    ) {
        self.to = to
        self.recipientKey = recipientKey
        self.scope = scope
        self.subject = subject
        self.fetches = fetches
        self.dataLife = dataLife
        self.epochs = epochs
        self.request = request
    }

    public static let shape = Shape<GrantTerms>(
        { (to, key, scope, subject, fetches, life, epochs, request) throws(ClaimError) in
            guard epochs.map(\.series) == scope.series else { throw .malformed("epochs") }
            return GrantTerms(
                to: to, recipientKey: key, scope: scope, subject: subject, fetches: fetches,
                dataLife: life, epochs: epochs, request: request)
        },
        .required("to", \.to, .handle),
        .required("recipient_key", \.recipientKey, .digest()),
        .required("scope", \.scope, .object),
        .part(\.subject, GrantSubject.shape),
        .required("fetches", \.fetches, .fetches),
        .required("data_life", \.dataLife, .dataLife),
        .required("epochs", \.epochs, .epochs),
        .nullable("request", \.request, .jti))
}
