public import Wire

/// What a gateway says of itself at `/`. A client that joins compares it with entry 0, which its
/// invitation pinned.
public struct ServiceDescription: Message, Hashable {
    public let origin: Origin
    public let genesis: Digest<Digested.Genesis>
    /// The vkey with which the log signs its checkpoints.
    public let logKey: String
    /// The vkey with which the host dates them.
    public let clockKey: String
    /// The version of the rules in force.
    public let rules: Int64
    /// How many entries the log has.
    public let size: Int64

    public static let maximumBytes = 16_384

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, logKey: String, clockKey: String,
        rules: Int64, size: Int64
    ) {
        self.origin = origin
        self.genesis = genesis
        self.logKey = logKey
        self.clockKey = clockKey
        self.rules = rules
        self.size = size
    }

    public static let shape = Shape<ServiceDescription>(
        ServiceDescription.init(origin:genesis:logKey:clockKey:rules:size:),
        .required("origin", \.origin, .origin),
        .required("genesis", \.genesis, .digest()),
        .required("log_key", \.logKey, .text),
        .required("clock_key", \.clockKey, .text),
        .required("rules", \.rules, .count),
        .required("size", \.size, .count))
}
