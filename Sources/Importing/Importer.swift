public import Sharing

/// Takes the XML of an invoice out of a PDF, or says why there is none.
///
/// PDFs can cost any time and memory, so whoever has files has them read in a process of its own.
public typealias PDFReader = @Sendable ([UInt8]) -> Result<[UInt8], ImportRefusal.Reason>

/// Turns business documents into records: bytes in, records or a refusal out.
public enum Importer {
    /// A larger file isn't read. One of which the original is kept has to be smaller still.
    public static let maximumFileBytes = XMLLimits.fileBytes

    /// Imports one file for the enterprise that has `identifiers`, into records of these types: those
    /// that its log has.
    ///
    /// The format is told from the content, never from `name`, which only appears in a refusal. Tables
    /// are read by the first of `mappings` whose header they have; other formats are recognised and
    /// refused as such. Of a PDF the XML of the invoice inside is read by `pdfs`, and the PDF is the
    /// document that is kept.
    public static func records(
        from bytes: [UInt8], named name: String, for identifiers: RegisteredIdentifiers,
        of types: RecordTypes = .standard, by mappings: [Mapping] = [],
        through pdfs: PDFReader? = nil
    ) -> ImportOutcome {
        do {
            return .success(
                try records(from: bytes, for: identifiers, of: types, by: mappings, pdfs))
        } catch {
            return .failure(ImportRefusal(file: name, place: error.place, reason: error.reason))
        }
    }

    /// The identifiers of the two parties of a document, from which an enterprise may choose those it
    /// registers; `nil` where the document isn't one that is read.
    public static func parties(
        in bytes: [UInt8]
    ) -> (seller: RegisteredIdentifiers, buyer: RegisteredIdentifiers)? {
        guard let file = try? SourceFile(bytes),
            let reader = readers.first(where: { $0.recognises(file) }),
            let draft = try? reader.drafts(of: file).first,
            case .between(let issuer, let recipient) = draft.sides
        else { return nil }
        return (
            RegisteredIdentifiers(issuer.identifiers), RegisteredIdentifiers(recipient.identifiers)
        )
    }

    /// What is read, in words.
    public static let accepted =
        "invoices and credit notes (UBL, CII, and PDFs with either inside), UBL orders, despatch and receipt advices, "
        + "camt.052 to camt.054, MT940, tables with a mapping"

    /// Whether `bytes` are a table with the header of `mapping`.
    public static func reads(_ bytes: [UInt8], by mapping: Mapping) -> Bool {
        guard let file = try? SourceFile(bytes), file.xml == nil else { return false }
        return (try? CSVReader.table(file, by: mapping)) != nil
    }

    /// What the first rows of a table would be as records, and how many there are; whose they are isn't
    /// asked. Throws ``ImportRefusal`` where the table can't be read by `mapping` to its end.
    public static func preview(
        _ bytes: [UInt8], named name: String, by mapping: Mapping, of types: RecordTypes,
        rows: Int = 5
    ) throws(ImportRefusal) -> (rows: [[FieldName: FieldValue]], count: Int) {
        do throws(Finding) {
            let file = try SourceFile(bytes)
            guard let table = try CSVReader.table(file, by: mapping) else {
                throw Finding(.mappingNeeded)
            }
            guard let type = types.type(mapping.type.name, mapping.type.version) else {
                throw Finding(.unknownType(mapping.type.text))
            }
            var reader = CSVReader(mapping, as: type, file: file)
            let drafts = try reader.drafts(table)
            return (drafts.prefix(rows).map(\.values), drafts.count)
        } catch {
            throw ImportRefusal(file: name, place: error.place, reason: error.reason)
        }
    }

    /// The formats that are read.
    static let readers: [any DocumentReader.Type] = [
        UBLReader.self, CIIReader.self, UBLOrderReader.self, UBLDeliveryReader.self,
        CamtReader.self,
        MT940Reader.self,
    ]

    private static func records(
        from bytes: [UInt8], for identifiers: RegisteredIdentifiers, of types: RecordTypes,
        by mappings: [Mapping], _ pdfs: PDFReader?
    ) throws(Finding) -> [Record] {
        let file = try SourceFile(bytes)
        if let pdfs, DocumentFormat(signature: bytes) == .pdf {
            return try records(inside: file, for: identifiers, of: types, pdfs)
        }
        let (drafts, mediaType) = try drafts(of: file, types, mappings)
        var records: [Record] = []
        for draft in drafts {
            records.append(try draft.record(of: file, as: mediaType, for: identifiers, of: types))
        }
        return records
    }

    /// What the invoice in a PDF says, with the PDF as the original.
    private static func records(
        inside pdf: SourceFile, for identifiers: RegisteredIdentifiers, of types: RecordTypes,
        _ pdfs: PDFReader
    ) throws(Finding) -> [Record] {
        let xml: [UInt8]
        do throws(ImportRefusal.Reason) { xml = try pdfs(pdf.bytes).get() } catch {
            throw Finding(error)
        }
        let file = try SourceFile(xml)
        guard let reader = readers.first(where: { $0.recognises(file) }) else {
            throw Finding(.unsupportedFormat(DocumentFormat(file)), at: file.xml?.root.place)
        }
        var records: [Record] = []
        for draft in try reader.drafts(of: file) {
            records.append(
                try draft.record(of: pdf, as: "application/pdf", for: identifiers, of: types))
        }
        return records
    }

    /// What the file says, by its own format or else by the first mapping whose header it has.
    private static func drafts(
        of file: SourceFile, _ types: RecordTypes, _ mappings: [Mapping]
    ) throws(Finding) -> ([Draft], mediaType: String) {
        if let reader = readers.first(where: { $0.recognises(file) }) {
            return (try reader.drafts(of: file), reader.mediaType)
        }
        if file.xml == nil {
            for mapping in mappings {
                guard let table = try CSVReader.table(file, by: mapping) else { continue }
                guard let type = types.type(mapping.type.name, mapping.type.version) else {
                    throw Finding(.unknownType(mapping.type.text))
                }
                var reader = CSVReader(mapping, as: type, file: file)
                return (try reader.drafts(table), "text/csv")
            }
        }
        let format = DocumentFormat(file)
        if format == .table { throw Finding(.mappingNeeded) }
        let message = file.xml == nil ? SwiftMessage.unread(file.bytes) : nil
        throw Finding(
            .unsupportedFormat(format), at: file.xml?.root.place ?? message?.field.place)
    }
}
