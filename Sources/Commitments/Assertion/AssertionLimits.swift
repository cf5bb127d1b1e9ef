/// Limits of an assertion, checked before anything is allocated by its size.
public enum AssertionLimits {
    /// Records in one assertion.
    public static let records = 65_536
    /// Committed values in one assertion: two fields of every record.
    public static let values = 131_072
    public static let statements = 64
    /// Terms in one statement: one for every record.
    public static let terms = 65_536
    /// Statements that one is made of.
    public static let parts = 65_536
    /// Ranges of 64 bits that one assertion may need: 270 kB of aggregated proofs, verified in
    /// about a second and made in about a minute.
    public static let ranges = 16_384
    /// UTF-8 bytes of a name, identifier or unit.
    public static let textBytes = 256
    /// A committed value is below this in absolute value.
    public static let magnitude: Int64 = 1 << 47
    /// The sum of a statement's weights in absolute value. With the limit on values, no sum leaves
    /// the range of 64-bit integers: 2¹⁶ · (2⁴⁷ − 1) < 2⁶³.
    public static let weights: UInt64 = 1 << 16
    /// Decimal digits after the point.
    public static let scale = 18
}
