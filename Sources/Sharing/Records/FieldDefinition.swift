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
    /// So much of something, counted in a unit of measure, with a commitment beside it.
    case quantity
    /// A list of objects of strings: lines, tax breakdown.
    case json
    /// The original file: its media type and bytes.
    case document

    /// No field of this kind is padded to less, so that nobody who writes a type can make an ordinary
    /// value and an absent one differ in length.
    public var leastPaddedBytes: Int {
        switch self {
        case .text: 256
        case .date, .code: 128
        case .amount, .quantity: 192
        case .json: 512
        case .document: 16_384
        }
    }
}

/// What sort of fact a field is, for policies: they allow classes, so that they hold for types of
/// tomorrow too. The list is closed; a type with another class isn't one.
public enum FieldClass: String, Sendable, CaseIterable {
    /// Whose document it is.
    case identity
    /// Who is on the other side.
    case counterparty
    /// What may name or describe a person.
    case personal
    /// How much, and in which currency or unit.
    case amount
    /// When.
    case date
    /// What ties it to other documents, and what sort of document it is.
    case reference
    /// Accounts for payment.
    case account
    /// What it is about: lines, remarks, attachments.
    case content
    /// The original file.
    case original
}

/// What is committed to beside a field's value.
public enum CommittedKind: String, Sendable, CaseIterable {
    /// An amount, in the smallest unit of its currency.
    case amount
    /// A quantity, in thousandths of its unit of measure.
    case quantity
    /// A date, as days since 1970.
    case day
    /// A text, as a number that is the same for texts that are equal but for case and punctuation.
    case key
}

/// One field of a record type, as the type's text describes it.
public struct FieldDefinition: Sendable, Hashable {
    public let name: FieldName
    public let kind: FieldKind
    public let fieldClass: FieldClass
    /// What is committed to beside it; `nil` for nothing.
    public let committed: CommittedKind?
    /// The one unit of measure of a quantity, by its code of UN/ECE recommendation 20; `nil` where
    /// each value has its own.
    public let unit: String?
    /// The EN 16931-1 business term (`BT-109`) or group (`BG-25`), or that of another standard; `nil`
    /// for what only Trine has.
    public let businessTerm: String?
    /// A sealed disclosure of this field is never padded to less than this many bytes, so that an
    /// ordinary value's length and an absent one's look the same.
    public let minimumPaddedBytes: Int
    /// Whether a record cannot be made without it.
    public let mandatory: Bool
    /// What to call it in front of people, in English.
    public let label: String
    /// The meaning, in a few plain words.
    public let about: String

    /// The name of the field with the commitment to this one's value; `nil` where there is none.
    public let commitmentName: FieldName?

    public static let commitmentSuffix = "_commitment"

    /// What ``minimumPaddedBytes`` may be, whatever the kind: a disclosure has some 60 bytes besides
    /// its name and value, a third more in base64url.
    static let paddings: ClosedRange<Int64> = 64...65_536

    /// What every commitment is padded to. The longest fits: a salt, a name of ``maximumCommittedName``
    /// characters with the suffix, a point, and the longest unit.
    public static let commitmentPaddedBytes = 192

    /// Characters in the name of a field with a commitment.
    public static let maximumCommittedName = 48
}
