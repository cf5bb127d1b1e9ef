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
            throw .corrupt(place: "checkpoint", detail: "not a note")
        }
        checkpoint = note
    }

    var size: Int64 { reader.head.size }

    struct Record: Sendable {
        let index: Int64
        let leaf: [UInt8]
        let fields: [FieldCiphertext]
    }

    struct Granted: Sendable {
        let access: Int64
        let grant: Int64
        let carrier: Int64?
        let envelope: Envelope
    }

    /// The statements that say which keys a participant has.
    static let keyKinds: Set<Kind> = [
        .admit, .key, .retireKey, .encryptionKey, .suspend, .reinstate,
    ]

    /// The entries at `indices`, in their order, with their disclosures where `disclosed`.
    func logged(_ indices: [Int64], disclosed: Bool) async throws(StoreError) -> [LoggedStatement] {
        let proofs = try await reader.proofs(of: indices)
        var result: [LoggedStatement] = []
        for (index, proof) in zip(indices, proofs) {
            let leaf = try await reader.leaf(index)
            var disclosures: [UInt8] = []
            var erased = false
            if disclosed {
                if let parts = try await store.attachments(of: index, sections: []) {
                    disclosures = parts.disclosures
                } else {
                    erased = try await isErased(leaf)
                }
            }
            result.append(
                LoggedStatement(
                    index: index, jws: leaf, disclosures: disclosures, proof: proof.hashes,
                    erased: erased))
        }
        return result
    }

    private func isErased(_ leaf: [UInt8]) async throws(StoreError) -> Bool {
        guard let statement = try? Statement(parsing: leaf) else { return false }
        let slice = try await store.state([.statement(statement.jti)])
        if case .statement(let state) = slice[.statement(statement.jti)] { return state.erased }
        return false
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
            return switch statement.claims {
            case .admit(let admit): handles.contains(admit.handle)
            case .suspend(let handle, _), .reinstate(let handle, _): handles.contains(handle)
            default: handles.contains(statement.issuer)
            }
        }
    }

    func answer(
        granted: Granted?, parties: Set<Handle>, records: [Record], erasedOf enterprise: Handle?
    ) async throws(StoreError) -> FetchAnswer {
        let genesis = try await logged([0], disclosed: false)
        var authority: FetchAnswer.Granted?
        if let granted {
            let indices = [granted.access, granted.grant] + (granted.carrier.map { [$0] } ?? [])
            let statements = try await logged(indices, disclosed: true)
            authority = FetchAnswer.Granted(
                access: statements[0], grant: statements[1],
                carrier: statements.count > 2 ? statements[2] : nil, envelope: granted.envelope)
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
            erasures: try await erasures(by: enterprise, of: records))
    }

    /// The erasures that concern `records`.
    private func erasures(
        by enterprise: Handle?, of records: [Record]
    ) async throws(StoreError) -> [LoggedStatement] {
        guard let enterprise else { return [] }
        var targets: Set<JTI> = []
        for record in records {
            if let statement = try? Statement(parsing: record.leaf) {
                targets.insert(statement.jti)
            }
        }
        var found: [Int64] = []
        var from: Int64 = 0
        while true {
            let page = try await store.indices(
                issuer: enterprise, kind: .erase, from: from, limit: 1000)
            for index in page {
                guard let statement = try? Statement(parsing: try await reader.leaf(index)),
                    case .erase(.record(let jti), _) = statement.claims, targets.contains(jti)
                else { continue }
                found.append(index)
            }
            guard let last = page.last, page.count == 1000 else { break }
            from = last + 1
        }
        return try await logged(found, disclosed: false)
    }
}
