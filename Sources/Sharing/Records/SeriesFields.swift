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
    public func field(_ name: String) -> FieldDefinition? {
        types.lazy.compactMap { $0.field(name) }.first
    }

    /// `names` with the commitments that each type has to them, ascending; `nil` where one is in no
    /// type.
    public func withCommitments(_ names: some Sequence<String>) -> [String]? {
        var complete: Set<String> = []
        for name in names {
            let sets = types.compactMap { $0.withCommitments([name]) }
            if sets.isEmpty { return nil }
            for set in sets { complete.formUnion(set) }
        }
        return complete.sorted()
    }
}
