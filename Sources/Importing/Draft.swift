import Sharing
import Wire

/// What a document says, before it is known whose record it becomes.
struct Draft {
    let date: CalendarDate
    let issuer: Party
    let recipient: Party
    /// The parts of the business key, by name.
    let businessKey: [String: String]
    /// All fields but the document itself, by name.
    let values: [FieldName: FieldValue]
    let place: ImportRefusal.Place

    /// The record of this document for the enterprise that has `identifiers`: of the type that takes
    /// the reader's format where it is the issuer, or where it is the recipient.
    ///
    /// Throws a ``Finding`` where it is neither or both, or where the record cannot be.
    func record(
        of file: SourceFile, read by: any DocumentReader.Type,
        for identifiers: RegisteredIdentifiers, of types: RecordTypes
    ) throws(Finding) -> Record {
        let direction: RecordType.Direction
        switch (identifiers.match(issuer.identifiers), identifiers.match(recipient.identifiers)) {
        case (true, false): direction = .issued
        case (false, true): direction = .received
        case (false, false): throw Finding(.notAParty, at: place)
        case (true, true): throw Finding(.bothParties, at: place)
        }
        let types = types.all.filter {
            $0.direction == direction && $0.importers.contains(by.name)
        }
        guard let type = types.max(by: { $0.version < $1.version }) else {
            throw Finding(.unsupportedFormat(DocumentFormat(file)), at: place)
        }
        var values = values
        for field in type.fields where field.kind == .document {
            values[field.name] = .document(mediaType: by.mediaType, bytes: file.bytes)
        }
        do {
            return try Record(
                type: type, date: date, values: values,
                businessKey: BusinessKey(of: type, businessKey))
        } catch {
            throw Finding(Self.reason(error, type), at: place)
        }
    }

    private static func reason(
        _ error: RecordError, _ type: RecordType
    ) -> ImportRefusal.Reason {
        switch error {
        case .dateOutOfRange: .dateOutOfRange
        case .tooLarge(let bytes):
            .recordTooLarge(bytes: bytes, limit: Record.maximumContentBytes)
        case .missing(let field): .missing(.init(field, of: type))
        case .malformed(let field), .unknownField(let field):
            .unfit(.init(field, of: type), type: "\(type.name)/\(type.version)")
        case .businessKey(let part):
            .unfit(.init(part: part), type: "\(type.name)/\(type.version)")
        }
    }
}
