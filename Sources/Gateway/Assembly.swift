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
    private let reader: LedgerReader
    let checkpoint: Note

    /// Everything will be proven under the checkpoint that is current now. Throws ``StoreError``.
    init(store: any Store) async throws(StoreError) {
        self.store = store
        reader = try await LedgerReader.current(store)
        guard let note = try? Note(parsing: reader.head.checkpoint) else {
            throw .corrupt(.checkpoint, .malformed)
        }
        checkpoint = note
    }

    var size: Int64 { reader.head.size }

    struct Record: Sendable {
        let index: Int64
        let leaf: [UInt8]
        let fields: [FieldCiphertext]
        let isErased: Bool
    }

    struct Granted: Sendable {
        let access: Int64
        let grant: Int64
        let rekey: Int64?
        let envelope: Envelope
    }

    /// The statements that say which keys a participant has.
    static let keyKinds = Set(Kind.allCases.filter { $0.form.isAboutParticipants })

    /// The entries at `indices`, in their order, with their disclosures where `disclosed`.
    func logged(_ indices: [Int64], disclosed: Bool) async throws(StoreError) -> [LoggedStatement] {
        let proofs = try await reader.proofs(of: indices)
        let leaves = try await store.leaves(at: indices)
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
        var indices: Set<Int64> = []
        for handle in handles {
            indices.formUnion(
                try await store.indices(
                    concerning: handle, kinds: Self.keyKinds, from: 1,
                    limit: FetchAnswer.maximumParticipantStatements / 4))
        }
        // An authority is concerned by every admission it signed; only those of `handles` belong here.
        let all = try await logged(indices.sorted(), disclosed: false)
        return all.filter { logged in
            guard let statement = try? logged.statement() else { return false }
            let participant = statement.claims.participant(issuer: statement.issuer)
            return participant.map { handles.contains($0) } ?? false
        }
    }

    func answer(
        granted: Granted?, parties: Set<Handle>, records: [Record], of enterprise: Handle
    ) async throws(StoreError) -> FetchAnswer {
        let genesis = try await logged([0], disclosed: false)
        var authority: FetchAnswer.Granted?
        if let granted {
            let indices = [granted.access, granted.grant] + (granted.rekey.map { [$0] } ?? [])
            let statements = try await logged(indices, disclosed: true)
            authority = FetchAnswer.Granted(
                access: statements[0], grant: statements[1],
                rekey: statements.count > 2 ? statements[2] : nil, envelope: granted.envelope)
        }
        let proofs = try await reader.proofs(of: records.map(\.index))
        return FetchAnswer(
            checkpoint: checkpoint, genesis: genesis[0], granted: authority,
            participants: try await keyStatements(of: parties),
            records: zip(records, proofs).map { record, proof in
                FetchAnswer.Record(
                    logged: LoggedStatement(
                        index: record.index, jws: record.leaf, proof: proof.hashes),
                    fields: record.fields)
            },
            erasures: try await erasures(
                by: enterprise, of: records, before: granted?.access ?? size))
    }

    /// The erasures of `records` that come before the entry `end`. They are looked for from the first
    /// erased record on, until all are found.
    private func erasures(
        by enterprise: Handle, of records: [Record], before end: Int64
    ) async throws(StoreError) -> [LoggedStatement] {
        let erased = records.filter { $0.isErased }
        var targets = Set(erased.compactMap { try? Statement(parsing: $0.leaf).jti })
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
        return try await logged(found, disclosed: false)
    }

    private static let erasuresAtOnce = 256
}

extension Statement {
    /// The statements whose erasure takes this one's selective claims.
    var erasable: [JTI] { [jti] + (claims.follows.map { [$0] } ?? []) }
}
