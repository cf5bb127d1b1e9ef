import Testing

@testable import Commitments

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

    static let path = "bulletproofs/dalek_rangeproof_v1.json"

    static func load() throws -> PublishedProofs {
        try Vectors.decode(PublishedProofs.self, from: path)
    }
}

struct RangeProofTests {
    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Vectors.exists(PublishedProofs.path)))
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
    @Test(.enabled(if: Vectors.exists(PublishedProofs.path)))
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
}
