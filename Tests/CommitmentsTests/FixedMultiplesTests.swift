import CSodium
import TestSupport
import Testing

@testable import Curve

/// Products by public integers, against libsodium's and against doubling and adding.
@Suite struct FixedMultiplesTests {
    /// Integers whose digits are at the edges: all zero, all greatest, all half and one more.
    private static let integers: [Limbs] =
        [0, 1, 0x7777_7777_7777_7777, 0x8888_8888_8888_8888, 0x9999_9999_9999_9999, .max].map {
            Limbs($0, $0, $0, $0 & (.max &>> 3))
        } + [
            .order, Limbs.subtract(.order, Limbs(1, 0, 0, 0)).difference,
            Limbs(0, 0, 0, 1 &<< 62), Limbs(8, 0, 0, 0), Limbs(9, 0, 0, 0),
            Limbs(0x8080_8080_8080_8080, 0x8180_8180_8180_8180, 0, 0x1fff_ffff_ffff_ffff),
        ]

    private static func product(_ integer: Limbs, _ point: Point) -> Point {
        var sum = Point.identity
        for bit in (0..<256).reversed() {
            sum = sum.doubled
            if integer.bits(from: bit) & 1 == 1 { sum = sum + point }
        }
        return sum
    }

    private static func point(_ encoding: [UInt8]) throws -> Point {
        try #require(encoding.withUnsafeBytes { Point(edwards: $0) })
    }

    @Test(arguments: [4, 8])
    func agreesWithDoublingAndAdding(_ width: Int) throws {
        var random = SeededGenerator.printed()
        var encoding = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_from_uniform(&encoding, random.bytes(32))
        let point = try Self.point(encoding)
        let table = FixedMultiples(point, width: width)
        let others = (0..<50).map { _ in
            Limbs(random.next(), random.next(), random.next(), random.next() &>> 3)
        }
        for integer in Self.integers + others {
            let expected = Self.product(integer, point)
            #expect(
                table.adding(integer, to: .identity).edwardsEncoding == expected.edwardsEncoding)
            #expect(
                table.adding(integer, to: point).edwardsEncoding
                    == (expected + point).edwardsEncoding)
        }
    }

    @Test func agreesWithLibsodium() throws {
        var random = SeededGenerator.printed()
        var base = [UInt8](repeating: 0, count: 32)
        let one = [1] + [UInt8](repeating: 0, count: 31)
        try #require(crypto_scalarmult_ed25519_base_noclamp(&base, one) == 0)
        let table = FixedMultiples(try Self.point(base), width: 8)
        for _ in 0..<100 {
            let scalar = Scalar(reducing: random.bytes(64))
            var expected = base
            try #require(crypto_scalarmult_ed25519_base_noclamp(&expected, scalar.encoding) == 0)
            let sum = table.adding(scalar.integer, to: .identity)
            #expect(sum.edwardsEncoding.littleEndianBytes == expected)
        }
    }

    /// Any 32 bytes: the same ones are points as for libsodium, with the same sums.
    @Test func decodesAsLibsodium() throws {
        var random = SeededGenerator.printed()
        var decoded = 0
        for _ in 0..<300 {
            let bytes = random.bytes(32)
            let point = bytes.withUnsafeBytes { Point(edwards: $0) }
            var sum = bytes
            let isPoint = crypto_core_ed25519_add(&sum, bytes, bytes) == 0
            #expect((point != nil) == isPoint)
            guard let point else { continue }
            decoded += 1
            #expect(point.doubled.edwardsEncoding.littleEndianBytes == sum)
        }
        #expect(decoded > 100 && decoded < 200)
    }
}

extension Point {
    fileprivate var edwardsEncoding: Limbs { Point.edwardsEncodings(of: [self])[0] }
}
