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

/// A signing key that is added, what it may sign, and the proof that its owner holds it.
public struct KeyOffer: Shaped, Hashable {
    public let key: VerificationKey
    public let scopes: [KeyScope]
    /// A ``ProofOfPossession`` JWS.
    public let pop: JWS

    public init(key: VerificationKey, scopes: [KeyScope], pop: JWS) {
        self.key = key
        self.scopes = scopes.sorted()
        self.pop = pop
    }

    public static let shape = Shape<KeyOffer>(
        KeyOffer.init(key:scopes:pop:),
        .required("jwk", \.key, .jwk),
        .required("scopes", \.scopes, .ascending(of: .code, 1...KeyScope.allCases.count)),
        .required("pop", \.pop, .jws))
}
