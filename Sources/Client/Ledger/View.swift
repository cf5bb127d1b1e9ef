public import Custody
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
///
/// What statements add to, such as the own records and books, grants and accesses, is read from the disk
/// when it is asked for: a list costs what it lists.
public struct View: Sendable {
    public let handle: Handle
    /// Whether grants, requests and accesses of others are listed, too: a regulator is shown them all.
    let seesAll: Bool
    /// The tree of the entries so far.
    private(set) var edge = RightEdge()
    /// What the entries so far made, as far as their selective claims were shown.
    private(set) var state = KeptState()
    /// The tables of a view that was read and not opened yet.
    private(set) var unopened: [RowTable.Description] = []
    private var grantList = KeptList<KnownGrant>("granted")
    private var requestList = KeptList<KnownRequest>("asked")
    private var accessList = KeptAccesses()
    /// The first entries, at most 100, that the rules don't admit: the gateway entered them anyway.
    public private(set) var refused: [Int64] = []
    /// Who said that its encryption key was in wrong hands, and the entry that said it last.
    private(set) var compromised: [Handle: Int64] = [:]
    private var unshown: [Unshown] = []
    /// What each of the participant's own keys signed last.
    private(set) var acts: [Digest<Digested.Key>: LastAct] = [:]
    /// New records of a series have no lower epoch than this: it was raised when a device was lost.
    var epochFloors: [Series: Int64] = [:]
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

    // MARK: Grants

    /// The grants that the participant gave or got; all that are known, for a regulator. Throws
    /// ``HomeError``, as all that follows does.
    public var grants: [JTI: KnownGrant] {
        get throws(HomeError) {
            let all = try grantList.values(of: state.rows)
            return Dictionary(all.map { ($0.value.jti, $0.value) }) { $1 }
        }
    }

    public func grant(_ jti: JTI) throws(HomeError) -> KnownGrant? {
        try grantList.value(jti.text, in: state.rows)
    }

    /// The requests that the participant made or got; all that are known, for a regulator.
    public var requests: [JTI: KnownRequest] {
        get throws(HomeError) {
            let all = try requestList.values(of: state.rows)
            return Dictionary(all.map { ($0.value.jti, $0.value) }) { $1 }
        }
    }

    public func request(_ jti: JTI) throws(HomeError) -> KnownRequest? {
        try requestList.value(jti.text, in: state.rows)
    }

    /// What the host served under these grants, in the order of the log.
    public var accesses: [KnownAccess] {
        get throws(HomeError) { try accesses(in: nil) }
    }

    /// What it served in this time, by its own clock, or at any, in the order of the log.
    public func accesses(in times: Range<Timestamp>?) throws(HomeError) -> [KnownAccess] {
        try accessList.all(in: times, of: state.rows)
    }

    /// What it served under one of them, in the order of the log.
    public func accesses(under grant: JTI) throws(HomeError) -> [KnownAccess] {
        try accessList.all(under: grant, of: state.rows)
    }

    // MARK: Own records

    /// The own books. Throws ``HomeError``, as all that follows does.
    public var books: [BookName: BookState] {
        get throws(HomeError) { try state.books(of: handle) }
    }

    /// How far one of the own books has got; `nil` for one without entries.
    public func book(_ name: BookName) throws(HomeError) -> BookState? {
        try book(name, of: handle)
    }

    /// All own records; each of them is read.
    public var records: [JTI: OwnRecord] {
        get throws(HomeError) {
            let all = try OwnRecordRow.all(in: state.rows)
            return Dictionary(all.map { ($0.jti, $0) }) { $1 }
        }
    }

    /// How many own records there are, erased ones too.
    public var recordCount: Int64 {
        get throws(HomeError) { try books.values.reduce(0) { $0 + $1.count } }
    }

    /// The own records of the books for which `isWanted` holds, by book and number.
    public func records(
        ofBooks isWanted: (BookName) -> Bool
    ) throws(HomeError) -> [OwnRecord] {
        var records: [OwnRecord] = []
        for book in try books.keys.filter(isWanted).sorted() {
            records += try self.records(of: book)
        }
        return records
    }

    /// The own records of this book, by number.
    public func records(of book: BookName) throws(HomeError) -> [OwnRecord] {
        try OwnRecordRow.all(of: book, in: state.rows)
    }

    /// What these own records say, as far as it was noted: by identifier.
    func summaries(of records: [OwnRecord]) throws(HomeError) -> [JTI: RecordSummary] {
        var known: [JTI: RecordSummary] = [:]
        for record in records where !record.erased {
            known[record.jti] = try OwnRecordRow.summary(of: record, in: state.rows)
        }
        return known
    }

    /// Notes what own records say, in a few fields.
    mutating func note(_ summary: RecordSummary, of record: OwnRecord) {
        OwnRecordRow.set(summary, of: record, in: &state.rows)
    }

    /// The own record at this place.
    public func record(_ book: BookName, _ number: Int64) throws(HomeError) -> OwnRecord? {
        try OwnRecordRow.at(book, number, in: state.rows)
    }

    /// The own record with this identifier.
    public func record(_ jti: JTI) throws(HomeError) -> OwnRecord? {
        guard let statement = try state.kept(StatementState.key(jti)),
            statement.issuer == handle, let place = statement.record
        else { return nil }
        return try record(place.book, place.number)
    }

    /// The identifiers of own records that begin like this.
    public func ownRecords(beginning text: String) throws(HomeError) -> [JTI] {
        var own: [JTI] = []
        for (name, statement) in try state.statements(beginning: text)
        where statement.issuer == handle && statement.record != nil { own.append(name) }
        return own
    }

    /// The own record, unerased, that was made of the document with this source.
    public func record(
        from source: Digest<Digested.Source>
    ) throws(HomeError) -> OwnRecord? {
        guard let held = try state.kept(SourceState.key(handle, source)) else { return nil }
        return try record(held.record)
    }

    /// How far a book of whomever has got; `nil` for one without entries.
    func book(_ name: BookName, of holder: Handle) throws(HomeError) -> BookState? {
        try state.kept(BookState.key(holder, name))
    }

    /// The book that a record of `month` goes into: its own, or the next open one.
    public func openBook(
        _ series: Series, from month: Month
    ) throws(HomeError) -> BookName? {
        var number = month.number
        while let month = Month(number: number) {
            let name = BookName(series: series, month: month)
            if try book(name)?.closed != true { return name }
            number += 1
        }
        return nil
    }

    /// The era of the participant's keys now, from 1: one begins where it names a new encryption key.
    public var era: Int { KeyEra(of: leastEpoch).number }

    private var leastEpoch: Int64 { state[ParticipantState.key(handle)]?.leastEpoch ?? 0 }

    /// The lowest epoch that a new record of `month` has at `time`: one that no ended grant opens, and
    /// one of this era.
    public func requiredEpoch(
        _ series: Series, _ month: Month, at time: Timestamp
    ) throws(HomeError) -> Int64 {
        let book = try book(BookName(series: series, month: month))?.epoch ?? 0
        let floor = max(book, epochFloors[series] ?? 0)
        return max(
            try requiredEpoch(series, in: month...month, at: time),
            KeyEra(of: floor).number == era ? floor : 0)
    }

    /// The lowest epoch that no grant which has ended by `time` opens, in whatever series and month.
    func requiredEpoch(at time: Timestamp) throws(HomeError) -> Int64 {
        guard let first = Month(number: 0), let last = Month(number: Month.count - 1) else {
            preconditionFailure("there are months")
        }
        let own = try grants.values.filter { $0.issuer == handle }
        var required = leastEpoch
        for series in Set(own.flatMap(\.terms.scope.series)) {
            required = max(required, try requiredEpoch(series, in: first...last, at: time))
        }
        return required
    }

    private func requiredEpoch(
        _ series: Series, in months: ClosedRange<Month>, at time: Timestamp
    ) throws(HomeError) -> Int64 {
        let epochs = try state.kept(EpochState.key(handle, series))
        return max(epochs?.required(in: months, at: time) ?? 0, leastEpoch)
    }

    /// The grants that this participant gave over `series` and that stand at `time`, oldest first.
    public func standingGrants(
        _ series: Series, at time: Timestamp
    ) throws(HomeError) -> [KnownGrant] {
        try grants.values.filter {
            $0.issuer == handle && $0.terms.scope.series.contains(series) && $0.isLive(at: time)
        }.sorted { $0.index < $1.index }
    }

    // MARK: The fold

    /// Takes in the documents that the next entries name.
    package mutating func add(_ documents: TextShelf) { texts = documents }

    /// Takes in the next entry of the log, whose place was verified. Throws
    /// ``Rules/UnknownRules``; then it isn't taken in, nor can any after it. After ``HomeError`` the
    /// view is of no use any more.
    package mutating func take(_ entry: ReadEntry) throws {
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
        switch try state.admit(candidate, under: UnjudgedPolicies(types: texts)) {
        case .success(let admission):
            try list(admission)
            try noteUnshown(candidate)
        case .failure: refuse(index)
        }
    }

    /// The first entry whose selective claims must have been shown to the participant, weren't, and
    /// aren't erased: what is known here of its grants would be wrong.
    var withheld: Int64? {
        get throws(HomeError) {
            for entry in unshown where try !entry.isErased(in: state) { return entry.index }
            return nil
        }
    }

    private mutating func noteUnshown(_ candidate: Candidate) throws(HomeError) {
        let statement = candidate.statement
        guard candidate.selective == nil, type(of: statement.claims).hasSelectiveClaims else {
            return
        }
        let grant = statement.claims.follows
        var concerns = statement.issuer == handle
        if !concerns, let grant {
            concerns = try state.kept(GrantState.key(grant))?.issuer == handle
            if !concerns { concerns = try self.grant(grant) != nil }
        }
        guard concerns else { return }
        unshown.append(Unshown(index: candidate.index, jti: statement.jti, grant: grant))
    }

    /// The rules that decide the next entry, where they aren't known.
    var unknownRules: UnknownRules? { state[LogState.key]?.unknownRules(at: next) }

    private mutating func refuse(_ index: Int64) {
        if refused.count < Self.refusedListed { refused.append(index) }
    }

    private mutating func list(_ admission: Admission) throws(HomeError) {
        try listRecords(admission)
        try listGrants(admission)
        try listUse(admission.candidate)
        listKeyChange(admission.candidate)
        try others.take(admission.candidate, state)
        let statement = admission.candidate.statement
        guard statement.issuer == handle else { return }
        acts[statement.jws.kid] = LastAct(
            key: statement.jws.kid, index: admission.candidate.index, kind: statement.kind,
            at: statement.issuedAt)
    }

    private mutating func listKeyChange(_ candidate: Candidate) {
        guard let change = candidate.statement.claims as? ChangeEncryptionKey,
            change.reason == .keyCompromised
        else { return }
        compromised[candidate.statement.issuer] = candidate.index
    }

    private mutating func listRecords(_ admission: Admission) throws(HomeError) {
        let statement = admission.candidate.statement
        for (name, entered) in admission.changes.all(StatementState.self) {
            guard case .jti(let jti) = name, entered.issuer == handle, let place = entered.record
            else { continue }
            let known = try record(place.book, place.number)
            let replaces =
                jti == statement.jti
                ? (statement.claims as? RegisterRecord)?.replaces : known?.replaces
            let record = OwnRecord(
                jti: jti, index: entered.index, digest: entered.digest, place: place,
                issuedAt: known?.issuedAt ?? statement.issuedAt, replaces: replaces,
                erased: entered.erased)
            OwnRecordRow.set(record, in: &state.rows)
        }
    }

    private mutating func listGrants(_ admission: Admission) throws(HomeError) {
        let candidate = admission.candidate
        for (name, given) in admission.changes.all(GrantState.self) {
            guard case .jti(let jti) = name else { continue }
            guard let terms = given.terms,
                seesAll || [given.issuer, terms.to].contains(handle)
            else {
                try forget(jti)
                continue
            }
            let known = try grant(jti)
            var grant = known ?? KnownGrant(jti: jti, state: given, terms: terms)
            grant.state = given
            if let rekey = candidate.selective as? RekeyTerms {
                grant.epochs = grant.epochs.union(rekey.epochs)
                grant.sealedAt = candidate.index
            }
            grant.revocation = revocation(candidate) ?? grant.revocation
            grantList.set(jti.text, grant)
            if known == nil, let request = terms.request { try setAnswer(jti, of: request) }
        }
        for (name, request) in admission.changes.all(RequestState.self) {
            guard case .jti(let jti) = name,
                seesAll || [request.by, request.terms.to].contains(handle)
            else { continue }
            requestList.set(
                jti.text,
                KnownRequest(
                    jti: jti, index: candidate.index, state: request,
                    answer: try self.request(jti)?.answer))
        }
        if let erased = candidate.statement.claims.erases {
            requestList.set(erased.text, nil)
            try accessList.remove(under: erased, of: state.rows)
        }
    }

    /// Lets go of a grant whose terms nobody shows any more.
    private mutating func forget(_ jti: JTI) throws(HomeError) {
        let known = try grant(jti)
        grantList.set(jti.text, nil)
        guard let request = known?.terms.request, try self.request(request)?.answer == jti else {
            return
        }
        let others = try grants.values.filter { $0.terms.request == request }
        try setAnswer(others.max { $0.index < $1.index }?.jti, of: request)
    }

    private mutating func setAnswer(_ grant: JTI?, of request: JTI) throws(HomeError) {
        guard var known = try self.request(request) else { return }
        known.answer = grant
        requestList.set(request.text, known)
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

    private mutating func listUse(_ candidate: Candidate) throws(HomeError) {
        guard let access = candidate.statement.claims as? Access,
            var grant = try grant(access.grant)
        else { return }
        let known = KnownAccess(
            index: candidate.index, grant: access.grant, at: candidate.statement.issuedAt,
            served: (candidate.selective as? AccessTerms).map {
                Served(fields: $0.served.fields, ranges: $0.served.ranges, books: [])
            })
        accessList.set(known)
        grant.lastRead = known.at
        grantList.set(access.grant.text, grant)
    }
}

extension View {
    /// Takes up the tables that it says it has.
    mutating func open(_ tables: [RowTable]) {
        state.rows = KeptRows(tables)
        unopened = []
    }

    /// Puts what changed into tables on disk. Throws ``HomeError``.
    mutating func keepRows(
        in directory: String, keyed key: @escaping @Sendable (String) -> Secret,
        using random: inout some RandomNumberGenerator
    ) throws(HomeError) {
        state.settle()
        grantList.settle(in: &state.rows)
        requestList.settle(in: &state.rows)
        accessList.settle(in: &state.rows)
        try state.rows.keep(in: directory, keyed: key, using: &random)
    }

    var tables: [RowTable.Description] { state.rows.tables.map(\.description) }
}

/// What of a view is read whole.
extension View: Shaped {
    private init(
        format _: String, of handle: Handle, seesAll: Bool, edge: RightEdge, state: [StateRow],
        tables: [RowTable.Description], others: KnownOthers, refused: [Int64],
        compromised: [Compromise], unshown: [Unshown], acts: [LastAct], types: [String]
    ) {
        self.handle = handle
        self.seesAll = seesAll
        self.others = others
        self.edge = edge
        self.state = KeptState(state)
        unopened = tables
        self.refused = refused
        self.compromised = Dictionary(compromised.map { ($0.handle, $0.index) }) { $1 }
        self.unshown = unshown
        self.acts = Dictionary(acts.map { ($0.key, $0) }) { $1 }
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

    private var format: String { "trine-view/10" }

    public static let shape = Shape<View>(
        View.init(
            format:of:seesAll:edge:state:tables:others:refused:compromised:unshown:acts:types:),
        .required("format", \.format, .format("trine-view/10")),
        .required("handle", \.handle, .handle),
        .flag("sees_all", \.seesAll),
        .required("edge", \.edge, .edge),
        .required("state", \.state.few, .list(of: .stateRow)),
        .required("tables", \.tables, .list(of: .object)),
        .required("others", \.others, .object(KnownOthers.shape)),
        .required("refused", \.refused, .list(of: .count)),
        .required("compromised", \.compromises, .list(of: .object(Compromise.shape))),
        .required("unshown", \.unshown, .list(of: .object(Unshown.shape))),
        .required("acts", \.lastActs, .list(of: .object)),
        .required("types", \.documents, .list(of: .text)))

    private var lastActs: [LastAct] { Array(acts.values) }

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
