public import Wire

/// What a gateway says of itself at `/`. A client compares it with what its invitation pinned.
public struct ServiceDescription: Message, Hashable {
    public let origin: Origin
    public let genesis: Digest<Digested.Genesis>
    /// The vkey with which the log signs its checkpoints.
    public let logKey: String
    /// The version of the rules in force.
    public let rules: Int64
    /// How many entries the log has.
    public let size: Int64

    public static let maximumBytes = 16_384

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, logKey: String, rules: Int64,
        size: Int64
    ) {
        (self.origin, self.genesis, self.logKey) = (origin, genesis, logKey)
        (self.rules, self.size) = (rules, size)
    }

    public static let shape = Shape<ServiceDescription>(
        ServiceDescription.init(origin:genesis:logKey:rules:size:),
        .required("origin", \.origin, .origin),
        .required("genesis", \.genesis, .digest()),
        .required("log_key", \.logKey, .text),
        .required("rules", \.rules, .count),
        .required("size", \.size, .count))
}
