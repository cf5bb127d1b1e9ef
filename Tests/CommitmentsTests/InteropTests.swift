import Foundation
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

/// Proofs that the crate `bulletproofs` 5.0.0 (zkcrypto) made of random values, one for every number
/// of bits and values that both support: frozen, so that a checkout alone shows the compatibility.
struct InteropTests {
    private struct Made: Decodable {
        struct Proof: Decodable {
            let n: Int
            let m: Int
            let proof: String
            let commitments: [String]
        }
        let label: String
        let proofs: [Proof]
    }

    private static func claims() throws -> [RangeClaim] {
        let made = try JSONDecoder().decode(
            Made.self,
            from: Data(
                contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                    .appendingPathComponent("Fixtures/zkcrypto-5.0.0.json")))
        return try made.proofs.map { entry in
            RangeClaim(
                proof: try RangeProof(
                    parsing: bytes(hex: entry.proof),
                    bits: try #require(RangeBits(rawValue: entry.n)), count: entry.m),
                commitments: try entry.commitments.map { try Commitment(parsing: bytes(hex: $0)) },
                transcript: Transcript(label: made.label))
        }
    }

    @Test func theirsVerifyHere() throws {
        let claims = try Self.claims()
        #expect(Set(claims.map { [$0.proof.bits.rawValue, $0.commitments.count] }).count == 28)
        for claim in claims { _ = try claim.verify() }
        #expect(try RangeClaim.verify(batch: claims).count == 28)
    }

    /// The same for other values, or said in another transcript, isn't proven.
    @Test func theirsAreBoundToWhatTheyProve() throws {
        for claim in try Self.claims() {
            var others = claim.commitments
            others[0] = Pedersen.commit(Opening(value: 1, blinding: .one))
            for changed in [
                RangeClaim(
                    proof: claim.proof, commitments: others, transcript: claim.transcript),
                RangeClaim(
                    proof: claim.proof, commitments: claim.commitments,
                    transcript: Transcript(label: "another")),
            ] {
                #expect(throws: ProofRefusal.self) { try changed.verify() }
            }
        }
    }
}
