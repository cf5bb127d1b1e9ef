public import Sharing
public import Wire

/// A participant: its roles, its keys, and whether it is suspended.
public struct ParticipantState: StateObject {
    public static let family = "participant"
    public static let pattern = StateName.Pattern.handle
    public static let origin = StateOrigin.both(selective: ["size", "country"])
    public static func key(_ handle: Handle) -> StateKey.Of<ParticipantState> {
        .init(.handle(handle))
    }

    public var roles: [Role]
    /// The keys that aren't retired, in the order in which they came.
    public var keys: [Digest<Digested.Key>]
    /// How many keys it ever had.
    public var keysEver: Int64
    /// Of the key that envelopes are sealed to now; `nil` for those named at genesis.
    public var encryptionKey: Digest<Digested.EncryptionKey>?
    /// No new record of it has an earlier epoch. It tells which era of its keys it is.
    public var leastEpoch: Int64
    public var suspended: Bool
    /// It was suspended for good, and its identity erased.
    public var forgotten = false
    public var admittedAt: Int64
    /// Of what was admitted; `nil` for those named at genesis, whom the genesis digest pins.
    public var fingerprint: Digest<Digested.Fingerprint>?
    /// As its authority found; `nil` where it didn't say, or a replay wasn't shown it.
    public var size: SizeClass?
    /// Where it is registered, ISO 3166-1; `nil` for those named at genesis, and where a replay wasn't
    /// shown it.
    public var country: String?

    public init(
        roles: [Role], keys: [Digest<Digested.Key>], keysEver: Int64? = nil,
        encryptionKey: Digest<Digested.EncryptionKey>?, leastEpoch: Int64 = 0,
        suspended: Bool = false,
        forgotten: Bool = false, admittedAt: Int64,
        fingerprint: Digest<Digested.Fingerprint>? = nil, size: SizeClass? = nil,
        country: String? = nil
    ) {
        self.roles = roles
        self.keys = keys
        self.keysEver = keysEver ?? Int64(keys.count)
        self.encryptionKey = encryptionKey
        self.leastEpoch = leastEpoch
        self.suspended = suspended
        self.forgotten = forgotten
        self.admittedAt = admittedAt
        self.fingerprint = fingerprint
        self.size = size
        self.country = country
    }

    public static let shape = Shape<ParticipantState>(
        {
            (
                roles, keys, ever, encryptionKey, leastEpoch, suspended, forgotten, admittedAt,
                fingerprint, size, country
            ) throws(ClaimError) in
            ParticipantState(
                roles: roles, keys: keys, keysEver: ever, encryptionKey: encryptionKey,
                leastEpoch: leastEpoch, suspended: suspended, forgotten: forgotten,
                admittedAt: admittedAt, fingerprint: fingerprint, size: size, country: country)
        },
        .required("roles", \.roles, .list(of: .word("role"))),
        .required("keys", \.keys, .list(of: .digest())),
        .required("keys_ever", \.keysEver, .count),
        .optional("encryption_key", \.encryptionKey, .digest()),
        .required("least_epoch", \.leastEpoch, .count),
        .flag("suspended", \.suspended),
        .flag("forgotten", \.forgotten),
        .required("admitted_at", \.admittedAt, .count),
        .optional("fingerprint", \.fingerprint, .digest()),
        .optional("size", \.size, .word("size")),
        .optional("country", \.country, .country))
}

extension ParticipantState {
    /// The era that its keys are in.
    public var era: KeyEra { KeyEra(of: leastEpoch) }
}
