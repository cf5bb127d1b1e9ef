/// Four 64-bit digits of an integer below 2²⁵⁶, least significant first, and the arithmetic modulo
/// ℓ on them. Nothing here branches on a digit.
struct Limbs: Sendable, Hashable, BitwiseCopyable {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64

    @inline(__always)
    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    /// ℓ. Its third digit is zero, which the products below make use of.
    static let order = Limbs(0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 1 << 60)
    /// −ℓ⁻¹ modulo 2⁶⁴.
    @inline(__always) static var negatedInverse: UInt64 { 0xd2b5_1da3_1254_7e1b }
    /// 2²⁵⁶ modulo ℓ: one, in Montgomery form.
    static let radix = Limbs(
        0xd6ec_3174_8d98_951d, 0xc6ef_5bf4_737d_cf70, 0xffff_ffff_ffff_fffe, 0x0fff_ffff_ffff_ffff)
    /// 2⁵¹² modulo ℓ.
    static let radixSquared = Limbs(
        0xa406_11e3_449c_0f01, 0xd00e_1ba7_6885_9347, 0xceec_73d2_17f5_be65, 0x0399_411b_7c30_9a3d)
    /// 2⁷⁶⁸ modulo ℓ.
    static let radixCubed = Limbs(
        0x2a9e_4968_7b83_a2db, 0x2783_24e6_aef7_f3ec, 0x8065_dc6c_04ec_5b65, 0x0e53_0b77_3599_cec7)

    /// Reads 32 bytes.
    init(littleEndian bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 32)
        func word(_ position: Int) -> UInt64 {
            UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: 8 &* position, as: UInt64.self))
        }
        self.init(word(0), word(1), word(2), word(3))
    }

    var littleEndianBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for position in 0..<8 {
                let shift = UInt64(position &* 8)
                buffer[position] = UInt8(truncatingIfNeeded: a >> shift)
                buffer[position + 8] = UInt8(truncatingIfNeeded: b >> shift)
                buffer[position + 16] = UInt8(truncatingIfNeeded: c >> shift)
                buffer[position + 24] = UInt8(truncatingIfNeeded: d >> shift)
            }
            count = 32
        }
    }

    var isBelowOrder: Bool { Limbs.subtract(self, .order).borrow != 0 }
}

extension Limbs {
    /// `first` where the mask is zero, `second` where it is all ones.
    @inline(__always)
    static func select(_ first: Limbs, _ second: Limbs, _ mask: UInt64) -> Limbs {
        Limbs(
            first.a ^ (mask & (first.a ^ second.a)), first.b ^ (mask & (first.b ^ second.b)),
            first.c ^ (mask & (first.c ^ second.c)), first.d ^ (mask & (first.d ^ second.d)))
    }

    /// The difference modulo 2²⁵⁶, and all ones if it was negative.
    @inline(__always)
    static func subtract(_ x: Limbs, _ y: Limbs) -> (difference: Limbs, borrow: UInt64) {
        var borrow: UInt64 = 0
        let a = digit(x.a, minus: y.a, &borrow)
        let b = digit(x.b, minus: y.b, &borrow)
        let c = digit(x.c, minus: y.c, &borrow)
        let d = digit(x.d, minus: y.d, &borrow)
        return (Limbs(a, b, c, d), 0 &- borrow)
    }

    @inline(__always)
    static func add(_ x: Limbs, _ y: Limbs) -> Limbs {
        var carry: UInt64 = 0
        let a = digit(x.a, plus: y.a, &carry)
        let b = digit(x.b, plus: y.b, &carry)
        let c = digit(x.c, plus: y.c, &carry)
        let d = digit(x.d, plus: y.d, &carry)
        return Limbs(a, b, c, d)
    }

    /// x + y modulo ℓ, for x and y below ℓ.
    @inline(__always)
    static func sum(_ x: Limbs, _ y: Limbs) -> Limbs { reduceOnce(add(x, y)) }

    /// x − y modulo ℓ, for x and y below ℓ.
    @inline(__always)
    static func difference(_ x: Limbs, _ y: Limbs) -> Limbs {
        let (difference, borrow) = subtract(x, y)
        let l = order
        return add(
            difference, Limbs(l.a & borrow, l.b & borrow, l.c & borrow, l.d & borrow))
    }

    /// Brings an integer below 2ℓ below ℓ.
    @inline(__always)
    static func reduceOnce(_ x: Limbs) -> Limbs {
        let (reduced, borrow) = subtract(x, .order)
        return select(reduced, x, borrow)
    }

    @inline(__always)
    private static func digit(_ x: UInt64, plus y: UInt64, _ carry: inout UInt64) -> UInt64 {
        let sum = UInt128(x) &+ UInt128(y) &+ UInt128(carry)
        carry = UInt64(truncatingIfNeeded: sum &>> 64)
        return UInt64(truncatingIfNeeded: sum)
    }

    @inline(__always)
    private static func digit(_ x: UInt64, minus y: UInt64, _ borrow: inout UInt64) -> UInt64 {
        let difference = UInt128(x) &- UInt128(y) &- UInt128(borrow)
        borrow = UInt64(truncatingIfNeeded: difference &>> 64) & 1
        return UInt64(truncatingIfNeeded: difference)
    }
}

extension Limbs {
    /// x · y · 2⁻²⁵⁶ modulo ℓ, fully reduced, for x below 2²⁵⁶ and y below ℓ.
    @inline(__always)
    static func montgomeryProduct(_ x: Limbs, _ y: Limbs) -> Limbs {
        var t = Limbs(0, 0, 0, 0)
        t = montgomeryStep(t, x.a, y)
        t = montgomeryStep(t, x.b, y)
        t = montgomeryStep(t, x.c, y)
        t = montgomeryStep(t, x.d, y)
        return reduceOnce(t)
    }

    /// (t + x·y + m·ℓ) / 2⁶⁴ with the m that makes the division exact.
    ///
    /// With t below ℓ + y, the result is again below ℓ + y, so four digits hold it.
    @inline(__always)
    private static func montgomeryStep(_ t: Limbs, _ x: UInt64, _ y: Limbs) -> Limbs {
        var carry: UInt64 = 0
        let a = multiply(x, y.a, plus: t.a, &carry)
        let b = multiply(x, y.b, plus: t.b, &carry)
        let c = multiply(x, y.c, plus: t.c, &carry)
        let d = multiply(x, y.d, plus: t.d, &carry)
        let top = carry
        let m = a &* negatedInverse
        carry = 0
        _ = multiply(m, order.a, plus: a, &carry)
        let e = multiply(m, order.b, plus: b, &carry)
        let f = digit(c, plus: 0, &carry)
        let g = multiply(m, order.d, plus: d, &carry)
        return Limbs(e, f, g, top &+ carry)
    }

    @inline(__always)
    private static func multiply(
        _ x: UInt64, _ y: UInt64, plus z: UInt64, _ carry: inout UInt64
    ) -> UInt64 {
        let product = UInt128(x) &* UInt128(y) &+ UInt128(z) &+ UInt128(carry)
        carry = UInt64(truncatingIfNeeded: product &>> 64)
        return UInt64(truncatingIfNeeded: product)
    }
}
