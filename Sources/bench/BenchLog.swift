import Foundation
import Rules
import Sharing
import Storage
import Transparency
import Wire

/// A log as one enterprise fills it: one book after another, signed records, and the state that the
/// rules make of them. What isn't measured is made without asking the rules.
struct BenchLog {
    /// A batch that is ready to be stored, and what it makes of the log.
    struct DecidedBatch {
        let batch: Batch
        let edge: TileEdge
    }

    private(set) var head: Head
    private let signer: Signer
    private let log: LogState
    private let short: [Disclosure]
    private let full: [Disclosure]
    private let sections: [Attachments.Section]
    private var edge = TileEdge()
    private var month = 1
    private var number: Int64 = 0
    private var book = BookState()
    private var random = SystemRandomNumberGenerator()

    private static let perBook: Int64 = 2000
    private static let type = RecordType.invoice

    init() {
        guard let origin = Origin("trine.example/bench"), let handle = Handle("e-7k2m9q4x"),
            let authority = Handle("authority"), let host = Handle("host")
        else { preconditionFailure("these are well-formed") }
        let genesis = Digest<Digested.Genesis>(hashing: [1])
        signer = Signer(
            origin: origin, handle: handle, log: genesis,
            key: SigningKey(seed: Secret(copying: [UInt8](repeating: 7, count: 32))))
        log = LogState(
            origin: origin, genesis: genesis, rules: 1, authorities: [authority], threshold: 1,
            host: host, policies: CedarPolicies.standard.digest,
            time: Timestamp(clamping: 1_800_000_000))
        var random = SystemRandomNumberGenerator()
        full = Self.type.sealedNames.map {
            Disclosure(salt: .init(using: &random), name: $0.text, value: .null)
        }
        short = Array(full.prefix(1))
        // Most fields are padded to 128 or 256 bytes of ciphertext.
        sections = Self.type.sealedNames.enumerated().map { position, name in
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
                ParticipantState.key(signer.handle).untyped: StateValue(
                    ParticipantState(
                        roles: [.enterprise], keys: [key.thumbprint], encryptionKey: nil,
                        admittedAt: 0)),
                KeyState.key(key.thumbprint).untyped: StateValue(
                    KeyState(handle: signer.handle, key: key, scopes: [.all])),
            ], erased: [], head: head)
    }

    /// The next records, signed: of the usual size, or short ones to fill a log with.
    mutating func records(_ count: Int, full isFull: Bool) -> [Sharing.Statement] {
        (0..<count).map { _ in
            if number == Self.perBook { (month, number) = (month + 1, 0) }
            number += 1
            guard let month = Month(number: month),
                let source = Digest<Digested.Source>(bytes: RandomBytes.make(32, using: &random))
            else { preconditionFailure("there are months enough") }
            return Statement.sign(
                RegisterRecord(
                    vct: Self.type.vct(origin: signer.origin),
                    book: BookName(series: .invoices, month: month), number: number, epoch: 0,
                    source: source, replaces: nil, fieldsRoot: Digest(hashing: [2]),
                    holder: signer.key.verificationKey.named),
                selective: isFull ? full : short, by: signer, at: log.time,
                jti: JTI(using: &random)
            ).statement
        }
    }

    /// As a gateway does it: parses, loads the state, asks the rules, and makes a batch of it.
    func decide(_ texts: [[UInt8]], on store: SQLiteStore) async throws -> DecidedBatch {
        let candidates = try texts.enumerated().map {
            Candidate(
                try Statement(parsing: $1), selective: nil, index: head.size + Int64($0))
        }
        var slice = try await store.state(Set(candidates.flatMap { Rules.keys(of: $0) }))
        var changes: [StateKey: StateValue?] = [:]
        var entries: [NewEntry] = []
        for candidate in candidates {
            let admission = try Rules.decide(candidate, in: slice, policies: PolicyShelf.standard)
            slice.apply(admission.changes)
            changes.merge(admission.changes.values) { $1 }
            entries.append(
                NewEntry(
                    index: candidate.index, statement: candidate.statement,
                    parties: [signer.handle], attachments: Attachments(sections: sections)))
        }
        return batch(entries, changes)
    }

    /// The same for short records, without asking the rules.
    mutating func undecided(_ statements: [Sharing.Statement]) -> DecidedBatch {
        var changes: [StateKey: StateValue?] = [LogState.key.untyped: StateValue(log)]
        var entries: [NewEntry] = []
        for (offset, statement) in statements.enumerated() {
            guard let record = statement.claims as? RegisterRecord else { continue }
            let index = head.size + Int64(offset)
            if record.number == 1 { book = BookState() }
            book.count += 1
            book.edge.append(Hash.leaf(statement.digest.bytes))
            changes[BookState.key(signer.handle, record.book).untyped] = StateValue(book)
            changes[SourceState.key(signer.handle, record.source).untyped] = StateValue(
                SourceState(record: statement.jti))
            changes[StatementState.key(statement.jti).untyped] = StateValue(
                StatementState(
                    index: index, digest: statement.digest, kind: statement.kind,
                    issuer: statement.issuer,
                    record: .init(
                        book: record.book, number: record.number, epoch: record.epoch,
                        source: record.source)))
            entries.append(
                NewEntry(
                    index: index, statement: statement, parties: [signer.handle],
                    attachments: Attachments()))
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
