import Sharing
import Wire

/// Reads the terms of EN 16931 out of a UBL Invoice or CreditNote (EN 16931-3-2 is the mapping).
///
/// A document that says it follows EN 16931 is held to that standard's mandatory terms and rules on
/// totals. Older and national UBL is taken as far as its totals are clear; where such a document has
/// no currency of its own, the one that all its totals are in is meant.
struct UBLReader: DocumentReader {
    static let name = "ubl"
    static let mediaType = "application/xml"

    private let root: Element
    private let isCreditNote: Bool
    private let followsEN16931: Bool
    private let numbers: UBLNumbers
    private var groups: UBLGroups { UBLGroups(numbers: numbers) }
    private var values: [FieldName: FieldValue] = [:]

    private static let roots: Set<String> = ["Invoice", "CreditNote"]

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root, roots.contains(root.name) else { return false }
        return root.namespace == "urn:oasis:names:specification:ubl:schema:xsd:\(root.name)-2"
    }

    /// Extensions and the signatures in them mean nothing to the record; an attached file is as long
    /// as it is.
    private static let exceptions = Markup.Exceptions(
        passedOver: ["UBLExtensions"], longTexts: ["EmbeddedDocumentBinaryObject"])

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        guard let text = file.xml?.text else { throw Finding(.malformed) }
        let root = try Markup(parsing: text, except: exceptions).root
        var reader = try UBLReader(root: root, isCreditNoteRoot: root.name == "CreditNote")
        return [try reader.read()]
    }

    private init(root: Element, isCreditNoteRoot: Bool) throws(Finding) {
        let typeCode = root.text("InvoiceTypeCode")
        let isCreditNote = isCreditNoteRoot || TypeCode.creditNotes.contains(typeCode ?? "")
        let specification = root.text("CustomizationID") ?? ""
        // An extension (“conformant” to the standard, not “compliant” with it) may change its rules.
        followsEN16931 =
            specification.hasPrefix("urn:cen.eu:en16931:")
            && !specification.contains("#conformant#")
        let currency = try Self.currency(root, isMandatory: followsEN16931)
        guard let scale = Currency.scale(of: currency) else {
            let place = root.first("DocumentCurrencyCode")?.place ?? root.place
            throw Finding(.invalidAmount(.init("currency"), .unknownCurrency), at: place)
        }
        self.root = root
        self.isCreditNote = isCreditNote
        numbers = UBLNumbers(currency: currency, scale: scale, negated: isCreditNote)
        values["currency"] = .text(currency)
        try setText("type_code", isCreditNoteRoot ? "CreditNoteTypeCode" : "InvoiceTypeCode")
        if followsEN16931 && values["type_code"] == nil {
            throw missing("type_code", "InvoiceTypeCode")
        }
    }

    private mutating func read() throws(Finding) -> Draft {
        guard let number = try root.single("ID", "number")?.text else {
            throw missing("number", "ID")
        }
        guard let issued = try root.single("IssueDate", "issue_date") else {
            throw missing("issue_date", "IssueDate")
        }
        let date = try issued.date("issue_date")
        try readHeader()
        let seller = try party("AccountingSupplierParty", .seller)
        let buyer = try party("AccountingCustomerParty", .buyer)
        try readTotals()
        return Draft(
            invoice: number, isCreditNote: isCreditNote, issued: date, seller: seller,
            buyer: buyer, values: values, place: root.place)
    }

    private func missing(_ term: FieldName, _ path: String) -> Finding {
        Finding(.missing(.init(term)), at: root.place(ofMissing: path))
    }

    /// BT-5, or the one currency of all totals where it isn't mandatory.
    private static func currency(_ root: Element, isMandatory: Bool) throws(Finding) -> String {
        if let code = try root.single("DocumentCurrencyCode", "currency")?.text { return code }
        let codes = Set(
            root.all("LegalMonetaryTotal").flatMap(\.children)
                .compactMap { $0.attribute("currencyID") })
        guard !isMandatory, codes.count == 1, let code = codes.first else {
            throw Finding(
                .missing(.init("currency")), at: root.place(ofMissing: "DocumentCurrencyCode"))
        }
        return code
    }

    // MARK: Header

    private mutating func setText(_ term: FieldName, _ path: String) throws(Finding) {
        if let text = try root.single(path, term)?.text { values[term] = .text(text) }
    }

    /// The first text at `path`, where the standard's one term can be several elements in UBL.
    private mutating func setFirst(_ term: FieldName, _ path: String) {
        if let text = root.text(path) { values[term] = .text(text) }
    }

    /// All texts at `path`, one below the other.
    private mutating func setJoined(_ term: FieldName, _ path: String) {
        let texts = root.all(path).compactMap(\.text)
        if !texts.isEmpty { values[term] = .text(texts.joined(separator: "\n")) }
    }

    private mutating func setDate(_ term: FieldName, _ paths: String...) throws(Finding) {
        for path in paths {
            if let element = root.filled(path) {
                values[term] = .date(try element.date(term))
                return
            }
        }
    }

    private mutating func readHeader() throws(Finding) {
        try setDate("tax_point_date", "TaxPointDate")
        try setDate(
            "due_date", "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate")
        try setDate("period_start", "InvoicePeriod/StartDate")
        try setDate("period_end", "InvoicePeriod/EndDate")
        try setDate("delivery_date", "Delivery/ActualDeliveryDate")
        setJoined("notes", "Note")
        setJoined("payment_terms", "PaymentTerms/Note")
        setFirst("buyer_reference", "BuyerReference")
        setFirst("project_reference", "ProjectReference/ID")
        setFirst("contract_reference", "ContractDocumentReference/ID")
        setFirst("order_reference", "OrderReference/ID")
        setFirst("sales_order_reference", "OrderReference/SalesOrderID")
        setFirst("receiving_reference", "ReceiptDocumentReference/ID")
        setFirst("despatch_reference", "DespatchDocumentReference/ID")
        setFirst("payee_name", "PayeeParty/PartyName/Name")
        setFirst("payment_means_code", "PaymentMeans/PaymentMeansCode")
        setFirst("payment_reference", "PaymentMeans/PaymentID")
        setFirst("payment_account", "PaymentMeans/PayeeFinancialAccount/ID")
        setList("preceding_invoices", try groups.precedingInvoices(root))
        setList("attachments", try groups.attachments(root))
    }

    private mutating func setList(_ term: FieldName, _ list: [JSON]) {
        if !list.isEmpty { values[term] = .json(.array(list)) }
    }

    private func party(_ path: String, _ fields: PartyFields) throws(Finding) -> Party {
        let parties = root.all(path + "/Party")
        guard let element = parties.first else { throw missing(fields.name, path + "/Party") }
        if parties.count > 1 {
            throw Finding(.repeated(.init(fields.name)), at: parties[1].place)
        }
        let party = Party(ubl: element)
        guard party.name != nil else {
            throw Finding(
                .missing(.init(fields.name)), at: element.place(ofMissing: "PartyLegalEntity"))
        }
        return party
    }

    // MARK: Totals

    private mutating func readTotals() throws(Finding) {
        var totals = Totals(scale: numbers.scale)
        for total in Self.totals {
            let element = try root.single("LegalMonetaryTotal/" + total.name, total.term)
            guard let element else {
                if total.isNeeded == .always || (total.isNeeded == .byStandard && followsEN16931) {
                    throw missing(total.term, "LegalMonetaryTotal/" + total.name)
                }
                continue
            }
            let printed = try numbers.printed(element, total.term)
            values[total.term] = .amount(
                try numbers.amount(printed, total.term, at: element.place))
            totals[keyPath: total.place] = printed
        }
        try readTax(&totals)
        try readAllowances(&totals)
        try readLines(&totals)
        try check(totals)
    }

    /// One of the monetary totals. `byStandard` is needed in documents that follow EN 16931.
    private struct Total {
        let term: FieldName
        let name: String
        let place: any WritableKeyPath<Totals, ExactDecimal?> & Sendable
        var isNeeded = Need.never

        enum Need { case never, byStandard, always }
    }

    private static let totals = [
        Total(
            term: "line_total", name: "LineExtensionAmount", place: \.lineTotal,
            isNeeded: .byStandard),
        Total(term: "allowance_total", name: "AllowanceTotalAmount", place: \.allowanceTotal),
        Total(term: "charge_total", name: "ChargeTotalAmount", place: \.chargeTotal),
        Total(
            term: "tax_exclusive_amount", name: "TaxExclusiveAmount", place: \.taxExclusive,
            isNeeded: .always),
        Total(
            term: "tax_inclusive_amount", name: "TaxInclusiveAmount", place: \.taxInclusive,
            isNeeded: .byStandard),
        Total(term: "prepaid_amount", name: "PrepaidAmount", place: \.prepaid),
        Total(term: "rounding_amount", name: "PayableRoundingAmount", place: \.rounding),
        Total(
            term: "payable_amount", name: "PayableAmount", place: \.payable, isNeeded: .always),
    ]

    /// The tax totals in the document's currency: one by EN 16931, one for each kind of tax elsewhere.
    private mutating func readTax(_ totals: inout Totals) throws(Finding) {
        let term: FieldName = "tax_amount"
        let own = root.all("TaxTotal").filter {
            ($0.filled("TaxAmount")?.attribute("currencyID") ?? numbers.currency)
                == numbers.currency
        }
        if followsEN16931 && own.count > 1 {
            throw Finding(.repeated(.init(term)), at: own[1].place)
        }
        for element in own.compactMap({ $0.filled("TaxAmount") }) {
            totals.tax = (totals.tax ?? .zero) + (try numbers.printed(element, term))
        }
        if let tax = totals.tax, let place = own.first?.place {
            values[term] = .amount(try numbers.amount(tax, term, at: place))
        }
        for element in own.flatMap({ $0.all("TaxSubtotal") })
            .compactMap({ $0.filled("TaxAmount") })
        {
            totals.taxAmounts.append(try numbers.printed(element, "tax_breakdown"))
        }
        setList("tax_breakdown", try groups.taxBreakdown(own))
        totals.hasWithholding = root.first("WithholdingTaxTotal") != nil
    }

    private mutating func readAllowances(_ totals: inout Totals) throws(Finding) {
        let term: FieldName = "allowances_charges"
        for element in root.all("AllowanceCharge") {
            guard let amount = element.filled("Amount") else { continue }
            let value = try numbers.printed(amount, term)
            if UBLGroups.isCharge(element) {
                totals.charges.append(value)
            } else {
                totals.allowances.append(value)
            }
        }
        setList(term, try groups.allowancesCharges(root, in: term))
    }

    private mutating func readLines(_ totals: inout Totals) throws(Finding) {
        let lines = root.all("InvoiceLine") + root.all("CreditNoteLine")
        if followsEN16931 && lines.isEmpty {
            throw missing("lines", isCreditNote ? "CreditNoteLine" : "InvoiceLine")
        }
        for element in lines.compactMap({ $0.filled("LineExtensionAmount") }) {
            totals.lineAmounts.append(try numbers.printed(element, "lines"))
        }
        setList("lines", try groups.lines(lines))
    }

    private func check(_ totals: Totals) throws(Finding) {
        let place = root.first("LegalMonetaryTotal")?.place ?? root.place
        if root.name == "Invoice" && isCreditNote, let total = totals.taxExclusive, total < .zero {
            throw Finding(.ambiguousSign, at: place)
        }
        if followsEN16931, let rule = totals.brokenRule {
            throw Finding(.inconsistent(rule), at: place)
        }
        if !followsEN16931 && totals.contradictsItself {
            throw Finding(.inconsistent(.taxInclusive), at: place)
        }
    }
}
