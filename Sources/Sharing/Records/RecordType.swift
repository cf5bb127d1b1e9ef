public import Wire

/// What kind of business document a record is: its fields, and the series of books it goes into.
public struct RecordType: Sendable, Hashable {
    public let series: Series
    /// The word in the type's address: `invoice`, `bill`.
    public let name: String
    /// 1 and up; a new version is a new type beside the old one.
    public let version: Int
    /// In the order in which they are shown.
    public let fields: [FieldDefinition]

    /// An invoice or credit note that the enterprise issued.
    public static let invoice = RecordType(
        series: .invoices, name: "invoice", version: 1, fields: BusinessTerms.all)

    /// An invoice or credit note that it received.
    public static let bill = RecordType(
        series: .bills, name: "bill", version: 1, fields: BusinessTerms.all)

    public static let all = [invoice, bill]

    /// The current version of the type called `name`, or `nil`.
    public static func named(_ name: String) -> RecordType? { all.first { $0.name == name } }

    /// The current type of the records in books of this series; `nil` where there is none yet.
    public static func of(_ series: Series) -> RecordType? { all.first { $0.series == series } }

    /// `https://<origin>/types/invoice/1`, the `vct` of the type's records (SD-JWT VC §3.2.2.1).
    public func vct(origin: Origin) -> String { "https://\(origin)/types/\(name)/\(version)" }

    /// The type with this `vct` at this origin; `nil` for any other.
    public init?(vct: String, origin: Origin) {
        guard let type = Self.all.first(where: { $0.vct(origin: origin) == vct }) else {
            return nil
        }
        self = type
    }

    /// The field called `name`; commitments are not in here.
    public func field(_ name: String) -> FieldDefinition? {
        positions[name].map { fields[$0] }
    }

    /// The names of the commitments that stand beside the numeric fields.
    public let commitmentFields: [String]

    /// The names of all fields and commitments, ascending.
    public let sealedNames: [String]

    /// The numeric field that `name` is the commitment of.
    public func field(committedAs name: String) -> FieldDefinition? {
        guard name.hasSuffix(FieldDefinition.commitmentSuffix) else { return nil }
        let base = name.dropLast(FieldDefinition.commitmentSuffix.count)
        return field(String(base)).flatMap { $0.commitmentName == name ? $0 : nil }
    }

    private let positions: [String: Int]

    init(series: Series, name: String, version: Int, fields: [FieldDefinition]) {
        self.series = series
        self.name = name
        self.version = version
        self.fields = fields
        positions = Dictionary(
            uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
        commitmentFields = fields.compactMap(\.commitmentName)
        sealedNames = (fields.map(\.name) + commitmentFields).sorted()
        precondition(sealedNames.count <= Self.maximumFields)
    }

    /// Fields of one type, commitments counted.
    public static let maximumFields = 64

    public static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.version == right.version
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(version)
    }
}
