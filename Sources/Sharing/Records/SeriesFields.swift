/// The fields that may be named where only a series is known and not a record's type: those of all
/// types of the series.
public struct SeriesFields: Sendable {
    /// The newest version of each name first; never empty.
    public let types: [RecordType]

    /// `nil` for a series that no type is of yet.
    public init?(_ series: Series) { self.init(RecordType.types(of: series)) }

    init?(_ types: [RecordType]) {
        if types.isEmpty { return nil }
        self.types = types
    }

    public var newest: RecordType { types[0] }

    /// The field called `name`, as the newest type that has it defines it.
    public func field(_ name: FieldName) -> FieldDefinition? {
        types.lazy.compactMap { $0.field(name) }.first
    }

    /// The names of all commitments, ascending.
    public var commitmentFields: [FieldName] { Set(types.flatMap(\.commitmentFields)).sorted() }

    /// Whether `name` is a field with a commitment in some type.
    public func isAmount(_ name: String) -> Bool {
        types.contains { $0.field(name)?.commitmentName != nil }
    }

    /// `names` with the commitments that each type has to them, ascending; `nil` where one is in no
    /// type.
    public func withCommitments(_ names: some Sequence<FieldName>) -> [FieldName]? {
        guard types.count > 1 else { return newest.withCommitments(names) }
        var complete: Set<FieldName> = []
        for name in names {
            let sets = types.compactMap { $0.withCommitments([name]) }
            if sets.isEmpty { return nil }
            for set in sets { complete.formUnion(set) }
        }
        return complete.sorted()
    }
}

extension Scope {
    /// The fields that may be named of the records in this scope; `nil` where this program knows no
    /// type of its series.
    public var known: SeriesFields? { series.flatMap { SeriesFields($0) } }
}
