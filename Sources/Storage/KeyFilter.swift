import Rules

/// Which keys may be in a set, in three bytes a key: one that is in it always may, of the others one in
/// ten thousand (a Bloom filter).
struct KeyFilter: Sendable {
    private var bits: [UInt64]
    private static let bitsPerKey = 24
    private static let probes = 6

    init(_ keys: some Collection<StateKey>) {
        bits = [UInt64](repeating: 0, count: max(1, keys.count * Self.bitsPerKey / 64))
        for key in keys {
            for place in places(of: Self.hash(key)) { bits[place >> 6] |= 1 << UInt64(place & 63) }
        }
    }

    /// What ``mayContain(_:)`` takes. It differs from process to process, so that nobody can choose keys
    /// by it.
    static func hash(_ key: StateKey) -> Int { key.hashValue }

    func mayContain(_ hash: Int) -> Bool {
        places(of: hash).allSatisfy { bits[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
    }

    private func places(of hash: Int) -> some Sequence<Int> {
        let first = UInt64(truncatingIfNeeded: UInt32(truncatingIfNeeded: hash))
        let step = UInt64(truncatingIfNeeded: UInt32(truncatingIfNeeded: hash >> 32)) | 1
        let count = UInt64(bits.count) * 64
        return (0..<UInt64(Self.probes)).lazy.map { Int((first &+ $0 &* step) % count) }
    }
}
