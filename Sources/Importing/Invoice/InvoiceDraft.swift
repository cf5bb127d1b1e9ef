public import Sharing
import Wire

extension Draft {
    /// The draft of an invoice or credit note, whatever syntax it is written in. `values` are all
    /// terms but the parties'.
    init(
        invoice number: String, isCreditNote: Bool, issued: CalendarDate, seller: Party,
        buyer: Party, values: [FieldName: FieldValue], place: ImportRefusal.Place
    ) {
        let kind = isCreditNote ? "credit_note" : "invoice"
        self.init(
            format: InvoiceTerms.format, date: issued,
            sides: .between(issuer: seller, recipient: buyer),
            businessKey: [
                "document_kind": kind, "seller": seller.key,
                "number": BusinessNumber.key(number),
                "issue_date": "\(issued)", "ordinal": "1",
            ],
            values: values.merging(
                [
                    "number": .text(number), "document_kind": .text(kind),
                    "issue_date": .date(issued),
                ], uniquingKeysWith: { _, new in new }
            ).merging(seller.values(as: .seller)) { _, new in new }
                .merging(buyer.values(as: .buyer)) { _, new in new },
            place: place)
    }
}

extension ImportRefusal.Term {
    /// The term of a field of invoices and bills, with its EN 16931 number.
    public init(_ field: FieldName) { self.init(field, of: .invoice) }
}
