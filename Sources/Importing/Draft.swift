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
        /// Of the one whose account it is; `nil` for what can't be one. And what else the document has
        /// that identifies the account's holder.
        case account(RegisteredIdentifier?, holder: Set<RegisteredIdentifier> = [])
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
        case .account(let account, let holder):
            let all = holder.union([account].compactMap(\.self))
            switch account == nil ? .another : identifiers.match(all) {
            case .itself: return .own
            case .another: throw Finding(.notOwnAccount, at: place)
            case .contradicted(let schemes): throw Finding(.anotherEntity(schemes), at: place)
            }
        case .between(let issuer, let recipient):
            let both = issuer.identifiers.union(recipient.identifiers)
            switch (identifiers.match(issuer.identifiers), identifiers.match(recipient.identifiers))
            {
            case (.itself, .itself): throw Finding(.bothParties, at: place)
            case (.itself, _): return .issued
            case (_, .itself): return .received
            case (.contradicted(let schemes), _), (_, .contradicted(let schemes)):
                throw Finding(.anotherEntity(schemes), at: place)
            case (.another, .another):
                throw Finding(.notAParty(schemes: Set(both.map(\.scheme)).sorted()), at: place)
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
        if let named {
            guard named.importers.contains(format), named.direction == direction else {
                throw Finding(.notFromTables("\(named.name)/\(named.version)"), at: place)
            }
            return try record(as: named, of: file, kept: mediaType)
        }
        let fitting = types.all.filter {
            $0.direction == direction && $0.importers.contains(format)
        }
        guard let type = fitting.max(by: { $0.version < $1.version }) else {
            throw Finding(.noType(format: format), at: place)
        }
        return try record(as: type, of: file, kept: mediaType)
    }

    /// The record of this document as one of `type`. Throws a ``Finding``.
    func record(
        as type: RecordType, of file: SourceFile, kept mediaType: String
    ) throws(Finding) -> Record {
        var values = values
        for field in type.fields
        where field.kind == .document && (values[field.name] == nil && format != "file") {
            guard file.bytes.count <= SourceFile.keptBytes else {
                throw Finding(.tooLarge(bytes: file.bytes.count, limit: SourceFile.keptBytes))
            }
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
