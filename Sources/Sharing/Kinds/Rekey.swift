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

    public static let shape = Shape<Rekey>(
        Rekey.init(grant:envelope:),
        .required("grant", \.grant, .jti), .required("envelope", \.envelope, .digest()))

    public var blob: BlobCommitment? { .envelope(envelope) }
}

/// The epochs whose keys the new envelope gives, ascending: the selective claim of `rekey`.
public struct RekeyTerms: SelectiveClaims {
    public let epochs: [Int64]

    public init(epochs: [Int64]) { self.epochs = epochs }

    public static let shape = Shape<RekeyTerms>(
        RekeyTerms.init(epochs:), .required("epochs", \.epochs, .epochs))
}
