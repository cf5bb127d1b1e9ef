import Importing
import Sharing
import Wire

/// The columns of a table of records: what is on the log of each, and its fields, of which amounts and
/// quantities have their unit in a column of its own.
///
/// Headings are names that the type gives, never anything that stands in a record.
struct RecordColumns {
    /// A row of such a table.
    struct Row {
        let record: String
        let book: String
        let number: Int64
        let index: Int64
        let registered: Timestamp
        let replaces: String?
        let replacedBy: String?
        let values: [FieldName: FieldValue]
    }

    /// A column: its name, its type in a Table Schema, and what it is.
    struct Column {
        let name: String
        let type: String
        let about: String
        fileprivate let cell: (Row) -> Cell
    }

    /// What stands in a row of a column.
    enum Cell {
        case absent
        case text(String)
        /// A whole number.
        case integer(Int64)
        /// An exact decimal number.
        case decimal(String)
        case json(JSON)

        var text: String {
            switch self {
            case .absent: ""
            case .text(let text), .decimal(let text): text
            case .integer(let number): "\(number)"
            case .json(let json): json.canonicalText
            }
        }

        var json: JSON {
            switch self {
            case .absent: .null
            case .text(let text), .decimal(let text): .string(text)
            case .integer(let number): .integer(number)
            case .json(let json): json
            }
        }
    }

    let columns: [Column]

    /// Of records that have `fields`; documents aren't in tables but for what sort and size they are.
    init(_ fields: [FieldDefinition]) {
        var columns = Self.onTheLog
        var taken = Set(columns.map(\.name))
        for field in fields {
            var name = field.name.text
            while Self.names(of: field, name).contains(where: taken.contains) { name += "_field" }
            taken.formUnion(Self.names(of: field, name))
            columns += Self.columns(of: field, name)
        }
        self.columns = columns
    }

    private static var onTheLog: [Column] {
        [
            .init(name: "record", type: "string", about: "the record, by book and number") {
                .text($0.record)
            },
            .init(name: "book", type: "string", about: "its book") { .text($0.book) },
            .init(name: "position", type: "integer", about: "its number in the book") {
                .integer($0.number)
            },
            .init(name: "entry", type: "integer", about: "its entry in the log") {
                .integer($0.index)
            },
            .init(name: "registered", type: "integer", about: "when it was signed, POSIX seconds") {
                .integer($0.registered.seconds)
            },
            .init(name: "replaces", type: "string", about: "the record that it corrects") {
                $0.replaces.map { .text($0) } ?? .absent
            },
            .init(
                name: "replaced_by", type: "string", about: "the record that corrects it and counts"
            ) { $0.replacedBy.map { .text($0) } ?? .absent },
        ]
    }

    /// What the columns of a field are called. One whose name another column has gets `_field` behind it.
    private static func names(of field: FieldDefinition, _ name: String) -> [String] {
        hasUnit(field) ? [name, name + unitEnding] : [name]
    }

    private static let unitEnding = "_unit"

    private static func hasUnit(_ field: FieldDefinition) -> Bool {
        [.amount, .quantity].contains(field.kind)
    }

    private static func columns(of field: FieldDefinition, _ name: String) -> [Column] {
        func column(
            _ type: String, _ ending: String = "", _ about: String = "",
            _ cell: @escaping (FieldValue) -> Cell
        ) -> Column {
            Column(name: name + ending, type: type, about: about.isEmpty ? field.about : about) {
                cell($0.values[field.name] ?? .null)
            }
        }
        let unit = column("string", unitEnding, "the currency or unit of \(name)") { value in
            switch value {
            case .amount(let amount): .text(amount.currency)
            case .quantity(let quantity): .text(quantity.unit)
            case .null, .text, .date, .json, .document: .absent
            }
        }
        let main = column(type(of: field.kind)) { value in
            switch value {
            case .null: .absent
            case .text(let text): .text(text)
            case .date(let date): .text(date.description)
            case .amount(let amount): .decimal(amount.text)
            case .quantity(let quantity): .decimal(quantity.text)
            case .json(let json): .json(json)
            case .document(let mediaType, let bytes): .text("\(mediaType), \(bytes.count) bytes")
            }
        }
        return hasUnit(field) ? [main, unit] : [main]
    }

    /// The type in a Table Schema.
    private static func type(of kind: FieldKind) -> String {
        switch kind {
        case .text, .code, .document: "string"
        case .date: "date"
        case .amount, .quantity: "number"
        case .json: "any"
        }
    }

    // MARK: Formats

    var csvHead: String { line(columns.map(\.name)) }

    /// RFC 4180 in UTF-8, every cell in quotes, on one line; what a spreadsheet would compute with has an
    /// apostrophe in front. The JSON has every text as it was registered.
    func csv(_ row: Row) -> String { line(columns.map { $0.cell(row).text }) }

    private func line(_ cells: [String]) -> String {
        cells.map(RecordOutput.quoted).joined(separator: ",") + "\r\n"
    }

    func object(_ row: Row) -> JSON {
        .object(
            Dictionary(columns.map { ($0.name, $0.cell(row).json) }) { first, _ in first })
    }

    /// The description of a data package of tables, each in a file of its name.
    static func package(_ tables: [(name: String, columns: RecordColumns)]) -> [UInt8] {
        let package: JSON = [
            "name": "records", "profile": "tabular-data-package",
            "resources": .array(tables.map { $0.columns.resource($0.name, in: $0.name + ".csv") }),
        ]
        return Array(package.canonicalText.utf8) + [0x0a]
    }

    /// A resource of a data package, in `file`.
    private func resource(_ name: String, in file: String) -> JSON {
        [
            "name": .string(name), "path": .string(file), "format": "csv", "mediatype": "text/csv",
            "encoding": "utf-8", "profile": "tabular-data-resource",
            "schema": [
                "fields": .array(
                    columns.map {
                        [
                            "name": .string($0.name), "type": .string($0.type),
                            "description": .string($0.about),
                        ]
                    }), "primaryKey": "record", "missingValues": [""],
            ],
        ]
    }
}
