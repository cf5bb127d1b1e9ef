public import Wire

/// What the workflows take from outside: the time, and randomness for keys, salts and identifiers.
///
/// Tests pass their own; everything below the workflows gets both as arguments.
public struct Surroundings: Sendable {
    public let now: @Sendable () -> Timestamp
    /// 64 bits from a cryptographically secure generator.
    public let word: @Sendable () -> UInt64

    public init(
        now: @escaping @Sendable () -> Timestamp, word: @escaping @Sendable () -> UInt64
    ) {
        (self.now, self.word) = (now, word)
    }

    /// The machine's clock and its cryptographic generator.
    public static let system = Surroundings(
        now: { Timestamp(clamping: Clock.seconds) },
        word: {
            var generator = SystemRandomNumberGenerator(); return generator.next()
        })

    var random: Randomness { Randomness(word: word) }
}

/// The surroundings' randomness as a generator.
struct Randomness: RandomNumberGenerator {
    let word: @Sendable () -> UInt64
    mutating func next() -> UInt64 { word() }
}
