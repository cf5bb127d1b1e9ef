import Sharing
import Wire

/// Reads the terms of EN 16931 out of a UBL Invoice or CreditNote (EN 16931-3-2 is the mapping).
///
/// A document that says it follows EN 16931 is held to that standard's mandatory terms and rules on
/// totals. Older and national UBL is taken as far as its totals are clear; where such a document has
/// no currency of its own, the one that all its totals are in is meant.
struct UBLReader {
    private let root: Element
    private let isCreditNote: Bool
    private let followsEN16931: Bool
    private let numbers: UBLNumbers
    private var values: [String: FieldValue] = [:]

    /// Extensions and the signatures in them mean nothing to the record; an attached file is as long
    /// as it is.
    static let exceptions = Markup.Exceptions(
        passedOver: ["UBLExtensions"], longTexts: ["EmbeddedDocumentBinaryObject"])

    /// Throws a ``Finding`` with the place and reason.
    static func terms(of root: Element, isCreditNote: Bool) throws(Finding) -> InvoiceTerms {
        var reader = try UBLReader(root: root, isCreditNoteRoot: isCreditNote)
        return try reader.read()
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
        values["document_kind"] = .text(isCreditNote ? "credit_note" : "invoice")
        try setText("type_code", isCreditNoteRoot ? "CreditNoteTypeCode" : "InvoiceTypeCode")
        if followsEN16931 && values["type_code"] == nil {
            throw missing("type_code", "InvoiceTypeCode")
        }
    }

    private mutating func read() throws(Finding) -> InvoiceTerms {
        guard let number = try root.single("ID", "number")?.text else {
            throw missing("number", "ID")
        }
        guard let issued = try root.single("IssueDate", "issue_date") else {
            throw missing("issue_date", "IssueDate")
        }
        let date = try issued.date("issue_date")
        values["number"] = .text(number)
        values["issue_date"] = .date(date)
        try readHeader()
        let seller = try party("AccountingSupplierParty", "seller")
        let buyer = try party("AccountingCustomerParty", "buyer")
        try readTotals()
        return InvoiceTerms(
            isCreditNote: isCreditNote, number: number, issueDate: date, seller: seller,
            buyer: buyer, values: values)
    }

    private func missing(_ term: String, _ path: String) -> Finding {
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

    private mutating func setText(_ term: String, _ path: String) throws(Finding) {
        if let text = try root.single(path, term)?.text { values[term] = .text(text) }
    }

    /// The first text at `path`, where the standard's one term can be several elements in UBL.
    private mutating func setFirst(_ term: String, _ path: String) {
        if let text = root.text(path) { values[term] = .text(text) }
    }

    /// All texts at `path`, one below the other.
    private mutating func setJoined(_ term: String, _ path: String) {
        let texts = root.all(path).compactMap(\.text)
        if !texts.isEmpty { values[term] = .text(texts.joined(separator: "\n")) }
    }

    private mutating func setDate(_ term: String, _ paths: String...) throws(Finding) {
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
        setFirst("payee_name", "PayeeParty/PartyName/Name")
        setFirst("payment_means_code", "PaymentMeans/PaymentMeansCode")
        setFirst("payment_reference", "PaymentMeans/PaymentID")
        setFirst("payment_account", "PaymentMeans/PayeeFinancialAccount/ID")
        setList("preceding_invoices", try UBLGroups.precedingInvoices(root))
        setList("attachments", UBLGroups.attachments(root))
    }

    private mutating func setList(_ term: String, _ list: [JSON]) {
        if !list.isEmpty { values[term] = .json(.array(list)) }
    }

    private mutating func party(_ path: String, _ role: String) throws(Finding) -> Party {
        let parties = root.all(path + "/Party")
        guard let element = parties.first else { throw missing("\(role)_name", path + "/Party") }
        if parties.count > 1 {
            throw Finding(.repeated(.init("\(role)_name")), at: parties[1].place)
        }
        let party = Party(ubl: element)
        guard let name = party.name else {
            throw Finding(
                .missing(.init("\(role)_name")), at: element.place(ofMissing: "PartyLegalEntity"))
        }
        values["\(role)_name"] = .text(name)
        values["\(role)_trading_name"] = party.tradingName.map { .text($0) }
        values["\(role)_id"] = party.id.map { .text($0) }
        values["\(role)_registration_id"] = party.registrationID.map { .text($0) }
        values["\(role)_vat_id"] = party.vatID.map { .text($0) }
        values["\(role)_country"] = party.country.map { .text($0) }
        return party
    }

    // MARK: Totals

    private mutating func readTotals() throws(Finding) {
        var totals = Totals(scale: numbers.scale)
        totals.lineTotal = try total("line_total", "LineExtensionAmount")
        totals.allowanceTotal = try total("allowance_total", "AllowanceTotalAmount")
        totals.chargeTotal = try total("charge_total", "ChargeTotalAmount")
        totals.taxExclusive = try total("tax_exclusive_amount", "TaxExclusiveAmount")
        totals.taxInclusive = try total("tax_inclusive_amount", "TaxInclusiveAmount")
        totals.prepaid = try total("prepaid_amount", "PrepaidAmount")
        totals.rounding = try total("rounding_amount", "PayableRoundingAmount")
        totals.payable = try total("payable_amount", "PayableAmount")
        try requireTotals(totals)
        try readTax(&totals)
        try readAllowances(&totals)
        try readLines(&totals)
        try check(totals)
    }

    private mutating func total(_ term: String, _ name: String) throws(Finding) -> ExactDecimal? {
        guard let element = try root.single("LegalMonetaryTotal/" + name, term) else { return nil }
        let printed = try numbers.printed(element, term)
        values[term] = .amount(try numbers.amount(printed, term, at: element.place))
        return printed
    }

    private func requireTotals(_ totals: Totals) throws(Finding) {
        let required: [(term: String, name: String, value: ExactDecimal?, always: Bool)] = [
            ("line_total", "LineExtensionAmount", totals.lineTotal, false),
            ("tax_exclusive_amount", "TaxExclusiveAmount", totals.taxExclusive, true),
            ("tax_inclusive_amount", "TaxInclusiveAmount", totals.taxInclusive, false),
            ("payable_amount", "PayableAmount", totals.payable, true),
        ]
        for total in required where total.value == nil && (total.always || followsEN16931) {
            throw missing(total.term, "LegalMonetaryTotal/" + total.name)
        }
    }

    /// The tax totals in the document's currency: one by EN 16931, one for each kind of tax elsewhere.
    private mutating func readTax(_ totals: inout Totals) throws(Finding) {
        let term = "tax_amount"
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
        setList("tax_breakdown", try UBLGroups.taxBreakdown(own, numbers))
        totals.hasWithholding = root.first("WithholdingTaxTotal") != nil
    }

    private mutating func readAllowances(_ totals: inout Totals) throws(Finding) {
        let term = "allowances_charges"
        for element in root.all("AllowanceCharge") {
            guard let amount = element.filled("Amount") else { continue }
            let value = try numbers.printed(amount, term)
            if UBLGroups.isCharge(element) {
                totals.charges.append(value)
            } else {
                totals.allowances.append(value)
            }
        }
        setList(term, try UBLGroups.allowancesCharges(root, numbers, term))
    }

    private mutating func readLines(_ totals: inout Totals) throws(Finding) {
        let lines = root.all("InvoiceLine") + root.all("CreditNoteLine")
        if followsEN16931 && lines.isEmpty {
            throw missing("lines", isCreditNote ? "CreditNoteLine" : "InvoiceLine")
        }
        for element in lines.compactMap({ $0.filled("LineExtensionAmount") }) {
            totals.lineAmounts.append(try numbers.printed(element, "lines"))
        }
        setList("lines", try UBLGroups.lines(lines, numbers))
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
