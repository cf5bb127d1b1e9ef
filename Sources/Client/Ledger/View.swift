public import Rules
public import Sharing
import Transparency
package import Verification
public import Wire

/// What one participant knows of the log: the state that the rules made of every entry so far, and
/// lists of what concerns the participant.
///
/// Every entry is decided by the rules, with the selective claims that the gateway showed. An entry
/// that the rules refuse changes nothing here and is named in ``refused``. Whether the policies of
/// the day permitted an entry is for whoever sees all selective claims.
public struct View: Sendable {
    public let handle: Handle
    /// Whether grants, requests and accesses of others are listed, too: a regulator is shown them all.
    let seesAll: Bool
    /// The tree of the entries so far.
    private(set) var edge = RightEdge()
    /// What the entries so far made, as far as their selective claims were shown.
    private(set) var state = StateInMemory()
    public private(set) var records: [JTI: OwnRecord] = [:]
    public private(set) var books: [BookName: BookState] = [:]
    /// The grants that the participant gave or got; all that are known, for a regulator.
    public private(set) var grants: [JTI: KnownGrant] = [:]
    /// The requests that the participant made or got; all that are known, for a regulator.
    public private(set) var requests: [JTI: KnownRequest] = [:]
    /// What the host served under these grants, in the order of the log.
    public private(set) var accesses: [KnownAccess] = []
    /// The first entries, at most 100, that the rules don't admit: the gateway entered them anyway.
    public private(set) var refused: [Int64] = []
    /// Who said that its encryption key was in wrong hands, and the entry that said it last.
    private(set) var compromised: [Handle: Int64] = [:]
    private var numbers: [BookName: [Int64: JTI]] = [:]
    private var unshown: [Unshown] = []
    private var others = KnownOthers()
    /// The documents of the record types that entries named so far.
    private(set) var texts = TextShelf()

    private static let refusedListed = 100

    public init(of handle: Handle, seesAll: Bool = false) {
        self.handle = handle
        self.seesAll = seesAll
    }

    /// Who takes part, in the order of admission.
    public var participants: [KnownParticipant] {
        others.participants.values.sorted { ($0.index, $0.handle) < ($1.index, $1.handle) }
    }

    public func participant(_ handle: Handle) -> KnownParticipant? { others.participants[handle] }

    /// The fingerprint of what was admitted under `handle`; `nil` for founders and strangers.
    public func fingerprint(of handle: Handle) -> Fingerprint? {
        state[ParticipantState.key(handle)]?.fingerprint.map { Fingerprint($0) }
    }

    /// The legal holds and erasures that were shown, in the order of the log.
    public var holds: [KnownHold] { others.holds }
    public var erasures: [KnownErasure] { others.erasures }

    /// How many entries were read: the next one has this index.
    public var next: Int64 { Int64(clamping: edge.size) }

    /// Log time after the last entry.
    public var time: Timestamp { state[LogState.key]?.time ?? Timestamp(clamping: 0) }

    /// How many times the authorities have set it.
    var timesSet: Int64 { state[LogState.key]?.timesSet ?? 0 }

    /// The charter in force; `nil` before entry 0 was read.
    public var charter: Charter? { state[LogState.key]?.charter }

    /// The record types of the log.
    public var types: RecordTypes { texts.types(state[TypesState.key]?.list ?? []) }

    /// The own record at this place.
    public func record(_ book: BookName, _ number: Int64) -> OwnRecord? {
        numbers[book]?[number].flatMap { records[$0] }
    }

    /// The own record, unerased, that was made of the document with this source.
    public func record(from source: Digest<Digested.Source>) -> OwnRecord? {
        state[SourceState.key(handle, source)].flatMap { records[$0.record] }
    }

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

    /// The era of the participant's keys now, from 1: one begins where it names a new encryption key.
    public var era: Int { KeyEra(of: leastEpoch).number }

    private var leastEpoch: Int64 { state[ParticipantState.key(handle)]?.leastEpoch ?? 0 }

    /// The lowest epoch that a new record of `month` has at `time`: one that no ended grant opens, and
    /// one of this era.
    public func requiredEpoch(_ series: Series, _ month: Month, at time: Timestamp) -> Int64 {
        requiredEpoch(series, in: month...month, at: time)
    }

    /// The lowest epoch that no grant which has ended by `time` opens, in whatever series and month.
    func requiredEpoch(at time: Timestamp) -> Int64 {
        guard let first = Month(number: 0), let last = Month(number: Month.count - 1) else {
            preconditionFailure("there are months")
        }
        let series = Set(grants.values.filter { $0.issuer == handle }.flatMap(\.terms.scope.series))
        return series.map { requiredEpoch($0, in: first...last, at: time) }.max() ?? leastEpoch
    }

    private func requiredEpoch(
        _ series: Series, in months: ClosedRange<Month>, at time: Timestamp
    ) -> Int64 {
        let required = state[EpochState.key(handle, series)]?.required(in: months, at: time) ?? 0
        return max(required, leastEpoch)
    }

    /// The grants that this participant gave over `series` and that stand at `time`, oldest first.
    public func standingGrants(_ series: Series, at time: Timestamp) -> [KnownGrant] {
        grants.values.filter {
            $0.issuer == handle && $0.terms.scope.series.contains(series) && $0.isLive(at: time)
        }.sorted { $0.index < $1.index }
    }

    // MARK: The fold

    /// Takes in the documents that the next entries name.
    package mutating func add(_ documents: TextShelf) { texts = documents }

    /// Takes in the next entry of the log, whose place was verified. Throws
    /// ``Rules/UnknownRules``; then it isn't taken in, nor can any after it.
    package mutating func take(_ entry: ReadEntry) throws(UnknownRules) {
        let index = next
        if let unknown = unknownRules { throw unknown }
        edge.append(entry.hash)
        guard case .success(let statement) = entry.statement else {
            refuse(index)
            return
        }
        let candidate = Candidate(
            statement, selective: try? entry.selective?.get(), index: index,
            checked: entry.checked)
        switch state.admit(candidate, under: UnjudgedPolicies(types: texts)) {
        case .success(let admission):
            list(admission)
            noteUnshown(candidate)
        case .failure: refuse(index)
        }
    }

    /// The first entry whose selective claims must have been shown to the participant, weren't, and
    /// aren't erased: what is known here of its grants would be wrong.
    var withheld: Int64? { unshown.first { !$0.isErased(in: state) }?.index }

    private mutating func noteUnshown(_ candidate: Candidate) {
        let statement = candidate.statement
        guard candidate.selective == nil, type(of: statement.claims).hasSelectiveClaims else {
            return
        }
        let grant = statement.claims.follows
        let given = grant.flatMap { state[GrantState.key($0)] }
        guard
            statement.issuer == handle || given?.issuer == handle
                || grant.map({ grants[$0] != nil }) == true
        else { return }
        unshown.append(Unshown(index: candidate.index, jti: statement.jti, grant: grant))
    }

    /// The rules that decide the next entry, where they aren't known.
    var unknownRules: UnknownRules? { state[LogState.key]?.unknownRules(at: next) }

    private mutating func refuse(_ index: Int64) {
        if refused.count < Self.refusedListed { refused.append(index) }
    }

    private mutating func list(_ admission: Admission) {
        listBooks(admission)
        listGrants(admission)
        listUse(admission.candidate)
        listKeyChange(admission.candidate)
        others.take(admission.candidate, state)
    }

    private mutating func listKeyChange(_ candidate: Candidate) {
        guard let change = candidate.statement.claims as? ChangeEncryptionKey,
            change.reason == .keyCompromised
        else { return }
        compromised[candidate.statement.issuer] = candidate.index
    }

    private mutating func listBooks(_ admission: Admission) {
        for (name, book) in admission.changes.all(BookState.self) {
            if case .book(handle, let own) = name { books[own] = book }
        }
        let statement = admission.candidate.statement
        for (name, entered) in admission.changes.all(StatementState.self) {
            guard case .jti(let jti) = name, entered.issuer == handle, let place = entered.record
            else { continue }
            let known = records[jti]
            let replaces =
                jti == statement.jti
                ? (statement.claims as? RegisterRecord)?.replaces : known?.replaces
            add(
                OwnRecord(
                    jti: jti, index: entered.index, digest: entered.digest, place: place,
                    issuedAt: known?.issuedAt ?? statement.issuedAt,
                    replaces: replaces,
                    erased: entered.erased))
        }
    }

    private mutating func add(_ record: OwnRecord) {
        records[record.jti] = record
        numbers[record.book, default: [:]][record.number] = record.jti
    }

    private mutating func listGrants(_ admission: Admission) {
        let candidate = admission.candidate
        for (name, given) in admission.changes.all(GrantState.self) {
            guard case .jti(let jti) = name else { continue }
            guard let terms = given.terms,
                seesAll || [given.issuer, terms.to].contains(handle)
            else {
                grants[jti] = nil
                continue
            }
            var grant = grants[jti] ?? KnownGrant(jti: jti, state: given, terms: terms)
            grant.state = given
            if let rekey = candidate.selective as? RekeyTerms {
                grant.epochs = grant.epochs.union(rekey.epochs)
                grant.sealedAt = candidate.index
            }
            grant.revocation = revocation(candidate) ?? grant.revocation
            grants[jti] = grant
        }
        for (name, request) in admission.changes.all(RequestState.self) {
            guard case .jti(let jti) = name,
                seesAll || [request.by, request.terms.to].contains(handle)
            else { continue }
            requests[jti] = KnownRequest(jti: jti, index: candidate.index, state: request)
        }
        if let erased = candidate.statement.claims.erases {
            requests[erased] = nil
            accesses.removeAll { $0.grant == erased }
        }
    }

    private func revocation(_ candidate: Candidate) -> KnownGrant.Revocation? {
        let statement = candidate.statement
        guard statement.claims is Revoke || statement.claims is Return else { return nil }
        let returned = candidate.selective as? CarriedCall<ReturnTerms>
        return .init(
            index: candidate.index, isReturn: statement.claims is Return,
            reason: (candidate.selective as? StatedReason)?.reason
                ?? (try? returned?.parsed.get())?.reason,
            at: statement.issuedAt)
    }

    private mutating func listUse(_ candidate: Candidate) {
        guard let access = candidate.statement.claims as? Access, grants[access.grant] != nil else {
            return
        }
        accesses.append(
            KnownAccess(
                index: candidate.index, grant: access.grant, at: candidate.statement.issuedAt,
                terms: candidate.selective as? AccessTerms))
    }
}

extension View: Shaped {
    private init(
        format _: String, of handle: Handle, seesAll: Bool, edge: RightEdge, state: [StateRow],
        records: [OwnRecord], grants: [KnownGrant], requests: [KnownRequest],
        accesses: [KnownAccess], others: KnownOthers, refused: [Int64],
        compromised: [Compromise], unshown: [Unshown], types: [String]
    ) {
        self.handle = handle
        self.seesAll = seesAll
        self.others = others
        self.edge = edge
        self.state = StateInMemory(state)
        for record in records { add(record) }
        for row in state {
            guard case .book(handle, let name) = row.key.name else { continue }
            books[name] = row.value.object as? BookState
        }
        self.grants = Dictionary(grants.map { ($0.jti, $0) }) { $1 }
        self.requests = Dictionary(requests.map { ($0.jti, $0) }) { $1 }
        self.accesses = accesses
        self.refused = refused
        self.compromised = Dictionary(compromised.map { ($0.handle, $0.index) }) { $1 }
        self.unshown = unshown
        guard let origin = self.state[LogState.key]?.origin else { return }
        for text in types {
            let type = try? RecordType(document: Array(text.utf8), origin: origin)
            if let type { texts.add(type, of: origin) }
        }
    }

    private var documents: [String] {
        guard let origin = state[LogState.key]?.origin else { return [] }
        return types.all.map { String(decoding: $0.document(origin: origin), as: UTF8.self) }
    }

    private var format: String { "trine-view/6" }

    private var listed: (records: [OwnRecord], grants: [KnownGrant], requests: [KnownRequest]) {
        (Array(records.values), Array(grants.values), Array(requests.values))
    }

    public static let shape = Shape<View>(
        View.init(
            format:of:seesAll:edge:state:records:grants:requests:accesses:others:refused:
            compromised:unshown:types:),
        .required("format", \.format, .format("trine-view/6")),
        .required("handle", \.handle, .handle),
        .flag("sees_all", \.seesAll),
        .required("edge", \.edge, .edge),
        .required("state", \.state.rows, .list(of: .stateRow)),
        .required("records", \.listed.records, .list(of: .object)),
        .required("grants", \.listed.grants, .list(of: .object)),
        .required("requests", \.listed.requests, .list(of: .object)),
        .required("accesses", \.accesses, .list(of: .object)),
        .required("others", \.others, .object(KnownOthers.shape)),
        .required("refused", \.refused, .list(of: .count)),
        .required("compromised", \.compromises, .list(of: .object(Compromise.shape))),
        .required("unshown", \.unshown, .list(of: .object(Unshown.shape))),
        .required("types", \.documents, .list(of: .text)))

    private var compromises: [Compromise] {
        compromised.map { Compromise(handle: $0.key, index: $0.value) }
    }

    private struct Compromise: Sendable {
        let handle: Handle
        let index: Int64

        static let shape = Shape<Compromise>(
            Compromise.init(handle:index:),
            .required("handle", \.handle, .handle), .required("index", \.index, .count))
    }
}

extension Codec where Value == RightEdge {
    fileprivate static let edge = mapped(
        Codec<[UInt8]>.base64URL(8...(8 + 64 * Hash.byteCount), "right edge"),
        from: { try? RightEdge(bytes: $0) }, to: \.bytes)
}
