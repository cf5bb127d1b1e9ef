public import Sharing
public import Wire

/// Why what was served isn't what the grant and the call say.
public enum ServingFault: Error, Equatable, Sendable {
    /// Something was served beyond what was granted.
    case notGranted
    /// Something was served beyond what was asked for.
    case notAskedFor
}

extension GrantTerms {
    /// The fields that may be served: those granted with their commitments; for statements the
    /// commitments alone. `nil` where no type of the series has a field.
    public func servable(of types: RecordTypes) -> [FieldName]? {
        switch subject {
        case .fields(let names): types.fields(of: scope)?.withCommitments(names)
        case .statements: types.fields(of: scope)?.commitmentFields
        }
    }

    /// Checks that nothing was served beyond what was granted, or beyond what was asked for.
    /// Throws ``ServingFault``.
    public func check(
        _ served: Served, for fetch: Fetch, of types: RecordTypes
    ) throws(ServingFault) {
        guard let servable = servable(of: types),
            let asked = types.fields(of: scope)?.withCommitments(fetch.fields)
        else {
            throw .notGranted
        }
        guard Set(served.fields).isSubset(of: servable) else { throw .notGranted }
        guard Set(served.fields).isSubset(of: asked) else { throw .notAskedFor }
        for range in served.ranges {
            guard scope.covers(range) else { throw .notGranted }
            guard fetch.ranges.isEmpty || fetch.ranges.contains(where: { $0.contains(range) })
            else { throw .notAskedFor }
        }
    }
}

extension Scope {
    /// The books of single records; none for months.
    var listedBooks: Set<BookName> {
        guard case .records(let ranges) = self else { return [] }
        return Set(ranges.map(\.book))
    }

    /// The books of this scope that a fetch of `ranges` asks for: all, where it names none.
    func books(askedBy ranges: [RecordRange]) -> [BookName] {
        if !ranges.isEmpty { return Set(ranges.map(\.book)).filter { covers($0) }.sorted() }
        return switch self {
        case .months(let series, let months): months.map { BookName(series: series, month: $0) }
        case .records(let ranges): Set(ranges.map(\.book)).sorted()
        }
    }
}

/// An access that is answered again, decided by the rules of `access` and the policies as of now: all
/// of them but the budget, the call's `jti` and its age.
public struct RepeatedAccess: PolicyKnowledge {
    public let time: Timestamp
    private let state: Slice
    private let log: LogState
    private let texts: any PublishedTexts
    public var types: RecordTypes { texts.types(state[TypesState.key]?.list ?? []) }

    /// `slice` holds what ``keys(under:_:served:host:)`` names; `now` is the clock's.
    public init?(at now: Timestamp, in slice: Slice, texts: any PublishedTexts) {
        guard let log = slice[LogState.key] else { return nil }
        self.log = log
        self.texts = texts
        time = max(now, log.time)
        state = slice
    }

    /// The state that deciding needs.
    public static func keys(
        under jti: JTI, _ grant: GrantState, served: Served, host: Handle
    ) -> Set<StateKey> {
        var reads = Reads()
        reads.add(LogState.key)
        reads.add(TypesState.key)
        reads.add(GrantState.key(jti))
        reads.add(ParticipantState.key(host))
        reads.add(useOf: grant)
        reads.add(InvolvementState.key(host, with: grant.issuer))
        if let terms = grant.terms {
            reads.add(InvolvementState.key(terms.to, with: grant.issuer))
            for book in terms.scope.listedBooks { reads.add(BookState.key(grant.issuer, book)) }
        }
        for range in served.ranges { reads.add(BookState.key(grant.issuer, range.book)) }
        return Set(reads.keys)
    }

    public func known<Object>(_ key: StateKey.Of<Object>) -> Object? { state[key] }

    /// Checks that what was served may be served again. Throws ``Refusal``.
    public func check(
        _ served: Served, under jti: JTI
    ) throws(Refusal) {
        guard let grant = state[GrantState.key(jti)], let terms = grant.terms else {
            throw .grant(.unknownGrant(jti))
        }
        guard grant.isLive(at: time) else { throw .grant(.grantDead(jti)) }
        let host = try participant(log.host)
        let enterprise = try participant(grant.issuer)
        let grantee = try participant(terms.to)
        try checkLive(served, grant, terms)
        let owner = PolicyEntity(grant.issuer, enterprise, in: log)
        let use = PolicyUse(terms, grant.claims, fields: served.fields.map(\.text))
        for part in use.bySeries {
            try texts.require(
                operating(
                    on: owner, part.scope.onlySeries, by: PolicyEntity(log.host, host, in: log)),
                under: [log.policies])
            try texts.require(
                accessing(part, of: owner, by: PolicyEntity(terms.to, grantee, in: log)),
                under: [log.policies, grant.claims.policies])
        }
    }

    /// None of the records was erased, and a proof's all still count.
    private func checkLive(
        _ served: Served, _ grant: GrantState, _ terms: GrantTerms
    ) throws(Refusal) {
        for range in served.ranges {
            let erased = state[BookState.key(grant.issuer, range.book)]?.erased ?? []
            guard !erased.contains(where: { $0.overlaps(range.from...range.to) }) else {
                throw .access(.recordsNotLive)
            }
        }
        guard case .records(let ranges) = terms.scope, grant.claims.right == .prove else { return }
        for range in ranges {
            let book = state[BookState.key(grant.issuer, range.book)] ?? BookState()
            guard book.areCurrent(range.from...range.to) else {
                throw .proof(.recordsNotCurrent(range.book))
            }
        }
    }

    private func participant(_ handle: Handle) throws(Refusal) -> ParticipantState {
        guard let found = state[ParticipantState.key(handle)] else {
            throw .issuer(.unknownParticipant(handle))
        }
        guard !found.suspended else { throw .issuer(.suspended(handle)) }
        return found
    }
}

extension PublishedTexts {
    /// Every one of these sets permits it. Throws ``Refusal``.
    fileprivate func require(
        _ request: PolicyRequest, under digests: Set<Digest<Digested.Policies>>
    ) throws(Refusal) {
        for digest in digests {
            let decision = try required(digest).decide(request)
            guard decision.failed.isEmpty else {
                throw .policy(.policyFailed(policies: decision.failed))
            }
            guard decision.permitted else {
                throw .policy(.forbidden(policies: decision.determining))
            }
        }
    }
}
