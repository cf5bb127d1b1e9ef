/// An integer modulo p = 2²⁵⁵ − 19 in five digits of 51 bits, least significant first.
///
/// A digit may exceed 51 bits. A product's digits are below 2⁵¹ + 2¹⁷ ("tight"). A sum of two tight
/// elements is below 2⁵²·⁰¹, a difference below its minuend + 2⁵³. Products accept digits below
/// 2⁵⁴, and a subtrahend's digits must stay below 2⁵³ − 76; the point formulas are arranged so.
/// Nothing here branches on a digit.
struct FieldElement: Sendable {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64
    var e: UInt64

    @inline(__always)
    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64, _ e: UInt64) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.e = e
    }

    static let zero = FieldElement(0, 0, 0, 0, 0)
    static let one = FieldElement(1, 0, 0, 0, 0)
}

extension FieldElement {
    @inline(__always)
    static func + (f: FieldElement, g: FieldElement) -> FieldElement {
        FieldElement(f.a &+ g.a, f.b &+ g.b, f.c &+ g.c, f.d &+ g.d, f.e &+ g.e)
    }

    /// Adds 4p before subtracting, so that no digit becomes negative.
    @inline(__always)
    static func - (f: FieldElement, g: FieldElement) -> FieldElement {
        FieldElement(
            f.a &+ 0x1f_ffff_ffff_ffb4 &- g.a, f.b &+ 0x1f_ffff_ffff_fffc &- g.b,
            f.c &+ 0x1f_ffff_ffff_fffc &- g.c, f.d &+ 0x1f_ffff_ffff_fffc &- g.d,
            f.e &+ 0x1f_ffff_ffff_fffc &- g.e)
    }

    /// The negation, tight.
    @inline(__always)
    static prefix func - (f: FieldElement) -> FieldElement { (zero - f).tight }

    /// The same value in tight digits, for digits below 2⁶³.
    @inline(__always)
    var tight: FieldElement {
        let mask = FieldElement.mask
        return FieldElement(
            (a & mask) &+ (e &>> 51) &* 19, (b & mask) &+ (a &>> 51), (c & mask) &+ (b &>> 51),
            (d & mask) &+ (c &>> 51), (e & mask) &+ (d &>> 51))
    }

    @inline(__always)
    static func * (f: FieldElement, g: FieldElement) -> FieldElement {
        let gb = g.b &* 19
        let gc = g.c &* 19
        let gd = g.d &* 19
        let ge = g.e &* 19
        let c0 =
            wide(f.a, g.a) &+ wide(f.b, ge) &+ wide(f.c, gd) &+ wide(f.d, gc) &+ wide(f.e, gb)
        let c1 =
            carry(c0) &+ wide(f.a, g.b) &+ wide(f.b, g.a) &+ wide(f.c, ge) &+ wide(f.d, gd)
            &+ wide(f.e, gc)
        let c2 =
            carry(c1) &+ wide(f.a, g.c) &+ wide(f.b, g.b) &+ wide(f.c, g.a) &+ wide(f.d, ge)
            &+ wide(f.e, gd)
        let c3 =
            carry(c2) &+ wide(f.a, g.d) &+ wide(f.b, g.c) &+ wide(f.c, g.b) &+ wide(f.d, g.a)
            &+ wide(f.e, ge)
        let c4 =
            carry(c3) &+ wide(f.a, g.e) &+ wide(f.b, g.d) &+ wide(f.c, g.c) &+ wide(f.d, g.b)
            &+ wide(f.e, g.a)
        return folded(c0, c1, c2, c3, c4)
    }

    @inline(__always)
    var squared: FieldElement {
        let a2 = a &* 2
        let b2 = b &* 2
        let d19 = d &* 19
        let e19 = e &* 19
        let e38 = e &* 38
        let c0 =
            FieldElement.wide(a, a) &+ FieldElement.wide(b, e38) &+ FieldElement.wide(c &* 2, d19)
        let c1 =
            FieldElement.carry(c0) &+ FieldElement.wide(a2, b) &+ FieldElement.wide(c, e38)
            &+ FieldElement.wide(d, d19)
        let c2 =
            FieldElement.carry(c1) &+ FieldElement.wide(a2, c) &+ FieldElement.wide(b, b)
            &+ FieldElement.wide(d, e38)
        let c3 =
            FieldElement.carry(c2) &+ FieldElement.wide(a2, d) &+ FieldElement.wide(b2, c)
            &+ FieldElement.wide(e, e19)
        let c4 =
            FieldElement.carry(c3) &+ FieldElement.wide(a2, e) &+ FieldElement.wide(b2, d)
            &+ FieldElement.wide(c, c)
        return FieldElement.folded(c0, c1, c2, c3, c4)
    }

    @inline(__always)
    private static func wide(_ x: UInt64, _ y: UInt64) -> UInt128 { UInt128(x) &* UInt128(y) }

    /// What a column of a product passes on to the next. For factors below 2⁵⁴ a column is below
    /// 2¹¹⁴·³, so it fits in 64 bits.
    @inline(__always)
    private static func carry(_ column: UInt128) -> UInt128 {
        UInt128(UInt64(truncatingIfNeeded: column &>> 51))
    }

    /// The tight digits of five columns, of which each holds the carry of the one before.
    @inline(__always)
    private static func folded(
        _ a: UInt128, _ b: UInt128, _ c: UInt128, _ d: UInt128, _ e: UInt128
    ) -> FieldElement {
        let low =
            (UInt64(truncatingIfNeeded: a) & mask)
            &+ UInt64(truncatingIfNeeded: e &>> 51) &* 19
        return FieldElement(
            low & mask, (UInt64(truncatingIfNeeded: b) & mask) &+ (low &>> 51),
            UInt64(truncatingIfNeeded: c) & mask, UInt64(truncatingIfNeeded: d) & mask,
            UInt64(truncatingIfNeeded: e) & mask)
    }

    @inline(__always) private static var mask: UInt64 { (1 &<< 51) &- 1 }
}

extension FieldElement {
    /// Reads 32 little-endian bytes modulo p, ignoring the topmost bit.
    init(littleEndian bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 32)
        func digit(_ offset: Int, _ shift: UInt64) -> UInt64 {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            return (UInt64(littleEndian: word) &>> shift) & FieldElement.mask
        }
        self.init(digit(0, 0), digit(6, 3), digit(12, 6), digit(19, 1), digit(24, 12))
    }

    /// The representative below p.
    var canonical: Limbs {
        let mask = FieldElement.mask
        var (a, b, c, d, e) = (a, b, c, d, e)
        // Twice: the first pass can leave a carry in the second digit.
        for _ in 0..<2 {
            b &+= a &>> 51
            a &= mask
            c &+= b &>> 51
            b &= mask
            d &+= c &>> 51
            c &= mask
            e &+= d &>> 51
            d &= mask
            a &+= (e &>> 51) &* 19
            e &= mask
        }
        // Now the value is below 2p: subtract p if adding 19 overflows 255 bits.
        var excess = (a &+ 19) &>> 51
        excess = (b &+ excess) &>> 51
        excess = (c &+ excess) &>> 51
        excess = (d &+ excess) &>> 51
        excess = (e &+ excess) &>> 51
        a &+= excess &* 19
        b &+= a &>> 51
        a &= mask
        c &+= b &>> 51
        b &= mask
        d &+= c &>> 51
        c &= mask
        e &+= d &>> 51
        d &= mask
        e &= mask
        return Limbs(
            a | b &<< 51, b &>> 13 | c &<< 38, c &>> 26 | d &<< 25, d &>> 39 | e &<< 12)
    }

    var encoding: [UInt8] { canonical.littleEndianBytes }

    /// All ones if this is zero modulo p, else zero.
    @inline(__always)
    var zeroMask: UInt64 {
        let words = canonical
        let bits = words.a | words.b | words.c | words.d
        return (((bits | (0 &- bits)) &>> 63) ^ 1) &* UInt64.max
    }

    /// All ones if the canonical representative is odd, which the standard calls negative.
    @inline(__always)
    var negativeMask: UInt64 { 0 &- (canonical.a & 1) }

    /// All ones if both are equal modulo p. Both must be tight.
    @inline(__always)
    func equalMask(_ other: FieldElement) -> UInt64 { (self - other).zeroMask }

    /// `first` where the mask is zero, `second` where it is all ones.
    @inline(__always)
    static func select(
        _ first: FieldElement, _ second: FieldElement, _ mask: UInt64
    ) -> FieldElement {
        FieldElement(
            first.a ^ (mask & (first.a ^ second.a)), first.b ^ (mask & (first.b ^ second.b)),
            first.c ^ (mask & (first.c ^ second.c)), first.d ^ (mask & (first.d ^ second.d)),
            first.e ^ (mask & (first.e ^ second.e)))
    }

    /// The negation where the mask is all ones. The element must be tight, and so is the result.
    @inline(__always)
    func negated(_ mask: UInt64) -> FieldElement { .select(self, -self, mask) }

    /// The non-negative one of this element and its negation, both tight.
    @inline(__always)
    var absoluteValue: FieldElement { negated(negativeMask) }
}
