import Sharing

/// Turns business documents into records: bytes in, records or a refusal out.
public enum Importer {
    /// A larger file would not fit a sealed record, of which the original is a field.
    public static let maximumFileBytes = XMLLimits.fileBytes

    /// Imports one file for the enterprise that has `identifiers`.
    ///
    /// The format is told from the content, never from `name`, which only appears in a refusal. Read
    /// are UBL 2.0 to 2.3 Invoice and CreditNote; other formats are recognised and refused as such.
    public static func records(
        from bytes: [UInt8], named name: String, for identifiers: RegisteredIdentifiers
    ) -> ImportOutcome {
        do {
            return .success(try records(from: bytes, for: identifiers))
        } catch {
            return .failure(ImportRefusal(file: name, place: error.place, reason: error.reason))
        }
    }

    /// The identifiers of the two parties of a document, from which an enterprise may choose those it
    /// registers; `nil` where the document isn't one that is read.
    public static func parties(
        in bytes: [UInt8]
    ) -> (seller: RegisteredIdentifiers, buyer: RegisteredIdentifiers)? {
        guard let terms = try? terms(in: bytes).terms else { return nil }
        return (
            RegisteredIdentifiers(terms.seller.identifiers),
            RegisteredIdentifiers(terms.buyer.identifiers)
        )
    }

    private static func records(
        from bytes: [UInt8], for identifiers: RegisteredIdentifiers
    ) throws(Finding) -> [Record] {
        let (terms, place) = try terms(in: bytes)
        return [try terms.record(document: bytes, for: identifiers, at: place)]
    }

    private static func terms(
        in bytes: [UInt8]
    ) throws(Finding) -> (terms: InvoiceTerms, place: ImportRefusal.Place) {
        if bytes.isEmpty { throw Finding(.empty) }
        if bytes.count > maximumFileBytes {
            throw Finding(.tooLarge(bytes: bytes.count, limit: maximumFileBytes))
        }
        if let format = DocumentFormat(signature: bytes) {
            throw Finding(.unsupportedFormat(format))
        }
        let text = try DecodedText(bytes)
        let start = try Markup.root(of: text)
        let format = DocumentFormat(root: start.name, namespace: start.namespace)
        guard format == .ublInvoice || format == .ublCreditNote else {
            throw Finding(.unsupportedFormat(format), at: start.place)
        }
        let root = try Markup(parsing: text, except: UBLReader.exceptions).root
        let terms = try UBLReader.terms(of: root, isCreditNote: format == .ublCreditNote)
        return (terms, root.place)
    }
}
