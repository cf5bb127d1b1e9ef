import Foundation
import Sharing
import Wire

/// Reads a table by a mapping.
struct CSVReader {
    let mapping: Mapping
    let type: RecordType
    private let positions: [String: Int]
    /// How many rows of the file had the same key so far.
    private var equal: [[String: String]: Int] = [:]
    private let digest: String

    /// The rows of `file`, if its header is the mapping's; else `nil`. Throws a ``Finding`` where it is
    /// and the rest can't be read.
    static func table(_ file: SourceFile, by mapping: Mapping) throws(Finding) -> CSVTable? {
        guard let text = mapping.encoding.text(file.bytes),
            let separator = mapping.separator.unicodeScalars.first
        else { return nil }
        let lines = PlainText.lines(text)
        guard lines.count > mapping.skip,
            let head = try? CSVTable(lines[Int(mapping.skip)], separator: separator).rows.first,
            head.cells.map(\.trimmed) == mapping.header.map(\.trimmed)
        else { return nil }
        // The lines before the header stay, empty, so that lines are counted as they are in the file.
        let empty = Array(repeating: "", count: Int(mapping.skip) + 1)
        let rows = lines.dropFirst(Int(mapping.skip) + 1).prefix { line in
            mapping.end.map { !line.trimmed.hasPrefix($0) } ?? true
        }
        var table = try CSVTable((empty + rows).joined(separator: "\n"), separator: separator)
        for place in rows.endIndex..<lines.count {
            guard let row = try? CSVTable(lines[place], separator: separator).rows.first else {
                continue
            }
            table.behind.append(.init(cells: row.cells, line: place + 1))
        }
        return table
    }

    init(_ mapping: Mapping, as type: RecordType, file: SourceFile) {
        self.mapping = mapping
        self.type = type
        digest = file.digest
        positions = Dictionary(
            mapping.header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// What the rows say. Throws a ``Finding`` with the line for the first that isn't as the mapping
    /// says.
    mutating func drafts(_ table: CSVTable) throws(Finding) -> [Draft] {
        var drafts: [Draft] = []
        for row in table.rows {
            guard row.cells.count == mapping.header.count else {
                throw Finding(.malformedRow, at: row.place)
            }
            let isIgnored = mapping.ignore.contains { holds($0, in: row) }
            if !isIgnored { drafts.append(try draft(row)) }
        }
        // A payer's words may look like the end: they aren't to hide the payments behind them.
        for row in table.behind where row.cells.count == mapping.header.count {
            if (try? draft(row)) != nil { throw Finding(.rowBehindEnd, at: row.place) }
        }
        return drafts
    }

    private func cell(_ column: String, in row: CSVTable.Row) -> String {
        positions[column].map { row.cells[$0].trimmed } ?? ""
    }

    private func holds(_ condition: Mapping.Condition, in row: CSVTable.Row) -> Bool {
        condition.values.contains(cell(condition.column, in: row))
    }

    private mutating func draft(_ row: CSVTable.Row) throws(Finding) -> Draft {
        var texts: [String: String] = [:]
        for constant in mapping.constants { texts[constant.field] = constant.value }
        let amounts = try amounts(row)
        let isDebit = amounts["amount"].map { $0 < .zero }
        for column in mapping.columns where amounts[column.field] == nil {
            if let side = column.when, isDebit != (side == .debit) { continue }
            let text = column.from.map { cell($0, in: row) }.filter { !$0.isEmpty }
                .joined(separator: " ")
            if !text.isEmpty { texts[column.field] = text }
        }
        let place = row.place
        var values: [FieldName: FieldValue] = [:]
        for field in type.fields {
            let term = ImportRefusal.Term(field.name, of: type)
            if let amount = amounts[field.name.text] {
                values[field.name] = .amount(
                    try self.amount(amount, texts["currency"], term, at: place))
            } else if let text = texts[field.name.text] {
                values[field.name] = try value(text, of: field, term, at: place)
            }
        }
        if type.field("source_digest") != nil { values["source_digest"] = .text(digest) }
        return try draft(row, values, texts)
    }

    private mutating func draft(
        _ row: CSVTable.Row, _ values: [FieldName: FieldValue], _ texts: [String: String]
    ) throws(Finding) -> Draft {
        guard let date = date(values) else {
            throw Finding(.missing(.init(part: "date")), at: row.place)
        }
        var key: [String: String] = [:]
        for part in type.businessKeyParts where part != "ordinal" {
            let value = FieldName(part).flatMap { values[$0] }
            if let text = value.flatMap(Self.keyText) ?? texts[part] {
                key[part] = text
            } else if part == "identity" {
                key[part] = identity(values)
            } else {
                throw Finding(.missing(.init(part: part)), at: row.place)
            }
        }
        var account: RegisteredIdentifier?
        if case .text(let text) = values["account"] ?? .null {
            account = RegisteredIdentifier(scheme: "account", id: text)
            key["account"] = account?.id ?? text
        }
        equal[key, default: 0] += 1
        if type.businessKeyParts.contains("ordinal") { key["ordinal"] = "\(equal[key] ?? 1)" }
        return Draft(
            format: "csv", named: type, date: date,
            sides: values["account"] == nil ? .own : .account(account), businessKey: key,
            values: values, place: row.place)
    }

    /// The day that decides the book: the first field with a date that must be there, else the first date.
    private func date(_ values: [FieldName: FieldValue]) -> CalendarDate? {
        let dates = type.fields.filter { $0.kind == .date }
        for field in dates.filter(\.mandatory) + dates {
            if case .date(let date) = values[field.name] ?? .null { return date }
        }
        return nil
    }

    private static func keyText(_ value: FieldValue) -> String? {
        switch value {
        case .null, .json, .document: nil
        case .text(let text): text.split(separator: " ").joined(separator: " ")
        case .date(let date): date.description
        case .amount(let amount): amount.text + " " + amount.currency
        case .quantity(let quantity): quantity.text + " " + quantity.unit
        }
    }

    /// What tells a bank entry from others of the same account, day and amount.
    private func identity(_ values: [FieldName: FieldValue]) -> String {
        BankStatement.identity(of: values)
    }

    // MARK: Values

    /// The amounts of a row in their sign, by the names of their fields. Empty cells have none.
    private func amounts(_ row: CSVTable.Row) throws(Finding) -> [String: ExactDecimal] {
        var amounts: [String: ExactDecimal] = [:]
        for column in mapping.columns {
            guard let field = type.field(column.field), field.kind == .amount else { continue }
            let term = ImportRefusal.Term(field.name, of: type)
            func number(_ name: String) throws(Finding) -> ExactDecimal? {
                let text = cell(name, in: row)
                if text.isEmpty { return nil }
                guard let value = mapping.decimal.number(text) else {
                    throw Finding(.invalidAmount(term, .notADecimal), at: row.place)
                }
                return value
            }
            guard let first = column.from.first else { continue }
            var value = try number(first)
            if let minus = column.minus, let out = try number(minus) {
                // Some programs write what goes out with a minus, some without.
                value = (value ?? .zero) - (out < .zero ? -out : out)
            }
            guard var value else { continue }
            if let negative = column.negative, holds(negative, in: row), value > .zero {
                value = -value
            }
            amounts[column.field] = value
        }
        return amounts
    }

    private func amount(
        _ value: ExactDecimal, _ currency: String?, _ term: ImportRefusal.Term,
        at place: ImportRefusal.Place
    ) throws(Finding) -> Amount {
        do { return try Amount(value, currency: currency ?? "") } catch {
            throw Finding(.invalidAmount(term, error), at: place)
        }
    }

    private func value(
        _ text: String, of field: FieldDefinition, _ term: ImportRefusal.Term,
        at place: ImportRefusal.Place
    ) throws(Finding) -> FieldValue {
        switch field.kind {
        case .text, .code: return .text(text)
        case .date:
            guard let date = mapping.date.date(text) else {
                throw Finding(.invalidDate(term), at: place)
            }
            return .date(date)
        case .quantity:
            guard let number = mapping.decimal.number(text), let unit = field.unit,
                let quantity = try? Quantity(parsing: number.description, unit: unit)
            else { throw Finding(.unfit(term, type: "\(type.name)/\(type.version)"), at: place) }
            return .quantity(quantity)
        case .amount, .json, .document:
            throw Finding(.unfit(term, type: "\(type.name)/\(type.version)"), at: place)
        }
    }
}

extension String {
    var trimmed: String {
        trimmingCharacters(in: CharacterSet.whitespaces.union(["\u{feff}"]))
    }
}

extension Mapping.Encoding {
    /// The text of a file; `nil` for bytes that aren't text in this encoding.
    func text(_ bytes: [UInt8]) -> String? {
        switch self {
        case .utf8:
            let mark: [UInt8] = [0xef, 0xbb, 0xbf]
            return String(
                validating: bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...],
                as: UTF8.self)
        case .windows1252: return DecodedText.windows1252(bytes[...])
        case .gb18030:
            // CFStringEncodings' number of GB 18030-2000.
            return String(bytes: bytes, encoding: String.Encoding(rawValue: 0x8000_0632))
        case .utf16: return String(bytes: bytes, encoding: .utf16)
        }
    }
}

extension Mapping.Decimal {
    /// Reads `1.234,56 €` or `(1,234.56)`; `nil` where signs stand in other places than between
    /// thousands, and for what isn't a number.
    func number(_ text: String) -> ExactDecimal? {
        var body = text.filter { !["€", "$", "¥", "￥", "£", "\u{a0}", "\u{202f}"].contains($0) }
            .trimmingCharacters(in: .whitespaces)
        var isNegative = false
        if body.hasPrefix("("), body.hasSuffix(")") {
            isNegative = true
            body = String(body.dropFirst().dropLast())
        }
        if body.hasSuffix("-") { body = "-" + body.dropLast() }
        if body.hasPrefix("−") { body = "-" + body.dropFirst() }
        let mark: Character = self == .comma ? "," : "."
        let halves = body.split(separator: mark, omittingEmptySubsequences: false)
        guard halves.count <= 2, let whole = halves.first else { return nil }
        let groups = whole.split(omittingEmptySubsequences: false) {
            $0 == (self == .comma ? "." : ",") || $0 == " " || $0 == "'" || $0 == "’"
        }
        if groups.count > 1 {
            let isGrouped = groups.dropFirst().allSatisfy { $0.count == 3 }
            let first = groups[0].drop { $0 == "-" || $0 == "+" }
            guard isGrouped, (1...3).contains(first.count) else { return nil }
        }
        let joined =
            groups.joined() + (halves.count == 2 && !halves[1].isEmpty ? "." + halves[1] : "")
        return ExactDecimal(joined).map { isNegative ? -$0 : $0 }
    }
}
