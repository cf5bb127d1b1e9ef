/// The fields of an invoice and of a bill: the same terms of EN 16931-1:2017, seen from either side.
///
/// This is the one table of them. Names are signed and stay for ever; a change of meaning is a new
/// version of the type.
enum BusinessTerms {
    static let all: [FieldDefinition] =
        document + references + parties + payment + totals + groups

    private static let document: [FieldDefinition] = [
        .init(
            "number", .text, "BT-1", "the document's number, given by the seller", mandatory: true),
        .init("document_kind", .code, nil, "invoice or credit_note", mandatory: true),
        .init("issue_date", .date, "BT-2", "the day it was issued", mandatory: true),
        .init("type_code", .code, "BT-3", "UNTDID 1001 code: 380 invoice, 381 credit note, …"),
        .init("currency", .code, "BT-5", "ISO 4217 code of all amounts", mandatory: true),
        .init("tax_point_date", .date, "BT-7", "the day on which the tax becomes due"),
        .init("due_date", .date, "BT-9", "the day by which payment is due"),
        .init("period_start", .date, "BT-73", "first day of what is invoiced"),
        .init("period_end", .date, "BT-74", "last day of what is invoiced"),
        .init("notes", .text, "BT-22", "remarks on the whole document", minimumPaddedBytes: 512),
    ]

    private static let references: [FieldDefinition] = [
        .init("buyer_reference", .text, "BT-10", "the buyer's own reference for routing"),
        .init("project_reference", .text, "BT-11", "the project it belongs to"),
        .init("contract_reference", .text, "BT-12", "the contract it belongs to"),
        .init("order_reference", .text, "BT-13", "the buyer's purchase order"),
        .init("preceding_invoices", .json, "BG-3", "what it corrects or credits: number and date"),
    ]

    private static let parties: [FieldDefinition] = [
        .init("seller_name", .text, "BT-27", "the seller's registered name", mandatory: true),
        .init("seller_trading_name", .text, "BT-28", "the name the seller is known by"),
        .init("seller_id", .text, "BT-29", "an identifier of the seller, with its scheme"),
        .init("seller_registration_id", .text, "BT-30", "the seller's number in a legal register"),
        .init("seller_vat_id", .text, "BT-31", "the seller's VAT identifier"),
        .init("seller_country", .code, "BT-40", "the seller's country, ISO 3166-1"),
        .init("buyer_name", .text, "BT-44", "the buyer's registered name", mandatory: true),
        .init("buyer_trading_name", .text, "BT-45", "the name the buyer is known by"),
        .init("buyer_id", .text, "BT-46", "an identifier of the buyer, with its scheme"),
        .init("buyer_registration_id", .text, "BT-47", "the buyer's number in a legal register"),
        .init("buyer_vat_id", .text, "BT-48", "the buyer's VAT identifier"),
        .init("buyer_country", .code, "BT-55", "the buyer's country, ISO 3166-1"),
        .init("payee_name", .text, "BT-59", "who is paid, where it isn't the seller"),
    ]

    private static let payment: [FieldDefinition] = [
        .init("delivery_date", .date, "BT-72", "the day of delivery"),
        .init("payment_means_code", .code, "BT-81", "UNTDID 4461 code: 30 transfer, 58 SEPA, …"),
        .init("payment_reference", .text, "BT-83", "the text that identifies the payment"),
        .init("payment_account", .text, "BT-84", "the account to pay to, usually an IBAN"),
        .init(
            "payment_terms", .text, "BT-20", "how and when to pay, in words",
            minimumPaddedBytes: 512),
    ]

    /// In the sign of the seller's turnover: a credit note's are negated.
    private static let totals: [FieldDefinition] = [
        .init("line_total", .amount, "BT-106", "sum of the lines' net amounts"),
        .init("allowance_total", .amount, "BT-107", "sum of the allowances on the document"),
        .init("charge_total", .amount, "BT-108", "sum of the charges on the document"),
        .init(
            "tax_exclusive_amount", .amount, "BT-109", "total without tax: the turnover",
            mandatory: true),
        .init("tax_amount", .amount, "BT-110", "total tax, in the document's currency"),
        .init("tax_inclusive_amount", .amount, "BT-112", "total with tax"),
        .init("prepaid_amount", .amount, "BT-113", "what has been paid before"),
        .init("rounding_amount", .amount, "BT-114", "what was added to round the amount to pay"),
        .init("payable_amount", .amount, "BT-115", "what remains to be paid", mandatory: true),
    ]

    private static let groups: [FieldDefinition] = [
        .init("allowances_charges", .json, "BG-20", "allowances and charges (BG-21), one by one"),
        .init("tax_breakdown", .json, "BG-23", "tax by category and rate"),
        .init("lines", .json, "BG-25", "the lines", minimumPaddedBytes: 4096),
        .init("attachments", .json, "BG-24", "what is attached: name, media type, size, digest"),
        .init("document", .document, nil, "the original file, byte for byte", mandatory: true),
    ]
}
