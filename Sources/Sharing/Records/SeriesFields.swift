/// The fields that may be named where only series are known and not a record's type: those of all
/// types of the series.
public struct SeriesFields: Sendable {
    /// The newest version of each name first, series by series; never empty.
    public let types: [RecordType]

    init?(_ types: [RecordType]) {
        if types.isEmpty { return nil }
        self.types = types
    }

    public var newest: RecordType { types[0] }

    /// The field called `name`, as the newest type that has it defines it.
    public func field(_ name: FieldName) -> FieldDefinition? {
        types.lazy.compactMap { $0.field(name) }.first
    }

    /// The classes of a field, or of what a commitment is to: one, unless types of other names differ.
    /// None where no type has it.
    public func classes(of name: FieldName) -> Set<FieldClass> {
        Set(types.compactMap { ($0.field(name) ?? $0.field(committedAs: name))?.fieldClass })
    }

    /// The names of all commitments, ascending.
    public var commitmentFields: [FieldName] { Set(types.flatMap(\.commitmentFields)).sorted() }

    /// Whether each of the series has a type in which `name` is committed to as `kind`.
    func commits(to name: String, as kind: CommittedKind) -> Bool {
        Dictionary(grouping: types, by: \.series).values.allSatisfy { types in
            types.contains { $0.field(name)?.committed == kind }
        }
    }

    /// As what a place's field is committed to in the series of its record; `nil` where it isn't.
    func committed(_ place: ProofPlace) -> CommittedKind? {
        types.lazy.filter { $0.series == place.record.book.series }
            .compactMap { $0.field(place.field)?.committed }.first
    }

    /// The first of `fields`, by name, that the types of `series` don't commit to as it says.
    func foreign(_ fields: [String: CommittedKind], in series: Series) -> String? {
        let types = types.filter { $0.series == series }
        return fields.sorted { $0.key < $1.key }.first { name, kind in
            !types.contains { $0.field(name)?.committed == kind }
        }?.key
    }

    /// Whether `name` is a field with a commitment to a number in some type.
    public func isNumber(_ name: String) -> Bool {
        types.contains { type in
            switch type.field(name)?.committed {
            case .amount, .quantity, .day: true
            case .key, nil: false
            }
        }
    }

    /// The names of the commitments beside `fields` in some type, ascending.
    public func commitments(beside fields: some Sequence<String>) -> [FieldName] {
        let names = fields.flatMap { field in
            types.compactMap { $0.field(field)?.commitmentName }
        }
        return Set(names).sorted()
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
