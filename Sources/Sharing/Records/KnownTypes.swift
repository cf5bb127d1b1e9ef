extension RecordType {
    /// The texts of the types that this program knows. A new type is a file and a line here.
    static let texts: [[UInt8]] = [
        PackageResources.invoice_1_json,
        PackageResources.bill_1_json,
    ]

    /// The types of ``texts``.
    public static let all: [RecordType] = texts.map { text in
        do { return try RecordType(parsing: text) } catch {
            preconditionFailure("a type that comes with the program: \(error)")
        }
    }

    static func known(_ name: String, _ version: Int) -> RecordType {
        guard let type = all.first(where: { $0.name == name && $0.version == version }) else {
            preconditionFailure("the type comes with the program")
        }
        return type
    }

    /// All types whose records are in books of this series, the newest version of each name first.
    public static func types(of series: Series) -> [RecordType] { bySeries[series] ?? [] }

    private static let bySeries = Dictionary(
        grouping: all.sorted { $0.version > $1.version }, by: \.series)
}
