/// The group ristretto255 (RFC 9496, section 4.3): a point stands for a whole coset.
extension Point {
    /// The element with this encoding; nil for bytes that are not the encoding of an element.
    ///
    /// The identity, 32 zero bytes, decodes. Variable time is harmless: encodings are public.
    package init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        let s = FieldElement(littleEndian: bytes)
        let canonical = s.canonical
        guard canonical == Limbs(littleEndian: bytes), canonical.a & 1 == 0 else { return nil }
        let ss = s.squared
        let u1 = FieldElement.one - ss
        let u2 = FieldElement.one + ss
        let u2Squared = u2.squared
        let v = -(Point.d * u1.squared) - u2Squared
        let (square, inverseRoot) = FieldElement.squareRootOfRatio(.one, v * u2Squared)
        let denominatorX = inverseRoot * u2
        let denominatorY = inverseRoot * denominatorX * v
        let x = ((s + s) * denominatorX).absoluteValue
        let y = u1 * denominatorY
        let t = x * y
        guard square != 0, t.negativeMask == 0, y.zeroMask == 0 else { return nil }
        self.init(x: x, y: y, z: .one, t: t)
    }

    package init?(decoding bytes: [UInt8]) {
        let point = bytes.withUnsafeBytes { Point(decoding: $0) }
        guard let point else { return nil }
        self = point
    }

    /// The canonical encoding, 32 bytes; the same for all points of the coset. Constant time.
    package var encoding: [UInt8] {
        let u1 = (z + y) * (z - y)
        let u2 = x * y
        let (_, inverseRoot) = FieldElement.squareRootOfRatio(.one, u1 * u2.squared)
        let denominator1 = inverseRoot * u1
        let denominator2 = inverseRoot * u2
        let inverseZ = denominator1 * denominator2 * t
        let turnedX = x * FieldElement.rootOfMinusOne
        let turnedY = y * FieldElement.rootOfMinusOne
        let turnedDenominator = denominator1 * Point.inverseRootOfAMinusD
        let rotate = (t * inverseZ).negativeMask
        let chosenX = FieldElement.select(x, turnedY, rotate)
        let chosenY = FieldElement.select(y, turnedX, rotate)
        let denominator = FieldElement.select(denominator2, turnedDenominator, rotate)
        let signedY = chosenY.negated((chosenX * inverseZ).negativeMask)
        return (denominator * (z - signedY)).absoluteValue.encoding
    }

    /// Whether this represents the identity element.
    package var isIdentity: Bool { x.zeroMask | y.zeroMask != 0 }

    /// Whether both represent the same element (RFC 9496, section 4.3.3).
    package func equals(_ other: Point) -> Bool {
        (x * other.y).equalMask(y * other.x) | (y * other.y).equalMask(x * other.x) != 0
    }

    /// The element that 64 uniform bytes map to (RFC 9496, section 4.3.4).
    package init(uniform bytes: [UInt8]) {
        precondition(bytes.count == 64)
        self = bytes.withUnsafeBytes { raw in
            Point.map(FieldElement(littleEndian: UnsafeRawBufferPointer(rebasing: raw[..<32])))
                + Point.map(
                    FieldElement(littleEndian: UnsafeRawBufferPointer(rebasing: raw[32...])))
        }
    }

    private static func map(_ t: FieldElement) -> Point {
        let r = FieldElement.rootOfMinusOne * t.squared
        let u = (r + .one) * oneMinusDSquared
        let minusOne = -FieldElement.one
        let v = (minusOne - r * d) * (r + d)
        let (square, root) = FieldElement.squareRootOfRatio(u, v)
        let other = -(root * t).absoluteValue
        let s = FieldElement.select(other, root * .one, square)
        let c = FieldElement.select(r, minusOne, square)
        let n = c * (r - .one) * dMinusOneSquared - v
        let ss = s.squared
        let w0 = (s + s) * v
        let w1 = n * rootOfADMinusOne
        let w2 = FieldElement.one - ss
        let w3 = FieldElement.one + ss
        return Point(x: w0 * w3, y: w2 * w1, z: w1 * w3, t: w0 * w2)
    }

    private static let inverseRootOfAMinusD = FieldElement(
        0x0_fdaa_805d_40ea, 0x2_eb48_2e57_d339, 0x0_0761_0274_bc58, 0x6_510b_613d_c8ff,
        0x7_86c8_905c_faff)
    private static let rootOfADMinusOne = FieldElement(
        0x7_f6a0_497b_2e1b, 0x1_836f_0a97_afd2, 0x7_d747_f6be_7638, 0x4_5607_9e7e_6498,
        0x3_7693_1bf2_b834)
    private static let oneMinusDSquared = FieldElement(
        0x4_09c1_945f_c176, 0x7_19ab_c6a1_fc4f, 0x1_c37f_90b2_0684, 0x0_6bcc_ca55_eedf,
        0x0_2907_2a8b_2b3e)
    private static let dMinusOneSquared = FieldElement(
        0x5_5aaa_44ed_4d20, 0x5_9603_c333_2635, 0x2_6d3b_af4a_7928, 0x1_20a6_6e69_97a9,
        0x5_968b_37af_66c2)
}
