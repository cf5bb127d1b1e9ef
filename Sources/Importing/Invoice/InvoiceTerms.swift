import Foundation
import Sharing
import Wire

/// What an invoice or credit note says, whatever syntax it is written in, before it is known whose
/// record it becomes.
struct InvoiceTerms {
    let isCreditNote: Bool
    let number: String
    let issueDate: CalendarDate
    let seller: Party
    let buyer: Party
    /// All fields but the document itself, by name.
    let values: [String: FieldValue]

    /// The record of this document for the enterprise that has `identifiers`: an invoice where it is
    /// the seller, a bill where it is the buyer.
    ///
    /// Throws a ``Finding`` at `place` where it is neither or both, or where the record cannot be.
    func record(
        document: [UInt8], for identifiers: RegisteredIdentifiers, at place: ImportRefusal.Place
    ) throws(Finding) -> Record {
        let type: RecordType
        switch (identifiers.match(seller.identifiers), identifiers.match(buyer.identifiers)) {
        case (true, false): type = .invoice
        case (false, true): type = .bill
        case (false, false): throw Finding(.notAParty, at: place)
        case (true, true): throw Finding(.bothParties, at: place)
        }
        var values = values
        values["document"] = .document(mediaType: "application/xml", bytes: document)
        do {
            return try Record(
                type: type, date: issueDate, values: values, businessKey: businessKey)
        } catch {
            throw Self.finding(error, at: place)
        }
    }

    private var documentKind: String { isCreditNote ? "credit_note" : "invoice" }

    private var businessKey: BusinessKey {
        BusinessKey(
            documentKind: documentKind, seller: seller.key,
            number: number.precomposedStringWithCompatibilityMapping
                .split(whereSeparator: \.isWhitespace).joined(separator: " "),
            date: issueDate)
    }

    private static func finding(_ error: RecordError, at place: ImportRefusal.Place) -> Finding {
        switch error {
        case .dateOutOfRange: Finding(.dateOutOfRange, at: place)
        case .tooLarge(let bytes):
            Finding(.recordTooLarge(bytes: bytes, limit: Record.maximumContentBytes), at: place)
        case .missing(let field): Finding(.missing(.init(field)), at: place)
        case .malformed(let field), .unknownField(let field):
            preconditionFailure("the reader gives \(field) what its type prescribes")
        }
    }
}
