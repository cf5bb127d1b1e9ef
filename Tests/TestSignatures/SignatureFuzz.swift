import CSodium
import TestSupport
import Wire

/// Compares prepared keys with libsodium on signatures that are made to tell them apart: valid ones,
/// damaged ones, keys and R with a part of small order, encodings that aren't canonical, S around ℓ.
///
/// A round has one key and some hundred signatures and follows from the seed and its number alone, so
/// that any range of rounds can be run again or somewhere else. What is compared is made by libsodium.
public struct SignatureFuzz: Sendable {
    /// Signatures of a round.
    public static let perRound = 512

    public let seed: UInt64

    public init(seed: UInt64) {
        self.seed = seed
        precondition(sodium_init() >= 0)
    }

    /// A signature about which the two disagree.
    public struct Difference: Sendable {
        public let round: UInt64
        public let key: [UInt8]
        public let signature: [UInt8]
        public let message: [UInt8]
        public let libsodium: Bool
    }

    public struct Tally: Sendable {
        public var compared = 0
        public var valid = 0
        public var differences: [Difference] = []

        public init() {}

        public static func += (left: inout Tally, right: Tally) {
            left.compared += right.compared
            left.valid += right.valid
            left.differences += right.differences
        }
    }

    /// Compares the signatures of one round: one by one with a prepared key, and together with one that has
    /// wider multiples.
    public func round(_ number: UInt64) -> Tally {
        var cases = SignatureCases(
            random: SeededGenerator(seed: seed ^ (number &* 0x9e37_79b9_7f4a_7c15)))
        guard let key = VerificationKey(registered: cases.key) else {
            preconditionFailure("a key has 32 bytes")
        }
        let (narrow, wide) = (key.prepared(), key.prepared(wide: true))
        let all = (0..<Self.perRound).map { _ in cases.next() }
        let together = wide.map { wide in
            PreparedKey.areValid(all.map { .init($0.signature, of: $0.message[...], by: wide) })
        }
        var tally = Tally()
        for (place, (signature, message)) in all.enumerated() {
            let expected = key.isValidByLibsodium(signature: signature, of: message)
            tally.compared += 1
            tally.valid += expected ? 1 : 0
            let alone = narrow?.isValid(signature: signature, of: message) ?? false
            guard alone != expected || (together?[place] ?? false) != expected else { continue }
            tally.differences.append(
                Difference(
                    round: number, key: key.bytes, signature: signature, message: message,
                    libsodium: expected))
        }
        return tally
    }

    /// Signatures that satisfy the equation, R being of small order, under keys with and without a part
    /// of small order.
    public func signaturesWithSmallR() -> [(key: [UInt8], signature: [UInt8], message: [UInt8])] {
        var random = SeededGenerator(seed: seed)
        let secret = Group.reduced(random.bytes(64))
        var found: [(key: [UInt8], signature: [UInt8], message: [UInt8])] = []
        for part in SmallOrder.canonical {
            let key = Group.sum(Group.multiple(secret), part)
            for r in SmallOrder.canonical {
                for _ in 0..<8 {
                    let message = random.bytes(8)
                    let k = Group.challenge(r, key, message)
                    found.append((key, r + Group.response(Group.zero, k, secret), message))
                }
            }
        }
        return found
    }
}
