import CSodium
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

struct PedersenTests {
    @Test func blindingBaseIsDerivedFromTheValueBase() {
        let uniform = Sponge.sha3(Pedersen.valueBase.encoding)
        #expect(Point(uniform: uniform).encoding == Pedersen.blindingBase.encoding)
    }

    @Test func commitmentsAreTheSumOfTwoProducts() throws {
        var random = SeededRandom(8)
        var values = (0..<50).map { _ in Int64(bitPattern: random.next()) }
        values += [0, 1, -1, 2, -2, .max, .min]
        // Where products take a shorter way, and where that ends.
        for bits in 1...53 {
            let power = Int64(1) << Int64(bits)
            values += [power, -power, power - 1, 1 - power, Int64(random.next() >> (64 - bits))]
            values.append(-Int64(random.next() >> (64 - bits)))
        }
        for value in values {
            let opening = random.opening(value)
            var valuePart = [UInt8](repeating: 0, count: 32)
            _ = crypto_scalarmult_ristretto255_base(&valuePart, Scalar(value).encoding)
            var blindingPart = [UInt8](repeating: 0, count: 32)
            _ = crypto_scalarmult_ristretto255(
                &blindingPart, opening.blinding.encoding, Pedersen.blindingBase.encoding)
            var expected = [UInt8](repeating: 0, count: 32)
            crypto_core_ristretto255_add(&expected, valuePart, blindingPart)
            #expect(Pedersen.commit(opening).encoding == expected)
            #expect(try Commitment(parsing: expected) == Pedersen.commit(opening))
        }
    }

    @Test func theEmptyOpeningIsNoCommitment() {
        let nothing = Pedersen.commit(Opening(value: 0, blinding: .zero))
        #expect(throws: CommitmentError.identityPoint) {
            try Commitment(parsing: nothing.encoding)
        }
    }

    @Test func openingsAreNotPrinted() {
        let opening = Opening(value: 4_711, blinding: .one)
        #expect(!"\(opening)".contains("4711"))
        #expect(!String(reflecting: opening).contains("4711"))
        var dumped = ""
        dump(opening, to: &dumped)
        #expect(!dumped.contains("4711"))
    }
}
