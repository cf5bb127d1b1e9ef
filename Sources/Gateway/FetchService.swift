import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// Answers fetches: decides what a grant and its grantee's call allow, checks that it is there and is
/// what the log commits to, has the access entered in the log, and only then hands it out.
struct FetchService: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let gate: CallGate
    let clock: @Sendable () -> Timestamp

    /// Throws ``CallFault``, ``Rules/Refusal`` and ``StoreError``.
    func answer(_ bytes: [UInt8], in turn: FetchAnswers.Turn) async throws -> FetchAnswer {
        guard let parts = FetchCall.parts(of: bytes) else { throw CallFault.openerMissing }
        let fetch: Fetch
        do { fetch = try Fetch(parsing: parts.call) } catch { throw CallFault.malformed(error) }
        // The opener goes no further than here.
        guard parts.opener.opens(fetch.lock) else { throw CallFault.wrongOpener }
        let caller = try await gate.caller(
            of: fetch, scope: fetch.grant == nil ? .open : .fetch,
            age: Limits.callSeconds
                + (try await isLateAnswered(fetch) ? FetchClaims.repeatSeconds : 0))
        guard let grant = fetch.grant else { return try await ownRecords(fetch, caller) }
        return try await granted(fetch, grant, caller, turn)
    }

    /// Whether a call that is too old for a first answer had one. Nobody has checked its signature yet, so
    /// that nothing of this is kept.
    private func isLateAnswered(_ fetch: Fetch) async throws(StoreError) -> Bool {
        guard abs(clock().seconds - fetch.issuedAt.seconds) > Limits.callSeconds else {
            return false
        }
        return try await store.value(of: CallState.key(fetch.jti)) != nil
    }

    // MARK: Under a grant

    private func granted(
        _ fetch: Fetch, _ jti: JTI, _ caller: Caller, _ turn: FetchAnswers.Turn
    ) async throws -> FetchAnswer {
        for _ in 0..<GatewayLimits.fetchAttempts {
            let slice = try await sequencer.stored([
                LogState.key.untyped, GrantState.key(jti).untyped,
                CallState.key(fetch.jti).untyped,
            ])
            guard let grant = slice[GrantState.key(jti)], let terms = grant.terms,
                terms.to == caller.handle
            else { throw CallFault.unknownGrant(jti) }
            if let carried = slice[CallState.key(fetch.jti)] {
                return try await again(fetch, carried.entry, of: grant, jti, caller)
            }
            try requireUsable(grant, terms, jti, slice[LogState.key])
            let selection = try await select(fetch, grant, terms)
            let content: Content
            do {
                content = try await self.content(of: selection, under: grant, jti, sequencer.served)
            } catch {
                guard case CallFault.unsettled = error else { throw error }
                continue
            }
            let draft = HostDraft(
                claims: Access(grant: jti),
                selective: AccessTerms(fetch: fetch, served: selection.served), of: caller.call)
            let outcome = try await turn.pause(holding: content.byteCount) {
                await sequencer.submit(draft, for: caller.handle)
            }
            switch outcome {
            case .refused(.access(.bookStateWrong)), .refused(.access(.recordsNotLive)),
                .refused(.call(.alreadyCarried)):
                continue  // Another commit came in between; look again.
            case .registered(let index, let batch):
                // The access is durable: from here on bytes may leave.
                return try await answer(
                    Assembly.Disclosed(batch.entry(at: index)), grant, terms, content, caller,
                    sequencer.served)
            default:
                let (index, _) = try outcome.place()
                guard let access = try await disclosed(at: index) else {
                    throw StoreError.corrupt(.attachments(entry: index), .missing)
                }
                return try await answer(access, grant, terms, content, caller, nil)
            }
        }
        throw CallFault.unsettled
    }

    /// Nothing is read for a grant that is over or spent. The rules decide it again at the access.
    private func requireUsable(
        _ grant: GrantState, _ terms: GrantTerms, _ jti: JTI, _ log: LogState?
    ) throws(Refusal) {
        let now = max(clock(), log?.time ?? clock())
        guard grant.revoked == nil, now < grant.claims.expires else {
            throw .grant(.grantDead(jti))
        }
        guard grant.used < terms.fetches else {
            throw .access(.budgetSpent(limit: terms.fetches))
        }
    }

    /// The same call again gets the same records for a day, at no charge, as far as the rules and the
    /// policies of now allow.
    private func again(
        _ fetch: Fetch, _ access: JTI, of grant: GrantState, _ jti: JTI, _ caller: Caller
    ) async throws -> FetchAnswer {
        let (access, terms) = try await self.access(access)
        // The jti stands for the very call that was answered.
        guard terms.fetch == fetch.jws, fetch.grant == jti else { throw CallFault.jtiTaken }
        let now = clock()
        let time = access.statement.issuedAt
        guard now.seconds - time.seconds <= FetchClaims.repeatSeconds else {
            throw CallFault.stale(issuedAt: fetch.issuedAt, now: now)
        }
        let carrier = try await sequencer.stored(StatementState.key(grant.envelopeStatement))
        guard let carrier, carrier.index < access.index else { throw CallFault.rekeyedSince }
        let selection = try await records(terms.served, of: grant.issuer)
        let slice = try await sequencer.stored(
            RepeatedAccess.keys(
                under: jti, grant, served: terms.served, host: caller.log.host))
        guard let again = RepeatedAccess(at: now, in: slice, texts: sequencer.texts) else {
            throw StoreError.unreadable(.noGenesis)
        }
        do { try again.check(terms.served, under: jti) } catch {
            // As at the access: by which policy says what it was told of another's books.
            throw error.withoutNames
        }
        // No commit shows whether another gateway erased something of it just now: so it is read.
        let content = try await self.content(of: selection, under: grant, jti, nil)
        guard let granted = grant.terms else { throw CallFault.unknownGrant(jti) }
        return try await answer(access, grant, granted, content, caller, nil)
    }

    /// An access with its disclosures, and what it says.
    private func access(_ jti: JTI) async throws -> (Assembly.Disclosed, AccessTerms) {
        guard let state = try await sequencer.stored(StatementState.key(jti)),
            let entry = try await disclosed(at: state.index),
            let disclosures = Disclosure.split(entry.disclosures),
            let selective = try? entry.statement.opened(with: disclosures)
        else { throw StoreError.corrupt(.statement(jti), .malformed) }
        // A call of another sort had this jti.
        guard let terms = selective as? AccessTerms else { throw CallFault.jtiTaken }
        return (entry, terms)
    }

    /// The entry at `index` with its disclosures, where it has any.
    private func disclosed(at index: Int64) async throws(StoreError) -> Assembly.Disclosed? {
        guard let attachments = try await store.attachments(of: index, sections: []),
            let statement = try await sequencer.unchanging.entries(at: [index]).first
        else { return nil }
        return Assembly.Disclosed(
            index: index, statement: statement, disclosures: attachments.disclosures)
    }

    // MARK: One's own records

    /// An enterprise reads what it holds: no grant, no entry, no charge.
    private func ownRecords(_ fetch: Fetch, _ caller: Caller) async throws -> FetchAnswer {
        guard caller.state.roles.contains(.enterprise) else { throw CallFault.notEntitled }
        guard !fetch.ranges.isEmpty else { throw CallFault.rangesMissing }
        let fields = try ownFields(fetch, of: try await sequencer.types().types)
        var records: [Located] = []
        for book in Set(fetch.ranges.map(\.book)).sorted() {
            let state = try await sequencer.stored(BookState.key(caller.handle, book))
            guard let state, state.count > 0 else { throw CallFault.nothingThere }
            for range in fetch.ranges where range.book == book && range.from <= state.count {
                // One's own replaced records are readable too; only erased ones are gone.
                records += try await locate(
                    book, range.from...min(range.to, state.count), of: caller.handle, in: state
                ) { !$0.isErased }
            }
            try requireFewEnough(records)
        }
        let selection = Selection(
            served: Served(fields: fields, ranges: fetch.ranges, books: []), records: records)
        return try await Assembly(sequencer).answer(
            granted: nil, to: caller.key,
            types: try await sequencer.types().documents(
                of: Set(fetch.ranges.map(\.book.series)).sorted(), before: .max),
            parties: [caller.handle], records: try await ciphertexts(selection, nil),
            of: caller.handle)
    }

    /// The fields asked for and the commitments that any type of the books asked for has to them.
    private func ownFields(_ fetch: Fetch, of types: RecordTypes) throws -> [FieldName] {
        var fields: Set<FieldName> = []
        for series in Set(fetch.ranges.map(\.book.series)) {
            guard let names = types.fields(of: series)?.withCommitments(fetch.fields) else {
                throw CallFault.unknownFields(fetch.fields)
            }
            fields.formUnion(names)
        }
        return fields.sorted()
    }
}
