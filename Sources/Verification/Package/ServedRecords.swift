import Commitments
import Sharing
import Transparency
import Wire

/// Step 7: the records, signed by the enterprise, with exactly the fields and numbers that the
/// access says were served; and the replaced and erased ones that account for the other numbers.
struct ServedRecords: Sendable {
    /// Ascending by book and number.
    let records: [VerifiedRecord]

    /// What was disclosed of each, in the order of the package; `nil` where nothing was served.
    let disclosed: [[Disclosure]?]

    /// The disclosures of a served record, from wherever they come.
    typealias Source =
        @Sendable (_ number: Int, LocatedEntry, RegisterRecord)
        throws(PackageRefusal) -> [Disclosure]

    init(_ granted: GrantedAccess, disclosures: Source) throws(PackageRefusal) {
        let bounds = RecordBounds(granted)
        var records: [VerifiedRecord] = []
        records.reserveCapacity(granted.entries.records.count)
        var disclosed: [[Disclosure]?] = []
        var seen: Set<RecordKey> = []
        let read = bounds.read(granted.entries.records, disclosures)
        for (entry, record) in zip(granted.entries.records, read) {
            let claims = try record.claims.get()
            guard seen.insert(RecordKey(claims)).inserted else {
                throw entry.refusal(.recordTwice)
            }
            let fields = try record.fields.get()
            disclosed.append(fields?.disclosures)
            records.append(VerifiedRecord(entry, claims, fields))
        }
        let erased = try Self.erasures(
            granted.entries, by: granted.enterprise, granted.keys, among: records)
        for entry in granted.entries.erasures { try granted.access.requireAfter(entry) }
        try Self.account(for: &records, erasures: erased)
        records.sort { RecordKey($0.claims) < RecordKey($1.claims) }
        self.records = records
        self.disclosed = disclosed
        try Self.requireAll(of: granted.served.served.ranges, in: seen)
    }

    /// The `erase` statements, by the record each erases.
    static func erasures(
        _ entries: LocatedEntries, by enterprise: Handle, _ keys: KeyRegister,
        among records: [VerifiedRecord]
    ) throws(PackageRefusal) -> [JTI: Int64] {
        let known = Dictionary(records.map { ($0.statement.jti, $0.index) }) { first, _ in first }
        var erased: [JTI: Int64] = [:]
        for entry in entries.erasures {
            guard let jti = (entry.statement.claims as? Erase)?.record else {
                throw entry.refusal(.unexpectedKind(entry.statement.kind))
            }
            guard entry.statement.issuer == enterprise else { throw entry.refusal(.otherIssuer) }
            try keys.checkSignature(of: entry, at: entries.logTime)
            guard let record = known[jti], record < entry.index,
                erased.updateValue(entry.index, forKey: jti) == nil
            else { throw entry.refusal(.strayErasure) }
        }
        return erased
    }

    /// Says of each record which one replaces it and when it was erased. `records` are still in the
    /// order of the package. Throws ``PackageRefusal/Reason/erased`` for one that was served
    /// anyway.
    static func account(
        for records: inout [VerifiedRecord], erasures: [JTI: Int64]
    ) throws(PackageRefusal) {
        var replacements: [JTI: VerifiedRecord] = [:]
        for record in records {
            if let old = record.claims.replaces { replacements[old] = record }
        }
        for position in records.indices {
            let jti = records[position].statement.jti
            // Only a later one replaces, so that nobody accounts for two records by one another.
            if let later = replacements[jti], later.index > records[position].index {
                records[position].replacedBy = later.statement.jti
            }
            records[position].erasedAt = erasures[jti]
            guard records[position].fields == nil || erasures[jti] == nil else {
                throw PackageRefusal(.record(position), .erased)
            }
        }
    }

    /// Every number that the access lists is here. A range can be far longer than what is here, so
    /// the walk ends at the first number that isn't.
    private static func requireAll(
        of ranges: [RecordRange], in records: Set<RecordKey>
    ) throws(PackageRefusal) {
        for range in ranges {
            var next = RecordKey(book: range.book, number: range.from)
            while next.number <= range.to, records.contains(next) {
                next = RecordKey(book: range.book, number: next.number + 1)
            }
            guard next.number > range.to else {
                throw PackageRefusal(
                    .book(range.book), .recordsMissing(next.number...range.to))
            }
        }
    }
}

/// A record's place, in the order of a package.
struct RecordKey: Hashable, Comparable {
    let book: BookName
    let number: Int64

    init(book: BookName, number: Int64) { (self.book, self.number) = (book, number) }

    init(_ claims: RegisterRecord) { (book, number) = (claims.book, claims.number) }

    static func < (left: Self, right: Self) -> Bool {
        (left.book, left.number) < (right.book, right.number)
    }
}

/// What every record of one access has to agree with, looked up once.
private struct RecordBounds: Sendable {
    let granted: GrantedAccess
    private let books: [BookName: Served.BookState]
    private let ranges: [BookName: [RecordRange]]
    /// What is served of a record, by the types of the granted series.
    private let fields: [RecordType: Set<FieldName>]

    init(_ granted: GrantedAccess) {
        let served = granted.served.served
        self.granted = granted
        books = Dictionary(served.books.map { ($0.book, $0) }) { first, _ in first }
        ranges = Dictionary(grouping: served.ranges, by: \.book)
        let names = Set(served.fields)
        let types = granted.keys.types.fields(of: granted.terms.scope)?.types ?? []
        fields = Dictionary(
            uniqueKeysWithValues: types.map { ($0, Set($0.sealedNames(among: names))) })
    }

    func isServed(_ claims: RegisterRecord) -> Bool {
        ranges[claims.book]?.contains { $0.contains(claims.number) } ?? false
    }

    /// The enterprise's record, of a type of the granted series, registered before the access, and
    /// the fields that are served of such a record.
    func check(
        _ entry: LocatedEntry
    ) throws(PackageRefusal) -> (RegisterRecord, Set<FieldName>) {
        let (claims, type) = try entry.record(of: granted.keys.types)
        guard entry.statement.issuer == granted.enterprise else {
            throw entry.refusal(.otherIssuer)
        }
        try granted.access.requireAfter(entry)
        guard let fields = fields[type] else { throw entry.refusal(.wrongSeries) }
        if let book = books[claims.book] {
            guard claims.number <= book.count else {
                throw entry.refusal(.beyondBook(count: book.count))
            }
            guard claims.epoch <= book.epoch else {
                throw entry.refusal(.beyondEpoch(book.epoch))
            }
        }
        try granted.keys.checkSignature(of: entry, at: granted.entries.logTime)
        return (claims, fields)
    }

    /// A record as far as it doesn't depend on the others.
    struct Reading: Sendable {
        let claims: Result<RegisterRecord, PackageRefusal>
        /// `nil` for a record that is only accounted for.
        let fields: Result<OpenedFields?, PackageRefusal>
        /// What is still to be checked of the fields.
        var checks = OpeningChecks()

        fileprivate var isGood: Bool {
            if case (.success, .success) = (claims, fields) { true } else { false }
        }
    }

    /// Reads all records, side by side. All commitments are checked together; where anything is wrong,
    /// each record is read once more by itself, which tells what.
    func read(
        _ records: [LocatedEntry], _ disclosures: ServedRecords.Source
    ) -> [Reading] {
        let all = Parallel.map(records) { number, entry in
            var checks = OpeningChecks()
            var reading = self.read(entry, number, disclosures) {
                (disclosures) throws(OpeningError) in
                try OpenedFields(
                    entry.statement, of: granted.keys.types, disclosures: disclosures,
                    leaving: &checks)
            }
            reading.checks = checks
            return reading
        }
        if all.allSatisfy(\.isGood), Self.hold(all) { return all }
        return Parallel.map(records) { number, entry in
            self.read(entry, number, disclosures) { (disclosures) throws(OpeningError) in
                try OpenedFields(
                    entry.statement, of: granted.keys.types, disclosures: disclosures)
            }
        }
    }

    private static func hold(_ read: [Reading]) -> Bool {
        let shares = stride(from: 0, to: read.count, by: recordsAtOnce).map {
            read[$0..<min($0 + recordsAtOnce, read.count)]
        }
        let held = Parallel.map(shares, inSharesOf: 1) { _, share in
            var checks = OpeningChecks()
            for reading in share { checks.add(reading.checks) }
            return checks.hold()
        }
        return held.allSatisfy { $0 }
    }

    /// The more, the less each costs; and there are enough for all cores.
    private static let recordsAtOnce = 256

    private func read(
        _ entry: LocatedEntry, _ number: Int, _ disclosures: ServedRecords.Source,
        opening make: ([Disclosure]) throws(OpeningError) -> OpenedFields
    ) -> Reading {
        let claims: RegisterRecord
        let served: Set<FieldName>
        do { (claims, served) = try check(entry) } catch {
            return Reading(claims: .failure(error), fields: .failure(error))
        }
        return Reading(
            claims: .success(claims),
            fields: Result { () throws(PackageRefusal) in
                if isServed(claims) {
                    return try open(entry, try disclosures(number, entry, claims), served, make)
                }
                guard entry.logged.disclosures.isEmpty else { throw entry.refusal(.notServed) }
                return nil
            })
    }

    /// Exactly the served fields, each one of the record's, each amount equal to its commitment as far as
    /// `make` checks it.
    private func open(
        _ entry: LocatedEntry, _ disclosures: [Disclosure], _ fields: Set<FieldName>,
        _ make: ([Disclosure]) throws(OpeningError) -> OpenedFields
    ) throws(PackageRefusal) -> OpenedFields {
        if disclosures.count != fields.count
            || !disclosures.allSatisfy({ FieldName($0.name).map(fields.contains) ?? false })
        {
            throw entry.refusal(
                .wrongFields(have: disclosures.map(\.name), want: fields.map(\.text)))
        }
        do {
            return try make(disclosures)
        } catch {
            if case .contradiction(let field) = error {
                throw entry.refusal(.contradiction(contradiction(entry, disclosures, field)))
            }
            throw entry.refusal(.fields(error))
        }
    }

    private func contradiction(
        _ entry: LocatedEntry, _ disclosures: [Disclosure], _ field: String
    ) -> Contradiction {
        let names = [field, field + FieldDefinition.commitmentSuffix]
        let both = disclosures.filter { names.contains($0.name) }
        let logged = entry.logged
        let entries = granted.entries
        return Contradiction(
            checkpoint: entries.checkpoint.note, genesis: entries.genesis.logged,
            participants: entries.participants.map(\.logged), types: entries.loggedTypes,
            record: LoggedStatement(
                index: logged.index, jws: logged.jws, disclosures: Disclosure.join(both),
                proof: logged.proof), field: field)
    }
}
