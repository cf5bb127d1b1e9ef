import ArgumentParser
import Sharing
import Verification
import Wire

/// How a table is written.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    /// RFC 4180.
    case csv
    /// A JSON object a line.
    case jsonl
    /// One JSON list.
    case json
}

/// The records of a verified package as a table: a grant to read is of one series. Fields that weren't
/// granted have no column, and records that came without fields no row.
struct PackageTable {
    private let series: Series
    private let columns: RecordColumns
    private let rows: [RecordColumns.Row]
    private let verdict: JSON

    /// Throws ``Complaint`` for a package of a grant to prove, which has no values.
    init(_ package: VerifiedPackage) throws {
        guard package.verdict.right == .read, let series = package.types.series.first,
            let type = package.types.fields(of: series)
        else {
            throw Complaint.refused("what was granted is a proof, and there are no values in it")
                .named("no-table")
        }
        let names = Dictionary(package.records.map { ($0.statement.jti, $0.name) }) { $1 }
        let granted = Set(package.verdict.fields)
        self.series = series
        columns = RecordColumns(type.newest.fields.filter { granted.contains($0.name) })
        rows = package.records.filter { $0.fields != nil }.map { RecordColumns.Row($0, names) }
        verdict = package.verdict.json
    }

    func text(_ format: TableFormat) -> String {
        switch format {
        case .csv: columns.csvHead + rows.map { columns.csv($0) }.joined()
        case .jsonl: rows.map { columns.object($0).canonicalText + "\n" }.joined()
        case .json: JSON.array(rows.map { columns.object($0) }).canonicalText + "\n"
        }
    }

    /// A data package: the table in CSV and JSON Lines, its description, and the verdict.
    var files: [(name: String, bytes: [UInt8])] {
        [
            (series.rawValue + ".csv", Array(text(.csv).utf8)),
            (series.rawValue + ".jsonl", Array(text(.jsonl).utf8)),
            ("datapackage.json", RecordColumns.package([(series.rawValue, columns)])),
            ("verdict.json", Array(verdict.canonicalText.utf8) + [0x0a]),
        ]
    }
}

extension RecordColumns.Row {
    /// `names` are those of the records by identifier, as far as they are known.
    fileprivate init(_ record: VerifiedRecord, _ names: [JTI: String]) {
        func name(_ jti: JTI?) -> String? { jti.map { names[$0] ?? $0.text } }
        self.init(
            record: record.name, book: record.claims.book.description, number: record.claims.number,
            index: record.index, registered: record.statement.issuedAt,
            replaces: name(record.claims.replaces), replacedBy: name(record.replacedBy),
            values: record.fields?.values ?? [:])
    }
}
