import Sharing
import Wire

/// The host states what it served. It can only state what the grant, the grantee's own signed fetch,
/// the books and the policies at this very index allow.
enum AccessRule: KindRule {
    static let states: [any StateObject.Type] = [CallState.self, InvolvementState.self]
    static let actions: [PolicyAction] = [.access, .operate]

    static func reads(_ said: Stated<Access>, _ reads: inout Reads) {
        reads.add(TypesState.key)
        reads.add(GrantState.key(said.claims.grant))
        if let fetch = said.fetch { reads.add(fetch) }
    }

    static func furtherReads(_ said: Stated<Access>, in state: Slice, _ reads: inout Reads) {
        guard let grant = state[GrantState.key(said.claims.grant)] else { return }
        reads.add(useOf: grant)
        reads.add(InvolvementState.key(said.issuer, with: grant.issuer))
        if let fetch = said.fetch {
            reads.add(InvolvementState.key(fetch.issuer, with: grant.issuer))
        }
        for book in books(said, grant) { reads.add(BookState.key(grant.issuer, book)) }
    }

    static func decide(_ said: Stated<Access>, _ decision: inout Decision) throws(Refusal) {
        let jti = said.claims.grant
        try decision.requireHost()
        try decision.requireNotSuspended()
        var grant = try decision.grant(jti)
        guard grant.claims.notBefore <= decision.now else { throw .grant(.notYetValid(jti)) }
        guard grant.isLive(at: decision.now) else { throw .grant(.grantDead(jti)) }
        let enterprise = try decision.participant(grant.issuer)
        guard !enterprise.suspended else { throw .issuer(.suspended(grant.issuer)) }
        if let access = said.selective {
            if let terms = grant.terms {
                try check(access, of: said, under: grant, terms, enterprise, &decision)
            }
            if let fetch = said.fetch {
                decision.record(
                    grant.claims.right == .read ? .read : .prove, of: fetch.issuer,
                    with: grant.issuer)
            }
        }
        decision.record(.operate, of: said.issuer, with: grant.issuer)
        grant.used += 1
        decision.change(GrantState.key(jti), to: grant)
    }

    static func parties(_ said: Stated<Access>, in state: Slice) -> [Handle] {
        GrantState.parties(said.claims.grant, in: state)
    }

    /// An access is the grantee's that signed the fetch in it.
    static func facts(_ said: Stated<Access>) -> [AuditFact] { [.accessed(by: said.fetch?.issuer)] }

    /// The books that deciding an access can look at.
    private static func books(_ said: Stated<Access>, _ grant: GrantState) -> Set<BookName> {
        guard let scope = grant.terms?.scope else {
            return Set(said.selective?.served.books.map(\.book) ?? [])
        }
        var books = grant.claims.right == .prove ? scope.listedBooks : []
        guard let access = said.selective else { return books }
        books.formUnion(access.served.books.map(\.book))
        books.formUnion(access.served.ranges.map(\.book))
        if let fetch = said.fetch { books.formUnion(scope.books(askedBy: fetch.ranges)) }
        return books
    }

    private static func check(
        _ access: AccessTerms, of said: Stated<Access>, under grant: GrantState,
        _ terms: GrantTerms, _ enterprise: ParticipantState, _ decision: inout Decision
    ) throws(Refusal) {
        guard grant.used < terms.fetches else { throw .access(.budgetSpent(limit: terms.fetches)) }
        let grantee = try decision.participant(terms.to)
        guard !grantee.suspended else { throw .issuer(.suspended(terms.to)) }
        let fetch = try decision.carry(access.call)
        guard fetch.issuer == terms.to, fetch.grant == said.claims.grant else {
            throw .call(.foreign)
        }
        do { try terms.check(access.served, for: fetch, of: decision.types) } catch {
            throw Refusal(error)
        }
        try checkNoneLeftOut(access.served, terms, fetch, of: grant.issuer, decision)
        try checkBooks(access.served, of: grant.issuer, decision)
        // A proof about a record that doesn't count any more proves nothing.
        if case .records(let ranges) = terms.scope, grant.claims.right == .prove {
            try decision.requireCurrent(ranges, of: grant.issuer)
        }
        let owner = decision.entity(grant.issuer, enterprise)
        let use = PolicyUse(terms, grant.claims, fields: access.served.fields.map(\.text))
        for part in use.bySeries {
            try decision.requirePermission(
                decision.operating(on: owner, part.scope.onlySeries, by: decision.issuerEntity))
            try decision.requirePermission(
                decision.accessing(part, of: owner, by: decision.entity(terms.to, grantee)),
                alsoUnder: grant.claims.policies)
        }
    }

    /// Every book that was asked for and has anything in it is stated: a whole book can't be left out
    /// unseen.
    private static func checkNoneLeftOut(
        _ served: Served, _ terms: GrantTerms, _ fetch: Fetch, of enterprise: Handle,
        _ decision: Decision
    ) throws(Refusal) {
        let stated = Set(served.books.map(\.book))
        for book in terms.scope.books(askedBy: fetch.ranges) where !stated.contains(book) {
            guard decision.state[BookState.key(enterprise, book)] == nil else {
                throw .access(.bookStateWrong(book))
            }
        }
    }

    /// The books are stated as they are at this index, and every served record is there, unerased.
    private static func checkBooks(
        _ served: Served, of enterprise: Handle, _ decision: Decision
    ) throws(Refusal) {
        for stated in served.books {
            let book = decision.book(stated.book, of: enterprise)
            guard stated.count == book.count, stated.epoch == book.epoch,
                stated.closed == book.closed
            else { throw .access(.bookStateWrong(stated.book)) }
        }
        for range in served.ranges {
            guard served.books.contains(where: { $0.book == range.book }) else {
                throw .access(.bookStateWrong(range.book))
            }
            let book = decision.book(range.book, of: enterprise)
            guard range.to <= book.count,
                !book.erased.contains(where: { $0.overlaps(range.from...range.to) })
            else { throw .access(.recordsNotLive) }
        }
    }
}

extension Stated<Access> {
    /// The embedded call, where it is disclosed and well-formed.
    var fetch: Fetch? { try? selective?.call.get() }
}

extension Refusal {
    fileprivate init(_ fault: ServingFault) {
        self =
            switch fault {
            case .notGranted: .access(.notGranted)
            case .notAskedFor: .access(.notAskedFor)
            }
    }
}

extension PolicyAction {
    public static let access = PolicyAction(
        "access", "use the BOOKS", about: .othersBooks, with: [.terms])
    public static let operate = PolicyAction(
        "operate", "serve an access to the BOOKS", about: .othersBooks, with: [.time])
}
