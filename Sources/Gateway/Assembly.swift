import Interface
import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// Puts logged statements together under one checkpoint: each with the proof of its place.
struct Assembly: Sendable {
    private let store: any Store
    private let unchanging: Unchanging
    /// When keys changed last, by the size of the log; `nil` where another gateway may have entered some.
    private let keysChanged: Int64?
    private let reader: LedgerReader
    private let lately: ServedLately?
    let checkpoint: Note

    /// Everything will be proven under the checkpoint that is current now. `lately` is what was read
    /// lately; without it all disclosures are read from the store. Throws ``StoreError``.
    init(_ sequencer: Sequencer, _ lately: ServedLately? = nil) async throws(StoreError) {
        self.lately = lately
        store = sequencer.store
        unchanging = sequencer.unchanging
        reader = try await LedgerReader.current(sequencer)
        let point = sequencer.point
        let isOurs = point.head == reader.head
        keysChanged = isOurs ? point.keysChanged : nil
        if isOurs, let note = point.note {
            checkpoint = note
            return
        }
        guard let note = try? Note(parsing: reader.head.checkpoint) else {
            throw .corrupt(.checkpoint, .malformed)
        }
        checkpoint = note
    }

    var size: Int64 { reader.head.size }

    struct Record: Sendable {
        let index: Int64
        let statement: Statement
        let fields: [FieldCiphertext]
        let isErased: Bool
    }

    /// An entry with all its disclosures.
    struct Disclosed: Sendable {
        let index: Int64
        let statement: Statement
        let disclosures: [UInt8]

        init(index: Int64, statement: Statement, disclosures: [UInt8]) {
            self.index = index
            self.statement = statement
            self.disclosures = disclosures
        }

        init(_ entry: NewEntry) {
            self.init(
                index: entry.index, statement: entry.statement,
                disclosures: entry.attachments.disclosures)
        }
    }

    struct Granted: Sendable {
        let access: Disclosed
        let grant: Int64
        let rekey: Int64?
        let envelope: Envelope
    }

    /// The statements that say which keys a participant has.
    private static let keyKinds = Set(Kind.allCases.filter { $0.form.isAboutParticipants })
    /// Those of them that don't bring the participant in: there are few of each participant.
    private static let laterKinds = keyKinds.subtracting([Admit.kind])
    private static let charterKinds = Kind.allCases.filter {
        $0.form.isAboutLog && $0 != MoveTime.kind
    }

    /// The entries at `indices`, in their order, with their disclosures where `disclosed`.
    func logged(_ indices: [Int64], disclosed: Bool) async throws(StoreError) -> [LoggedStatement] {
        let proofs = try await reader.proofs(of: indices)
        let leaves = try await unchanging.entries(at: indices).map(\.jws.bytes)
        let shown = disclosed ? try await shown(indices, leaves) : [:]
        return indices.indices.map { place in
            let parts = shown[indices[place]]
            return LoggedStatement(
                index: indices[place], jws: leaves[place], disclosures: parts?.disclosures ?? [],
                proof: proofs[place].hashes, erased: parts?.erased ?? false)
        }
    }

    /// The disclosures of those of `indices` that have any, or had until they were erased.
    func shown(_ indices: [Int64]) async throws(StoreError) -> [QueryAnswer.Entry] {
        let shown = try await shown(indices, try await store.leaves(at: indices))
        return indices.compactMap { shown[$0] }
    }

    private func shown(
        _ indices: [Int64], _ leaves: [[UInt8]]
    ) async throws(StoreError) -> [Int64: QueryAnswer.Entry] {
        var shown: [Int64: QueryAnswer.Entry] = [:]
        var missing: [Int64: Statement] = [:]
        let attachments = try await store.attachments(ofAll: indices, sections: [])
        for (place, index) in indices.enumerated() {
            if let disclosures = attachments[place]?.disclosures {
                guard !disclosures.isEmpty else { continue }
                shown[index] = QueryAnswer.Entry(index: index, disclosures: disclosures)
            } else {
                missing[index] = try? Statement(parsing: leaves[place])
            }
        }
        for index in try await erased(missing) {
            shown[index] = QueryAnswer.Entry(index: index, disclosures: [], erased: true)
        }
        return shown
    }

    /// Which of these entries were erased, by themselves or with the grant that they are about.
    private func erased(_ entries: [Int64: Statement]) async throws(StoreError) -> Set<Int64> {
        guard !entries.isEmpty else { return [] }
        let slice = try await store.state(
            Set(entries.values.flatMap(\.erasable).map { StatementState.key($0).untyped }))
        return Set(
            entries.filter { _, statement in
                statement.erasable.contains { slice[StatementState.key($0)]?.erased ?? false }
            }.keys)
    }

    /// The statements that define the keys of `handles`, ascending by index.
    func keyStatements(of handles: Set<Handle>) async throws(StoreError) -> [LoggedStatement] {
        try await logged(try await indices(of: handles), disclosed: false)
    }

    /// The indices of the entries that show which of the keys `kids` stood, and that `handles` weren't
    /// suspended, ascending: those that admitted these participants and keys, the charters, upgrades and
    /// `time` of the authorities, and the same for everybody who signed one of those, or one of `decided`.
    /// Entries about other keys of the same participants are left out.
    private func register(
        of handles: Set<Handle>, signing kids: Set<Digest<Digested.Key>>,
        decided: [(index: Int64, statement: Statement)]
    ) async throws(StoreError) -> [Int64] {
        let find = { () async throws(StoreError) -> [Int64] in
            try await findRegister(
                of: handles, signing: kids, decided: decided.map(\.statement))
        }
        guard let keysChanged else { return try await find() }
        return try await unchanging.register(
            of: handles, kids, decided: decided.map(\.index), changed: keysChanged,
            find: find)
    }

    /// Where all of it stands, ascending.
    private func findRegister(
        of handles: Set<Handle>, signing kids: Set<Digest<Digested.Key>>, decided: [Statement]
    ) async throws(StoreError) -> [Int64] {
        var needed = NeededKeys(handles: handles, keys: kids)
        for statement in decided { needed.add(statement) }
        var known: Set<Handle> = []
        var asked: Set<Handle> = []
        var waiting: [(index: Int64, statement: Statement)] = []
        for kind in Self.charterKinds {
            waiting += try await statements(
                at: try await all { from throws(StoreError) in
                    try await store.indices(issuer: nil, kind: kind, from: from, limit: Self.page)
                })
        }
        var indices: [Int64] = []
        while true {
            let fresh = needed.handles.subtracting(known)
            known.formUnion(fresh)
            waiting += try await statements(at: try await self.indices(of: fresh))
            let governing = needed.authorities.subtracting(asked)
            asked.formUnion(governing)
            for handle in governing {
                waiting += try await statements(
                    at: try await all { from throws(StoreError) in
                        try await store.indices(
                            issuer: handle, kind: MoveTime.kind, from: from, limit: Self.page)
                    })
            }
            let count = indices.count
            waiting.removeAll { index, statement in
                guard needed.has(statement) else { return false }
                needed.add(statement)
                indices.append(index)
                return true
            }
            let isComplete =
                needed.handles.isSubset(of: known)
                && needed.authorities.isSubset(of: asked)
            guard indices.count > count || !isComplete else { break }
        }
        return indices.sorted()
    }

    private func statements(
        at indices: [Int64]
    ) async throws(StoreError) -> [(index: Int64, statement: Statement)] {
        zip(indices, try await unchanging.entries(at: indices)).map { ($0, $1) }
    }

    /// The entries that are about the keys of one of `handles`.
    private func indices(of handles: Set<Handle>) async throws(StoreError) -> [Int64] {
        guard !handles.isEmpty else { return [] }
        let state = try await store.state(Set(handles.map { ParticipantState.key($0).untyped }))
        var found: Set<Int64> = []
        for handle in handles {
            if let admitted = state[ParticipantState.key(handle)]?.admittedAt, admitted > 0 {
                found.insert(admitted)
            }
            found.formUnion(
                try await all { from throws(StoreError) in
                    try await store.indices(
                        concerning: handle, kinds: Self.laterKinds, from: from, limit: Self.page)
                })
        }
        // An authority is concerned by whom it suspended, which isn't about its own keys.
        let indices = found.sorted()
        return zip(indices, try await store.leaves(at: indices)).compactMap { index, leaf in
            guard let statement = try? Statement(parsing: leaf),
                let participant = statement.claims.participant(issuer: statement.issuer)
            else { return nil }
            return handles.contains(participant) ? index : nil
        }
    }

    private static let page = 256

    /// All pages of what `read` finds from an index on.
    private func all(
        _ read: (Int64) async throws(StoreError) -> [Int64]
    ) async throws(StoreError) -> [Int64] {
        var found: [Int64] = []
        var from: Int64 = 1
        while true {
            let page = try await read(from).filter { $0 < size }
            found += page
            guard page.count == Self.page, let last = page.last else { return found }
            from = last + 1
        }
    }

    /// `caller` is the key that signed the fetch.
    func answer(
        granted: Granted?, to caller: Digest<Digested.Key>, types: [PublishedTypes.Document],
        parties: Set<Handle>,
        records: [Record], of enterprise: Handle
    ) async throws(StoreError) -> FetchAnswer {
        let types = types.filter { $0.index < size }
        // Genesis brings those types that no entry of their own names.
        let decided = try await statements(at: [0] + types.map(\.index).filter { $0 > 0 })
        let grants = try await statements(
            at: [granted?.grant, granted?.rekey].compactMap(\.self))
        let erasures = try await statements(
            at: try await erasures(
                by: enterprise, of: records, before: granted?.access.index ?? size))
        let access = granted.map { [($0.access.index, $0.access.statement)] } ?? []
        let served = records.map { ($0.index, $0.statement) }
        let signing = Set((grants + erasures + access + served).map(\.1.jws.kid) + [caller])
        let register = try await statements(
            at: try await register(of: parties, signing: signing, decided: decided))
        let shown = try await disclosures(of: grants, and: granted?.access)
        let all = decided + grants + erasures + register + access + served
        var logged = try await logged(all, shown)[...]
        func take(_ count: Int) -> [LoggedStatement] {
            defer { logged.removeFirst(count) }
            return Array(logged.prefix(count))
        }
        let loggedDecided = take(decided.count)
        let loggedGrants = take(grants.count)
        let loggedErasures = take(erasures.count)
        let participants = take(register.count)
        let authority = granted.map { granted in
            FetchAnswer.Granted(
                access: take(1)[0], grant: loggedGrants[0],
                rekey: loggedGrants.count > 1 ? loggedGrants[1] : nil, envelope: granted.envelope)
        }
        return FetchAnswer(
            checkpoint: checkpoint, genesis: loggedDecided[0], granted: authority,
            participants: participants, types: Self.logged(types, loggedDecided.dropFirst()),
            records: zip(logged, records).map { FetchAnswer.Record(logged: $0, fields: $1.fields) },
            erasures: loggedErasures)
    }

    /// These entries with their proofs, and with what is `shown` of some. Those that have nothing to show are
    /// made once under each checkpoint: other answers have the same.
    private func logged(
        _ entries: [(index: Int64, statement: Statement)], _ shown: [Int64: QueryAnswer.Entry]
    ) async throws(StoreError) -> [LoggedStatement] {
        var logged = unchanging.proven(entries.map(\.index), under: reader.head)
        for place in entries.indices where shown[entries[place].index] != nil {
            logged[place] = nil
        }
        let missing = logged.indices.filter { logged[$0] == nil }
        let proofs = try await reader.proofs(of: missing.map { entries[$0].index })
        var made: [LoggedStatement] = []
        for (place, proof) in zip(missing, proofs) {
            let (index, statement) = entries[place]
            let shown = shown[index]
            var entry = LoggedStatement(
                index: index, jws: statement.jws.bytes, disclosures: shown?.disclosures ?? [],
                proof: proof.hashes, erased: shown?.erased ?? false)
            if shown == nil {
                entry = entry.ready
                made.append(entry)
            }
            logged[place] = entry
        }
        unchanging.keep(made, under: reader.head)
        return logged.compactMap(\.self)
    }

    /// What is shown of `grants`, which are grants or rekeys, and of their access.
    private func disclosures(
        of grants: [(index: Int64, statement: Statement)], and access: Disclosed?
    ) async throws(StoreError) -> [Int64: QueryAnswer.Entry] {
        var found: [Int64: QueryAnswer.Entry] = [:]
        if let access {
            found[access.index] = .init(index: access.index, disclosures: access.disclosures)
        }
        var missing = grants
        missing.removeAll { index, _ in
            guard let known = lately?.disclosures(of: index) else { return false }
            found[index] = .init(index: index, disclosures: known)
            return true
        }
        guard !missing.isEmpty else { return found }
        let mark = lately?.mark()
        let shown = try await shown(missing.map(\.index), missing.map(\.statement.jws.bytes))
        for (index, entry) in shown {
            found[index] = entry
            guard let mark, !entry.erased else { continue }
            lately?.keep(disclosures: entry.disclosures, of: index, since: mark)
        }
        return found
    }

    /// The documents with the entries that name them; `entries` are those of them that have one.
    private static func logged(
        _ types: [PublishedTypes.Document], _ entries: some Collection<LoggedStatement>
    ) -> [LoggedType] {
        let entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.index, $0) })
        return types.map { type in
            LoggedType(
                statement: entries[type.index],
                document: type.text)
        }
    }

    /// The erasures of `records` that come before the entry `end`. They are looked for from the first
    /// erased record on, until all are found.
    private func erasures(
        by enterprise: Handle, of records: [Record], before end: Int64
    ) async throws(StoreError) -> [Int64] {
        let erased = records.filter { $0.isErased }
        var targets = Set(erased.map(\.statement.jti))
        var from = erased.map(\.index).min() ?? end
        var found: [Int64] = []
        while !targets.isEmpty, from < end {
            let page = try await store.indices(
                issuer: enterprise, kind: Erase.kind, from: from, limit: Self.erasuresAtOnce
            ).filter { $0 < end }
            for (index, leaf) in zip(page, try await store.leaves(at: page)) {
                guard let jti = (try? Statement(parsing: leaf).claims as? Erase)?.record,
                    targets.remove(jti) != nil
                else { continue }
                found.append(index)
            }
            guard page.count == Self.erasuresAtOnce, let last = page.last else { break }
            from = last + 1
        }
        return found
    }

    private static let erasuresAtOnce = 256
}

/// The keys that signed something in an answer, and the participants that must be shown for them.
private struct NeededKeys {
    private(set) var handles: Set<Handle>
    private var keys: Set<Digest<Digested.Key>>
    /// Those that govern or governed.
    private(set) var authorities: Set<Handle> = []

    init(handles: Set<Handle>, keys: Set<Digest<Digested.Key>>) {
        self.handles = handles
        self.keys = keys
    }

    /// Whether the statement brings a needed participant in, says whether it is suspended, or is about a
    /// needed key; or about the log.
    func has(_ statement: Statement) -> Bool {
        guard let participant = statement.claims.participant(issuer: statement.issuer) else {
            return type(of: statement.claims).isAboutLog
        }
        guard handles.contains(participant) else { return false }
        if statement.claims is any GovernanceForm { return true }
        return statement.claims.pointers.contains { pointer in
            if case .key(let key) = pointer { keys.contains(key) } else { false }
        }
    }

    /// Needs what shows that the statement was admitted: its key and those of the approvals. Keys that
    /// come with it count as its participant's, so their retirement is needed too.
    mutating func add(_ statement: Statement) {
        handles.insert(statement.issuer)
        keys.insert(statement.jws.kid)
        keys.formUnion(statement.claims.offeredKeys.map(\.thumbprint))
        if let governed = statement.claims as? any GovernanceForm {
            authorities.insert(statement.issuer)
            handles.formUnion(governed.approvals.map(\.issuer))
            keys.formUnion(governed.approvals.map(\.jws.kid))
        }
        let charter = (statement.claims as? ChangeCharter)?.charter.authorities
        let founding = (statement.claims as? Genesis)?.charter.authorities.map(\.handle)
        let named = charter ?? founding ?? []
        handles.formUnion(named)
        authorities.formUnion(named)
    }
}

extension Statement {
    /// The statements whose erasure takes this one's selective claims.
    var erasable: [JTI] { [jti] + (claims.follows.map { [$0] } ?? []) }
}
