import Sharing
import Wire

/// What a bank says about one account, whatever format it is written in: entries, and balances where it
/// is a statement.
struct BankStatement {
    /// The account as the bank writes it, usually an IBAN.
    let account: String
    /// The bank's BIC, or its own code.
    var servicer: String?
    /// The bank's own number of the statement.
    var id: String?
    /// The statement's number among those of the account.
    var sequence: String?
    var opening: Balance?
    var closing: Balance?
    var entries: [Entry] = []
    let place: ImportRefusal.Place

    struct Balance {
        let date: CalendarDate
        let amount: Amount
        let place: ImportRefusal.Place
    }

    /// One booked entry.
    struct Entry {
        /// `nil` where a notice doesn't say when it is booked.
        var booked: CalendarDate?
        /// What came in; negative for what went out.
        var amount: Amount
        /// All other fields that it has, by name.
        var values: [FieldName: FieldValue] = [:]
        let place: ImportRefusal.Place
    }

    /// The number under which its entries name it.
    fileprivate var number: String? {
        let parts = [id, sequence].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

/// What a file says of accounts becomes drafts of records.
struct BankDrafts {
    /// The format of entries and, where there are any, of statements.
    let format: String
    let statementFormat: String?
    /// The day on which the bank gave notice; `nil` for statements.
    var notified: CalendarDate?
    /// SHA-256 of the file.
    let digest: String
    /// How many entries of the file had the same key so far.
    private var equal: [[String]: Int] = [:]
    private(set) var drafts: [Draft] = []

    init(format: String, statementFormat: String?, file: SourceFile) {
        self.format = format
        self.statementFormat = statementFormat
        digest = file.digest
    }

    /// Throws a ``Finding`` where the entries don't lead from balance to balance, and where one has no
    /// date.
    mutating func add(_ statement: BankStatement) throws(Finding) {
        if let statementFormat, let balances = try statement.checkedBalances() {
            add(statement, balances, in: statementFormat)
        }
        for entry in statement.entries { try add(entry, of: statement) }
    }

    private mutating func add(
        _ statement: BankStatement, _ balances: BankStatement.Balances, in format: String
    ) {
        var values = common(statement)
        values["sequence"] = statement.sequence.map { .text($0) }
        values["period_start"] = .date(balances.opening.date)
        values["period_end"] = .date(balances.closing.date)
        values["currency"] = .text(balances.closing.amount.currency)
        values["opening_balance"] = .amount(balances.opening.amount)
        values["closing_balance"] = .amount(balances.closing.amount)
        values["entries"] = .quantity(balances.entries)
        values["credits"] = .amount(balances.credits)
        values["debits"] = .amount(balances.debits)
        let number = statement.number ?? balances.closing.date.description
        values["statement_id"] = .text(number)
        drafts.append(
            draft(
                statement, format, balances.closing.date, values,
                key: ["statement": number, "period_end": "\(balances.closing.date)"],
                at: statement.place))
    }

    private mutating func add(
        _ entry: BankStatement.Entry, of statement: BankStatement
    ) throws(Finding) {
        guard let date = notified ?? entry.booked else {
            throw Finding(
                .missing(.init("booking_date", of: .bankEntry)), at: entry.place)
        }
        var values = common(statement).merging(entry.values) { _, new in new }
        values["statement_id"] = statement.number.map { .text($0) }
        values["notified_on"] = notified.map { .date($0) }
        values["booking_date"] = entry.booked.map { .date($0) }
        values["amount"] = .amount(entry.amount)
        values["currency"] = .text(entry.amount.currency)
        drafts.append(
            draft(
                statement, format, date, values,
                key: [
                    "booking_date": "\(entry.booked ?? date)",
                    "amount": entry.amount.text + " " + entry.amount.currency,
                    "identity": BankStatement.identity(of: entry.values),
                ], at: entry.place))
    }

    private func common(_ statement: BankStatement) -> [FieldName: FieldValue] {
        var values: [FieldName: FieldValue] = [
            "account": .text(statement.account), "source_digest": .text(digest),
        ]
        values["servicer"] = statement.servicer.map { .text($0) }
        return values
    }

    /// `key` is the business key without the account and the place among equals, counted in the order
    /// of the file.
    private mutating func draft(
        _ statement: BankStatement, _ format: String, _ date: CalendarDate,
        _ values: [FieldName: FieldValue], key: [String: String], at place: ImportRefusal.Place
    ) -> Draft {
        let account = RegisteredIdentifier(scheme: "account", id: statement.account)
        var key = key
        key["account"] = account?.id ?? statement.account
        let spelled = [format] + key.keys.sorted().map { key[$0] ?? "" }
        equal[spelled, default: 0] += 1
        key["ordinal"] = "\(equal[spelled] ?? 1)"
        return Draft(
            format: format, date: date, sides: .account(account), businessKey: key,
            values: values, place: place)
    }
}

extension BankStatement {
    /// What tells an entry from others of the same account, day and amount: the bank's own reference, else
    /// all that the bank says of it.
    static func identity(of values: [FieldName: FieldValue]) -> String {
        func text(_ name: FieldName) -> String {
            let words = values[name]?.json.text ?? ""
            return words.split(separator: " ").joined(separator: " ")
        }
        let reference = text("servicer_reference")
        guard reference.isEmpty else { return "ref:" + reference }
        let said: [FieldName] = [
            "value_date", "end_to_end_id", "counterpart_account", "remittance",
        ]
        return "said:" + said.map(text).joined(separator: "|")
    }
}

// MARK: Balances

extension BankStatement {
    struct Balances {
        let opening: Balance
        let closing: Balance
        let entries: Quantity
        let credits: Amount
        let debits: Amount
    }

    /// Its balances; `nil` where it has not both. Throws a ``Finding`` where the entries don't lead from
    /// one to the other.
    fileprivate func checkedBalances() throws(Finding) -> Balances? {
        guard let opening, let closing else { return nil }
        let currency = closing.amount.currency
        guard opening.amount.currency == currency else {
            throw Finding(
                .foreignCurrency(.init("opening_balance", of: .bankStatement)),
                at: opening.place)
        }
        var credits = ExactDecimal.zero
        var debits = ExactDecimal.zero
        for entry in entries {
            guard entry.amount.currency == currency else {
                throw Finding(.foreignCurrency(.init("amount", of: .bankEntry)), at: entry.place)
            }
            if entry.amount.units < 0 {
                debits = debits + entry.amount.value
            } else {
                credits = credits + entry.amount.value
            }
        }
        guard opening.amount.value + credits + debits == closing.amount.value else {
            throw Finding(.balancesDisagree, at: closing.place)
        }
        func sum(_ value: ExactDecimal, _ field: FieldName) throws(Finding) -> Amount {
            do { return try Amount(value, currency: currency) } catch {
                throw Finding(.invalidAmount(.init(field, of: .bankStatement), error), at: place)
            }
        }
        guard
            let count = try? Quantity(
                thousandths: Int64(entries.count) * 1_000, unit: "C62")
        else { preconditionFailure("a file has fewer entries than a quantity holds") }
        return Balances(
            opening: opening, closing: closing, entries: count,
            credits: try sum(credits, "credits"), debits: try sum(debits, "debits"))
    }
}
