import Curve

/// Pedersen commitments over ristretto255 (RFC 9496), with the generators of the Bulletproofs
/// implementations in use elsewhere.
public enum Pedersen {
    /// B, the base point of ristretto255: the value's generator.
    public static let valueBase = constant([
        0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51,
        0x5f, 0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d,
        0x2d, 0x76,
    ])

    /// B̃, the element that SHA3-512 of B's encoding maps to: the blinding's generator. Nobody
    /// knows its discrete logarithm to the base B.
    public static let blindingBase = constant([
        0x8c, 0x92, 0x40, 0xb4, 0x56, 0xa9, 0xe6, 0xdc, 0x65, 0xc3, 0x77, 0xa1, 0x04, 0x8d, 0x74,
        0x5f, 0x94, 0xa0, 0x8c, 0xdb, 0x7f, 0x44, 0xcb, 0xcd, 0x7b, 0x46, 0xf3, 0x40, 0x48, 0x87,
        0x11, 0x34,
    ])

    /// value·B + blinding·B̃, in time independent of both.
    ///
    /// The one opening with value and blinding zero gives the identity's encoding, which equals no
    /// parsed commitment.
    public static func commit(_ opening: Opening) -> Commitment { Commitment(product(opening)) }

    static func product(_ opening: Opening) -> Point {
        // That a number is out of the range in which anything can be proven of it is no secret.
        if case .integer(let value) = opening.number, value > -ShortConstantTimeBase.limit,
            value < ShortConstantTimeBase.limit
        {
            return blindingTable.adding(opening.blinding, to: shortValueTable.product(value))
        }
        return commit(opening.number.scalar, blinding: opening.blinding)
    }

    /// sum + blinding·B̃, in time independent of the blinding.
    static func addingBlinding(_ blinding: Scalar, to sum: Point) -> Point {
        blindingTable.adding(blinding, to: sum)
    }

    /// value·B + blinding·B̃, in time independent of both.
    static func commit(_ value: Scalar, blinding: Scalar) -> Point {
        blindingTable.adding(blinding, to: valueTable.adding(value, to: .identity))
    }

    private static let shortValueTable = ShortConstantTimeBase(valueBase.point)
    private static let valueTable = ConstantTimeBase(valueBase.point)
    private static let blindingTable = ConstantTimeBase(blindingBase.point)

    private static func constant(_ encoding: [UInt8]) -> Commitment {
        guard let point = Point(decoding: encoding) else {
            preconditionFailure("a generator does not decode")
        }
        return Commitment(point)
    }
}
