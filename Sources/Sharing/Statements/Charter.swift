public import Wire

/// What an alliance agreed about itself: who governs, how many of them together, which witnesses
/// have to cosign, and how old what is shown may be.
public struct Charter: Shaped, Hashable {
    /// Ascending.
    public let authorities: [Handle]
    /// How many authorities decide together.
    public let threshold: Int64
    /// How many seconds ago the newest checkpoint may have been dated that somebody is shown.
    public let freshness: Int64
    /// The lines of a trust policy (C2SP tlog-policy) but those of the log; none where no witness is
    /// needed.
    public let witnesses: [String]

    public init(authorities: [Handle], threshold: Int64, freshness: Int64, witnesses: [String]) {
        self.authorities = authorities.sorted()
        self.threshold = threshold
        self.freshness = freshness
        self.witnesses = witnesses
    }

    public static let shape = Shape<Charter>(
        Charter.init(authorities:threshold:freshness:witnesses:),
        .required(
            "authorities", \.authorities,
            .ascending(of: .handle, 1...Limits.authorities)),
        .required("threshold", \.threshold, .threshold),
        .required("freshness", \.freshness, .freshness),
        .required("witnesses", \.witnesses, .witnessLines))
}

/// The charter that a log begins with. It gives the authorities' first keys too.
public struct FoundingCharter: Shaped, Hashable {
    public let authorities: [FoundingParticipant]
    public let threshold: Int64
    public let freshness: Int64
    public let witnesses: [String]

    /// One day, where nobody says otherwise.
    public static let usualFreshness: Int64 = 86_400

    public init(
        authorities: [FoundingParticipant], threshold: Int64 = 1,
        freshness: Int64 = usualFreshness, witnesses: [String] = []
    ) {
        self.authorities = authorities
        self.threshold = threshold
        self.freshness = freshness
        self.witnesses = witnesses
    }

    public var charter: Charter {
        Charter(
            authorities: authorities.map(\.handle), threshold: threshold, freshness: freshness,
            witnesses: witnesses)
    }

    public static let shape = Shape<FoundingCharter>(
        FoundingCharter.init(authorities:threshold:freshness:witnesses:),
        .required("authorities", \.authorities, .list(of: .object, 1...Limits.authorities)),
        .required("threshold", \.threshold, .threshold),
        .required("freshness", \.freshness, .freshness),
        .required("witnesses", \.witnesses, .witnessLines))
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

extension Codec where Value == Int64 {
    fileprivate static let threshold = integer(1...Int64(Limits.authorities))
    fileprivate static let freshness = integer(Limits.freshnessSeconds)
}

extension Codec where Value == [String] {
    fileprivate static let witnessLines = Codec.list(
        of: .text(1...Limits.witnessLineBytes).withoutControls, 0...Limits.witnessLines)
}
