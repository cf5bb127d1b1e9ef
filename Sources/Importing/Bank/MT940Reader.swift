import Sharing
import Wire

/// Reads customer statements of SWIFT, MT940, as banks write them: with or without the blocks around
/// them, in UTF-8 or Windows-1252, and with each bank's own words in field 86.
struct MT940Reader: DocumentReader {
    static let formats = ["mt940", "mt940-statement"]
    static let mediaType = "text/plain"

    static func recognises(_ file: SourceFile) -> Bool { SwiftMessage.isOne(file.bytes, "60") }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let fields = try SwiftMessage.fields(of: file.bytes)
        var drafts = BankDrafts(
            format: "mt940", statementFormat: "mt940-statement", file: file)
        var pages: [MT940Page] = []
        for field in fields {
            if field.tag == "20" { pages.append(MT940Page(line: field.line)) }
            guard !pages.isEmpty else {
                throw Finding(.malformedField(field.tag), at: field.place)
            }
            pages[pages.count - 1].fields.append(field)
        }
        var open: BankStatement?
        for page in pages { try drafts.add(page, following: &open) }
        if let open { try drafts.add(open) }
        return drafts.drafts
    }
}

extension BankDrafts {
    /// Adds a page. One that ends with an intermediate balance is continued by the next of the same
    /// account, which begins with it.
    fileprivate mutating func add(
        _ page: MT940Page, following open: inout BankStatement?
    ) throws(Finding) {
        let read = try page.read()
        var statement = read.statement
        if let before = open {
            if read.continues, before.account == statement.account,
                before.closing?.amount == statement.opening?.amount
            {
                statement.opening = before.opening
                statement.entries = before.entries + statement.entries
                statement.id = before.id
                statement.sequence = before.sequence
            } else {
                try add(before)
            }
        }
        open = nil
        if read.isContinued { open = statement } else { try add(statement) }
    }
}

/// One page of a statement: the fields from one `:20:` to the next.
private struct MT940Page {
    let line: Int
    var fields: [SwiftMessage.Field] = []

    private func field(_ tags: String...) -> SwiftMessage.Field? {
        fields.first { tags.contains($0.tag) }
    }

    /// The statement, whether it goes on from a page before, and whether a page after it goes on.
    func read() throws(Finding) -> (statement: BankStatement, continues: Bool, isContinued: Bool) {
        let place = ImportRefusal.Place(path: "", line: line)
        guard let account = field("25", "25P")?.lines.first, !account.isEmpty else {
            throw Finding(.missing(.init("account", of: .bankEntry)), at: place)
        }
        guard let opening = field("60F", "60M") else {
            throw Finding(.missing(.init("opening_balance", of: .bankStatement)), at: place)
        }
        let (number, bank) = Self.account(account)
        var statement = BankStatement(account: number, place: place)
        statement.servicer = bank
        statement.id = field("20").flatMap { Self.filled($0.lines.first) }
        statement.sequence = field("28C", "28").flatMap { Self.filled($0.lines.first) }
        let opened = try opening.balance("opening_balance")
        statement.opening = opened
        let closing = field("62F", "62M")
        statement.closing = try closing?.balance("closing_balance")
        var last: Int?
        for (position, field) in fields.enumerated() {
            if field.tag == "61" {
                statement.entries.append(
                    try MT940Line(field).entry(currency: opened.amount.currency))
                last = position
            } else if field.tag == "86", last == position - 1 {
                let count = statement.entries.count
                statement.entries[count - 1].add(MT940Details(field.lines))
            }
        }
        return (statement, opening.tag == "60M", closing?.tag == "62M")
    }

    private static func filled(_ text: String?) -> String? {
        guard let text, text.contains(where: { !$0.isWhitespace }) else { return nil }
        return text
    }

    /// The account's number, and the bank's before a stroke. Some banks put the currency behind it.
    private static func account(_ text: String) -> (number: String, bank: String?) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true)
        var number = parts.count == 2 ? String(parts[1]) : text
        let words = number.split(separator: " ")
        if words.count > 1, let last = words.last, Currency.scale(of: String(last)) != nil {
            number = words.dropLast().joined(separator: " ")
        } else if number.utf8.count > 4, Currency.scale(of: String(number.suffix(3))) != nil,
            number.dropLast(3).allSatisfy(\.isNumber)
        {
            number = String(number.dropLast(3))
        }
        return (number, parts.count == 2 ? String(parts[0]) : nil)
    }
}

extension SwiftMessage.Field {
    /// `C110522EUR3236,28`.
    fileprivate func balance(_ name: FieldName) throws(Finding) -> BankStatement.Balance {
        let term = ImportRefusal.Term(name, of: .bankStatement)
        var text = Substring(lines.joined())
        guard let sign = text.popFirst(), sign == "C" || sign == "D" else {
            throw Finding(.malformedField(tag), at: place)
        }
        guard let date = SwiftMessage.date(text.prefix(6)) else {
            throw Finding(.invalidDate(term), at: place)
        }
        let rest = text.dropFirst(6)
        let amount = try SwiftMessage.amount(
            rest.dropFirst(3), currency: String(rest.prefix(3)), term, at: place)
        return .init(date: date, amount: sign == "D" ? -amount : amount, place: place)
    }
}

/// Field 61: `YYMMDD[MMDD](C|D|RC|RD)[funds code]amount type(customer reference)[//bank reference]`, and
/// on a further line what the bank adds.
private struct MT940Line {
    let field: SwiftMessage.Field

    init(_ field: SwiftMessage.Field) { self.field = field }

    func entry(currency: String) throws(Finding) -> BankStatement.Entry {
        let malformed = Finding(.malformedField("61"), at: field.place)
        guard let first = field.lines.first else { throw malformed }
        var rest = Substring(first)
        let valueTerm = ImportRefusal.Term("value_date", of: .bankEntry)
        guard let valued = SwiftMessage.date(rest.prefix(6)) else {
            throw Finding(.invalidDate(valueTerm), at: field.place)
        }
        rest = rest.dropFirst(6)
        var booked = valued
        if rest.prefix(4).utf8.count == 4, rest.prefix(4).allSatisfy(\.isNumber) {
            guard let day = Self.day(rest.prefix(4), near: valued) else {
                throw Finding(
                    .invalidDate(.init("booking_date", of: .bankEntry)), at: field.place)
            }
            booked = day
            rest = rest.dropFirst(4)
        }
        // Some banks leave the date out and its four places.
        rest = rest.drop { $0 == " " }
        let isReversal = rest.first == "R"
        if isReversal { rest = rest.dropFirst() }
        guard let mark = rest.popFirst(), mark == "C" || mark == "D" else { throw malformed }
        // A reversed credit goes out.
        let isDebit = (mark == "D") != isReversal
        if let letter = rest.first, letter.isLetter { rest = rest.dropFirst() }
        let digits = rest.prefix { $0.isNumber || $0 == "," }
        let amount = try SwiftMessage.amount(
            digits, currency: currency, .init("amount", of: .bankEntry), at: field.place)
        rest = rest.dropFirst(digits.count)
        guard rest.utf8.count >= 4, let kind = rest.first, "NFSnfs".contains(kind) else {
            throw malformed
        }
        var entry = BankStatement.Entry(
            booked: booked, amount: isDebit ? -amount : amount, place: field.place)
        entry.values["value_date"] = .date(valued)
        entry.values["transaction_code"] = .text(String(rest.prefix(4)))
        rest = rest.dropFirst(4)
        let references = Self.references(rest)
        entry.values["entry_reference"] = references.customer.map { .text($0) }
        entry.values["servicer_reference"] = references.bank.map { .text($0) }
        let added = field.lines.dropFirst().joined(separator: " ")
        if !added.isEmpty { entry.values["remittance"] = .text(added) }
        return entry
    }

    /// Before and behind two strokes; what says that there is none is left out.
    private static func references(_ text: Substring) -> (customer: String?, bank: String?) {
        let parts = String(text).splitOnce("//")
        func filled(_ text: String?) -> String? {
            let words = text?.split(separator: " ").joined(separator: " ") ?? ""
            return words.isEmpty || words == "NONREF" ? nil : words
        }
        return (filled(parts.0), filled(parts.1))
    }

    /// The day of a month nearest to `date`: a booking around new year is of the year before or after.
    private static func day(_ text: Substring, near date: CalendarDate) -> CalendarDate? {
        guard let month = Int(text.prefix(2)), let day = Int(text.suffix(2)) else { return nil }
        let years = [date.year, date.year - 1, date.year + 1]
        let days = years.compactMap { CalendarDate(year: $0, month: month, day: day) }
        return days.min {
            abs($0.daysSince1970 - date.daysSince1970) < abs($1.daysSince1970 - date.daysSince1970)
        }
    }
}

extension String {
    /// What stands before the first `separator`, and behind it.
    fileprivate func splitOnce(_ separator: String) -> (String, String?) {
        guard let range = firstRange(of: separator) else { return (self, nil) }
        return (String(self[..<range.lowerBound]), String(self[range.upperBound...]))
    }
}

extension BankStatement.Entry {
    /// Takes in what field 86 says.
    fileprivate mutating func add(_ details: MT940Details) {
        for (name, text) in details.values where !text.isEmpty { values[name] = .text(text) }
    }
}
