import TestSupport
import Testing

@testable import Commitments
@testable import Curve

/// The proofs that the tests of zkcrypto's crate carry.
struct PublishedProofs: Decodable {
    struct Proof: Decodable {
        let n: Int
        let m: Int
        let proof: String
    }
    let transcriptLabel: String
    let values: [UInt64]
    let commitments: [String]
    let proofs: [Proof]

    static let path = "vectors/bulletproofs/dalek_rangeproof_v1.json"

    static func load() throws -> PublishedProofs {
        try Shared.decode(path, as: PublishedProofs.self, fromSnakeCase: true)
    }
}

struct RangeProofTests {
    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Shared.exists(PublishedProofs.path)))
    func publishedProofsVerify() throws {
        let published = try PublishedProofs.load()
        let commitments = try published.commitments.map { try Commitment(parsing: bytes(hex: $0)) }
        var claims: [RangeClaim] = []
        for entry in published.proofs {
            let bits = try #require(RangeBits(rawValue: entry.n))
            let proof = try RangeProof(
                parsing: bytes(hex: entry.proof), bits: bits, count: entry.m)
            #expect(hex(proof.encoding) == entry.proof)
            let claim = RangeClaim(
                proof: proof, commitments: Array(commitments.prefix(entry.m)),
                transcript: Transcript(label: published.transcriptLabel))
            let verified = try claim.verify()
            #expect(verified.bits == bits)
            #expect(verified.commitments.count == entry.m)
            claims.append(claim)
        }
        #expect(claims.count == 16)
        #expect(try RangeClaim.verify(batch: claims).count == 16)
    }

    /// The published values and blindings, drawn from ChaCha20 with a known seed, make the published
    /// commitments.
    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Shared.exists(PublishedProofs.path)))
    func publishedCommitmentsAreMadeAgain() throws {
        let published = try PublishedProofs.load()
        var random = SeededRandom(24)
        for (value, expected) in zip(published.values, published.commitments) {
            let commitment = Pedersen.commit(random.opening(Int64(value)))
            #expect(hex(commitment.encoding) == expected)
        }
    }

    @Test(arguments: RangeBits.allCases, [1, 2, 4, 8, 16])
    func roundTrip(bits: RangeBits, count: Int) throws {
        var random = SeededRandom(UInt8(bits.rawValue + count))
        let limit = UInt64.max >> UInt64(64 - bits.rawValue)
        var values = (0..<count).map { _ in random.next() & limit }
        values[0] = limit
        values[count - 1] = count == 1 ? limit : 0
        let blindings = values.map { _ in random.scalar() }
        let transcript = Transcript(label: "test")
        var proving = transcript
        let (proof, commitments) = try RangeProof.prove(
            values: values, blindings: blindings, bits: bits, transcript: &proving, using: &random)
        let encoding = proof.encoding
        #expect(encoding.count == RangeProof.encodedSize(bits: bits, count: count))
        let parsed = try RangeProof(parsing: encoding, bits: bits, count: count)
        #expect(parsed == proof)
        let claim = RangeClaim(proof: parsed, commitments: commitments, transcript: transcript)
        _ = try claim.verify()
        for index in commitments.indices {
            var others = commitments
            others[index] = Commitment(others[index].point.doubled)
            let wrong = RangeClaim(proof: parsed, commitments: others, transcript: transcript)
            #expect(throws: ProofRefusal.equationFails) { try wrong.verify() }
            #expect(throws: ProofRefusal.equationFails) {
                try RangeClaim.verify(batch: [claim, wrong])
            }
        }
    }

    @Test func unsupportedSizes() throws {
        var random = SeededRandom(30)
        for count in [-1, 0, 3, 63, 65, 128] {
            #expect(throws: ProofRefusal.unsupportedCount(count)) {
                try RangeProof(parsing: [], bits: .eight, count: count)
            }
        }
        for count in [0, 3, 65, 128] {
            var transcript = Transcript(label: "test")
            #expect(throws: ProvingError.unsupportedCount(count)) {
                try RangeProof.prove(
                    values: .init(repeating: 1, count: count),
                    blindings: .init(repeating: .one, count: count), bits: .eight,
                    transcript: &transcript, using: &random)
            }
        }
        var transcript = Transcript(label: "test")
        #expect(throws: ProvingError.blindingCount(have: 1, expected: 2)) {
            try RangeProof.prove(
                values: [1, 2], blindings: [.one], bits: .eight, transcript: &transcript,
                using: &random)
        }
        for (bits, value) in [(RangeBits.eight, 256), (.sixteen, 1 << 16), (.thirtyTwo, .max)]
            as [(RangeBits, UInt64)]
        {
            #expect(throws: ProvingError.valueTooWide(index: 1)) {
                try RangeProof.prove(
                    values: [1, value], blindings: [.one, .one], bits: bits,
                    transcript: &transcript, using: &random)
            }
        }
    }

    @Test func lengthsAndCounts() throws {
        var random = SeededRandom(31)
        var transcript = Transcript(label: "test")
        let made = try RangeProof.prove(
            values: [1, 2], blindings: [.one, .one], bits: .eight, transcript: &transcript,
            using: &random)
        let encoding = made.proof.encoding
        for length in [0, 31, 32, encoding.count - 1, encoding.count + 1, encoding.count + 64] {
            let bytes = Array((encoding + [UInt8](repeating: 0, count: 64)).prefix(length))
            #expect(throws: ProofRefusal.wrongLength(have: length, expected: encoding.count)) {
                try RangeProof(parsing: bytes, bits: .eight, count: 2)
            }
        }
        // Two values of 8 bits and one of 16 take equally many bytes; the claim is another.
        let other = try RangeProof(parsing: encoding, bits: .sixteen, count: 1)
        let fresh = Transcript(label: "test")
        #expect(throws: ProofRefusal.equationFails) {
            try RangeClaim(
                proof: other, commitments: [made.commitments[0]], transcript: fresh
            ).verify()
        }
        #expect(throws: ProofRefusal.unsupportedCount(1)) {
            try RangeClaim(
                proof: made.proof, commitments: [made.commitments[0]], transcript: fresh
            ).verify()
        }
        #expect(throws: ProofRefusal.unsupportedCount(3)) {
            try RangeClaim(
                proof: made.proof, commitments: made.commitments + [made.commitments[0]],
                transcript: fresh
            ).verify()
        }
    }
}
