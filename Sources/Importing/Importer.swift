public import Sharing

/// Turns business documents into records: bytes in, records or a refusal out.
public enum Importer {
    /// A larger file would not fit a sealed record, of which the original is a field.
    public static let maximumFileBytes = XMLLimits.fileBytes

    /// Imports one file for the enterprise that has `identifiers`, into records of these types: those
    /// that its log has.
    ///
    /// The format is told from the content, never from `name`, which only appears in a refusal. Tables
    /// are read by the first of `mappings` whose header they have; other formats are recognised and
    /// refused as such.
    public static func records(
        from bytes: [UInt8], named name: String, for identifiers: RegisteredIdentifiers,
        of types: RecordTypes = .standard, by mappings: [Mapping] = []
    ) -> ImportOutcome {
        do {
            return .success(try records(from: bytes, for: identifiers, of: types, by: mappings))
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

    /// The formats that are read.
    static let readers: [any DocumentReader.Type] = [
        UBLReader.self, CIIReader.self, UBLOrderReader.self, UBLDeliveryReader.self,
        CamtReader.self,
        MT940Reader.self,
    ]

    private static func records(
        from bytes: [UInt8], for identifiers: RegisteredIdentifiers, of types: RecordTypes,
        by mappings: [Mapping]
    ) throws(Finding) -> [Record] {
        let file = try SourceFile(bytes)
        let (drafts, mediaType) = try drafts(of: file, types, mappings)
        var records: [Record] = []
        for draft in drafts {
            records.append(try draft.record(of: file, as: mediaType, for: identifiers, of: types))
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
        throw Finding(.unsupportedFormat(DocumentFormat(file)), at: file.xml?.root.place)
    }
}
