/// An era of a participant's keys, and the epochs that belong to it.
///
/// It begins where the participant names another encryption key. Everybody who reads the log counts the
/// same eras, and an epoch is of the same era for all of them.
public struct KeyEra: Hashable, Sendable {
    /// From 1.
    public let number: Int

    /// The era that `epoch` belongs to.
    public init(of epoch: Int64) { number = Int(epoch / Limits.epochsPerEra) + 1 }

    public var firstEpoch: Int64 { Int64(number - 1) * Limits.epochsPerEra }
    /// The next era's first one.
    public var endEpoch: Int64 { firstEpoch + Limits.epochsPerEra }
}
