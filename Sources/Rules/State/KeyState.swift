public import Sharing
public import Wire

/// A signing key: whose it is, what it may sign and until when, and whether it is retired.
public struct KeyState: StateObject {
    public static let family = "key"
    public static let pattern = StateName.Pattern.key
    public static let origin = StateOrigin.publicClaims
    public static func key(_ thumbprint: Digest<Digested.Key>) -> StateKey.Of<KeyState> {
        .init(.key(thumbprint))
    }

    public var handle: Handle
    public var key: VerificationKey
    public var scopes: [KeyScope]
    /// From when on, in log time, it signs nothing; `nil` where it has no end.
    public var until: Timestamp?
    public var retired: Bool

    public init(
        handle: Handle, key: VerificationKey, scopes: [KeyScope], until: Timestamp? = nil,
        retired: Bool = false
    ) {
        self.handle = handle
        self.key = key
        self.scopes = scopes
        self.until = until
        self.retired = retired
    }

    public static let shape = Shape<KeyState>(
        KeyState.init(handle:key:scopes:until:retired:),
        .required("handle", \.handle, .handle),
        .required(
            "key", \.key,
            .mapped(
                .base64URL(32...32, "Ed25519 public key"),
                from: VerificationKey.init(registered:), to: \.bytes)),
        .required("scopes", \.scopes, .list(of: .word("scope"))),
        .optional("until", \.until, .time),
        .flag("retired", \.retired))

    /// The key has the thumbprint that it stands under.
    public func fits(_ name: StateName) -> Bool { name == .key(key.thumbprint) }

    /// Whether the key has come to its end at `time`.
    public func isExpired(at time: Timestamp) -> Bool { until.map { $0 <= time } ?? false }

    /// Whether the key may sign what needs `scope`.
    public func covers(_ scope: KeyScope) -> Bool {
        scopes.contains(scope) || scopes.contains(.all)
    }
}
