import Foundation
public import Sharing

/// A mapping that is proposed for a table, from what stands in it, and what somebody has to decide.
public struct TableProposal: Sendable {
    public let mapping: Mapping
    /// Columns that become no field.
    public let unused: [String]
    /// Mandatory fields for which no column was found, and that no constant gives.
    public let missing: [FieldName]
    /// What its provider calls the table, where its form is known.
    public let known: String?

    /// Proposes a mapping for the table in `bytes` to records of `type`.
    ///
    /// Of a table whose form is known the mapping is ready. Columns of others
    /// are recognised by their names, in German, English and Chinese. `dates` is how the table
    /// writes them; without it, it is found out, and where two forms fit all dates of the table nothing
    /// is guessed. Throws ``TableFault``.
    public init(
        _ bytes: [UInt8], named name: String, as type: RecordType, dates: DateForm? = nil,
        constants: [Mapping.Constant] = []
    ) throws(TableFault) {
        guard let form = TableForm(bytes) else { throw .notATable }
        let export = KnownExport.of(form.header, as: type.name)
        known = export?.name
        let own = Set(constants.map(\.field))
        let constants =
            constants + (export?.constants ?? []).filter { !own.contains($0.field) }
        let taken = Set(constants.map(\.field))
        let columns = (export?.columns(in: form.header) ?? Self.columns(of: type, in: form))
            .filter { !taken.contains($0.field) }
        let used = Set(columns.flatMap { $0.from + [$0.minus].compactMap(\.self) })
        let dateColumns = columns.filter { column in
            FieldName(column.field).flatMap { type.field($0) }?.kind == .date
        }
        let amountColumns = columns.filter { column in
            FieldName(column.field).flatMap { type.field($0) }?.kind == .amount
        }.flatMap { $0.from + [$0.minus].compactMap(\.self) }
        let date: DateForm
        if let dates = dates ?? export?.date {
            date = dates
        } else {
            date = try form.dateForm(of: dateColumns.flatMap(\.from))
        }
        mapping = Mapping(
            name: name, type: .init(of: type), encoding: form.encoding,
            separator: String(form.separator), skip: Int64(form.skip), header: form.header,
            decimal: export?.decimal ?? form.decimal(of: amountColumns), date: date,
            constants: constants, columns: columns, ignore: [], end: export?.end)
        unused = form.header.filter { !$0.isEmpty && !used.contains($0) }
        let made: Set<String> = ["source_digest"]
        missing = type.fields.filter { field in
            field.mandatory && field.kind != .document && !made.contains(field.name.text)
                && !taken.contains(field.name.text)
                && !columns.contains { $0.field == field.name.text }
        }.map(\.name)
    }

    /// The columns for the fields of `type`, as far as they are recognised.
    private static func columns(of type: RecordType, in form: TableForm) -> [Mapping.Column] {
        let columns = type.fields.compactMap { column(of: $0, in: form) }
        // Who paid and who was paid may stand in two columns.
        let hasOne = columns.contains { $0.field == "counterpart_name" }
        return hasOne ? columns : columns + sides(of: type, in: form)
    }

    /// The column for a field: one that is called as the field is, by its label or by a name that
    /// programs give it.
    private static func column(of field: FieldDefinition, in form: TableForm) -> Mapping.Column? {
        guard ![.json, .document].contains(field.kind) else { return nil }
        let name = field.name.text
        let names =
            [name.replacing("_", with: " "), field.label] + (Self.names[name] ?? [])
        if let found = form.column(called: names) {
            return .init(field: name, from: [found], negative: nil, minus: nil, when: nil)
        }
        if name == "amount", let plus = form.column(called: Self.incoming),
            let minus = form.column(called: Self.outgoing)
        {
            return .init(field: name, from: [plus], negative: nil, minus: minus, when: nil)
        }
        return nil
    }

    private static func sides(of type: RecordType, in form: TableForm) -> [Mapping.Column] {
        guard type.field("counterpart_name") != nil, type.field("amount") != nil,
            let payer = form.column(called: Self.payers),
            let payee = form.column(called: Self.payees)
        else { return [] }
        return [
            .init(
                field: "counterpart_name", from: [payer], negative: nil, minus: nil, when: .credit),
            .init(
                field: "counterpart_name", from: [payee], negative: nil, minus: nil, when: .debit),
        ]
    }

    private static let incoming = [
        "haben", "gutschrift", "eingang", "credit", "paid in", "收入", "贷方",
    ]
    private static let outgoing = [
        "soll", "lastschrift", "ausgang", "debit", "paid out", "支出", "借方",
    ]
    private static let payers = ["auftraggeber", "zahlungspflichtiger", "payer", "付款人"]
    private static let payees = ["empfänger", "zahlungsempfänger", "payee", "收款人"]

    /// What banks and programs call columns, in small letters.
    private static let names: [String: [String]] = [
        "account": ["auftragskonto", "konto", "iban auftragskonto", "account", "本方账号"],
        "booking_date": [
            "buchungstag", "buchungsdatum", "buchung", "booked on", "booking date", "date", "datum",
            "交易日期", "记账日期",
        ],
        "value_date": ["wertstellung", "valuta", "valutadatum", "value date", "起息日"],
        "amount": ["betrag", "umsatz", "betrag (€)", "betrag (eur)", "amount", "交易金额", "金额"],
        "currency": ["währung", "waehrung", "currency", "币种"],
        "counterpart_name": [
            "beguenstigter/zahlungspflichtiger", "begünstigter/zahlungspflichtiger",
            "name zahlungsbeteiligter", "auftraggeber/empfänger", "name", "counterparty", "partner",
            "对方户名", "交易对方",
        ],
        "counterpart_account": [
            "kontonummer/iban", "iban zahlungsbeteiligter", "iban", "counterparty account",
            "对方账号",
        ],
        "counterpart_bank": ["bic (swift-code)", "bic zahlungsbeteiligter", "bic", "对方开户行"],
        "remittance": [
            "verwendungszweck", "buchungstext/verwendungszweck", "reference", "description", "memo",
            "摘要", "附言", "备注",
        ],
        "end_to_end_id": ["kundenreferenz (end-to-end)", "end-to-end", "end to end id"],
        "mandate_id": ["mandatsreferenz", "mandate"],
        "servicer_reference": ["交易流水号", "流水号", "transaction id"],
    ]
}

/// Why no mapping is proposed for a file.
public enum TableFault: Error, Equatable, Sendable {
    /// No lines with the same number of cells.
    case notATable
    /// All dates can be read in both ways; a person has to say which it is.
    case ambiguousDates(String, String, example: String)
    /// The cells of a column of dates are in no form that is known.
    case unknownDates(column: String)
}

/// What a table looks like: its encoding, what stands between cells, where its header is.
struct TableForm {
    let encoding: Mapping.Encoding
    let separator: Character
    /// Lines before the header.
    let skip: Int
    let header: [String]
    /// The first rows.
    let rows: [[String]]

    private static let lookedAt = 200
    private static let skipped = 30

    /// `nil` for what isn't a table: where no line is followed by another of as many cells, three or more.
    init?(_ bytes: [UInt8]) {
        guard let (encoding, text) = Self.text(bytes) else { return nil }
        let lines = PlainText.lines(text)
        var best: (cells: Int, separator: Character, skip: Int, rows: [[String]])?
        for separator: Character in [";", ",", "\t", "|"] {
            guard let scalar = separator.unicodeScalars.first else { continue }
            for skip in 0..<min(Self.skipped, lines.count) {
                guard lines[skip].contains(separator) else { continue }
                let part = lines[skip...].prefix(Self.lookedAt).joined(separator: "\n")
                guard let rows = Self.rows(part, scalar), let head = rows.first,
                    head.count >= 3, head.count > best?.cells ?? 0, rows.count > 1,
                    rows[1].count == head.count, Self.isHeader(head)
                else { continue }
                best = (head.count, separator, skip, rows)
            }
        }
        guard let best else { return nil }
        self.encoding = encoding
        separator = best.separator
        skip = best.skip
        header = best.rows[0].map { $0.trimmed }
        rows = best.rows.dropFirst().filter { $0.count == best.cells }
    }

    /// The rows, of which the last may be cut; a quote that is open at its end is closed.
    private static func rows(_ text: String, _ separator: Unicode.Scalar) -> [[String]]? {
        let table =
            (try? CSVTable(text, separator: separator))
            ?? (try? CSVTable(text + "\"", separator: separator))
        return table?.rows.map(\.cells)
    }

    /// Names without a number or a date among them, each once.
    private static func isHeader(_ cells: [String]) -> Bool {
        let names = cells.map { $0.trimmed }
        let filled = names.filter { !$0.isEmpty }
        return filled.count >= 3 && Set(filled).count == filled.count
            && filled.allSatisfy { name in name.contains { $0.isLetter } }
    }

    private static func text(_ bytes: [UInt8]) -> (Mapping.Encoding, String)? {
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            return Mapping.Encoding.utf16.text(bytes).map { (.utf16, $0) }
        }
        guard !bytes.contains(0) else { return nil }
        if let text = Mapping.Encoding.utf8.text(bytes) { return (.utf8, text) }
        if isChinese(bytes), let text = Mapping.Encoding.gb18030.text(bytes) {
            return (.gb18030, text)
        }
        return Mapping.Encoding.windows1252.text(bytes).map { (.windows1252, $0) }
    }

    /// Whether bytes above ASCII come in pairs, as Chinese characters do; in windows-1252 a letter with an
    /// accent mostly stands alone.
    private static func isChinese(_ bytes: [UInt8]) -> Bool {
        let runs = bytes.split { $0 < 0x80 }
        return runs.count { $0.count % 2 == 0 } * 5 > runs.count * 4
    }

    /// The column that has one of these names, the first of them that there is.
    func column(called names: [String]) -> String? {
        let known = header.map { $0.lowercased() }
        for name in names.map({ $0.lowercased() }) where !name.isEmpty {
            if let place = known.firstIndex(of: name) { return header[place] }
        }
        return nil
    }

    private func cells(_ columns: [String]) -> [String] {
        columns.flatMap { column -> [String] in
            guard let place = header.firstIndex(of: column) else { return [] }
            return rows.map { $0[place].trimmed }.filter { !$0.isEmpty }
        }
    }

    /// A comma where amounts end in one and two digits, else a point.
    func decimal(of columns: [String]) -> Mapping.Decimal {
        let cells = cells(columns)
        let commas = cells.count { Mapping.Decimal.comma.number($0) != nil }
        let points = cells.count { Mapping.Decimal.point.number($0) != nil }
        if commas != points { return commas > points ? .comma : .point }
        return cells.contains { $0.contains(",") } || separator == ";" ? .comma : .point
    }

    private static let dateForms = [
        "dd.MM.yyyy", "dd.MM.yy", "yyyy-MM-dd", "yyyy/MM/dd", "yyyyMMdd", "dd/MM/yyyy",
        "MM/dd/yyyy", "dd-MM-yyyy", "dd/MM/yy", "MM/dd/yy", "yyyy年MM月dd日",
    ].compactMap { DateForm($0) }

    /// The one form in which all cells of these columns are dates. Throws ``TableFault``.
    func dateForm(of columns: [String]) throws(TableFault) -> DateForm {
        let cells = cells(columns)
        let fitting = Self.dateForms.filter { form in cells.allSatisfy { form.date($0) != nil } }
        guard let first = fitting.first, !cells.isEmpty else {
            throw .unknownDates(column: columns.first ?? "")
        }
        // Two forms that read every cell as the same day are one.
        for other in fitting.dropFirst() {
            if let cell = cells.first(where: { first.date($0) != other.date($0) }) {
                throw .ambiguousDates(first.text, other.text, example: cell)
            }
        }
        return first
    }
}
