import CSodium
import Foundation
import Rules
import Sharing
import Storage
import Transparency
import Wire

/// A log as one enterprise fills it: one book after another, signed records, and the state that the
/// rules make of them.
struct BenchLog {
    /// A batch that is ready to be stored, and what it makes of the log.
    struct DecidedBatch {
        let batch: Batch
        let edge: TileEdge
    }

    private(set) var head: Head
    private let signer: Signer
    private let log: LogState
    private let sections: [Attachments.Section]
    private var edge = TileEdge()
    private var month = 1
    private var number: Int64 = 0

    private static let perBook: Int64 = 2000

    init() {
        guard let origin = Origin("trine.example/bench"), let handle = Handle("e-7k2m9q4x"),
            let authority = Handle("authority"), let host = Handle("host")
        else { preconditionFailure("these are well-formed") }
        let genesis = Digest<Digested.Genesis>(hashing: [1])
        signer = Signer(
            origin: origin, handle: handle, log: genesis,
            key: SigningKey(seed: Secret(copying: [UInt8](repeating: 7, count: 32))))
        log = LogState(
            origin: origin, genesis: genesis, rules: 1, logKey: "", clockKey: "",
            charter: FoundingCharter(authorities: [
                .init(handle: authority, key: signer.key.verificationKey)
            ]).charter,
            host: host, policies: CedarPolicies.standard.digest,
            time: Timestamp(clamping: 1_800_000_000))
        // Most fields are padded to 128 or 256 bytes of ciphertext.
        sections = RecordType.invoice.sealedNames.enumerated().map { position, name in
            .init(name: name.text, bytes: [UInt8](repeating: UInt8(position), count: 200))
        }
        head = Head(edge: edge.rightEdge, checkpoint: [])
    }

    /// What signs the statements.
    var key: VerificationKey { signer.key.verificationKey }
    /// Bytes of ciphertext beside a statement.
    var ciphertextBytes: Int { sections.reduce(0) { $0 + $1.bytes.count } }

    /// The state that the first statements would have made: the enterprise and its key.
    func founding() -> Batch {
        let key = signer.key.verificationKey
        return Batch(
            entries: [], tiles: [],
            changes: [
                LogState.key.untyped: StateValue(log),
                TypesState.key.untyped: StateValue(
                    TypesState(list: RecordTypes.standard.published(origin: log.origin))),
                ParticipantState.key(signer.handle).untyped: StateValue(
                    ParticipantState(
                        roles: [.enterprise], keys: [key.thumbprint], encryptionKey: nil,
                        admittedAt: 0)),
                KeyState.key(key.thumbprint).untyped: StateValue(
                    KeyState(handle: signer.handle, key: key, scopes: [.all])),
            ], erased: [], head: head)
    }

    /// The next records, signed.
    mutating func records(_ count: Int) -> [Sharing.Statement] {
        (0..<count).map { _ in
            if number == Self.perBook { (month, number) = (month + 1, 0) }
            number += 1
            guard let month = Month(number: month) else {
                preconditionFailure("there are months enough")
            }
            return signer.emptyInvoice(in: month, number: number, at: log.time)
        }
    }

    /// As a gateway does it: parses, loads the state, asks the rules, and makes a batch of it; the
    /// ciphertexts are left out unless `full`.
    func decide(
        _ texts: [[UInt8]], full: Bool, on store: SQLiteStore
    ) async throws -> DecidedBatch {
        let candidates = try texts.enumerated().map {
            Candidate(
                try Statement(parsing: $1), selective: nil, index: head.size + Int64($0))
        }
        let texts = TextShelf.standard(of: log.origin)
        var slice = try await store.state(Set(candidates.flatMap { Rules.keys(of: $0) }))
        var changes: [StateKey: StateValue?] = [:]
        var entries: [NewEntry] = []
        for candidate in candidates {
            let admission = try Rules.decide(candidate, in: slice, texts: texts)
            slice.apply(admission.changes)
            changes.merge(admission.changes.values) { $1 }
            entries.append(
                NewEntry(
                    index: candidate.index, statement: candidate.statement,
                    parties: [signer.handle],
                    attachments: Attachments(sections: full ? sections : [])))
        }
        return batch(entries, changes)
    }

    mutating func advance(_ decided: DecidedBatch) {
        (head, edge) = (decided.batch.head, decided.edge)
    }

    private func batch(
        _ entries: [NewEntry], _ changes: [StateKey: StateValue?]
    ) -> DecidedBatch {
        var edge = edge
        let tiles = edge.append(entries.map { Hash.leaf($0.statement.jws.bytes) }).map {
            StoredTile(
                level: $0.coordinate.level, index: $0.coordinate.index, hashes: $0.hashes)
        }
        let head = Head(edge: edge.rightEdge, checkpoint: [UInt8](repeating: 1, count: 300))
        return DecidedBatch(
            batch: Batch(entries: entries, tiles: tiles, changes: changes, erased: [], head: head),
            edge: edge)
    }
}

extension Signer {
    /// The statement of a record of an invoice, with the digests of all its fields.
    func emptyInvoice(
        in month: Month, number: Int64, at time: Timestamp,
        fieldsRoot: Digest<Digested.Fields> = Digest(hashing: [2])
    ) -> Sharing.Statement {
        var random = QuickRandom()
        guard let source = Digest<Digested.Source>(bytes: RandomBytes.make(32, using: &random))
        else { preconditionFailure("a digest has 32 bytes") }
        let fields = RecordType.invoice.sealedNames.map {
            Disclosure(salt: .init(using: &random), name: $0.text, value: .null)
        }
        return Statement.sign(
            RegisterRecord(
                vct: RecordType.invoice.vct(origin: origin),
                integrity: RecordType.invoice.integrity(origin: origin),
                book: BookName(series: .invoices, month: month), number: number, epoch: 0,
                source: source, replaces: nil, fieldsRoot: fieldsRoot,
                holder: key.verificationKey.named,
                status: StatusReference(
                    of: number, in: BookName(series: .invoices, month: month), of: handle,
                    origin: origin)),
            selective: fields, by: self, at: time, jti: JTI(using: &random)
        ).statement
    }
}

/// Random bytes without a system call for each eight.
private struct QuickRandom: ByteGenerator {
    mutating func next() -> UInt64 { UInt64.random(in: .min ... .max) }

    func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        randombytes_buf(start, bytes.count)
    }
}
