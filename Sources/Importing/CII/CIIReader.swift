import Sharing
import Wire

/// Reads the terms of EN 16931 out of a UN/CEFACT Cross Industry Invoice, D16B and later
/// (EN 16931-3-3 is the mapping): XRechnung in its other syntax, and the XML inside Factur-X and ZUGFeRD.
struct CIIReader: DocumentReader {
    static let formats = [InvoiceTerms.format]
    static let mediaType = "application/xml"

    private let root: Element
    private let isCreditNote: Bool
    private var terms: InvoiceTerms
    private var groups: CIIGroups { CIIGroups(numbers: terms.numbers) }

    private static let namespace = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root else { return false }
        return root.name == "CrossIndustryInvoice" && root.namespace == namespace
    }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let root = try file.markup(in: .cii).root
        var reader = try CIIReader(root: root)
        return [try reader.read()]
    }

    private init(root: Element) throws(Finding) {
        let typeCode = try root.single("ExchangedDocument/TypeCode", .init("type_code"))?.text
        isCreditNote = TypeCode.creditNotes.contains(typeCode ?? "")
        let path = CIIPath.settlement + "InvoiceCurrencyCode"
        guard let currency = try root.single(path, .init("currency")), let code = currency.text
        else { throw Finding(.missing(.init("currency")), at: root.place(ofMissing: path)) }
        self.root = root
        terms = try InvoiceTerms(
            root: root, currency: code, at: currency.place, negated: isCreditNote,
            followsEN16931: Profile.followsEN16931(
                root.text(
                    "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID")))
        try terms.setText("type_code", "ExchangedDocument/TypeCode")
        if typeCode == nil {
            throw terms.missing("type_code", "ExchangedDocument/TypeCode")
        }
    }

    private mutating func read() throws(Finding) -> Draft {
        guard let number = try root.single("ExchangedDocument/ID", .init("number"))?.text else {
            throw terms.missing("number", "ExchangedDocument/ID")
        }
        let path = "ExchangedDocument/IssueDateTime/DateTimeString"
        guard let issued = try root.single(path, .init("issue_date")) else {
            throw terms.missing("issue_date", path)
        }
        let date = try issued.compactDate(.init("issue_date"))
        try readHeader()
        let seller = try party("SellerTradeParty", .seller)
        let buyer = try party("BuyerTradeParty", .buyer)
        try readTotals()
        return Draft(
            invoice: number, isCreditNote: isCreditNote, issued: date,
            seller: seller, buyer: buyer, values: terms.values, place: root.place)
    }

    private mutating func setDate(_ term: FieldName, _ path: String) throws(Finding) {
        try terms.setDate(term, path, reading: Self.date)
    }

    private static func date(
        _ element: Element, _ term: ImportRefusal.Term
    ) throws(Finding) -> CalendarDate { try element.compactDate(term) }

    private mutating func readHeader() throws(Finding) {
        let (agreement, delivery, settlement) = (
            CIIPath.agreement, CIIPath.delivery, CIIPath.settlement
        )
        try setDate("tax_point_date", settlement + "ApplicableTradeTax/TaxPointDate/DateString")
        try setDate(
            "due_date",
            settlement + "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")
        let period = settlement + "BillingSpecifiedPeriod/"
        try setDate("period_start", period + "StartDateTime/DateTimeString")
        try setDate("period_end", period + "EndDateTime/DateTimeString")
        try setDate(
            "delivery_date",
            delivery + "ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString")
        terms.setJoined("notes", "ExchangedDocument/IncludedNote/Content")
        terms.setJoined("payment_terms", settlement + "SpecifiedTradePaymentTerms/Description")
        terms.setFirst("buyer_reference", agreement + "BuyerReference")
        terms.setFirst("project_reference", agreement + "SpecifiedProcuringProject/ID")
        let id = "/IssuerAssignedID"
        terms.setFirst("contract_reference", agreement + "ContractReferencedDocument" + id)
        terms.setFirst("order_reference", agreement + "BuyerOrderReferencedDocument" + id)
        terms.setFirst("sales_order_reference", agreement + "SellerOrderReferencedDocument" + id)
        terms.setFirst(
            "receiving_reference", delivery + "ReceivingAdviceReferencedDocument" + id)
        terms.setFirst("despatch_reference", delivery + "DespatchAdviceReferencedDocument" + id)
        terms.setFirst("payee_name", settlement + "PayeeTradeParty/Name")
        let means = settlement + "SpecifiedTradeSettlementPaymentMeans/"
        let account = means + "PayeePartyCreditorFinancialAccount/"
        terms.setFirst("payment_means_code", means + "TypeCode")
        terms.setFirst("payment_reference", settlement + "PaymentReference")
        terms.setFirst("payment_account", account + "ProprietaryID")
        terms.setFirst("payment_account", account + "IBANID")
        terms.setList("preceding_invoices", try groups.precedingInvoices(root))
        terms.setList("attachments", try groups.attachments(root))
    }

    private func party(_ name: String, _ fields: PartyFields) throws(Finding) -> Party {
        let path = CIIPath.agreement + name
        guard let element = try root.sole(path, .init(fields.name)) else {
            throw terms.missing(fields.name, path)
        }
        let party = Party(cii: element)
        guard party.name != nil else {
            throw Finding(.missing(.init(fields.name)), at: element.place(ofMissing: "Name"))
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
            at: root.first(CIIPath.summation)?.place ?? root.place,
            isCreditNoteByCode: isCreditNote)
    }

    private static let totals: [InvoiceTerms.Total] = {
        let total = CIIPath.summation + "/"
        return [
            .init(
                term: "line_total", path: total + "LineTotalAmount", place: \.lineTotal,
                isNeeded: .byStandard),
            .init(
                term: "allowance_total", path: total + "AllowanceTotalAmount",
                place: \.allowanceTotal),
            .init(term: "charge_total", path: total + "ChargeTotalAmount", place: \.chargeTotal),
            .init(
                term: "tax_exclusive_amount", path: total + "TaxBasisTotalAmount",
                place: \.taxExclusive, isNeeded: .always),
            .init(
                term: "tax_inclusive_amount", path: total + "GrandTotalAmount",
                place: \.taxInclusive, isNeeded: .byStandard),
            .init(term: "prepaid_amount", path: total + "TotalPrepaidAmount", place: \.prepaid),
            .init(term: "rounding_amount", path: total + "RoundingAmount", place: \.rounding),
            .init(
                term: "payable_amount", path: total + "DuePayableAmount", place: \.payable,
                isNeeded: .always),
        ]
    }()

    /// The tax total in the invoice's currency; another one is in the currency of accounting (BT-111).
    private mutating func readTax() throws(Finding) {
        let term: FieldName = "tax_amount"
        let currency = terms.numbers.currency
        let own = root.all(CIIPath.summation + "/TaxTotalAmount").filter {
            $0.text != nil && ($0.attribute("currencyID") ?? currency) == currency
        }
        if own.count > 1 { throw Finding(.repeated(.init(term)), at: own[1].place) }
        if let element = own.first {
            let printed = try terms.numbers.printed(element, .init(term))
            terms.totals.tax = printed
            try terms.setAmount(term, printed, at: element.place)
        }
        let taxes = root.all(CIIPath.settlement + "ApplicableTradeTax")
        for element in taxes {
            try terms.count(
                element.filled("CalculatedAmount"), as: "tax_breakdown", in: \.taxAmounts)
        }
        terms.setList("tax_breakdown", try groups.taxBreakdown(taxes))
    }

    private mutating func readAllowances() throws(Finding) {
        let term: FieldName = "allowances_charges"
        let all = root.all(CIIPath.settlement + "SpecifiedTradeAllowanceCharge")
        for element in all {
            try terms.count(
                element.filled("ActualAmount"), as: term,
                in: CIIGroups.isCharge(element) ? \.charges : \.allowances)
        }
        terms.setList(term, try groups.allowancesCharges(all, in: .init(term)))
    }

    private mutating func readLines() throws(Finding) {
        let lines = root.all(CIIPath.lines)
        if terms.followsEN16931 && lines.isEmpty { throw terms.missing("lines", CIIPath.lines) }
        for element in lines {
            try terms.count(
                element.filled(CIIGroups.lineTotal), as: "lines", in: \.lineAmounts)
        }
        terms.setList("lines", try groups.lines(lines))
    }
}

/// Where the parts of a Cross Industry Invoice are.
enum CIIPath {
    private static let transaction = "SupplyChainTradeTransaction/"
    static let agreement = transaction + "ApplicableHeaderTradeAgreement/"
    static let delivery = transaction + "ApplicableHeaderTradeDelivery/"
    static let settlement = transaction + "ApplicableHeaderTradeSettlement/"
    static let summation = settlement + "SpecifiedTradeSettlementHeaderMonetarySummation"
    static let lines = transaction + "IncludedSupplyChainTradeLineItem"
}

extension Markup.Vocabulary {
    /// The components of UN/CEFACT's schemas. An attached file is as long as it is.
    static let cii = Markup.Vocabulary(
        namespaces: .beginning("urn:un:unece:uncefact:data:"), longTexts: ["AttachmentBinaryObject"]
    )
}
