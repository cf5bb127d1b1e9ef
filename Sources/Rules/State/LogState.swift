public import Sharing
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
    /// Log time at which the rules in force could begin; `nil` for those that the log began with.
    public var rulesSince: Timestamp?
    /// The rules that are announced.
    public var upgrade: ComingRules?
    /// The vkeys of the log and of its host's clock, as in genesis.
    public var logKey: String
    public var clockKey: String
    /// The charter in force.
    public var charter: Charter
    public var host: Handle
    public var policies: Digest<Digested.Policies>
    /// Log time: the largest `iat` since an authority last set it.
    public var time: Timestamp
    /// How many times the authorities have set it.
    public var timesSet: Int64
    /// The latest log time that they set back.
    public var setBackFrom: Timestamp?

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, rules: Int64,
        rulesSince: Timestamp? = nil, upgrade: ComingRules? = nil, logKey: String,
        clockKey: String, charter: Charter, host: Handle, policies: Digest<Digested.Policies>,
        time: Timestamp, timesSet: Int64 = 0, setBackFrom: Timestamp? = nil
    ) {
        self.origin = origin
        self.genesis = genesis
        self.rules = rules
        self.rulesSince = rulesSince
        self.upgrade = upgrade
        self.logKey = logKey
        self.clockKey = clockKey
        self.charter = charter
        self.host = host
        self.policies = policies
        self.time = time
        self.timesSet = timesSet
        self.setBackFrom = setBackFrom
    }

    public static let shape = Shape<LogState>(
        LogState.init(
            origin:genesis:rules:rulesSince:upgrade:logKey:clockKey:charter:host:policies:time:
            timesSet:setBackFrom:),
        .required("origin", \.origin, .origin),
        .required("genesis", \.genesis, .digest()),
        .required("rules", \.rules, .count),
        .optional("rules_since", \.rulesSince, .time),
        .optional("upgrade", \.upgrade, .object),
        .required("log_key", \.logKey, .text),
        .required("clock_key", \.clockKey, .text),
        .required("charter", \.charter, .object),
        .required("host", \.host, .handle),
        .required("policies", \.policies, .digest()),
        .required("time", \.time, .time),
        .required("times_set", \.timesSet, .count),
        .optional("set_back_from", \.setBackFrom, .time))
}

extension LogState {
    /// Whether the authorities set log time back from about there, so that what the host dated until
    /// then says nothing about what comes now.
    public func hasSetBack(_ date: Timestamp) -> Bool {
        setBackFrom.map { date <= $0.advanced(by: Limits.aheadSeconds) } ?? false
    }
}
