public import Wire

/// Entry 0: what the log is, and who governs it.
public struct Genesis: KindForm {
    public static let isSubmitted = false
    public static let kind = Kind.genesis

    public let origin: Origin
    /// The version of the rules, 1.
    public let rules: Int64
    /// The log's own key, a C2SP vkey.
    public let logKey: String
    /// The key with which the host dates what it publishes, a C2SP vkey for cosignatures.
    public let clockKey: String
    public let charter: FoundingCharter
    public let host: FoundingParticipant
    public let policies: Digest<Digested.Policies>
    /// The record types that the log begins with.
    public let types: [TypeVersion]

    public init(
        origin: Origin, rules: Int64, logKey: String, clockKey: String, charter: FoundingCharter,
        host: FoundingParticipant, policies: Digest<Digested.Policies>, types: [TypeVersion]
    ) {
        self.origin = origin
        self.rules = rules
        self.logKey = logKey
        self.clockKey = clockKey
        self.charter = charter
        self.host = host
        self.policies = policies
        self.types = types
    }

    public static let shape = Shape<Genesis>(
        Genesis.init(
            origin:rules:logKey:clockKey:charter:host:policies:
            types:),
        .required("origin", \.origin, .origin),
        .required("rules", \.rules, .positive),
        .required("log_key", \.logKey, .text),
        .required("clock_key", \.clockKey, .text),
        .required("charter", \.charter, .object),
        .required("host", \.host, .object),
        .required("policies", \.policies, .digest()),
        .required("types", \.types, .list(of: .object, 1...64)))

    public var blob: BlobCommitment? { .founding(policies, types) }
    public var founders: [FoundingParticipant] { charter.authorities + [host] }
    public var offeredKeys: [VerificationKey] { founders.map(\.key) }

    public var pointers: Set<Reference> {
        founders.reduce(into: [.log]) { pointers, founder in
            pointers.formUnion([.participant(founder.handle), .key(founder.key.thumbprint)])
        }
    }
}
