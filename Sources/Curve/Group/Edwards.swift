/// The points of the Edwards curve themselves, each with an encoding of its own, as Ed25519 has them
/// (RFC 8032, section 5.1).
extension Point {
    /// The point with this encoding, of 32 bytes; `nil` where no point of the curve has this y.
    ///
    /// As in libsodium, a y of p or more is reduced, and zero has no sign. Variable time.
    init?(edwards bytes: UnsafeRawBufferPointer) {
        let y = FieldElement(littleEndian: bytes)
        let yy = y.squared
        let (square, root) = FieldElement.squareRootOfRatio(
            (yy - .one).tight, (yy * Point.d + .one).tight)
        guard square != 0 else { return nil }
        let x = root.negated(0 &- UInt64(bytes[31] &>> 7))
        self.init(x: x, y: y, z: .one, t: x * y)
    }

    /// The canonical encodings as integers: y, and whether x is odd in the topmost bit. All take a single
    /// inversion.
    static func edwardsEncodings(of points: [Point]) -> [Limbs] {
        var inverses = points.map(\.z)
        FieldElement.invertAll(&inverses)
        return zip(points, inverses).map { point, inverse in
            var encoding = (point.y * inverse).canonical
            encoding.d |= (point.x * inverse).canonical.a &<< 63
            return encoding
        }
    }
}

/// Encodings of points as integers.
extension Limbs {
    /// Without the topmost bit, which says whether x is odd.
    private var y: Limbs { Limbs(a, b, c, d & (UInt64.max &>> 1)) }

    /// Whether y is below p.
    var hasCanonicalY: Bool {
        let y = y
        return y.d != UInt64.max &>> 1 || y.c & y.b != .max || y.a < 0xffff_ffff_ffff_ffed
    }

    /// Whether this encodes, canonically or not, a point whose order divides 8.
    var hasSmallOrder: Bool { Self.smallOrders.contains(y) }

    /// The y of the points whose orders are 4, 1, 8, 8 and 2, and those that are such a y when they are
    /// reduced.
    private static let smallOrders = [
        Limbs(0, 0, 0, 0),
        Limbs(1, 0, 0, 0),
        Limbs(
            0xb027_b2c2_8f95_e826, 0xf098_eff2_89f4_c345, 0x3933_c6d3_05ac_dfd5,
            0x05fc_536d_8802_38b1),
        Limbs(
            0x4fd8_4d3d_706a_17c7, 0x0f67_100d_760b_3cba, 0xc6cc_392c_fa53_202a,
            0x7a03_ac92_77fd_c74e),
        Limbs(0xffff_ffff_ffff_ffec, .max, .max, .max &>> 1),
        Limbs(0xffff_ffff_ffff_ffed, .max, .max, .max &>> 1),
        Limbs(0xffff_ffff_ffff_ffee, .max, .max, .max &>> 1),
    ]
}
