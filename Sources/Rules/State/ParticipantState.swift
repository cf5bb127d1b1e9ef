public import Sharing
public import Wire

/// A participant: its roles, its keys, and whether it is suspended.
public struct ParticipantState: StateObject {
    public static let family = "participant"
    public static let pattern = StateName.Pattern.handle
    public static func key(_ handle: Handle) -> StateKey.Of<ParticipantState> {
        .init(.handle(handle))
    }

    public var roles: [Role]
    /// Every key it ever had; retired ones count towards the limit.
    public var keys: [Digest<Digested.Key>]
    /// Of the key that envelopes are sealed to now; `nil` for those named at genesis.
    public var encryptionKey: Digest<Digested.EncryptionKey>?
    public var suspended: Bool
    /// It was suspended for good, and its identity erased.
    public var forgotten = false
    public var admittedAt: Int64
    /// As its authority found; `nil` where it didn't say, or a replay wasn't shown it.
    public var size: SizeClass?

    public init(
        roles: [Role], keys: [Digest<Digested.Key>],
        encryptionKey: Digest<Digested.EncryptionKey>?, suspended: Bool = false,
        forgotten: Bool = false,
        admittedAt: Int64, size: SizeClass? = nil
    ) {
        self.roles = roles
        self.keys = keys
        self.encryptionKey = encryptionKey
        self.suspended = suspended
        self.forgotten = forgotten
        self.admittedAt = admittedAt
        self.size = size
    }

    public static let shape = Shape<ParticipantState>(
        ParticipantState.init(
            roles:keys:encryptionKey:suspended:forgotten:admittedAt:size:),
        .required("roles", \.roles, .list(of: .word("role"))),
        .required("keys", \.keys, .list(of: .digest())),
        .optional("encryption_key", \.encryptionKey, .digest()),
        .flag("suspended", \.suspended),
        .flag("forgotten", \.forgotten),
        .required("admitted_at", \.admittedAt, .count),
        .optional("size", \.size, .word("size")))
}
