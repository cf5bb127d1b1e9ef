import Sharing
import Wire

/// What a document says, before it is known whose record it becomes.
struct Draft {
    /// The format, as record types name it: `ubl`.
    let format: String
    /// The type, where the format isn't one of a type's own.
    var named: RecordType?
    let date: CalendarDate
    let sides: Sides
    /// The parts of the business key, by name.
    let businessKey: [String: String]
    /// All fields but the document itself, by name.
    let values: [FieldName: FieldValue]
    let place: ImportRefusal.Place

    /// Whose business it is.
    enum Sides {
        /// Of two parties. Whose document it is doesn't count here: an answer to an order is the
        /// buyer's order too.
        case between(issuer: Party, recipient: Party)
        /// Of the one whose account it is; `nil` for what can't be one.
        case account(RegisteredIdentifier?)
        /// Of the enterprise, by its own word.
        case own
    }

    /// The side on which the enterprise stands that has `identifiers`. Throws a ``Finding`` where it is
    /// on none or on both.
    private func direction(
        for identifiers: RegisteredIdentifiers
    ) throws(Finding) -> RecordType.Direction {
        switch sides {
        case .own: return .own
        case .account(let account):
            guard let account, identifiers.identifiers.contains(account) else {
                throw Finding(.notOwnAccount, at: place)
            }
            return .own
        case .between(let issuer, let recipient):
            switch (identifiers.match(issuer.identifiers), identifiers.match(recipient.identifiers))
            {
            case (true, false): return .issued
            case (false, true): return .received
            case (false, false): throw Finding(.notAParty, at: place)
            case (true, true): throw Finding(.bothParties, at: place)
            }
        }
    }

    /// The record of this document for the enterprise that has `identifiers`: of the type that takes
    /// the draft's format where it stands on that side.
    ///
    /// Throws a ``Finding`` where it is on no side or on both, or where the record cannot be.
    func record(
        of file: SourceFile, as mediaType: String, for identifiers: RegisteredIdentifiers,
        of types: RecordTypes
    ) throws(Finding) -> Record {
        let direction = try direction(for: identifiers)
        let fitting = types.all.filter {
            $0.direction == direction && $0.importers.contains(format)
        }
        guard let type = named ?? fitting.max(by: { $0.version < $1.version }) else {
            throw Finding(.unsupportedFormat(DocumentFormat(file)), at: place)
        }
        var values = values
        for field in type.fields where field.kind == .document && values[field.name] == nil {
            values[field.name] = .document(mediaType: mediaType, bytes: file.bytes)
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
