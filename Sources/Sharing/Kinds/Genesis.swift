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
    public let authorities: [FoundingParticipant]
    /// How many authorities decide together.
    public let threshold: Int64
    public let host: FoundingParticipant
    public let policies: Digest<Digested.Policies>

    public init(
        origin: Origin, rules: Int64, logKey: String, authorities: [FoundingParticipant],
        threshold: Int64, host: FoundingParticipant, policies: Digest<Digested.Policies>
    ) {
        self.origin = origin
        self.rules = rules
        self.logKey = logKey
        self.authorities = authorities
        self.threshold = threshold
        self.host = host
        self.policies = policies
    }

    public static let shape = Shape<Genesis>(
        Genesis.init(origin:rules:logKey:authorities:threshold:host:policies:),
        .required("origin", \.origin, .origin),
        .required("rules", \.rules, .positive),
        .required("log_key", \.logKey, .text),
        .required("authorities", \.authorities, .list(of: .object, 1...64)),
        .required("threshold", \.threshold, .positive),
        .required("host", \.host, .object),
        .required("policies", \.policies, .digest()))

    public var blob: BlobCommitment? { .policies(policies, files: nil) }
    public var offeredKeys: [VerificationKey] { (authorities + [host]).map(\.key) }

    public var pointers: Set<Reference> {
        (authorities + [host]).reduce(into: [.log]) { pointers, founder in
            pointers.formUnion([.participant(founder.handle), .key(founder.key.thumbprint)])
        }
    }
}

/// A participant's first keys, given when the log begins.
public struct FoundingParticipant: Shaped, Hashable {
    public let handle: Handle
    public let key: VerificationKey

    public init(handle: Handle, key: VerificationKey) {
        self.handle = handle
        self.key = key
    }

    public static let shape = Shape<FoundingParticipant>(
        FoundingParticipant.init(handle:key:),
        .required("handle", \.handle, .handle),
        .required("jwk", \.key, .jwk))
}
