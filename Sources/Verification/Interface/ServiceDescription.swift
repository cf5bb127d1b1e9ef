public import Wire

/// What a gateway says of itself at `/`. A client compares it with what its invitation pinned.
public struct ServiceDescription: Hashable, Sendable {
    public let origin: Origin
    public let genesis: Digest<Digested.Genesis>
    /// The vkey with which the log signs its checkpoints.
    public let logKey: String
    /// The version of the rules in force.
    public let rules: Int64
    /// How many entries the log has.
    public let size: Int64

    static let maximumBytes = 16_384

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, logKey: String, rules: Int64,
        size: Int64
    ) {
        (self.origin, self.genesis, self.logKey) = (origin, genesis, logKey)
        (self.rules, self.size) = (rules, size)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        genesis = try members.required("genesis") { $0.digest() }
        logKey = try members.required("log_key") { $0.text }
        origin = try members.required("origin") { $0.text.flatMap { Origin($0) } }
        rules = try members.required("rules", Value.count)
        size = try members.required("size", Value.count)
        try members.finish()
    }

    public var bytes: [UInt8] {
        let object: JSON = [
            "genesis": .digest(genesis), "log_key": .string(logKey),
            "origin": .string(origin.text), "rules": .integer(rules), "size": .integer(size),
        ]
        return object.canonicalBytes
    }
}
