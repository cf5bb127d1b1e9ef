public import Sharing
import Transparency
public import Wire

/// What a verified package proves, as facts. ``lines`` says it in words.
public struct Verdict: Hashable, Sendable {
    /// On whose word the log is what it is.
    public enum Word: Hashable, Sendable {
        /// The log's own signature, and nobody else's.
        case host
        /// These witnesses cosigned, as the verifier's policy demands.
        case quorum([String])
    }

    /// One book, as the host stated it at the access.
    public struct Book: Hashable, Sendable {
        public let book: BookName
        /// Records registered in it by then.
        public let count: Int64
        public let closed: Bool
        /// How many of them were served, are replaced by another that is here, or were erased.
        public let served: Int64
        public let replaced: Int64
        public let erased: Int64
        /// Numbers that nothing here accounts for; none, where the book is complete.
        public let missing: [ClosedRange<Int64>]

        public var isComplete: Bool { missing.isEmpty }
    }

    public let origin: Origin
    public let enterprise: Handle
    public let grantee: Handle
    public let host: Handle
    public let right: Right
    public let purpose: Purpose
    public let grant: JTI
    public let grantIndex: Int64
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// Seconds the grantee may keep what it read.
    public let dataLife: Int64
    /// The index at which the grant lived, and this was served.
    public let access: Int64
    public let accessTime: Timestamp
    /// Log time at the access was at least this. What is said here is true as of then; of what came
    /// later a package says nothing.
    public let asOf: Timestamp
    /// When the host dated the checkpoint; `nil` where it bears no date of the host's.
    public let dated: Timestamp?
    public let word: Word
    /// How many entries the checkpoint covers.
    public let size: UInt64
    /// The fields read, without the commitments that came with them, ascending.
    public let fields: [FieldName]
    /// Records served.
    public let records: Int
    /// Those of them that replace no other one here and aren't replaced.
    public let heads: Int
    /// Ascending.
    public let books: [Book]
    /// Books of granted months, up to that of the access, that don't exist: nothing was ever
    /// registered in them. Ascending.
    public let unregistered: [BookName]
    /// What was proven, in the order of the grant; empty for a grant to read.
    public let statements: [ProofStatement]
    /// Which records the linked ones among them are about, in their order.
    public let links: [LinkList]
    /// The statements as sentences.
    let sentences: [String]
    /// The size of the tree at which the records of a proof were listed.
    public let provenAt: Int64?

    public var isComplete: Bool { books.allSatisfy(\.isComplete) }

    init(
        _ granted: GrantedAccess, _ records: [VerifiedRecord], _ proven: ProvenStatements?
    ) {
        let checkpoint = granted.entries.checkpoint
        origin = granted.entries.founding.origin
        (enterprise, grantee) = (granted.enterprise, granted.terms.to)
        host = granted.entries.founding.host.handle
        (right, purpose) = (granted.claims.right, granted.claims.purpose)
        (grant, grantIndex) = (granted.grant.statement.jti, granted.grant.index)
        (notBefore, expires) = (granted.claims.notBefore, granted.claims.expires)
        dataLife = granted.terms.dataLife
        (access, accessTime) = (granted.access.index, granted.access.statement.issuedAt)
        asOf = granted.entries.logTime.after(granted.access)
        dated = granted.entries.dated
        let witnesses = checkpoint.cosignatures.map(\.witness.description)
        word = witnesses.isEmpty ? .host : .quorum(witnesses)
        size = checkpoint.size
        let known = granted.keys.types.fields(of: granted.terms.scope)
        fields = granted.served.served.fields.filter { known?.field($0) != nil }
        self.records = records.count { $0.fields != nil }
        heads = records.count { $0.isHead }
        let byBook = Dictionary(grouping: records, by: \.claims.book)
        books = granted.served.served.books.map { Book($0, byBook[$0.book] ?? []) }
        unregistered = Self.unregistered(
            granted.terms, at: accessTime, among: Set(books.map(\.book)))
        statements = proven?.statements ?? []
        links = proven?.links ?? []
        sentences = Self.sentences(statements, links, granted.keys.types)
        provenAt = proven?.at.size
    }
}

extension Verdict {
    private static func sentences(
        _ statements: [ProofStatement], _ links: [LinkList], _ types: RecordTypes
    ) -> [String] {
        var rest = links[...]
        return statements.flatMap { statement in
            var list: LinkList?
            if case .linked = statement { list = rest.popFirst() }
            return statement.sentences(of: types, list)
        }
    }

    private static func unregistered(
        _ terms: GrantTerms, at time: Timestamp, among books: Set<BookName>
    ) -> [BookName] {
        guard case .months(let series, let months) = terms.scope, let now = time.date.bookMonth
        else { return [] }
        return months.filter { $0 <= now }.map { BookName(series: series, month: $0) }
            .filter { !books.contains($0) }
    }
}

extension Verdict.Book {
    /// Step 8: every number from 1 to the count is served, replaced by a record here, or erased.
    /// `records` ascend by number.
    init(_ state: Served.BookState, _ records: [VerifiedRecord]) {
        (book, count, closed) = (state.book, state.count, state.closed)
        served = Int64(records.count { $0.fields != nil })
        let others = records.filter { $0.fields == nil }
        replaced = Int64(others.count { $0.replacedBy != nil })
        erased = Int64(others.count { $0.replacedBy == nil && $0.erasedAt != nil })
        var missing: [ClosedRange<Int64>] = []
        var next: Int64 = 1
        for record in records where record.isAccountedFor {
            let number = record.claims.number
            if number > next { missing.append(next...(number - 1)) }
            next = number + 1
        }
        if next <= state.count { missing.append(next...state.count) }
        self.missing = missing
    }
}

extension VerifiedRecord {
    var isAccountedFor: Bool { fields != nil || replacedBy != nil || erasedAt != nil }
}
