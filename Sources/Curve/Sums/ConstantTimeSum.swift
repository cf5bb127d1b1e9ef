/// Sums of products of secret scalars and public points, in time that depends on their number only:
/// every digit costs one look at eight table entries and one addition.
package enum ConstantTimeSum {
    /// Odd multiples of a point in a table: up to 15.
    package static let tableSize = 8

    /// Σ scalarᵢ · pointᵢ, where pointᵢ is the one with index `first` + i in the table.
    package static func sum(_ scalars: [Scalar], table: OddMultiples, first: Int) -> Point {
        precondition(table.count == tableSize)
        var digits = [Int8](repeating: 0, count: 64 * scalars.count)
        for (position, scalar) in scalars.enumerated() {
            scalar.forEachOddDigit { index, digit in
                digits[index &* scalars.count &+ position] = digit
            }
        }
        defer { wipe(&digits) }
        return table.entries.withUnsafeBufferPointer { entries in
            var sum = CompletedPoint.identity
            for index in (0..<64).reversed() {
                for _ in 0..<4 { sum = sum.projective.doubled }
                for position in scalars.indices {
                    let digit = digits[index &* scalars.count &+ position]
                    sum =
                        sum.extended
                        + AffinePoint.odd(digit, in: entries, at: (first &+ position) &* tableSize)
                }
            }
            return sum.extended
        }
    }

    /// Adds, for each of the lowest bits of a value, the point of the table at `ones` + i if it is one,
    /// and subtracts the one at `zeros` + i if it is zero.
    package static func adding(
        bits: Int, of value: UInt64, table: OddMultiples, ones: Int, zeros: Int, to start: Point
    ) -> Point {
        var sum = start
        for bit in 0..<bits {
            let isOne = 0 &- (value &>> UInt64(bit) & 1)
            let added = table.entries[(ones + bit) * table.count]
            let subtracted = table.entries[(zeros + bit) * table.count]
            sum =
                (sum
                + AffinePoint(
                    sum: .select(subtracted.difference, added.sum, isOne),
                    difference: .select(subtracted.sum, added.difference, isOne),
                    twoDT: .select(-subtracted.twoDT, added.twoDT, isOne))).extended
        }
        return sum
    }
}

/// The multiples d · 16^i of one point, for d = 1, 3, … 15 and every i: a product by a secret
/// scalar is then a sum of 64 table entries.
package struct ConstantTimeBase: Sendable {
    private let entries: [AffinePoint]

    package init(_ point: Point) {
        var multiples: [Point] = []
        var power = point
        for _ in 0..<64 {
            multiples += power.oddMultiples(8)
            power = power.doubled.doubled.doubled.doubled
        }
        entries = Point.affine(multiples)
    }

    /// sum + scalar · point, in time independent of the scalar.
    package func adding(_ scalar: Scalar, to sum: Point) -> Point {
        entries.withUnsafeBufferPointer { entries in
            var sum = sum
            scalar.forEachOddDigit { index, digit in
                sum = (sum + AffinePoint.odd(digit, in: entries, at: 8 &* index)).extended
            }
            return sum
        }
    }
}

/// The same for small numbers of either sign, in a quarter of the additions: what amounts, quantities and
/// days are multiplied with.
package struct ShortConstantTimeBase: Sendable {
    /// Magnitudes below this.
    package static let limit: Int64 = 1 << 52
    private static let digits = 14

    private let entries: [AffinePoint]
    private let start: Point

    package init(_ point: Point) {
        // v·P is (2v + 2⁵³ + 1)·H − (2⁵³ + 1)·H with H half of P: an odd and positive number of 54 bits.
        let half = ConstantTimeBase(point).adding(Scalar(2).inverted, to: .identity)
        var multiples: [Point] = []
        var power = half
        for _ in 0..<Self.digits {
            multiples += power.oddMultiples(8)
            power = power.doubled.doubled.doubled.doubled
        }
        entries = Point.affine(multiples)
        start = -ConstantTimeBase(half).adding(Scalar(2 * Self.limit + 1), to: .identity)
    }

    /// value · point, in time independent of the value.
    package func product(_ value: Int64) -> Point {
        precondition(value > -Self.limit && value < Self.limit, "a small number")
        return entries.withUnsafeBufferPointer { entries in
            var sum = start
            // Odd digits to the radix 16, as ``Scalar`` has them.
            var rest = UInt64(bitPattern: 2 &* value &+ 2 &* Self.limit &+ 1)
            for index in 0..<Self.digits {
                let isLast = index == Self.digits - 1
                let low = Int8(truncatingIfNeeded: rest & 31)
                let digit = isLast ? low : low &- 16
                sum = (sum + AffinePoint.odd(digit, in: entries, at: 8 &* index)).extended
                rest = rest &>> 4 | 1
            }
            return sum
        }
    }
}

extension AffinePoint {
    /// digit · point for an odd digit from −15 to 15, from the table of 1, 3, … 15 times the point.
    ///
    /// Reads all eight entries and masks; no branch or address depends on the digit.
    @inline(__always)
    static func odd(
        _ digit: Int8, in table: UnsafeBufferPointer<AffinePoint>, at offset: Int
    ) -> AffinePoint {
        let sign = UInt64(bitPattern: Int64(digit &>> 7))
        let magnitude = (UInt64(bitPattern: Int64(digit)) ^ sign) &- sign
        let wanted = magnitude &>> 1
        var result = AffinePoint(sum: .zero, difference: .zero, twoDT: .zero)
        for index in 0..<8 {
            let distance = wanted ^ UInt64(truncatingIfNeeded: index)
            let mask = 0 &- ((distance &- 1) &>> 63)
            result.merge(table[offset &+ index], mask)
        }
        return AffinePoint(
            sum: .select(result.sum, result.difference, sign),
            difference: .select(result.difference, result.sum, sign),
            twoDT: .select(result.twoDT, -result.twoDT, sign))
    }

    @inline(__always)
    private mutating func merge(_ other: AffinePoint, _ mask: UInt64) {
        sum.merge(other.sum, mask)
        difference.merge(other.difference, mask)
        twoDT.merge(other.twoDT, mask)
    }
}

extension FieldElement {
    @inline(__always)
    fileprivate mutating func merge(_ other: FieldElement, _ mask: UInt64) {
        a |= other.a & mask
        b |= other.b & mask
        c |= other.c & mask
        d |= other.d & mask
        e |= other.e & mask
    }
}

extension Scalar {
    /// 64 odd digits from −15 to 15 to the radix 16 whose sum is this scalar modulo ℓ, least
    /// significant first. Constant time.
    ///
    /// An even scalar is replaced by its sum with ℓ, which is odd. No digit is zero, so that no
    /// addition can be told from another.
    @inline(__always)
    func forEachOddDigit(_ body: (_ index: Int, _ digit: Int8) -> Void) {
        let even = integer
        let isEven = (even.a & 1) &- 1
        let l = Limbs.order
        var rest = Limbs.add(
            even, Limbs(l.a & isEven, l.b & isEven, l.c & isEven, l.d & isEven))
        for index in 0..<63 {
            // The digit is r − 16 for r = rest mod 32; (rest − digit) / 16 is rest / 16 with its
            // lowest bit set, since r − 16 is odd and 16 more than a multiple of 32 is left.
            let digit = Int8(truncatingIfNeeded: Int(rest.a & 31) &- 16)
            body(index, digit)
            rest = Limbs(
                (rest.a &>> 4 | rest.b &<< 60) | 1, rest.b &>> 4 | rest.c &<< 60,
                rest.c &>> 4 | rest.d &<< 60, rest.d &>> 4)
        }
        body(63, Int8(truncatingIfNeeded: Int(rest.a & 31)))
    }
}
