import CSodium
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

struct ScalarTests {
    @Test func arithmeticAgreesWithLibsodium() {
        var random = SeededRandom(1)
        for _ in 0..<500 {
            let x = random.scalar()
            let y = random.scalar()
            var expected = [UInt8](repeating: 0, count: 32)
            crypto_core_ristretto255_scalar_mul(&expected, x.encoding, y.encoding)
            #expect((x * y).encoding == expected)
            crypto_core_ristretto255_scalar_add(&expected, x.encoding, y.encoding)
            #expect((x + y).encoding == expected)
            crypto_core_ristretto255_scalar_sub(&expected, x.encoding, y.encoding)
            #expect((x - y).encoding == expected)
            crypto_core_ristretto255_scalar_negate(&expected, x.encoding)
            #expect((-x).encoding == expected)
            #expect(x.inverted * x == .one)
        }
    }

    @Test func wideReductionAgreesWithLibsodium() {
        var random = SeededRandom(2)
        var inputs = (0..<200).map { _ in random.bytes(64) }
        inputs.append([UInt8](repeating: 0xff, count: 64))
        inputs.append([UInt8](repeating: 0, count: 64))
        for input in inputs {
            var expected = [UInt8](repeating: 0, count: 32)
            crypto_core_ristretto255_scalar_reduce(&expected, input)
            #expect(Scalar(reducing: input).encoding == expected)
        }
    }

    @Test func signedIntegers() {
        #expect(Scalar(1) == .one)
        #expect(Scalar(0) == .zero)
        #expect(Scalar(-1) == -Scalar.one)
        #expect(Scalar(.min) + Scalar(.max) == Scalar(-1))
        #expect(Scalar(-7) * Scalar(6) == Scalar(-42))
        #expect(Scalar(258).encoding == [2, 1] + [UInt8](repeating: 0, count: 30))
    }

    @Test func edges() throws {
        let order = bytes(
            hex: "edd3f55c1a631258d69cf7a2def9de14" + "00000000000000000000000000000010")
        var below = order
        below[0] -= 1
        #expect(try Scalar(canonical: below) == -Scalar.one)
        #expect(throws: CommitmentError.nonCanonicalScalar) { try Scalar(canonical: order) }
        var above = order
        above[0] += 1
        #expect(throws: CommitmentError.nonCanonicalScalar) { try Scalar(canonical: above) }
        let ones = [UInt8](repeating: 0xff, count: 32)
        #expect(throws: CommitmentError.nonCanonicalScalar) { try Scalar(canonical: ones) }
        #expect(throws: CommitmentError.wrongLength(31)) {
            try Scalar(canonical: ones.dropLast())
        }
        #expect(throws: CommitmentError.wrongLength(33)) { try Scalar(canonical: ones + [0]) }
    }

    @Test func roundTrip() throws {
        var random = SeededRandom(3)
        for _ in 0..<200 {
            let scalar = random.scalar()
            #expect(try Scalar(canonical: scalar.encoding) == scalar)
        }
    }
}
