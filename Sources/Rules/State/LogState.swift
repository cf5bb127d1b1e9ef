import Sharing
public import Wire

/// What genesis fixed, what authorities changed since, and log time.
public struct LogState: StateObject {
    public static let family = "log"
    public static let pattern = StateName.Pattern.only
    public static let origin = StateOrigin.publicClaims
    public static let key = StateKey.Of<LogState>(.only)

    public var origin: Origin
    public var genesis: Digest<Digested.Genesis>
    public var rules: Int64
    public var authorities: [Handle]
    public var threshold: Int64
    public var host: Handle
    public var policies: Digest<Digested.Policies>
    /// Log time: the largest `iat` since an authority last set it.
    public var time: Timestamp

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, rules: Int64, authorities: [Handle],
        threshold: Int64, host: Handle, policies: Digest<Digested.Policies>, time: Timestamp
    ) {
        self.origin = origin
        self.genesis = genesis
        self.rules = rules
        self.authorities = authorities
        self.threshold = threshold
        self.host = host
        self.policies = policies
        self.time = time
    }

    public static let shape = Shape<LogState>(
        LogState.init(origin:genesis:rules:authorities:threshold:host:policies:time:),
        .required("origin", \.origin, .origin),
        .required("genesis", \.genesis, .digest()),
        .required("rules", \.rules, .count),
        .required("authorities", \.authorities, .list(of: .handle)),
        .required("threshold", \.threshold, .count),
        .required("host", \.host, .handle),
        .required("policies", \.policies, .digest()),
        .required("time", \.time, .time))
}
