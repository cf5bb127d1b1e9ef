import Foundation

/// SplitMix64: a test's random numbers from a seed, so that a failure can be run again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    public let seed: UInt64

    public init(seed: UInt64) { (state, self.seed) = (seed, seed) }

    /// A new seed each time, or the one in the environment as `TRINE_SEED`; it is printed.
    public static func printed(_ test: String = #function) -> SeededGenerator {
        let given = ProcessInfo.processInfo.environment["TRINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: .min ... .max)
        print("\(test): TRINE_SEED=\(seed)")
        return SeededGenerator(seed: seed)
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    public mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// True in so many of a hundred cases.
    public mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// These bytes with one to four changes: a bit or byte changed, some left out, put in, repeated
    /// or cut off.
    public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<number(1...4) {
            guard !bytes.isEmpty else { return [UInt8.random(in: 0...255, using: &self)] }
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &self), at: place)
            case 4: bytes.removeLast(bytes.count - place)
            default:
                let end = min(bytes.count, place + number(1...64))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }
}
