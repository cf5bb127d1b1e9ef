import TestSupport

/// The points of the curve whose order divides 8, by their encodings.
public enum SmallOrder {
    /// The eight points as they are encoded, the neutral element first.
    public static let canonical: [[UInt8]] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    ].map(bytes(hex:))

    /// Other encodings of them: y of p or more, or zero with a sign.
    public static let others: [[UInt8]] = [
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ].map(bytes(hex:))

    /// All y from p to 2²⁵⁵ − 1, with both signs: no encoding of a point, or one that isn't canonical.
    public static let unreduced: [[UInt8]] = (0xed...0xff).flatMap { (low: UInt8) in
        [0x7f, 0xff].map { [low] + [UInt8](repeating: 0xff, count: 30) + [$0] }
    }
}
