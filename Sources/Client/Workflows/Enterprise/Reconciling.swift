public import Sharing
import Verification
public import Wire

/// Which invoices of a month were paid, as the enterprise's own records say.
public struct Reconciliation: Sendable {
    public let month: Month
    public let currency: String
    /// The newest day of an entry that was looked at.
    public let asOf: CalendarDate
    public let invoices: Int64
    public let invoiced: Amount
    public let credited: Amount
    public let settledCount: Int64
    public let settled: Amount
    public let open: Amount
    public let overdue: Amount
    /// From issue to the last payment, over the settled ones.
    public let daysToPay: Int64
    public let unmatched: Amount
    public let links: [Match]
}

/// What a reconciliation found: months, and what somebody should look at.
public struct ReconciliationReport: Sendable {
    /// By month and currency.
    public let months: [Reconciliation]
    public let suggestions: [Match]
}

extension Enterprise {
    private static let claimFields: [FieldName] = [
        "number", "payment_reference", "buyer_name", "payable_amount", "issue_date", "due_date",
    ]
    private static let entryFields: [FieldName] = [
        "creditor_reference", "remittance", "counterpart_name", "amount", "booking_date",
    ]

    /// Matches the entries of the bank with the invoices, by ``Matching``. All of both are looked at,
    /// since any entry may pay any invoice; `wanted` are the months that are told.
    public func reconcile(_ wanted: ClosedRange<Month>? = nil) async throws -> ReconciliationReport
    {
        let view = try await session.sync()
        func heads(_ name: String) throws -> [OwnRecord] {
            try view.records(ofBooks: { $0.series.rawValue == name }).filter(\.isHead)
        }
        var claims: [Claim] = []
        try await read(try heads("invoices"), fields: Self.claimFields) { record in
            if let claim = Claim(record) { claims.append(claim) }
        }
        var payments: [Payment] = []
        try await read(try heads("bank"), fields: Self.entryFields) { record in
            if let payment = Payment(record) { payments.append(payment) }
        }
        return try ReconciliationReport(Matching(claims, payments), of: wanted)
    }

    /// Registers a record for each month of a report. One whose result is there already isn't registered
    /// again; one that says otherwise than before takes the place of the earlier record.
    public func seal(_ report: ReconciliationReport) async throws -> ImportReport {
        guard let type = await session.view.types.fields(of: Reconciliation.series)?.newest else {
            throw ClientError.noFields
        }
        let records = try report.months.map { try $0.record(type) }
        return try await register(records, named: "reconciliation", ImportChoices(replacing: true))
    }
}

extension Claim {
    fileprivate init?(_ record: VerifiedRecord) {
        guard let values = record.fields?.values,
            case .amount(let amount)? = values["payable_amount"],
            case .date(let issued)? = values["issue_date"]
        else { return nil }
        var due: Int64?
        if case .date(let date)? = values["due_date"] { due = Int64(date.daysSince1970) }
        self.init(
            id: "\(record.claims.book)#\(record.claims.number)", number: values.text("number"),
            reference: values.text("payment_reference"), partner: values.text("buyer_name"),
            currency: amount.currency, units: amount.units, issued: Int64(issued.daysSince1970),
            due: due)
    }
}

extension Payment {
    fileprivate init?(_ record: VerifiedRecord) {
        guard let values = record.fields?.values, case .amount(let amount)? = values["amount"],
            case .date(let booked)? = values["booking_date"]
        else { return nil }
        self.init(
            id: "\(record.claims.book)#\(record.claims.number)",
            reference: values.text("creditor_reference"), text: values.text("remittance"),
            partner: values.text("counterpart_name"), currency: amount.currency,
            units: amount.units, booked: Int64(booked.daysSince1970))
    }
}

extension [FieldName: FieldValue] {
    fileprivate func text(_ name: FieldName) -> String? {
        if case .text(let text)? = self[name] { text } else { nil }
    }
}

extension ReconciliationReport {
    /// What was matched, month by month of the claims. Throws ``AmountError`` where a sum is larger than
    /// amounts are.
    init(_ matching: Matching, of wanted: ClosedRange<Month>? = nil) throws(AmountError) {
        suggestions = matching.suggestions
        let newest = matching.payments.map(\.booked).max() ?? matching.claims.last?.issued ?? 0
        let booked = Dictionary(matching.payments.map { ($0.id, $0.booked) }) { $1 }
        let links = Dictionary(grouping: matching.matches, by: \.claim)
        var months: [Place: Sums] = [:]
        for (claim, open) in zip(matching.claims, matching.open) {
            guard let month = claim.month else { continue }
            let paid = links[claim.id] ?? []
            let last = paid.compactMap { booked[$0.payment] }.max()
            months[Place(month: month, currency: claim.currency), default: Sums()].add(
                claim, open: open, paid: paid, on: last, asOf: newest)
        }
        for (payment, left) in zip(matching.payments, matching.left) where left > 0 {
            let date = CalendarDate(daysSince1970: Int(payment.booked))
            guard let month = date.bookMonth else { continue }
            months[Place(month: month, currency: payment.currency)]?.unmatched += left
        }
        var all: [Reconciliation] = []
        for (place, sums) in months.sorted(by: { $0.key < $1.key })
        where wanted?.contains(place.month) ?? true {
            all.append(
                try sums.reconciliation(
                    of: place.month, in: place.currency,
                    asOf: CalendarDate(daysSince1970: Int(newest))))
        }
        self.months = all
    }

    private struct Place: Hashable, Comparable {
        let month: Month
        let currency: String

        static func < (left: Place, right: Place) -> Bool {
            (left.month, left.currency) < (right.month, right.currency)
        }
    }
}

extension Claim {
    fileprivate var month: Month? { CalendarDate(daysSince1970: Int(issued)).bookMonth }
}

/// What is added up of a month.
private struct Sums {
    var invoices: Int64 = 0
    var invoiced: Int64 = 0
    var credited: Int64 = 0
    var settledCount: Int64 = 0
    var settled: Int64 = 0
    var open: Int64 = 0
    var overdue: Int64 = 0
    var daysToPay: Int64 = 0
    var unmatched: Int64 = 0
    var links: [Match] = []

    mutating func add(
        _ claim: Claim, open left: Int64, paid: [Match], on last: Int64?, asOf newest: Int64
    ) {
        guard claim.units > 0 else {
            credited += claim.units
            return
        }
        invoices += 1
        invoiced += claim.units
        settled += claim.units - left
        open += left
        if left == 0, let last {
            settledCount += 1
            daysToPay += max(0, last - claim.issued)
        }
        if left > 0, let due = claim.due, due < newest { overdue += left }
        links += paid
    }

    func reconciliation(
        of month: Month, in currency: String, asOf: CalendarDate
    ) throws(AmountError) -> Reconciliation {
        func amount(_ units: Int64) throws(AmountError) -> Amount {
            try Amount(units: units, currency: currency)
        }
        return Reconciliation(
            month: month, currency: currency, asOf: asOf, invoices: invoices,
            invoiced: try amount(invoiced), credited: try amount(credited),
            settledCount: settledCount, settled: try amount(settled), open: try amount(open),
            overdue: try amount(overdue), daysToPay: daysToPay,
            unmatched: try amount(unmatched), links: links)
    }
}

extension Reconciliation {
    static let series: Series = {
        guard let series = Series(rawValue: "reconciliations") else {
            preconditionFailure("a name of books")
        }
        return series
    }()

    /// The record of this month.
    fileprivate func record(_ type: RecordType) throws -> Record {
        let days = CalendarDate.daysIn(month: month.monthOfYear, year: month.year)
        guard let end = CalendarDate(year: month.year, month: month.monthOfYear, day: days) else {
            preconditionFailure("a month ends")
        }
        func count(_ number: Int64, _ unit: String) throws -> FieldValue {
            .quantity(try Sharing.Quantity(thousandths: number * 1_000, unit: unit))
        }
        let list = links.map { link -> JSON in
            [
                "amount": .string((try? Amount(units: link.units, currency: currency))?.text ?? ""),
                "claim": .string(link.claim), "payment": .string(link.payment),
                "reason": .string(link.reason.rawValue),
            ]
        }
        return try Record(
            type: type, date: end,
            values: [
                "period_end": .date(end), "as_of": .date(asOf),
                "algorithm": .text(Matching.algorithm), "currency": .text(currency),
                "invoices": try count(invoices, "C62"), "invoiced": .amount(invoiced),
                "credited": .amount(credited), "settled_count": try count(settledCount, "C62"),
                "settled": .amount(settled), "open": .amount(open), "overdue": .amount(overdue),
                "days_to_pay": try count(daysToPay, "DAY"), "unmatched": .amount(unmatched),
                "links": list.isEmpty ? .null : .json(.array(list)),
            ],
            businessKey: BusinessKey(
                of: type,
                [
                    "period_end": "\(end)", "currency": currency, "algorithm": Matching.algorithm,
                ]))
    }
}
