/// The multiples d · 2^(w·i) of one point, for d = 1, 2, … 2^(w − 1) and every i: a product by a public
/// integer is then a sum of one entry for each of its digits, and nothing is doubled.
struct FixedMultiples: Sendable {
    private let entries: [AffinePoint]
    /// The width w of a digit in bits, a divisor of 64.
    private let width: Int

    init(_ point: Point, width: Int) {
        precondition(64 % width == 0, "digits don't straddle words")
        self.width = width
        let perDigit = 1 << (width - 1)
        var multiples: [Point] = []
        multiples.reserveCapacity(256 / width * perDigit)
        var power = point
        for _ in 0..<(256 / width) {
            let summand = power.cached
            var multiple = power
            multiples.append(multiple)
            for _ in 1..<perDigit {
                multiple = (multiple + summand).extended
                multiples.append(multiple)
            }
            power = multiple.doubled
        }
        entries = Point.affine(multiples)
    }

    /// sum + integer · point, for an integer below 2²⁵⁵. Variable time.
    func adding(_ integer: Limbs, to sum: Point) -> Point {
        entries.withUnsafeBufferPointer { entries in
            var sum = sum
            forEachEntry(of: integer) { index, isSubtracted in
                let sums = isSubtracted ? sum - entries[index] : sum + entries[index]
                sum = sums.extended
            }
            return sum
        }
    }

    /// Reads what ``adding(_:to:)`` is going to add, so that it is near when it is needed. Entries lie
    /// scattered over half a megabyte: read here, they come from memory side by side, while each addition
    /// would wait for its own.
    func readAhead(_ integer: Limbs) {
        entries.withUnsafeBufferPointer { entries in
            var digits: UInt64 = 0
            forEachEntry(of: integer) { index, _ in
                // An entry has 120 bytes: these three lie in all of its cache lines.
                let entry = entries[index]
                digits |= entry.sum.a | entry.difference.d | entry.twoDT.e
            }
            // Not left out by the compiler, since something is made of it.
            precondition(digits &>> 54 == 0, "an entry's digits are those of a factor")
        }
    }

    /// Calls `body` for each digit that isn't zero, with the index of its entry.
    @inline(__always)
    private func forEachEntry(
        of integer: Limbs, _ body: (_ index: Int, _ isSubtracted: Bool) -> Void
    ) {
        var offset = 0
        var carry = 0
        let radix = 1 &<< width
        let perDigit = radix &>> 1
        for var word in [integer.a, integer.b, integer.c, integer.d] {
            for _ in 0..<(64 / width) {
                // From 0 to the radix; what is above half of it is taken from the next digit.
                let low = Int(truncatingIfNeeded: word) & (radix &- 1) &+ carry
                carry = low > perDigit ? 1 : 0
                let digit = low &- (carry == 1 ? radix : 0)
                if digit > 0 {
                    body(offset &+ digit &- 1, false)
                } else if digit < 0 {
                    body(offset &- digit &- 1, true)
                }
                offset &+= perDigit
                word &>>= UInt64(width)
            }
        }
    }
}
