public import Sharing
public import Transparency
public import Wire

/// An enterprise's own evidence that it registered records, or all records of a book that it closed:
/// one file that verifies offline, without a grant. It shows the fields that the enterprise chose.
public struct Certificate: Message, Hashable {
    public static let format = "trine-certificate/1"
    public static let maximumBytes = Package.maximumBytes

    /// To which all proofs lead.
    public let checkpoint: Note
    /// Entry 0.
    public let genesis: LoggedStatement
    /// What defines the enterprise's keys, ascending by index.
    public let participants: [LoggedStatement]
    /// The record types of the series.
    public let types: [LoggedType]
    /// Ascending by book and number, each with the disclosures of the fields that are shown.
    public let records: [LoggedStatement]
    /// The erasures of those that were erased.
    public let erasures: [LoggedStatement]
    /// The closing of the one book that all records are of; `nil` where it is about single records.
    public let closing: LoggedStatement?

    public init(
        checkpoint: Note, genesis: LoggedStatement, participants: [LoggedStatement],
        types: [LoggedType], records: [LoggedStatement], erasures: [LoggedStatement],
        closing: LoggedStatement?
    ) {
        self.checkpoint = checkpoint
        self.genesis = genesis
        self.participants = participants
        self.types = types
        self.records = records
        self.erasures = erasures
        self.closing = closing
    }

    private var formatName: String { Self.format }

    public static let shape = Shape<Certificate>(
        {
            (_, checkpoint, closing, erasures, genesis, participants, records, types)
                throws(ClaimError) in
            Certificate(
                checkpoint: checkpoint, genesis: genesis, participants: participants,
                types: types, records: records, erasures: erasures, closing: closing)
        },
        .required("format", \.formatName, .format(format)),
        .required("checkpoint", \.checkpoint, .note),
        .nullable("closing", \.closing, .object),
        .required("erasures", \.erasures, .list(of: .object, 0...FetchAnswer.maximumRecords)),
        .required("genesis", \.genesis, .object),
        .required("participants", \.participants, .participantStatements),
        .required("records", \.records, .list(of: .object, 0...FetchAnswer.maximumRecords)),
        .required("types", \.types, .loggedTypes))

    /// Verifies everything in it as in a package: checkpoint, log, keys, each record with the fields that
    /// are shown; and for a closed book that every number of it is here.
    ///
    /// Throws ``PackageRefusal``.
    public func verify(under trust: Trust) throws(PackageRefusal) -> VerifiedCertificate {
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: nil, rekey: nil, access: nil,
            records: records + [closing].compactMap(\.self), erasures: erasures, under: trust)
        let keys = try KeyRegister(entries)
        var verified: [VerifiedRecord] = []
        var seen: Set<RecordKey> = []
        var closed: (entry: LocatedEntry, claims: CloseBook)?
        guard let first = entries.records.first else {
            throw PackageRefusal(.record(0), .nothingGranted)
        }
        for (number, entry) in entries.records.enumerated() {
            guard entry.statement.issuer == first.statement.issuer else {
                throw entry.refusal(.otherIssuer)
            }
            try keys.checkSignature(of: entry, at: entries.logTime)
            if closing != nil, number == records.count {
                guard let claims = entry.statement.claims as? CloseBook else {
                    throw entry.refusal(.unexpectedKind(entry.statement.kind))
                }
                closed = (entry, claims)
                continue
            }
            let record = try Self.record(entry, keys)
            guard seen.insert(RecordKey(record.claims)).inserted else {
                throw entry.refusal(.recordTwice)
            }
            verified.append(record)
        }
        let erased = try ServedRecords.erasures(
            entries, by: first.statement.issuer, keys, among: verified)
        try ServedRecords.account(for: &verified, erasures: erased)
        if let closed { try Self.checkWhole(closed.claims, closed.entry, verified) }
        return VerifiedCertificate(self, entries, verified, closed?.claims, closed?.entry.index)
    }

    private static func record(
        _ entry: LocatedEntry, _ keys: KeyRegister
    ) throws(PackageRefusal) -> VerifiedRecord {
        let (claims, _) = try entry.record(of: keys.types)
        guard !entry.logged.disclosures.isEmpty else { return VerifiedRecord(entry, claims, nil) }
        guard let disclosures = Disclosure.split(entry.logged.disclosures) else {
            throw entry.refusal(.disclosures(.malformedSelectiveDigests))
        }
        do {
            let fields = try OpenedFields(
                entry.statement, of: keys.types, disclosures: disclosures)
            return VerifiedRecord(entry, claims, fields)
        } catch { throw entry.refusal(.fields(error)) }
    }

    /// Every number of the closed book is here, and nothing else.
    private static func checkWhole(
        _ closing: CloseBook, _ entry: LocatedEntry, _ records: [VerifiedRecord]
    ) throws(PackageRefusal) {
        for record in records {
            guard record.claims.book == closing.book else { throw entry.refusal(.wrongSeries) }
            guard record.claims.number <= closing.count else {
                throw PackageRefusal(.book(closing.book), .beyondBook(count: closing.count))
            }
        }
        let numbers = Set(records.map(\.claims.number))
        guard Int64(numbers.count) == closing.count else {
            let missing = (1...max(1, closing.count)).first { !numbers.contains($0) } ?? 1
            throw PackageRefusal(.book(closing.book), .recordsMissing(missing...missing))
        }
    }
}

/// A certificate of which every check held. There is no way to make one but by verifying.
public struct VerifiedCertificate: Sendable {
    public let certificate: Certificate
    public let checkpoint: VerifiedCheckpoint
    public let origin: Origin
    public let enterprise: Handle
    public let host: Handle
    /// Ascending by book and number.
    public let records: [VerifiedRecord]
    /// The book that was closed, with how many records, by which entry.
    public let closing: (book: BookName, count: Int64, index: Int64)?
    /// When the host dated the checkpoint; `nil` where it bears no date of the host's.
    public let dated: Timestamp?

    fileprivate init(
        _ certificate: Certificate, _ entries: LocatedEntries, _ records: [VerifiedRecord],
        _ closing: CloseBook?, _ index: Int64?
    ) {
        self.certificate = certificate
        checkpoint = entries.checkpoint
        origin = entries.founding.origin
        host = entries.founding.host.handle
        enterprise = entries.records[0].statement.issuer
        self.records = records.sorted { RecordKey($0.claims) < RecordKey($1.claims) }
        if let closing, let index {
            self.closing = (closing.book, closing.count, index)
        } else {
            self.closing = nil
        }
        dated = entries.dated
    }

    /// The fields shown of some record, ascending.
    public var fields: [FieldName] {
        Set(records.flatMap { $0.fields?.values.keys.map(\.self) ?? [] }).sorted()
    }

    /// What it proves, a sentence a line.
    public func lines(naming name: (Handle) -> String = { $0.text }) -> [String] {
        var lines: [String] = []
        if let closing {
            lines.append(
                "\(name(enterprise)) closed \(closing.book) with entry \(closing.index) of the log "
                    + "\(origin). It has \(closing.count) records, and all of them are here.")
        }
        if records.count == 1, let record = records.first {
            lines.append(
                "\(name(enterprise)) registered \(record.claims.book)#\(record.claims.number) on "
                    + "\(record.statement.issuedAt), as entry \(record.index) of the log \(origin)."
            )
        } else if closing == nil {
            let indices = records.map(\.index)
            lines.append(
                "\(name(enterprise)) registered these \(records.count) records, entries "
                    + "\(indices.min() ?? 0) to \(indices.max() ?? 0) of the log \(origin).")
        }
        let replaced = records.count { $0.replacedBy != nil }
        let erased = records.count { $0.erasedAt != nil }
        if replaced > 0 { lines.append("Of them \(replaced) are replaced by others here.") }
        if erased > 0 { lines.append("Of them \(erased) were erased since.") }
        lines.append(
            fields.isEmpty
                ? "No field of them is shown."
                : "Fields shown: \(fields.map(\.text).joined(separator: ", ")).")
        let witnesses = checkpoint.cosignatures.map(\.witness.description)
        let word = ([name(host) == "host" ? "the host" : "the host, \(name(host))"] + witnesses)
            .joined(separator: " and ")
        let date = dated.map { "is dated \($0) by the host" } ?? "bears no date of the host's"
        lines.append(
            "This is on the word of \(word), as of \(checkpoint.size) entries; the checkpoint \(date)."
        )
        lines.append(
            "That what the records say is true isn't proven, nor anything about what came later.")
        return lines
    }

    public var json: JSON {
        let closed: JSON =
            closing.map {
                [
                    "book": .string($0.book.description), "count": .integer($0.count),
                    "index": .integer($0.index),
                ]
            } ?? .null
        return [
            "closing": closed, "dated": dated.map { .integer($0.seconds) } ?? .null,
            "enterprise": .string(enterprise.text),
            "fields": .array(fields.map { .string($0.text) }), "host": .string(host.text),
            "origin": .string(origin.text),
            "records": .array(
                records.map { record in
                    [
                        "erased": .bool(record.erasedAt != nil), "index": .integer(record.index),
                        "record": .string("\(record.claims.book)#\(record.claims.number)"),
                        "registered": .integer(record.statement.issuedAt.seconds),
                    ]
                }),
            "size": .integer(Int64(clamping: checkpoint.size)),
        ]
    }
}
