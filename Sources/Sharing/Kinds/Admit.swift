public import Wire

/// An authority admits a participant.
public struct Admit: GovernanceForm {
    public typealias Selective = LegalIdentity
    public static let isAboutParticipants = true
    public static let kind = Kind.admit

    public let handle: Handle
    public let roles: [Role]
    public let keys: [KeyOffer]
    public let envelopeKey: EncryptionKey
    public var approvals: [Approval]

    public init(
        handle: Handle, roles: [Role], keys: [KeyOffer], encryptionKey: EncryptionKey,
        approvals: [Approval] = []
    ) {
        self.handle = handle
        self.roles = roles.sorted()
        self.keys = keys
        envelopeKey = encryptionKey
        self.approvals = approvals
    }

    public static let shape = Shape<Admit>(
        Admit.init(handle:roles:keys:encryptionKey:approvals:),
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .roles),
        .required("keys", \.keys, .keyOffers),
        .required("encryption_key", \.envelopeKey, .encryptionKey),
        .required("approvals", \.approvals, .approvals))

    public func participant(issuer: Handle) -> Handle? { handle }
    public var offeredKeys: [VerificationKey] { keys.map(\.key) }
    public var encryptionKey: EncryptionKey? { envelopeKey }

    public var pointers: Set<Reference> {
        Set(keys.map { .key($0.key.thumbprint) }).union([.participant(handle)])
    }
}

/// Who an applicant is in law, by its own word. It makes the disclosures of this itself, so that its
/// fingerprint is over them and tells nothing to who guesses names.
public struct ApplicantIdentity: SelectiveClaims {
    public let name: String
    public let identifiers: [LegalIdentifier]
    /// ISO 3166-1 alpha-2.
    public let country: String

    public init(name: String, identifiers: [LegalIdentifier], country: String) {
        self.name = name
        self.identifiers = identifiers
        self.country = country
    }

    public static let shape = Shape<ApplicantIdentity>(
        ApplicantIdentity.init(name:identifiers:country:),
        .required("legal_name", \.name, .legalName),
        .required("legal_ids", \.identifiers, .legalIdentifiers),
        .required("country", \.country, .country))

    /// `country`, `legal_ids`, `legal_name`.
    static let names = shape.rows.map(\.name)

    /// Reads the three disclosures; `nil` unless they are in the order of their names.
    public init?(_ disclosures: [Disclosure]) {
        guard disclosures.map(\.name) == Self.names else { return nil }
        let values = Dictionary(uniqueKeysWithValues: disclosures.map { ($0.name, $0.value) })
        guard let identity = try? ApplicantIdentity(disclosed: values) else { return nil }
        self = identity
    }
}

/// Who a participant is in law: the selective claims of `admit`.
public struct LegalIdentity: SelectiveClaims {
    /// By its own word.
    public let applicant: ApplicantIdentity
    /// The authority's reference to its own file, not a text about anyone.
    public let dueDiligence: String?
    /// What the authority found; `nil` where it doesn't say.
    public let size: SizeClass?

    public init(
        _ applicant: ApplicantIdentity, dueDiligence: String? = nil, size: SizeClass? = nil
    ) {
        self.applicant = applicant
        self.dueDiligence = dueDiligence
        self.size = size
    }

    public var name: String { applicant.name }
    public var identifiers: [LegalIdentifier] { applicant.identifiers }
    public var country: String { applicant.country }

    public static let shape = Shape<LegalIdentity>(
        LegalIdentity.init(_:dueDiligence:size:),
        .part(\.applicant, ApplicantIdentity.shape),
        .nullable("due_diligence", \.dueDiligence, .reference),
        .nullable("size", \.size, .code))
}

extension LegalIdentity {
    /// The applicant's own disclosures with fresh ones of what the authority found.
    public func disclosures(
        completing own: [Disclosure], using random: inout some RandomNumberGenerator
    ) -> [Disclosure] {
        own
            + disclosures(using: &random).filter { !ApplicantIdentity.names.contains($0.name) }
    }
}

/// How a legal entity is known to a register.
public struct LegalIdentifier: Shaped, Hashable {
    public let scheme: IdentifierScheme
    public let id: String

    /// `nil` for an empty identifier, one over ``Limits/identifierBytes``, or with control characters.
    public init?(scheme: IdentifierScheme, id: String) {
        guard (1...Limits.identifierBytes).contains(id.utf8.count), id.hasNoControls else {
            return nil
        }
        self.scheme = scheme
        self.id = id
    }

    public static let shape = Shape<LegalIdentifier>(
        blaming: "id", LegalIdentifier.init(scheme:id:),
        .required("scheme", \.scheme, .code), .required("id", \.id, .reference))
}

extension Codec where Value == [Role] {
    /// A participant's roles, ascending by number.
    public static let roles = Codec.ascending(of: .code, 1...Role.allCases.count)
}

extension Codec where Value == [KeyOffer] {
    /// A participant's first signing keys.
    public static let keyOffers = Codec.list(of: .object, 1...Limits.keysPerParticipant)
}

extension Codec where Value == [LegalIdentifier] {
    public static let legalIdentifiers = Codec.list(of: .object, 0...Limits.legalIdentifiers)
}

extension Codec where Value == String {
    public static let legalName = Codec.text(1...Limits.legalNameBytes).withoutControls

    /// ISO 3166-1 alpha-2.
    public static let country = Codec.text(2...2).limited("country") { text in
        text.utf8.allSatisfy { (0x41...0x5a).contains($0) }
    }
}

/// A raw X-Wing public key, 1216 bytes, to which envelopes are sealed.
public struct EncryptionKey: Hashable, Sendable {
    public static let byteCount = 1216
    public let bytes: [UInt8]

    /// Takes 1216 bytes. Whether a key can be encapsulated to is ``Envelope``'s to find out.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public var digest: Digest<Digested.EncryptionKey> { Digest(hashing: bytes) }
}

extension Codec where Value == EncryptionKey {
    public static let encryptionKey = Codec.mapped(
        .base64URL(EncryptionKey.byteCount...EncryptionKey.byteCount, "X-Wing public key"),
        from: { EncryptionKey(bytes: $0) }, to: \.bytes)
}
