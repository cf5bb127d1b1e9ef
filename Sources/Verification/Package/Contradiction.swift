public import Sharing
public import Transparency
public import Wire

/// Two disclosures, both signed by the enterprise in one record, that contradict each other: a
/// value, and a commitment that isn't to this value. Whoever has this can show the fraud to anyone;
/// it verifies by itself, offline.
public struct Contradiction: Message, Hashable {
    public static let format = "trine-contradiction/1"
    public static let maximumBytes = Package.maximumBytes

    /// To which all proofs lead.
    public let checkpoint: Note
    /// Entry 0.
    public let genesis: LoggedStatement
    /// What defines the enterprise's keys, ascending by index.
    public let participants: [LoggedStatement]
    /// The record types of the record's series.
    public let types: [LoggedType]
    /// The record with exactly these two disclosures.
    public let record: LoggedStatement
    public let field: String

    public static let shape = Shape<Contradiction>(
        { (_, checkpoint, field, genesis, participants, record, types) throws(ClaimError) in
            Contradiction(
                checkpoint: checkpoint, genesis: genesis, participants: participants,
                types: types, record: record, field: field)
        },
        .required("format", \.formatName, .format(format)),
        .required("checkpoint", \.checkpoint, .note),
        .required("field", \.field, .text),
        .required("genesis", \.genesis, .object),
        .required("participants", \.participants, .participantStatements),
        .required("record", \.record, .object),
        .required("types", \.types, .loggedTypes))

    private var formatName: String { Self.format }

    /// Verifies that it is one: the checkpoint and its log as in a package; the record signed by a
    /// key of its issuer that stood there; exactly the two disclosures, both the record's; and the
    /// commitment anew.
    ///
    /// Throws ``PackageRefusal``; ``PackageRefusal/Reason/noContradiction`` where the two agree.
    public func verify(under trust: Trust) throws(PackageRefusal) -> VerifiedContradiction {
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: nil,
            rekey: nil, access: nil, records: [record], erasures: [], under: trust)
        let keys = try KeyRegister(entries)
        let entry = entries.records[0]
        guard let claims = entry.statement.claims as? RegisterRecord else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        try keys.checkSignature(of: entry, at: entries.logTime)
        guard let disclosures = Disclosure.split(record.disclosures),
            disclosures.count == 2,
            Set(disclosures.map(\.name)) == [field, field + FieldDefinition.commitmentSuffix]
        else { throw entry.refusal(.noContradiction) }
        do {
            _ = try OpenedFields(entry.statement, of: keys.types, disclosures: disclosures)
        } catch OpeningError.contradiction(field: field) {
            return VerifiedContradiction(
                enterprise: entry.statement.issuer, book: claims.book, number: claims.number,
                index: entry.index, field: field,
                shown: disclosures.first { $0.name == field }?.value ?? .null)
        } catch { throw entry.refusal(.fields(error)) }
        throw entry.refusal(.noContradiction)
    }
}

/// That an enterprise signed a value and a commitment to another one. Only verification makes it.
public struct VerifiedContradiction: Hashable, Sendable {
    public let enterprise: Handle
    public let book: BookName
    public let number: Int64
    /// The record's place in the log.
    public let index: Int64
    public let field: String
    /// The value as it was disclosed.
    public let shown: JSON

    /// What it means, for people.
    public func lines(naming name: (Handle) -> String = { $0.text }) -> [String] {
        [
            "\(name(enterprise)) signed a contradiction: in \(book)#\(number), entry \(index),"
                + " \(field) is \(shown.canonicalText), and its commitment is to another value.",
            "Both stand under one signature, so neither can have been changed by anybody else.",
        ]
    }

    public var json: JSON {
        [
            "enterprise": .string(enterprise.text), "field": .string(field),
            "index": .integer(index), "record": .string("\(book)#\(number)"), "shown": shown,
        ]
    }
}
