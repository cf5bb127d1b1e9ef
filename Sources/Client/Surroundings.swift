import CSodium
package import Sharing
public import Wire

/// What the workflows take from outside: the time, and randomness for keys, salts and identifiers.
///
/// Tests pass their own; everything below the workflows gets both as arguments.
public struct Surroundings: Sendable {
    public let now: @Sendable () -> Timestamp
    /// Fills with bytes from a cryptographically secure generator.
    public let fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void
    /// How long an operation waits for another process of the same home before it is refused.
    public let patience: Duration

    /// The usual patience is longer than a command needs that somebody started beside this one.
    public init(
        now: @escaping @Sendable () -> Timestamp,
        fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void = Self.systemBytes,
        patience: Duration = .seconds(20)
    ) {
        self.now = now
        self.fill = fill
        self.patience = patience
    }

    /// From the system, by libsodium (`getrandom`).
    public static let systemBytes: @Sendable (UnsafeMutableRawBufferPointer) -> Void = { bytes in
        precondition(isReady, "libsodium could not be initialised")
        if let start = bytes.baseAddress { randombytes_buf(start, bytes.count) }
    }

    private static let isReady = sodium_init() >= 0

    /// The machine's clock and its cryptographic generator.
    public static let system = Surroundings(now: { Timestamp(clamping: Clock.seconds) })

    var random: Randomness { Randomness(filling: fill) }
}

/// The surroundings' randomness as a generator.
struct Randomness: ByteGenerator {
    let filling: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    func fill(_ bytes: UnsafeMutableRawBufferPointer) { filling(bytes) }

    mutating func next() -> UInt64 {
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word, filling)
        return word
    }
}

extension FetchOpener {
    /// A new one, from the system's generator.
    package static func random() -> FetchOpener {
        var random = SystemRandomNumberGenerator()
        return FetchOpener(using: &random)
    }
}
