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

/// The records of a verified package as tables, one for each series. Fields that weren't granted have no
/// column, and records that came without fields no row.
struct PackageTables {
    struct Table {
        let series: Series
        let columns: RecordColumns
        let rows: [RecordColumns.Row]

        func text(_ format: TableFormat) -> String {
            switch format {
            case .csv: columns.csvHead + rows.map { columns.csv($0) }.joined()
            case .jsonl: rows.map { columns.object($0).canonicalText + "\n" }.joined()
            case .json: JSON.array(rows.map { columns.object($0) }).canonicalText + "\n"
            }
        }
    }

    let all: [Table]
    private let verdict: JSON

    init(_ package: VerifiedPackage) {
        let names = Dictionary(package.records.map { ($0.statement.jti, $0.name) }) { $1 }
        let granted = Set(package.verdict.fields)
        let served = package.records.filter { $0.fields != nil }
        all = Dictionary(grouping: served, by: \.claims.book.series)
            .sorted { $0.key < $1.key }.compactMap { series, records in
                guard let type = package.types.fields(of: series) else { return nil }
                let fields = type.newest.fields.filter { granted.contains($0.name) }
                return Table(
                    series: series, columns: RecordColumns(fields),
                    rows: records.map { RecordColumns.Row($0, names) })
            }
        verdict = package.verdict.json
    }

    /// A data package: the tables in CSV and JSON Lines, their description, and the verdict.
    var files: [(name: String, bytes: [UInt8])] {
        let description = RecordColumns.package(all.map { ($0.series.rawValue, $0.columns) })
        return all.flatMap { table in
            [
                (table.series.rawValue + ".csv", Array(table.text(.csv).utf8)),
                (table.series.rawValue + ".jsonl", Array(table.text(.jsonl).utf8)),
            ]
        } + [
            ("datapackage.json", description),
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
