import Sharing
import Wire

/// Reads the terms of EN 16931 out of a UBL Invoice or CreditNote (EN 16931-3-2 is the mapping).
///
/// A document that says it follows EN 16931 is held to that standard's mandatory terms and rules on
/// totals. Older and national UBL is taken as far as its totals are clear; where such a document has
/// no currency of its own, the one that all its totals are in is meant.
struct UBLReader: DocumentReader {
    static let formats = [InvoiceTerms.format]
    static let mediaType = "application/xml"

    private let root: Element
    private let isCreditNote: Bool
    private var terms: InvoiceTerms
    private var groups: UBLGroups { UBLGroups(numbers: terms.numbers) }

    private static let roots: Set<String> = ["Invoice", "CreditNote"]

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root, roots.contains(root.name) else { return false }
        return root.namespace == "urn:oasis:names:specification:ubl:schema:xsd:\(root.name)-2"
    }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let root = try file.markup(in: .ubl).root
        var reader = try UBLReader(root: root, isCreditNoteRoot: root.name == "CreditNote")
        return [try reader.read()]
    }

    private init(root: Element, isCreditNoteRoot: Bool) throws(Finding) {
        let typeCode = root.text("InvoiceTypeCode")
        let isCreditNote = isCreditNoteRoot || TypeCode.creditNotes.contains(typeCode ?? "")
        let followsEN16931 = Profile.followsEN16931(root.text("CustomizationID"))
        let currency = try Self.currency(root, isMandatory: followsEN16931)
        let place = root.first("DocumentCurrencyCode")?.place ?? root.place
        self.root = root
        self.isCreditNote = isCreditNote
        terms = try InvoiceTerms(
            root: root, currency: currency, at: place, negated: isCreditNote,
            followsEN16931: followsEN16931)
        let code = isCreditNoteRoot ? "CreditNoteTypeCode" : "InvoiceTypeCode"
        try terms.setText("type_code", code)
        if followsEN16931 && terms.values["type_code"] == nil {
            throw terms.missing("type_code", "InvoiceTypeCode")
        }
    }

    private mutating func read() throws(Finding) -> Draft {
        guard let number = try root.single("ID", .init("number"))?.text else {
            throw terms.missing("number", "ID")
        }
        guard let issued = try root.single("IssueDate", .init("issue_date")) else {
            throw terms.missing("issue_date", "IssueDate")
        }
        let date = try issued.date(.init("issue_date"))
        try readHeader()
        let seller = try party("AccountingSupplierParty", .seller)
        let buyer = try party("AccountingCustomerParty", .buyer)
        try readTotals()
        return Draft(
            invoice: number, isCreditNote: isCreditNote, issued: date,
            seller: seller, buyer: buyer, values: terms.values, place: root.place)
    }

    /// BT-5, or the one currency of all totals where it isn't mandatory.
    private static func currency(_ root: Element, isMandatory: Bool) throws(Finding) -> String {
        let path = "DocumentCurrencyCode"
        if let code = try root.single(path, .init("currency"))?.text { return code }
        let codes = Set(
            root.all("LegalMonetaryTotal").flatMap(\.children)
                .compactMap { $0.attribute("currencyID") })
        guard !isMandatory, codes.count == 1, let code = codes.first else {
            throw Finding(.missing(.init("currency")), at: root.place(ofMissing: path))
        }
        return code
    }

    private mutating func setDate(_ term: FieldName, _ path: String) throws(Finding) {
        try terms.setDate(term, path, reading: Self.date)
    }

    private static func date(
        _ element: Element, _ term: ImportRefusal.Term
    ) throws(Finding) -> CalendarDate { try element.date(term) }

    private mutating func readHeader() throws(Finding) {
        try setDate("tax_point_date", "TaxPointDate")
        try terms.setDate(
            "due_date", "DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate",
            reading: Self.date)
        try setDate("period_start", "InvoicePeriod/StartDate")
        try setDate("period_end", "InvoicePeriod/EndDate")
        try setDate("delivery_date", "Delivery/ActualDeliveryDate")
        terms.setJoined("notes", "Note")
        terms.setJoined("payment_terms", "PaymentTerms/Note")
        terms.setFirst("buyer_reference", "BuyerReference")
        terms.setFirst("project_reference", "ProjectReference/ID")
        terms.setFirst("contract_reference", "ContractDocumentReference/ID")
        terms.setFirst("order_reference", "OrderReference/ID")
        terms.setFirst("sales_order_reference", "OrderReference/SalesOrderID")
        terms.setFirst("receiving_reference", "ReceiptDocumentReference/ID")
        terms.setFirst("despatch_reference", "DespatchDocumentReference/ID")
        terms.setFirst("payee_name", "PayeeParty/PartyName/Name")
        terms.setFirst("payment_means_code", "PaymentMeans/PaymentMeansCode")
        terms.setFirst("payment_reference", "PaymentMeans/PaymentID")
        terms.setFirst("payment_account", "PaymentMeans/PayeeFinancialAccount/ID")
        terms.setList("preceding_invoices", try groups.precedingInvoices(root))
        terms.setList("attachments", try groups.attachments(root))
    }

    private func party(_ path: String, _ fields: PartyFields) throws(Finding) -> Party {
        let parties = root.all(path + "/Party")
        guard let element = parties.first else { throw terms.missing(fields.name, path + "/Party") }
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
        for total in Self.totals { try terms.read(total) }
        try readTax()
        try readAllowances()
        try readLines()
        try terms.check(
            at: root.first("LegalMonetaryTotal")?.place ?? root.place,
            isCreditNoteByCode: root.name == "Invoice" && isCreditNote)
    }

    private static let totals: [InvoiceTerms.Total] = {
        let total = "LegalMonetaryTotal/"
        return [
            .init(
                term: "line_total", path: total + "LineExtensionAmount", place: \.lineTotal,
                isNeeded: .byStandard),
            .init(
                term: "allowance_total", path: total + "AllowanceTotalAmount",
                place: \.allowanceTotal),
            .init(term: "charge_total", path: total + "ChargeTotalAmount", place: \.chargeTotal),
            .init(
                term: "tax_exclusive_amount", path: total + "TaxExclusiveAmount",
                place: \.taxExclusive, isNeeded: .always),
            .init(
                term: "tax_inclusive_amount", path: total + "TaxInclusiveAmount",
                place: \.taxInclusive, isNeeded: .byStandard),
            .init(term: "prepaid_amount", path: total + "PrepaidAmount", place: \.prepaid),
            .init(
                term: "rounding_amount", path: total + "PayableRoundingAmount", place: \.rounding),
            .init(
                term: "payable_amount", path: total + "PayableAmount", place: \.payable,
                isNeeded: .always),
        ]
    }()

    /// The tax totals in the document's currency: one by EN 16931, one for each kind of tax elsewhere.
    private mutating func readTax() throws(Finding) {
        let term: FieldName = "tax_amount"
        let numbers = terms.numbers
        let own = root.all("TaxTotal").filter {
            ($0.filled("TaxAmount")?.attribute("currencyID") ?? numbers.currency)
                == numbers.currency
        }
        if terms.followsEN16931 && own.count > 1 {
            throw Finding(.repeated(.init(term)), at: own[1].place)
        }
        for element in own.compactMap({ $0.filled("TaxAmount") }) {
            let printed = try numbers.printed(element, .init(term))
            terms.totals.tax = (terms.totals.tax ?? .zero) + printed
        }
        if let tax = terms.totals.tax, let place = own.first?.place {
            try terms.setAmount(term, tax, at: place)
        }
        for element in own.flatMap({ $0.all("TaxSubtotal") }) {
            try terms.count(
                element.filled("TaxAmount"), as: "tax_breakdown", in: \.taxAmounts)
        }
        terms.setList("tax_breakdown", try groups.taxBreakdown(own))
        terms.totals.hasWithholding = root.first("WithholdingTaxTotal") != nil
    }

    private mutating func readAllowances() throws(Finding) {
        let term: FieldName = "allowances_charges"
        for element in root.all("AllowanceCharge") {
            try terms.count(
                element.filled("Amount"), as: term,
                in: UBLGroups.isCharge(element) ? \.charges : \.allowances)
        }
        terms.setList(term, try groups.allowancesCharges(root, in: .init(term)))
    }

    private mutating func readLines() throws(Finding) {
        let lines = root.all("InvoiceLine") + root.all("CreditNoteLine")
        if terms.followsEN16931 && lines.isEmpty {
            throw terms.missing("lines", isCreditNote ? "CreditNoteLine" : "InvoiceLine")
        }
        for element in lines {
            try terms.count(
                element.filled("LineExtensionAmount"), as: "lines", in: \.lineAmounts)
        }
        terms.setList("lines", try groups.lines(lines))
    }
}
