public import Wire

/// An enterprise gives a grant that stands a new envelope.
public struct Rekey: KindForm {
    public typealias Selective = RekeyTerms
    public static let kind = Kind.rekey
    public static let scope = KeyScope.grant

    public let grant: JTI
    public let envelope: Digest<Digested.Envelope>

    public init(grant: JTI, envelope: Digest<Digested.Envelope>) {
        self.grant = grant
        self.envelope = envelope
    }

    public var follows: JTI? { grant }

    public static let shape = Shape<Rekey>(
        Rekey.init(grant:envelope:),
        .required("grant", \.grant, .jti), .required("envelope", \.envelope, .digest()))

    public var blob: BlobCommitment? { .envelope(envelope) }

    public var pointers: Set<Reference> { [.grant(grant)] }
}

/// What the new envelope gives, and to which key: the selective claims of `rekey`.
public struct RekeyTerms: SelectiveClaims {
    /// The epochs whose keys it gives, for each series of the grant's scope.
    public let epochs: [SeriesEpochs]
    /// The grantee's key that it is sealed to.
    public let recipientKey: Digest<Digested.EncryptionKey>

    public init(epochs: [SeriesEpochs], recipientKey: Digest<Digested.EncryptionKey>) {
        self.epochs = epochs
        self.recipientKey = recipientKey
    }

    public static let shape = Shape<RekeyTerms>(
        RekeyTerms.init(epochs:recipientKey:),
        .required("epochs", \.epochs, .epochs),
        .required("recipient_key", \.recipientKey, .digest()))
}
