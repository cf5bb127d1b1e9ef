public import Wire

/// The record types of one log, in the order in which its entries published them.
public struct RecordTypes: Sendable, Hashable {
    public private(set) var all: [RecordType] = []
    /// The newest version first: types of two names never share a series.
    private var bySeries: [Series: [RecordType]] = [:]

    public init(_ types: some Sequence<RecordType> = []) {
        for type in types { add(type) }
    }

    /// Takes in what the log published next.
    public mutating func add(_ type: RecordType) {
        all.append(type)
        var others = bySeries[type.series] ?? []
        others.insert(type, at: others.firstIndex { $0.version < type.version } ?? others.count)
        bySeries[type.series] = others
    }

    /// Those that come with the program: what a new log is founded with.
    public static let standard = RecordTypes(
        [
            PackageResources.invoice_1_json, PackageResources.bill_1_json,
            PackageResources.bank_entry_1_json, PackageResources.bank_statement_1_json,
            PackageResources.bank_notice_1_json, PackageResources.order_1_json,
            PackageResources.purchase_1_json, PackageResources.delivery_1_json,
            PackageResources.receipt_1_json, PackageResources.document_1_json,
        ].map { text in
            do { return try RecordType(parsing: text) } catch {
                preconditionFailure("a type that comes with the program: \(error)")
            }
        })

    /// All types whose records are in books of this series, the newest version first.
    public func of(_ series: Series) -> [RecordType] { bySeries[series] ?? [] }

    /// The series that a type is of, in order.
    public var series: [Series] { bySeries.keys.sorted() }

    /// The type with this name and version.
    public func type(_ name: String, _ version: Int) -> RecordType? {
        all.first { $0.name == name && $0.version == version }
    }

    /// The type with this `vct` in the log whose origin is `origin`.
    public func type(vct: String, origin: Origin) -> RecordType? {
        all.first { $0.vct(origin: origin) == vct }
    }

    /// The fields that may be named of records of these series; `nil` for no series, and where one of
    /// them has no type.
    public func fields(of series: [Series]) -> SeriesFields? {
        let types = series.map { of($0) }
        if types.contains(where: \.isEmpty) { return nil }
        return SeriesFields(types.flatMap(\.self))
    }

    /// The fields that may be named of records of this series.
    public func fields(of series: Series) -> SeriesFields? { fields(of: [series]) }

    /// The fields that may be named of the records in this scope.
    public func fields(of scope: Scope) -> SeriesFields? { fields(of: scope.series) }

    /// As what the field of `place` is committed to; `nil` where no type of the record's series does.
    public func committed(_ place: ProofPlace) -> CommittedKind? {
        fields(of: place.record.book.series)?.committed(place)
    }
}
