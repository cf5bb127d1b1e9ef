public import Wire

/// What kind of business document a record is: its fields, and the series of books it goes into.
///
/// It is described by a document, which is served at its ``vct(origin:)``; every record states that
/// address. A series may have records of several versions.
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
    /// What its document says, but for the address.
    public let text: RecordTypeText

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
    public static let invoice = RecordTypes.standard.all[0]

    /// An invoice or credit note that it received.
    public static let bill = RecordTypes.standard.all[1]

    /// `https://<origin>/types/invoice/1`, the `vct` of the type's records (SD-JWT VC §3.2.2.1).
    public func vct(origin: Origin) -> String { "https://\(origin)/types/\(name)/\(version)" }

    /// The field called `name`; commitments are not in here.
    public func field(_ name: FieldName) -> FieldDefinition? {
        positions[name].map { fields[$0] }
    }

    /// The field called `text` in what was received.
    public func field(_ text: String) -> FieldDefinition? {
        FieldName(text).flatMap { field($0) }
    }

    /// The names of the commitments that stand beside fields.
    public let commitmentFields: [FieldName]

    /// The names of all fields and commitments, ascending.
    public let sealedNames: [FieldName]

    /// The field that `name` is the commitment of.
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
    /// Shared by all copies of this value.
    let integrities = TypeIntegrities()
    /// The place of each name among ``sealedNames``.
    let sealedPositions: [FieldName: Int]

    /// Reads what a type's document says. Throws ``RecordTypeError``.
    public init(_ text: RecordTypeText) throws(RecordTypeError) {
        let terms = text.terms
        guard text.claims.count == terms.fields.count else {
            throw .otherClaim(min(text.claims.count, terms.fields.count) + 1)
        }
        var fields: [FieldDefinition] = []
        for (place, (claim, field)) in zip(text.claims, terms.fields).enumerated() {
            guard claim.path == [field.name] else { throw .otherClaim(place + 1) }
            fields.append(FieldDefinition(field, claim))
        }
        self.text = text
        name = text.name
        version = Int(terms.version)
        series = terms.series
        direction = terms.direction
        about = text.description
        importers = terms.importers
        businessKeyParts = terms.businessKey
        self.fields = fields
        positions = Dictionary(
            fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        commitmentFields = fields.compactMap(\.commitmentName)
        sealedNames = (fields.map(\.name) + commitmentFields).sorted()
        sealedPositions = Dictionary(
            sealedNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for (name, next) in zip(sealedNames, sealedNames.dropFirst()) where name == next {
            throw .repeated(field: name.text)
        }
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.version == right.version
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(version)
    }
}

extension FieldDefinition {
    fileprivate init(_ field: RecordTypeText.Field, _ claim: RecordTypeText.Claim) {
        name = field.name
        kind = field.kind
        fieldClass = field.fieldClass
        committed = field.committed
        unit = field.unit
        businessTerm = field.term
        minimumPaddedBytes = Int(field.least)
        mandatory = claim.mandatory
        let display = claim.display.first { $0.locale == "en" }
        label = display?.label ?? field.name.text
        about = display?.description ?? ""
        commitmentName =
            field.committed == nil ? nil : FieldName(field.name.text + Self.commitmentSuffix)
    }
}
