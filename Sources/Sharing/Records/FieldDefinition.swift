/// What a field's value is.
public enum FieldKind: String, Sendable, CaseIterable {
    /// Words, as the document has them.
    case text
    /// A calendar date, `2026-11-20`.
    case date
    /// One word of a closed or published list: a currency, a country, a type code.
    case code
    /// Money, with a commitment beside it.
    case amount
    /// A list of objects of strings: lines, tax breakdown.
    case json
    /// The original file: its media type and bytes.
    case document
}

/// One field of a record type, as the type's text describes it.
public struct FieldDefinition: Sendable, Hashable {
    public let name: FieldName
    public let kind: FieldKind
    /// The EN 16931-1 business term (`BT-109`) or group (`BG-25`); `nil` for what only Trine has.
    public let businessTerm: String?
    /// A sealed disclosure of this field is never padded to less than this many bytes, so that an
    /// ordinary value's length and an absent one's look the same.
    public let minimumPaddedBytes: Int
    /// Whether a record cannot be made without it.
    public let mandatory: Bool
    /// The meaning, in a few plain words.
    public let about: String

    /// The name of the field with the commitment to this one's value; `nil` where it isn't numeric.
    public var commitmentName: FieldName? {
        kind == .amount ? FieldName(name.text + Self.commitmentSuffix) : nil
    }

    public static let commitmentSuffix = "_commitment"

    /// What ``minimumPaddedBytes`` may be: a disclosure has some 60 bytes besides its name and value,
    /// a third more in base64url.
    static let paddings: ClosedRange<Int64> = 64...65_536
}
