internal import CSodium
import Curve

/// The generators G and H of range proofs: 64 of each for every aggregated value ("party").
///
/// They come out of SHAKE256 over "GeneratorsChain", 'G' or 'H' and the party's number in four
/// bytes, least significant first: each 64 bytes of its output map to one element, so nobody knows a
/// relation between any of them. They are made tier by tier, at first use, and compared with a
/// digest: a miscompiled curve stops the process instead of proving nothing.
enum Generators {
    /// Generators of either kind for one party, one for each bit.
    static let perParty = 64
    /// Values in one proof.
    static let maximumParties = 64

    /// B, B̃, then party 0's 64 G and 64 H, with their odd multiples.
    static let firstParty = OddMultiples(
        of: [Pedersen.valueBase.point, Pedersen.blindingBase.point] + tiers[0].get().points,
        count: StrausSum.tableSize)

    /// Where `firstParty` has party 0's G, and behind them H.
    static let firstG = 2

    /// Tier 0 is party 0; tier k has the parties from 2^(k−1) to 2^k − 1.
    static let tiers: [Lazy<GeneratorTier>] = tierDigests.indices.map { tier in
        Lazy { GeneratorTier(tier) }
    }

    /// The G and H with the window multiples that bucket sums use, tier by tier.
    static let windows: [Lazy<WindowMultiples>] = tierDigests.indices.map { tier in
        Lazy { WindowMultiples(of: tiers[tier].get().points) }
    }

    /// The multiples 1, 3, … 15 of the G and H, tier by tier, for sums with secret scalars.
    static let smallMultiples: [Lazy<OddMultiples>] = tierDigests.indices.map { tier in
        Lazy { OddMultiples(of: tiers[tier].get().points, count: ConstantTimeSum.tableSize) }
    }

    /// The table with a party's small multiples, and the index of its first G there. Its first H
    /// is 64 further on.
    static func smallMultiples(party: Int) -> (table: OddMultiples, first: Int) {
        let tier = tierCount(parties: party + 1) - 1
        let position = party - parties(inTier: tier).lowerBound
        return (smallMultiples[tier].get(), 2 * perParty * position)
    }

    /// The parties of a tier.
    static func parties(inTier tier: Int) -> Range<Int> {
        tier == 0 ? 0..<1 : 1 << (tier - 1)..<1 << tier
    }

    /// The number of tiers that hold this many parties.
    static func tierCount(parties: Int) -> Int {
        Int.bitWidth - (parties - 1).leadingZeroBitCount + 1
    }

    /// SHA-256 of the encodings of a tier's generators, party by party, G before H.
    static let tierDigests = [
        "da3ebea5672d403e69513de41c69bba1a4c281a3a01f479e1236be243e4ec6b9",
        "8b29c29fdbb2ba17d8c34fc72225bb4fb5f9d5552f5c0aa7b563f506ea1cb422",
        "ed1ff6c3cb2da385b2302cb7f65cb7a4ab4597769afbd59c1b1eb88fabefe0c2",
        "fe71d651b60a3d4248472ae83cd984ccea9043a7e5ad5bd38e1896cf2fceb635",
        "c63373fe543842bcd33f063da352b4390d9000559349a12e76cde60e557ed4b6",
        "fdb07f0aef04267b5cec5f0700f0c3a224c0031c27e6a7f98b8d8ee0561402d9",
        "05d398dec5b3152cd457a528be017bd1c90597217617fbf45d558d311e35d5b0",
    ]
}

/// The generators of some parties: for each, 64 G and then 64 H.
struct GeneratorTier: Sendable {
    let points: [Point]

    init(_ tier: Int) {
        var points: [Point] = []
        for party in Generators.parties(inTier: tier) {
            points += GeneratorTier.chain(UInt8(ascii: "G"), party)
            points += GeneratorTier.chain(UInt8(ascii: "H"), party)
        }
        self.points = points
        precondition(
            digest == Generators.tierDigests[tier], "the generators are not the standard ones")
    }

    private static func chain(_ kind: UInt8, _ party: Int) -> [Point] {
        var stream = Sponge.shake256(
            Array("GeneratorsChain".utf8) + [kind] + UInt32(party).littleEndianBytes)
        return (0..<Generators.perParty).map { _ in Point(uniform: stream.squeeze(64)) }
    }

    private var digest: String {
        let message = points.flatMap(\.encoding)
        var digest = [UInt8](repeating: 0, count: 32)
        crypto_hash_sha256(&digest, message, UInt64(message.count))
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
