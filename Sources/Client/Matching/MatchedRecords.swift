public import Sharing
import Transparency
public import Verification
public import Wire

/// The records that are matched with each other: an enterprise's own, or such as it granted to somebody.
public struct MatchedRecords: Sendable {
    /// What the enterprise sells, or what it buys.
    public enum Side: String, Sendable, CaseIterable { case sales, purchases }

    private let side: Side
    private var claims: [Claim] = []
    private var payments: [Payment] = []
    private var documents: [FlowDocument] = []

    public init(_ side: Side) { self.side = side }

    /// A series of records, and what is looked at of them.
    struct Kind {
        let name: String
        let isOfMoney: Bool
        let moneyFields: [FieldName]
        let fields: [FieldName]
    }

    private var isSales: Bool { side == .sales }

    /// By what the other side is known.
    private func partner(_ selling: String, _ buying: String) -> [FieldName] {
        let party = isSales ? selling : buying
        return [party + "_name", party + "_vat_id"].compactMap { FieldName($0) }
    }

    private var ofInvoice: [FieldName] { partner("buyer", "seller") }
    private var ofDelivery: [FieldName] { partner("customer", "supplier") }

    var series: [Kind] {
        let money: [FieldName] = [
            "number", "payment_reference", "payable_amount", "issue_date", "due_date",
        ]
        let entry: [FieldName] = [
            "creditor_reference", "remittance", "counterpart_name", "amount", "booking_date",
        ]
        let named: [FieldName] = ["number", "document_kind", "issue_date", "lines"]
        return [
            Kind(
                name: isSales ? "invoices" : "bills", isOfMoney: true,
                moneyFields: money + [ofInvoice[0]],
                fields: money + ofInvoice + [
                    "order_reference", "sales_order_reference", "despatch_reference",
                    "receiving_reference", "lines",
                ]),
            Kind(name: "bank", isOfMoney: true, moneyFields: entry, fields: entry),
            Kind(
                name: isSales ? "orders" : "purchases", isOfMoney: false, moneyFields: [],
                fields: named + ofInvoice + ["responds_to", "response_code", "sales_order_id"]),
            Kind(
                name: isSales ? "deliveries" : "receipts", isOfMoney: false, moneyFields: [],
                fields: named + ofDelivery + [
                    "order_reference", "sales_order_id", "despatch_reference",
                ]),
        ]
    }

    /// Takes a record, if it is one that is matched; of what wasn't granted nothing is known.
    public mutating func add(_ record: VerifiedRecord) {
        guard let values = record.fields?.values else { return }
        let said = SaidOfRecord(
            id: "\(record.claims.book)#\(record.claims.number)", values: values)
        switch record.claims.book.series.rawValue {
        case isSales ? "invoices" : "bills":
            if let claim = said.claim(partner: ofInvoice[0]) { claims.append(claim) }
            if let document = said.invoice(partner: ofInvoice) { documents.append(document) }
        case "bank":
            if let payment = said.payment(turned: !isSales) { payments.append(payment) }
        case isSales ? "orders" : "purchases":
            if let document = said.order(partner: ofInvoice) { documents.append(document) }
        case isSales ? "deliveries" : "receipts":
            if let document = said.delivery(partner: ofDelivery) { documents.append(document) }
        default: break
        }
    }

    /// What they come to. Throws ``AmountError`` where a sum is larger than amounts are.
    public func report(
        of wanted: ClosedRange<Month>? = nil, chains: Bool = false
    ) throws(AmountError) -> ReconciliationReport {
        let matching = Matching(claims, payments)
        return try ReconciliationReport(
            matching, chains ? Flow(documents, matching) : nil, of: wanted)
    }
}

extension VerifiedPackage {
    /// The records of several packages that count: of a record that is in several of them the latest
    /// reading, and none that one of them says to be replaced or erased.
    public static func heads(of packages: [VerifiedPackage]) -> [VerifiedRecord] {
        var latest: [JTI: VerifiedRecord] = [:]
        var gone: Set<JTI> = []
        for package in packages.sorted(by: { $0.checkpoint.size < $1.checkpoint.size }) {
            for record in package.records {
                if record.replacedBy != nil || record.erasedAt != nil {
                    gone.insert(record.statement.jti)
                }
                if let replaced = record.claims.replaces { gone.insert(replaced) }
                if record.fields != nil { latest[record.statement.jti] = record }
            }
        }
        return latest.values.filter { !gone.contains($0.statement.jti) }
            .sorted { ($0.claims.book, $0.claims.number) < ($1.claims.book, $1.claims.number) }
    }
}

/// What a record says, as far as it was read.
private struct SaidOfRecord {
    let id: String
    let values: [FieldName: FieldValue]

    private func text(_ name: FieldName) -> String? {
        if case .text(let text)? = values[name] { text } else { nil }
    }

    private func day(_ name: FieldName) -> Int64? {
        if case .date(let date)? = values[name] { Int64(date.daysSince1970) } else { nil }
    }

    private func texts(_ names: [FieldName]) -> [String] { names.compactMap { text($0) } }

    func claim(partner: FieldName) -> Claim? {
        guard case .amount(let amount)? = values["payable_amount"], let issued = day("issue_date")
        else { return nil }
        return Claim(
            id: id, number: text("number"), reference: text("payment_reference"),
            partner: text(partner), currency: amount.currency, units: amount.units,
            issued: issued, due: day("due_date"))
    }

    func payment(turned: Bool) -> Payment? {
        guard case .amount(let amount)? = values["amount"], let booked = day("booking_date")
        else { return nil }
        return Payment(
            id: id, reference: text("creditor_reference"), text: text("remittance"),
            partner: text("counterpart_name"), currency: amount.currency,
            units: turned ? -amount.units : amount.units, booked: booked)
    }

    func invoice(partner: [FieldName]) -> FlowDocument? {
        guard let issued = day("issue_date") else { return nil }
        return FlowDocument(
            id: id, stage: .invoice, issued: issued, numbers: texts(["number"]),
            orders: texts(["order_reference", "sales_order_reference"]),
            despatches: texts(["despatch_reference"]), receipts: texts(["receiving_reference"]),
            partners: texts(partner), lines: lines(of: "order_line"))
    }

    /// `nil` for an answer that only accepts.
    func order(partner: [FieldName]) -> FlowDocument? {
        guard let issued = day("issue_date") else { return nil }
        let stage: FlowDocument.Stage
        switch text("document_kind") {
        case "order": stage = .order
        case "change": stage = .change
        case "cancellation": stage = .cancellation
        case "response":
            guard ["RE", "false"].contains(text("response_code")) else { return nil }
            stage = .rejection
        default: return nil
        }
        let isOrder = stage == .order
        return FlowDocument(
            id: id, stage: stage, issued: issued,
            numbers: texts(isOrder ? ["number", "sales_order_id"] : ["number"]),
            orders: isOrder ? [] : texts(["responds_to", "sales_order_id"]),
            partners: texts(partner), lines: lines(of: "number"))
    }

    func delivery(partner: [FieldName]) -> FlowDocument? {
        guard let issued = day("issue_date"), let kind = text("document_kind") else { return nil }
        return FlowDocument(
            id: id, stage: kind == "receipt" ? .receipt : .despatch, issued: issued,
            numbers: texts(["number"]), orders: texts(["order_reference", "sales_order_id"]),
            despatches: kind == "receipt" ? texts(["despatch_reference"]) : [],
            partners: texts(partner), lines: lines(of: "order_line"))
    }

    /// The lines that have a quantity and a unit; the number of the order's line is under `name`.
    private func lines(of name: String) -> [FlowDocument.Line] {
        guard case .json(let list)? = values["lines"] else { return [] }
        return (list.elements ?? []).compactMap { line in
            guard let quantity = line["quantity"]?.text.flatMap({ ExactDecimal($0) }),
                let unit = line["unit"]?.text
            else { return nil }
            let items = ["seller_item", "buyer_item", "standard_item"].compactMap {
                line[$0]?.text
            }
            return FlowDocument.Line(
                order: line[name]?.text, items: items, quantity: quantity, unit: unit)
        }
    }
}
