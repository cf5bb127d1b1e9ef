public import Wire

/// A participant adds a signing key.
public struct AddKey: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.key

    public let offer: KeyOffer

    public init(_ offer: KeyOffer) { self.offer = offer }

    public static let shape = Shape<AddKey>(AddKey.init(_:), .part(\.offer, KeyOffer.shape))

    public var offeredKeys: [VerificationKey] { [offer.key] }

    public var pointers: Set<Reference> { [.key(offer.key.thumbprint)] }
}

/// A signing key: what it may sign, and until when.
public struct KeyTerms: Shaped, Hashable {
    public let key: VerificationKey
    public let scopes: [KeyScope]
    /// From when on, in log time, it signs nothing; `nil` where it has no end.
    public let until: Timestamp?

    public init(key: VerificationKey, scopes: [KeyScope], until: Timestamp? = nil) {
        self.key = key
        self.scopes = scopes.sorted()
        self.until = until
    }

    public static let shape = Shape<KeyTerms>(
        KeyTerms.init(key:scopes:until:),
        .required("jwk", \.key, .jwk),
        .required("scopes", \.scopes, .ascending(of: .code, 1...KeyScope.allCases.count)),
        .optional("until", \.until, .time))
}

/// A signing key that is added, and the proof that its owner holds it.
public struct KeyOffer: Shaped, Hashable {
    public let terms: KeyTerms
    /// A ``ProofOfPossession`` JWS.
    public let pop: JWS

    public init(_ terms: KeyTerms, pop: JWS) {
        self.terms = terms
        self.pop = pop
    }

    public var key: VerificationKey { terms.key }
    public var scopes: [KeyScope] { terms.scopes }
    public var until: Timestamp? { terms.until }

    public static let shape = Shape<KeyOffer>(
        KeyOffer.init(_:pop:),
        .part(\.terms, KeyTerms.shape), .required("pop", \.pop, .jws))
}
