public import Sharing
public import Wire

/// A signing key: whose it is, what it may sign, and whether it is retired.
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
    public var retired: Bool

    public init(handle: Handle, key: VerificationKey, scopes: [KeyScope], retired: Bool = false) {
        self.handle = handle
        self.key = key
        self.scopes = scopes
        self.retired = retired
    }

    public static let shape = Shape<KeyState>(
        KeyState.init(handle:key:scopes:retired:),
        .required("handle", \.handle, .handle),
        .required(
            "key", \.key,
            .mapped(
                .base64URL(32...32, "Ed25519 public key"),
                from: VerificationKey.init(registered:), to: \.bytes)),
        .required("scopes", \.scopes, .list(of: .word("scope"))),
        .flag("retired", \.retired))

    /// The key has the thumbprint that it stands under.
    public func fits(_ name: StateName) -> Bool { name == .key(key.thumbprint) }

    /// Whether the key may sign what needs `scope`.
    public func covers(_ scope: KeyScope) -> Bool {
        scopes.contains(scope) || scopes.contains(.all)
    }
}
