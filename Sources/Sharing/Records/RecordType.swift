public import Wire

/// What kind of business document a record is: its fields, and the series of books it goes into.
///
/// It is described by a text, `Types/<name>-<version>.json`, and addressed by its ``vct(origin:)``,
/// which every record states. A series may have records of several types and versions.
public struct RecordType: Sendable, Hashable {
    /// The word in the type's address: `invoice`, `bill`.
    public let name: String
    /// 1 and up; a new version is a new type beside the old one.
    public let version: Int
    public let series: Series
    /// Which side of the business its records are from.
    public let direction: Direction
    /// The meaning, in a few plain words.
    public let about: String
    /// The names of the document formats that its records are read from.
    public let importers: [String]
    /// What a ``BusinessKey`` of this type consists of, in the order in which it is hashed.
    public let businessKeyParts: [String]
    /// In the order in which they are shown.
    public let fields: [FieldDefinition]

    /// From which side a record's document comes.
    public enum Direction: String, Sendable {
        /// The enterprise made it out to somebody.
        case issued
        /// Somebody made it out to the enterprise.
        case received
        /// It concerns the enterprise alone.
        case own
    }

    /// An invoice or credit note that the enterprise issued.
    public static let invoice = known("invoice", 1)

    /// An invoice or credit note that it received.
    public static let bill = known("bill", 1)

    private static func known(_ name: String, _ version: Int) -> RecordType {
        guard let type = all.first(where: { $0.name == name && $0.version == version }) else {
            preconditionFailure("the type comes with the program")
        }
        return type
    }

    /// All types whose records are in books of this series, the newest version of each name first.
    public static func types(of series: Series) -> [RecordType] { bySeries[series] ?? [] }

    private static let bySeries = Dictionary(
        grouping: all.sorted { $0.version > $1.version }, by: \.series)

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
    public func field(_ name: FieldName) -> FieldDefinition? {
        positions[name].map { fields[$0] }
    }

    /// The field called `text` in what was received.
    public func field(_ text: String) -> FieldDefinition? {
        FieldName(text).flatMap { field($0) }
    }

    /// The names of the commitments that stand beside the numeric fields.
    public let commitmentFields: [FieldName]

    /// The names of all fields and commitments, ascending.
    public let sealedNames: [FieldName]

    /// The numeric field that `name` is the commitment of.
    public func field(committedAs name: FieldName) -> FieldDefinition? {
        guard name.text.hasSuffix(FieldDefinition.commitmentSuffix) else { return nil }
        let base = name.text.dropLast(FieldDefinition.commitmentSuffix.count)
        return field(String(base)).flatMap { $0.commitmentName == name ? $0 : nil }
    }

    /// Those of `names` that records of this type have a sealed field for, ascending.
    public func sealedNames(among names: Set<FieldName>) -> [FieldName] {
        sealedNames.filter(names.contains)
    }

    let positions: [FieldName: Int]
    /// The place of each name among ``sealedNames``.
    let sealedPositions: [FieldName: Int]

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
