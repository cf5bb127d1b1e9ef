/// Ways to write a scalar as signed digits.
extension Limbs {
    /// 64 bits from this position on; bits beyond 255 are zero.
    @inline(__always)
    func bits(from position: Int) -> UInt64 {
        let words = (a, b, c, d)
        let shift = UInt64(position & 63)
        let (low, high): (UInt64, UInt64) =
            switch position &>> 6 {
            case 0: (words.0, words.1)
            case 1: (words.1, words.2)
            case 2: (words.2, words.3)
            case 3: (words.3, 0)
            default: (0, 0)
            }
        // Two shifts, because shifting by 64 does nothing.
        return (low &>> shift) | ((high &<< 1) &<< (63 &- shift))
    }

    /// The number of bits up to the highest one that is set. Variable time.
    var bitWidth: Int {
        if d != 0 { return 256 - d.leadingZeroBitCount }
        if c != 0 { return 192 - c.leadingZeroBitCount }
        if b != 0 { return 128 - b.leadingZeroBitCount }
        return 64 - a.leadingZeroBitCount
    }

    /// The odd digits of the non-adjacent form of this width, least significant first: digits
    /// below 2^(width − 1) in absolute value, at least `width` positions apart. Variable time.
    @inline(__always)
    func forEachNonAdjacentDigit(width: Int, _ body: (_ position: Int, _ digit: Int) -> Void) {
        let end = bitWidth
        let radix = 1 &<< width
        var carry = 0
        var position = 0
        while position <= end {
            let window = Int(bits(from: position) & UInt64(radix &- 1)) &+ carry
            if window & 1 == 0 {
                position &+= 1
                continue
            }
            if window < radix &>> 1 {
                carry = 0
                body(position, window)
            } else {
                carry = 1
                body(position, window &- radix)
            }
            position &+= width
        }
    }

    /// The digits to the radix 2^width, least significant first, of at most 2^(width − 1) in
    /// absolute value; zeros are left out. Variable time.
    @inline(__always)
    func forEachSignedDigit(width: Int, _ body: (_ index: Int, _ digit: Int) -> Void) {
        let radix = 1 &<< width
        let end = bitWidth
        var carry = 0
        var index = 0
        while index &* width < end || carry != 0 {
            var digit = Int(bits(from: index &* width) & UInt64(radix &- 1)) &+ carry
            carry = 0
            if digit > radix &>> 1 {
                digit &-= radix
                carry = 1
            }
            if digit != 0 { body(index, digit) }
            index &+= 1
        }
    }
}

extension Scalar {
    /// The shorter of this scalar and its negation, with its sign. Variable time.
    var shortForm: (magnitude: Limbs, isNegative: Bool) {
        let positive = integer
        let negative = Limbs.subtract(.order, positive).difference
        return negative.bitWidth < positive.bitWidth ? (negative, true) : (positive, false)
    }
}
