import CSodium
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

/// All ways to add up products, against the plain sum of libsodium's products.
struct SumTests {
    private struct Input {
        var scalars: [Scalar]
        let points: [Point]

        init(_ count: Int, seed: UInt8) {
            var random = SeededRandom(seed)
            points = (0..<count).map { _ in Point(uniform: random.bytes(64)) }
            scalars = (0..<count).map { _ in random.scalar() }
            // Scalars with long runs of equal bits, and the extremes.
            let special = [
                .zero, .one, -Scalar.one, Scalar(magnitude: .max), Scalar(-2), Scalar(1 << 40),
            ]
            for (index, scalar) in special.enumerated() where index < count {
                scalars[count - 1 - index] = scalar
            }
        }

        var expected: [UInt8] {
            var sum = [UInt8](repeating: 0, count: 32)
            for (scalar, point) in zip(scalars, points) {
                var product = [UInt8](repeating: 0, count: 32)
                // The return value is −1 for the identity, which is then written all the same.
                _ = crypto_scalarmult_ristretto255(&product, scalar.encoding, point.encoding)
                crypto_core_ristretto255_add(&sum, sum, product)
            }
            return sum
        }
    }

    private static let sizes = [0, 1, 2, 7, 40, 300]

    @Test(arguments: sizes)
    func straus(count: Int) {
        let input = Input(count, seed: 20)
        var sum = StrausSum()
        for (scalar, point) in zip(input.scalars, input.points) { sum.add(scalar, point) }
        #expect(sum.result().encoding == input.expected)
    }

    @Test(arguments: sizes)
    func strausWithTables(count: Int) {
        let input = Input(count, seed: 21)
        var sum = StrausSum()
        for (index, scalar) in input.scalars.enumerated() { sum.add(scalar, tableIndex: index) }
        let table = OddMultiples(of: input.points, count: StrausSum.tableSize)
        #expect(sum.result(with: table).encoding == input.expected)
    }

    @Test(arguments: sizes)
    func buckets(count: Int) {
        let input = Input(count, seed: 22)
        #expect(BucketSum.sum(input.scalars, input.points).encoding == input.expected)
    }

    @Test(arguments: [0, 1, -1, 2, -3, 65_535, -65_536, .max, .min] as [Int64])
    func bucketsOfShortScalars(weight: Int64) {
        var input = Input(20, seed: 23)
        input.scalars = input.scalars.indices.map { $0 % 3 == 0 ? -Scalar(weight) : Scalar(weight) }
        #expect(BucketSum.sum(input.scalars, input.points).encoding == input.expected)
    }

    @Test(arguments: sizes)
    func windows(count: Int) {
        let input = Input(count, seed: 24)
        var buckets = Buckets(width: WindowMultiples.width)
        WindowMultiples(of: input.points).add(input.scalars, to: &buckets)
        #expect(buckets.weightedSum.encoding == input.expected)
    }

    @Test(arguments: sizes)
    func constantTime(count: Int) {
        let input = Input(count, seed: 25)
        let table = OddMultiples(of: input.points, count: ConstantTimeSum.tableSize)
        let sum = ConstantTimeSum.sum(input.scalars, table: table, first: 0)
        #expect(sum.encoding == input.expected)
        if count > 2 {
            let rest = ConstantTimeSum.sum(
                Array(input.scalars.dropFirst(2)), table: table, first: 2)
            var firstTwo = StrausSum()
            firstTwo.add(input.scalars[0], input.points[0])
            firstTwo.add(input.scalars[1], input.points[1])
            #expect((rest + firstTwo.result()).encoding == input.expected)
        }
    }

    @Test func constantTimeBase() {
        let input = Input(12, seed: 26)
        var sum = Point.identity
        for (scalar, point) in zip(input.scalars, input.points) {
            sum = ConstantTimeBase(point).adding(scalar, to: sum)
        }
        #expect(sum.encoding == input.expected)
    }

    @Test func recodings() {
        var random = SeededRandom(27)
        let scalars =
            (0..<50).map { _ in random.scalar() } + [.zero, .one, -Scalar.one, Scalar(-16)]
        for scalar in scalars {
            for width in 2...14 {
                var sum = Scalar.zero
                let radix = Scalar(1 << Int64(width))
                scalar.integer.forEachSignedDigit(width: width) { index, digit in
                    #expect(abs(digit) <= 1 << (width - 1))
                    sum += Scalar(Int64(digit)) * radix.power(index)
                }
                #expect(sum == scalar)
            }
            for width in 2...8 {
                var sum = Scalar.zero
                var last = -width
                scalar.integer.forEachNonAdjacentDigit(width: width) { position, digit in
                    #expect(digit & 1 == 1 && abs(digit) < 1 << (width - 1))
                    #expect(position - last >= width)
                    last = position
                    sum += Scalar(Int64(digit)) * Scalar(2).power(position)
                }
                #expect(sum == scalar)
            }
            var sum = Scalar.zero
            var count = 0
            scalar.forEachOddDigit { index, digit in
                #expect(digit & 1 == 1 && abs(digit) <= 15)
                sum += Scalar(Int64(digit)) * Scalar(16).power(index)
                count += 1
            }
            #expect(sum == scalar)
            #expect(count == 64)
        }
    }
}

extension Scalar {
    fileprivate func power(_ exponent: Int) -> Scalar {
        (0..<exponent).reduce(.one) { product, _ in product * self }
    }
}
