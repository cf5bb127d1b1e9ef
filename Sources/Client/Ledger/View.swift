public import Rules
public import Sharing
import Transparency
public import Wire

/// What concerns one participant, as far as its client has read and verified the log: its own books
/// and records, the grants it gave or got, what was accessed under them, requests, legal holds.
///
/// It is a fold over entries in the order of the log; entries that it has already change nothing.
public struct View: Sendable {
    public let handle: Handle
    let host: Handle
    /// The first index that wasn't asked for yet.
    public internal(set) var next: Int64 = 0
    /// The largest `iat` seen: log time is at least that.
    public private(set) var time = Timestamp(clamping: 0)
    public private(set) var records: [JTI: OwnRecord] = [:]
    public private(set) var books: [BookName: BookState] = [:]
    public private(set) var grants: [JTI: KnownGrant] = [:]
    public private(set) var requests: [JTI: KnownRequest] = [:]
    /// In the order of the log.
    public private(set) var accesses: [KnownAccess] = []
    /// The legal holds that weren't released, by whose books they are on.
    public private(set) var holds: [Handle: [HoldState]] = [:]
    /// The sizes that admissions state, and who states them.
    private(set) var sizes: [Handle: (size: SizeClass, by: Handle)] = [:]
    /// Who ever laid a hold on somebody's books.
    private(set) var supervisors: [Handle: Set<Handle>] = [:]
    /// The entries that aren't records, as they are kept on disk.
    private(set) var entries: [ViewEntry] = []
    private var known: Set<JTI> = []
    /// The unerased record that has a business key, and its number in each book.
    private var sources: [Digest<Digested.Source>: JTI] = [:]
    private var numbers: [RecordPlace: JTI] = [:]

    public init(of handle: Handle, host: Handle) { (self.handle, self.host) = (handle, host) }

    /// The own record at this place.
    public func record(_ book: BookName, _ number: Int64) -> OwnRecord? {
        numbers[RecordPlace(book: book, number: number)].flatMap { records[$0] }
    }

    /// The own record, unerased, that was made of the document with this source.
    public func record(from source: Digest<Digested.Source>) -> OwnRecord? {
        sources[source].flatMap { records[$0] }
    }

    func contains(_ jti: JTI) -> Bool { known.contains(jti) }

    /// The book that a record of `month` goes into: its own, or the next open one.
    public func openBook(_ series: Series, from month: Month) -> BookName? {
        var number = month.number
        while let month = Month(number: number) {
            let book = BookName(series: series, month: month)
            if books[book]?.closed != true { return book }
            number += 1
        }
        return nil
    }

    /// The lowest epoch that a new record of `month` may have at `time`: above every epoch that was
    /// given to a grant which is dead by then and covers the month.
    public func requiredEpoch(_ series: Series, _ month: Month, at time: Timestamp) -> Int64 {
        var required: Int64 = 0
        for grant in grants.values
        where grant.statement.issuer == handle && !grant.isLive(at: time) {
            guard grant.terms.scope.series == series, grant.terms.scope.months.contains(month)
            else { continue }
            required = max(required, (grant.epochs.last ?? 0) + 1)
        }
        return required
    }

    /// The grants of this participant over `series` that stand at `time`, oldest first.
    public func standingGrants(_ series: Series, at time: Timestamp) -> [KnownGrant] {
        grants.values.filter {
            $0.statement.issuer == handle && $0.terms.scope.series == series && $0.isLive(at: time)
        }.sorted { $0.index < $1.index }
    }

    // MARK: The fold

    /// Takes in a verified entry. One that the rules wouldn't have admitted from its issuer changes
    /// nothing here. Throws ``LogFault`` where it can't follow what is known.
    mutating func apply(_ entry: ViewEntry) throws(LogFault) {
        let statement = entry.statement
        guard !known.contains(statement.jti) else { return }
        if let record = statement.claims as? RegisterRecord {
            guard statement.issuer == handle else { return }
            try register(
                OwnRecord(
                    index: entry.index, jti: statement.jti, book: record.book,
                    number: record.number, epoch: record.epoch, source: record.source,
                    replaces: record.replaces, digest: statement.digest,
                    issuedAt: statement.issuedAt))
            return
        }
        time = max(time, statement.issuedAt)
        guard take(entry) else { return }
        known.insert(statement.jti)
        entries.append(entry)
    }

    /// Takes in an entry that isn't a record; false where it changes nothing here.
    private mutating func take(_ entry: ViewEntry) -> Bool {
        takeOwn(entry) || takeGrant(entry) || takeUse(entry) || takeSupervision(entry)
    }

    /// What this participant did with its own books.
    private mutating func takeOwn(_ entry: ViewEntry) -> Bool {
        guard entry.statement.issuer == handle else { return false }
        if let closed = entry.statement.claims as? CloseBook {
            books[closed.book, default: BookState()].closed = true
        } else if let erased = entry.statement.claims as? Erase {
            erase(erased.target.jti)
        } else {
            return false
        }
        return true
    }

    /// Requests and grants that it made or got.
    private mutating func takeGrant(_ entry: ViewEntry) -> Bool {
        let statement = entry.statement
        if let claims = statement.claims as? Grant, let terms = entry.selective as? GrantTerms,
            [statement.issuer, terms.to].contains(handle)
        {
            grants[statement.jti] = KnownGrant(
                index: entry.index, statement: statement, claims: claims, terms: terms,
                epochs: terms.epochs)
        } else if let claims = statement.claims as? Request,
            let terms = entry.selective as? RequestTerms,
            [statement.issuer, terms.to].contains(handle)
        {
            requests[statement.jti] = KnownRequest(
                index: entry.index, statement: statement, purpose: claims.purpose, terms: terms)
        } else if let claims = statement.claims as? Rekey,
            let terms = entry.selective as? RekeyTerms,
            statement.issuer == grants[claims.grant]?.statement.issuer
        {
            grants[claims.grant]?.rekey(terms.epochs)
        } else {
            return false
        }
        return true
    }

    /// What became of these grants.
    private mutating func takeUse(_ entry: ViewEntry) -> Bool {
        let statement = entry.statement
        if let claims = statement.claims as? Revoke {
            guard let grant = grants[claims.grant],
                [grant.statement.issuer, grant.terms.to].contains(statement.issuer)
            else { return false }
            grants[claims.grant]?.revocation = .init(
                index: entry.index, by: statement.issuer, reason: claims.reason,
                at: statement.issuedAt)
        } else if let claims = statement.claims as? Access, statement.issuer == host {
            grants[claims.grant]?.accesses += 1
            accesses.append(
                KnownAccess(
                    index: entry.index, grant: claims.grant, at: statement.issuedAt,
                    terms: entry.selective as? AccessTerms))
        } else {
            return false
        }
        return true
    }

    /// What supervisors did, and what they say of others.
    private mutating func takeSupervision(_ entry: ViewEntry) -> Bool {
        let statement = entry.statement
        if let admit = statement.claims as? Admit, let identity = entry.selective as? LegalIdentity
        {
            guard let size = identity.size else { return false }
            sizes[admit.handle] = (size, statement.issuer)
        } else if let terms = entry.selective as? HoldTerms, statement.claims is LegalHold {
            supervisors[terms.holder, default: []].insert(statement.issuer)
            holds[terms.holder, default: []].append(
                HoldState(
                    by: statement.issuer, caseReference: terms.caseReference, books: terms.books,
                    until: terms.until))
        } else if let terms = entry.selective as? HoldTerms, statement.claims is Release {
            holds[terms.holder]?.removeAll {
                $0.by == statement.issuer && $0.caseReference == terms.caseReference
            }
        } else {
            return false
        }
        return true
    }

    /// Takes in an own record; its number must be the next of its book.
    mutating func register(_ record: OwnRecord) throws(LogFault) {
        known.insert(record.jti)
        time = max(time, record.issuedAt)
        var book = books[record.book] ?? BookState()
        guard record.number == book.count + 1 else {
            throw .ownBook(record.book, number: record.number)
        }
        book.count = record.number
        book.epoch = max(book.epoch, record.epoch)
        book.edge.append(Hash.leaf(record.digest.bytes))
        books[record.book] = book
        if let replaced = record.replaces.flatMap({ records[$0] }) {
            records[replaced.jti]?.replacedBy = record.jti
            books[replaced.book]?.replace(replaced.number)
        }
        records[record.jti] = record
        sources[record.source] = record.jti
        numbers[RecordPlace(book: record.book, number: record.number)] = record.jti
    }

    private mutating func erase(_ jti: JTI) {
        guard let record = records[jti] else { return }
        records[jti]?.erased = true
        books[record.book]?.erase(record.number)
        if sources[record.source] == jti { sources[record.source] = nil }
    }
}

/// A place in a book.
struct RecordPlace: Hashable, Sendable {
    let book: BookName
    let number: Int64
}

/// An entry that was verified: where it stands, who signed it, and its selective claims.
struct ViewEntry: Sendable {
    let index: Int64
    let statement: Statement
    /// As received, each followed by `~`.
    let disclosures: [UInt8]
    /// `nil` where the selective claims were erased.
    let selective: (any SelectiveClaims)?
}

/// One of the participant's own records.
public struct OwnRecord: Hashable, Sendable {
    public let index: Int64
    public let jti: JTI
    public let book: BookName
    public let number: Int64
    public let epoch: Int64
    public let source: Digest<Digested.Source>
    public let replaces: JTI?
    public let digest: Digest<Digested.Statement>
    public let issuedAt: Timestamp
    public internal(set) var replacedBy: JTI?
    public internal(set) var erased = false

    /// Whether it counts: neither replaced nor erased.
    public var isHead: Bool { replacedBy == nil && !erased }

    /// `invoices/2026-11#17`.
    public var name: String { "\(book)#\(number)" }
}

/// A grant that the participant gave or got.
public struct KnownGrant: Sendable {
    public struct Revocation: Hashable, Sendable {
        public let index: Int64
        public let by: Handle
        public let reason: Reason
        public let at: Timestamp
    }

    public let index: Int64
    public let statement: Statement
    public let claims: Grant
    public let terms: GrantTerms
    /// Whose keys its latest envelope gives, ascending.
    public fileprivate(set) var epochs: [Int64]
    public internal(set) var revocation: Revocation?
    /// Accesses made under it.
    public internal(set) var accesses: Int64 = 0

    public var jti: JTI { statement.jti }

    /// Whether it stands, or will: not revoked and not expired.
    public func isLive(at time: Timestamp) -> Bool {
        revocation == nil && time < claims.expires
    }

    mutating func rekey(_ epochs: [Int64]) {
        self.epochs = Set(self.epochs).union(epochs).sorted()
    }
}

/// A request for a grant.
public struct KnownRequest: Sendable {
    public let index: Int64
    public let statement: Statement
    public let purpose: Purpose
    public let terms: RequestTerms
}

/// That the host says it served something under a grant.
public struct KnownAccess: Sendable {
    public let index: Int64
    public let grant: JTI
    public let at: Timestamp
    /// `nil` where the selective claims were erased.
    public let terms: AccessTerms?
}
