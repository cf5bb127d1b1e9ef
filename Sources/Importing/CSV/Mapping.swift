public import Sharing
public import Wire

/// How a table that some program exports becomes records of a type: which column is which field, and how
/// the program writes dates and numbers.
///
/// It is a small file of JSON, `trine-mapping/1`, that an enterprise keeps for each export it uses and can
/// give to others. A file is taken to be of the mapping whose header it has.
public struct Mapping: Shaped, Hashable {
    private let formatName: String
    /// What people call it.
    public let name: String
    /// The type of its records, and its version.
    public let type: TypeName
    public let encoding: Encoding
    /// What stands between cells.
    public let separator: String
    /// Lines before the header.
    public let skip: Int64
    /// The names of the columns, as the file has them.
    public let header: [String]
    /// What stands before the decimals: a comma or a full stop. The other one, a space and an apostrophe
    /// may stand between thousands.
    public let decimal: Decimal
    public let date: DateForm
    /// Values that all its records have.
    public let constants: [Constant]
    public let columns: [Column]
    /// Rows that become no record: whose cell under `column` is one of `values`.
    public let ignore: [Condition]
    /// What the first line behind the rows begins with: from there on no row may stand that
    /// would become a record, and nothing else is read.
    public let end: String?

    /// `bank-entry/1`.
    public struct TypeName: Hashable, Sendable {
        public let name: String
        public let version: Int

        public init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let version = Int(parts[1]), version > 0,
                parts[1] == "\(version)"
            else { return nil }
            name = String(parts[0])
            self.version = version
        }

        public init(of type: RecordType) {
            name = type.name
            version = type.version
        }

        public var text: String { "\(name)/\(version)" }
    }

    public enum Encoding: String, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case windows1252 = "windows-1252"
        case gb18030
        case utf16 = "utf-16"
    }

    public enum Decimal: String, Sendable { case comma = ",", point = "." }

    public struct Constant: Shaped, Hashable {
        public let field: String
        public let value: String

        public init(field: String, value: String) {
            self.field = field
            self.value = value
        }

        public static let shape = Shape<Constant>(
            Constant.init(field:value:), .required("field", \.field, .text(1...64)),
            .required("value", \.value, .text(1...1024)))
    }

    /// A condition on a cell.
    public struct Condition: Shaped, Hashable {
        public let column: String
        public let values: [String]

        public static let shape = Shape<Condition>(
            Condition.init(column:values:), .required("column", \.column, .columnName),
            .required("values", \.values, .list(of: .text(0...1024), 1...64)))
    }

    /// A field, and the cells that it is read from.
    public struct Column: Shaped, Hashable {
        /// The name of a field, or of a part of the business key.
        public let field: String
        /// The columns whose cells are joined by a space.
        public let from: [String]
        /// Of an amount: it is negative where this holds.
        public let negative: Condition?
        /// Of an amount: the column with what goes out, where that has one of its own.
        public let minus: String?
        /// Only for rows whose `amount` comes in, or goes out.
        public let when: Side?

        public enum Side: String, Sendable { case credit, debit }

        public static let shape = Shape<Column>(
            Column.init(field:from:negative:minus:when:),
            .required("field", \.field, .text(1...64)),
            .required("from", \.from, .list(of: .columnName, 1...8)),
            .optional("negative", \.negative, .object),
            .optional("minus", \.minus, .columnName),
            .optional("when", \.when, .word("credit or debit")))
    }

    public static let format = "trine-mapping/1"

    public static let shape = Shape<Mapping>(
        Mapping.init(
            formatName:name:type:encoding:separator:skip:header:decimal:date:constants:columns:
            ignore:end:),
        .required("format", \.formatName, .format(format)),
        .required("name", \.name, .text(1...100).withoutControls),
        .required("type", \.type, .typeVersion),
        .required("encoding", \.encoding, .encoding),
        .required("separator", \.separator, .separator),
        .required("skip", \.skip, .skippedLines),
        .required("header", \.header, .list(of: .text(0...256), 1...512)),
        .required("decimal", \.decimal, .decimalMark),
        .required("date", \.date, .dateForm),
        .required("constants", \.constants, .list(of: .object, 0...64)),
        .required("columns", \.columns, .list(of: .object, 1...64)),
        .required("ignore", \.ignore, .list(of: .object, 0...16)),
        .optional("end", \.end, .text(1...64)))
}

extension Mapping {
    init(
        name: String, type: TypeName, encoding: Encoding, separator: String, skip: Int64,
        header: [String], decimal: Decimal, date: DateForm, constants: [Constant],
        columns: [Column], ignore: [Condition], end: String? = nil
    ) {
        self.init(
            formatName: Self.format, name: name, type: type, encoding: encoding,
            separator: separator, skip: skip, header: header, decimal: decimal, date: date,
            constants: constants, columns: columns, ignore: ignore, end: end)
    }

    /// Reads a mapping's file: JSON in any spelling. Throws ``MappingError``.
    public init(parsing bytes: [UInt8]) throws(MappingError) {
        let root: JSONValue
        do { root = try JSONDocument(.lenient, bytes).root } catch { throw .json(error) }
        let mapping: Mapping
        do { mapping = try Mapping.shape.read(root) } catch { throw .claim(error) }
        self = mapping
        if let unknown = columnNames.first(where: { !header.contains($0) }) {
            throw .unknownColumn(unknown)
        }
        if let twice = header.first(where: { name in
            columnNames.contains(name) && header.count(where: { $0 == name }) > 1
        }) {
            throw .ambiguousColumn(twice)
        }
    }

    /// The columns that it reads.
    private var columnNames: [String] {
        columns.flatMap { column in
            column.from + [column.minus, column.negative?.column].compactMap(\.self)
        } + ignore.map(\.column)
    }
}

/// Why a file isn't a mapping.
public enum MappingError: Error, Equatable, Sendable {
    case json(JSONError)
    case claim(ClaimError)
    /// It reads a column that its header doesn't have.
    case unknownColumn(String)
    /// It reads a column of which its header has two.
    case ambiguousColumn(String)
}

extension Codec where Value == String {
    fileprivate static let columnName = Codec.text(1...256)

    /// One character that may stand between cells.
    fileprivate static let separator = Codec.text(1...1).limited("one of , ; | and a tab") {
        [",", ";", "|", "\t"].contains($0)
    }
}

extension Codec where Value == Int64 {
    fileprivate static let skippedLines = Codec.integer(0...100)
}

extension Codec where Value == Mapping.Decimal {
    fileprivate static let decimalMark = Codec.word("comma or point")
}

extension Codec where Value == Mapping.Encoding {
    fileprivate static let encoding = Codec.word("encoding")
}

extension Codec where Value == Mapping.TypeName {
    fileprivate static let typeVersion = Codec.mapped(
        Codec<String>.text(3...40), "name/version", from: { Mapping.TypeName($0) },
        to: { $0.text })
}

extension Codec where Value == DateForm {
    fileprivate static let dateForm = Codec.mapped(
        Codec<String>.text(6...32), "form of dates", from: { DateForm($0) }, to: { $0.text })
}
