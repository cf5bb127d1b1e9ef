import CSodium
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

private struct StandardVectors: Decodable {
    struct Hash: Decodable {
        let uniformBytes: String
        let point: String
    }
    let badEncodings: [String]
    let hashToGroup: [Hash]

    static let path = "vectors/ristretto255/rfc9496.json"
}

private func sodiumElement(_ random: inout SeededRandom) -> [UInt8] {
    var element = [UInt8](repeating: 0, count: 32)
    crypto_core_ristretto255_from_hash(&element, random.bytes(64))
    return element
}

struct RistrettoTests {
    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Shared.exists(StandardVectors.path)))
    func badEncodingsAreRefused() throws {
        let vectors = try Shared.decode(
            StandardVectors.path, as: StandardVectors.self, fromSnakeCase: true)
        #expect(vectors.badEncodings.count == 30)
        for bad in vectors.badEncodings {
            #expect(Point(decoding: bytes(hex: bad)) == nil)
            #expect(throws: CommitmentError.nonCanonicalPoint) {
                try Commitment(parsing: bytes(hex: bad))
            }
        }
    }

    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Shared.exists(StandardVectors.path)))
    func uniformBytesMapAsPublished() throws {
        let vectors = try Shared.decode(
            StandardVectors.path, as: StandardVectors.self, fromSnakeCase: true)
        for hash in vectors.hashToGroup {
            #expect(hex(Point(uniform: bytes(hex: hash.uniformBytes)).encoding) == hash.point)
        }
    }

    @Test func identityIsNoCommitment() {
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(throws: CommitmentError.identityPoint) { try Commitment(parsing: zeros) }
        #expect(Point.identity.encoding == zeros)
        #expect(Point(decoding: zeros)?.isIdentity == true)
        #expect(throws: CommitmentError.wrongLength(31)) {
            try Commitment(parsing: zeros.dropFirst())
        }
    }

    @Test func everyBitFlipIsRefusedOrAnotherElement() throws {
        let base = Pedersen.valueBase.encoding
        for bit in 0..<256 {
            var flipped = base
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            let mine = Point(decoding: flipped)
            let theirs = crypto_core_ristretto255_is_valid_point(flipped) == 1
            // libsodium 1.0.18 overlooks the topmost bit; RFC 9496, section 4.3.1, does not.
            #expect((mine != nil) == (theirs && bit != 255))
            #expect(mine.map { $0.encoding == flipped } ?? true)
        }
    }

    @Test func randomBytesDecodeAsInLibsodium() {
        var random = SeededRandom(4)
        var accepted = 0
        for _ in 0..<2_000 {
            var candidate = random.bytes(32)
            candidate[31] &= 0x7f
            candidate[0] &= 0xfe
            let mine = Point(decoding: candidate)
            #expect((mine != nil) == (crypto_core_ristretto255_is_valid_point(candidate) == 1))
            if let mine {
                accepted += 1
                #expect(mine.encoding == candidate)
            }
        }
        #expect(accepted > 300)
    }

    @Test func additionAgreesWithLibsodium() throws {
        var random = SeededRandom(5)
        for _ in 0..<200 {
            let p = sodiumElement(&random)
            let q = sodiumElement(&random)
            let mineP = try #require(Point(decoding: p))
            let mineQ = try #require(Point(decoding: q))
            var expected = [UInt8](repeating: 0, count: 32)
            crypto_core_ristretto255_add(&expected, p, q)
            #expect((mineP + mineQ).encoding == expected)
            crypto_core_ristretto255_sub(&expected, p, q)
            #expect((mineP - mineQ).encoding == expected)
            crypto_core_ristretto255_add(&expected, p, p)
            #expect(mineP.doubled.encoding == expected)
            #expect((mineP + mineP).equals(mineP.doubled))
            #expect((mineP - mineP).isIdentity)
            #expect((mineP + .identity).encoding == p)
            let affine = Point.affine([mineQ.doubled])[0]
            #expect((mineP + affine).extended.equals(mineP + mineQ.doubled))
            #expect((mineP - affine).extended.equals(mineP - mineQ.doubled))
            #expect((-mineP).encoding == (Point.identity - mineP).encoding)
        }
    }

    @Test func uniformMapAgreesWithLibsodium() {
        var random = SeededRandom(6)
        for _ in 0..<300 {
            let uniform = random.bytes(64)
            var expected = [UInt8](repeating: 0, count: 32)
            crypto_core_ristretto255_from_hash(&expected, uniform)
            #expect(Point(uniform: uniform).encoding == expected)
        }
    }

    @Test func cosetsAreOneElement() throws {
        // Adding a point of order four changes the point, not the element.
        let base = try #require(Point(decoding: Pedersen.valueBase.encoding))
        let torsion = Point(
            x: .rootOfMinusOne, y: .zero, z: .one, t: .zero)
        let shifted = base + torsion
        #expect(shifted.equals(base))
        #expect(shifted.encoding == base.encoding)
        #expect(torsion.isIdentity)
        #expect(!base.isIdentity)
        #expect(!base.equals(base.doubled))
    }
}

struct FieldTests {
    @Test func inverses() {
        var random = SeededRandom(7)
        var elements = (0..<20).map { _ in
            random.bytes(32).withUnsafeBytes { FieldElement(littleEndian: $0) }
        }
        let originals = elements
        FieldElement.invertAll(&elements)
        for (element, inverse) in zip(originals, elements) {
            #expect((element * inverse).encoding == FieldElement.one.encoding)
            #expect(element.inverted.encoding == inverse.encoding)
        }
        #expect(FieldElement.zero.inverted.zeroMask == .max)
    }

    @Test func extremeDigits() {
        // p − 1, p, p + 1 and 2p − 1 in every allowed representation.
        let full: UInt64 = (1 << 51) - 1
        let p = FieldElement(full - 18, full, full, full, full)
        #expect(p.zeroMask == .max)
        #expect((p + p).zeroMask == .max)
        #expect((p + .one).encoding == FieldElement.one.encoding)
        #expect((-FieldElement.one).encoding[0] == 0xec)
        let large = FieldElement(
            (1 << 54) - 1, (1 << 54) - 1, (1 << 54) - 1, (1 << 54) - 1, (1 << 54) - 1)
        let reduced = large * .one
        #expect((large * large).encoding == (reduced * reduced).encoding)
        #expect(large.squared.encoding == (reduced * reduced).encoding)
        #expect(large.encoding == reduced.encoding)
        #expect((large.tight - reduced).zeroMask == .max)
    }
}
