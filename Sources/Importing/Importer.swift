public import Sharing

/// Turns business documents into records: bytes in, records or a refusal out.
public enum Importer {
    /// A larger file would not fit a sealed record, of which the original is a field.
    public static let maximumFileBytes = XMLLimits.fileBytes

    /// Imports one file for the enterprise that has `identifiers`, into records of these types: those
    /// that its log has.
    ///
    /// The format is told from the content, never from `name`, which only appears in a refusal. Read
    /// are UBL 2.0 to 2.3 Invoice and CreditNote; other formats are recognised and refused as such.
    public static func records(
        from bytes: [UInt8], named name: String, for identifiers: RegisteredIdentifiers,
        of types: RecordTypes = .standard
    ) -> ImportOutcome {
        do {
            return .success(try records(from: bytes, for: identifiers, of: types))
        } catch {
            return .failure(ImportRefusal(file: name, place: error.place, reason: error.reason))
        }
    }

    /// The identifiers of the two parties of a document, from which an enterprise may choose those it
    /// registers; `nil` where the document isn't one that is read.
    public static func parties(
        in bytes: [UInt8]
    ) -> (seller: RegisteredIdentifiers, buyer: RegisteredIdentifiers)? {
        guard let file = try? SourceFile(bytes), let reader = try? reader(of: file),
            let draft = try? reader.drafts(of: file).first
        else { return nil }
        return (
            RegisteredIdentifiers(draft.issuer.identifiers),
            RegisteredIdentifiers(draft.recipient.identifiers)
        )
    }

    /// The formats that are read.
    static let readers: [any DocumentReader.Type] = [
        UBLReader.self
    ]

    private static func reader(of file: SourceFile) throws(Finding) -> any DocumentReader.Type {
        guard let reader = readers.first(where: { $0.recognises(file) }) else {
            throw Finding(.unsupportedFormat(DocumentFormat(file)), at: file.xml?.root.place)
        }
        return reader
    }

    private static func records(
        from bytes: [UInt8], for identifiers: RegisteredIdentifiers, of types: RecordTypes
    ) throws(Finding) -> [Record] {
        let file = try SourceFile(bytes)
        let reader = try reader(of: file)
        var records: [Record] = []
        for draft in try reader.drafts(of: file) {
            records.append(try draft.record(of: file, read: reader, for: identifiers, of: types))
        }
        return records
    }
}
