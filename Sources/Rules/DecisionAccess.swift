import Sharing
import Wire

extension Decision {
    /// The host states what it served. It can only state what the grant, the grantee's own signed
    /// fetch, the books and the policies at this very index allow.
    mutating func access(_ jti: JTI) throws(Refusal) {
        guard statement.issuer == log.host else { throw .notHost }
        try requireNotSuspended()
        guard var grant = view.grant(jti) else { throw .unknownGrant(jti) }
        guard grant.claims.notBefore <= now else { throw .notYetValid(jti) }
        guard grant.isLive(at: now) else { throw .grantDead(jti) }
        guard let enterprise = view.participant(grant.issuer) else {
            throw .unknownParticipant(grant.issuer)
        }
        guard !enterprise.suspended else { throw .suspended(grant.issuer) }
        if case .access(let served) = view.candidate.selective {
            try check(served, under: grant, jti, enterprise)
            if case .success(let fetch) = view.candidate.fetch {
                let involvement: Involvement = grant.claims.right == .read ? .read : .prove
                view.note(involvement, of: fetch.issuer, with: grant.issuer)
            }
        }
        view.note(.operate, of: statement.issuer, with: grant.issuer)
        grant.used += 1
        view.changes[.grant(jti)] = .grant(grant)
    }

    private mutating func check(
        _ access: AccessTerms, under grant: GrantState, _ jti: JTI, _ enterprise: ParticipantState
    ) throws(Refusal) {
        guard let terms = grant.terms else { return }
        guard grant.used < terms.fetches else { throw .budgetSpent(limit: terms.fetches) }
        guard let grantee = view.participant(terms.to) else { throw .unknownParticipant(terms.to) }
        guard !grantee.suspended else { throw .suspended(terms.to) }
        let fetch = try verifiedFetch(jti, by: terms.to)
        try checkServed(access.served, terms: terms, right: grant.claims.right, fetch: fetch)
        try checkNoneLeftOut(access.served, terms: terms, fetch: fetch, of: grant.issuer)
        try checkBooks(access.served, of: grant.issuer)
        // A proof about a record that doesn't count any more proves nothing.
        if case .records(let ranges) = terms.scope, grant.claims.right == .prove {
            try requireCurrent(ranges, of: grant.issuer)
        }
        let owner = entity(grant.issuer, enterprise)
        try requirePermission(operating(on: owner, terms.scope.series, by: issuerEntity))
        try requirePermission(
            accessing(
                PolicyUse(terms, grant.claims, fields: access.served.fields), of: owner,
                by: entity(terms.to, grantee)),
            alsoUnder: grant.claims.policies)
        view.changes[.fetch(fetch.jti)] = .fetch(access: statement.jti)
    }

    /// The embedded call is the grantee's, for this grant and log, fresh, and not yet answered.
    private func verifiedFetch(_ grant: JTI, by grantee: Handle) throws(Refusal) -> Fetch {
        let fetch: Fetch
        switch view.candidate.fetch {
        case .success(let parsed): fetch = parsed
        case .failure(let error): throw .malformed(error)
        case .none: throw .foreignFetch
        }
        guard fetch.origin == log.origin, fetch.log == log.genesis else { throw .otherLog }
        guard fetch.issuer == grantee, fetch.grant == grant else { throw .foreignFetch }
        guard let key = view.key(fetch.jws.kid) else { throw .unknownKey }
        guard key.handle == grantee else { throw .keyOfAnother }
        guard !key.retired else { throw .keyRetired }
        guard key.scopes.contains(.all) else { throw .scopeMissing(.all) }
        guard (try? fetch.jws.verified(byKeyNamed: key.key)) != nil else { throw .badSignature }
        let age = statement.issuedAt.seconds - fetch.issuedAt.seconds
        guard abs(age) <= Limits.fetchSeconds else { throw .staleFetch }
        if case .fetch(let access) = view.slice[.fetch(fetch.jti)] {
            throw .fetchAlreadyAnswered(access: access)
        }
        return fetch
    }

    /// Nothing was served beyond what was granted, or beyond what was asked for.
    private func checkServed(
        _ served: Served, terms: GrantTerms, right: Right, fetch: Fetch
    ) throws(Refusal) {
        guard let type = terms.scope.series.flatMap({ RecordType.of($0) }),
            let asked = type.withCommitments(fetch.fields)
        else { throw .notGranted }
        let granted: [String]
        switch terms.subject {
        case .fields(let names): granted = type.withCommitments(names) ?? []
        case .statements: granted = right == .prove ? type.commitmentFields : []
        }
        guard Set(served.fields).isSubset(of: granted) else { throw .notGranted }
        guard Set(served.fields).isSubset(of: asked) else { throw .foreignFetch }
        for range in served.ranges {
            guard terms.scope.covers(range) else { throw .notGranted }
            let wanted = fetch.ranges.contains {
                $0.book == range.book && $0.from <= range.from && range.to <= $0.to
            }
            guard fetch.ranges.isEmpty || wanted else { throw .foreignFetch }
        }
    }

    /// Every book that was asked for and has anything in it is stated: a whole book can't be left out
    /// unseen.
    private func checkNoneLeftOut(
        _ served: Served, terms: GrantTerms, fetch: Fetch, of enterprise: Handle
    ) throws(Refusal) {
        let stated = Set(served.books.map(\.book))
        for book in terms.scope.books(askedBy: fetch.ranges)
        where !stated.contains(book) && view.book(enterprise, book) != nil {
            throw .bookStateWrong(book)
        }
    }

    /// The books are stated as they are at this index, and every served record is there, unerased.
    private func checkBooks(_ served: Served, of enterprise: Handle) throws(Refusal) {
        for stated in served.books {
            let book = view.book(enterprise, stated.book) ?? BookState()
            guard stated.count == book.count, stated.epoch == book.epoch,
                stated.closed == book.closed
            else { throw .bookStateWrong(stated.book) }
        }
        for range in served.ranges {
            guard served.books.contains(where: { $0.book == range.book }) else {
                throw .bookStateWrong(range.book)
            }
            let book = view.book(enterprise, range.book) ?? BookState()
            guard range.to <= book.count,
                !book.erased.contains(where: { $0.overlaps(range.from...range.to) })
            else { throw .recordsNotLive }
        }
    }
}

extension Scope {
    /// The books of this scope that a fetch of `ranges` asks for: all, where it names none.
    func books(askedBy ranges: [RecordRange]) -> [BookName] {
        if !ranges.isEmpty { return Set(ranges.map(\.book)).filter { covers($0) }.sorted() }
        return switch self {
        case .months(let series, let months): months.map { BookName(series: series, month: $0) }
        case .records(let ranges): Set(ranges.map(\.book)).sorted()
        }
    }
}
