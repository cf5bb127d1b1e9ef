import Sharing
import TestSupport
import Transparency
import Wire

@testable import Rules
@testable import Storage

/// Makes batches for a store as a sequencer would, out of random statements: signed, in a real tree,
/// with state that has the shapes the rules give it. What it makes isn't admissible by the rules.
struct LogBuilder {
    var random: SeededGenerator
    private(set) var head: Head?
    private(set) var edge = TileEdge()
    private(set) var statements: [StatementState] = []
    private(set) var jtis: [JTI] = []
    private var books: [StateKey: BookState] = [:]
    private var sources: [StateKey] = []
    private let signer: Signer

    static let handles = ["northbank", "e-7k2m9q4x", "regulator"].compactMap { Handle($0) }
    static let sections = ["due_date", "document", "envelope", "tax_exclusive_amount", "lines"]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let key = SigningKey(seed: Secret(copying: random.bytes(32)))
        signer = Signer(
            origin: Origin("trine.example/alliance")!, handle: Self.handles[0],
            log: Digest(hashing: [1]), key: key)
    }

    /// The next batch, `count` new entries and sometimes an erasure, and the builder that goes on
    /// where it ends.
    func batch(entries count: ClosedRange<Int> = 0...5) -> (batch: Batch, next: LogBuilder) {
        var changes: [StateKey: StateValue?] = [:]
        var entries: [NewEntry] = []
        var next = self
        for _ in 0..<next.random.number(count) {
            let entry = next.entry(at: Int64(next.edge.size) + Int64(entries.count), &changes)
            entries.append(entry)
        }
        var erased: [JTI] = []
        if let position = next.statements.indices.randomElement(using: &next.random),
            !next.statements[position].erased, next.random.chance(50)
        {
            next.statements[position].erased = true
            changes[StatementState.key(next.jtis[position]).untyped] = StateValue(
                next.statements[position])
            erased.append(next.jtis[position])
        }
        if !next.sources.isEmpty, next.random.chance(30) {
            changes[next.sources.removeFirst()] = .some(nil)
        }
        changes[LogState.key.untyped] = StateValue(next.log())
        next.addConfidentialState(to: &changes)
        let hashes = entries.map { Hash.leaf($0.statement.jws.bytes) }
        let tiles = next.edge.append(hashes).map {
            StoredTile(
                level: $0.coordinate.level, index: $0.coordinate.index, hashes: $0.hashes)
        }
        let head = Head(edge: next.edge.rightEdge, checkpoint: next.random.bytes(80))
        next.head = head
        let batch = Batch(
            entries: entries, tiles: tiles, changes: changes, erased: erased, head: head)
        return (batch, next)
    }

    /// State that follows from selective claims, in part or as a whole, and comes and goes.
    private func addConfidentialState(to changes: inout [StateKey: StateValue?]) {
        guard let jti = jtis.last else { return }
        let handle = Self.handles[jtis.count % Self.handles.count]
        changes[ParticipantState.key(handle).untyped] = StateValue(
            ParticipantState(
                roles: [.lender], keys: [], encryptionKey: nil, admittedAt: Int64(jtis.count),
                size: jtis.count.isMultiple(of: 2) ? .small : nil))
        changes[CallState.key(jti).untyped] =
            jtis.count.isMultiple(of: 3) ? .some(nil) : StateValue(CallState(entry: jti))
    }

    private func log() -> LogState {
        LogState(
            origin: signer.origin, genesis: Digest(hashing: [1]), rules: 1,
            logKey: "", clockKey: "",
            charter: Charter(
                authorities: [Self.handles[2]], threshold: 1, freshness: 60, witnesses: []),
            host: Self.handles[0],
            policies: Digest(hashing: [2]), time: Timestamp(clamping: Int64(edge.size)))
    }

    private mutating func entry(
        at index: Int64, _ changes: inout [StateKey: StateValue?]
    ) -> NewEntry {
        let jti = JTI(using: &random)
        let issuer = Self.handles.randomElement(using: &random)!
        let signer = Signer(
            origin: signer.origin, handle: issuer, log: signer.log, key: signer.key)
        let signed = statement(jti, issuer, signer, &changes)
        let statement = signed.statement
        var state = StatementState(
            index: index, digest: statement.digest, kind: statement.kind, issuer: issuer,
            time: statement.issuedAt)
        if let record = statement.claims as? RegisterRecord {
            state.record = .init(
                book: record.book, number: record.number, epoch: record.epoch,
                source: record.source)
        }
        changes[StatementState.key(jti).untyped] = StateValue(state)
        statements.append(state)
        jtis.append(jti)
        let others = Self.handles.filter { _ in random.chance(30) }
        return NewEntry(
            index: index, statement: statement, parties: Set([issuer] + others),
            attachments: attachments())
    }

    private mutating func statement(
        _ jti: JTI, _ issuer: Handle, _ signer: Signer, _ changes: inout [StateKey: StateValue?]
    ) -> SignedStatement {
        let time = Timestamp(clamping: 1_800_000_000)
        switch random.number(1...10) {
        case 1:
            return .sign(
                Revoke(grant: jtis.randomElement(using: &random) ?? jti),
                StatedReason(.purposeFulfilled).disclosures(using: &random), by: signer, at: time,
                jti: jti)
        case 2:
            return .sign(
                Suspend(Self.handles.randomElement(using: &random)!),
                StatedReason(.resolved).disclosures(using: &random), by: signer, at: time, jti: jti)
        case 3:
            let name = BookName(series: .bills, month: Month(number: random.number(300...304))!)
            return .sign(
                CloseBook(name, count: 3, root: Digest(hashing: random.bytes(4))), by: signer,
                at: time, jti: jti)
        default:
            return record(jti, issuer, signer, time, &changes)
        }
    }

    private mutating func record(
        _ jti: JTI, _ issuer: Handle, _ signer: Signer, _ time: Timestamp,
        _ changes: inout [StateKey: StateValue?]
    ) -> SignedStatement {
        let series: Series = random.chance(70) ? .invoices : .bills
        let name = BookName(series: series, month: Month(number: random.number(300...304))!)
        let key = BookState.key(issuer, name).untyped
        var book = books[key] ?? BookState()
        book.count += 1
        let source = Digest<Digested.Source>(hashing: random.bytes(8))
        let claims = RegisterRecord(
            vct: "https://trine.example/alliance/types/invoice/1",
            integrity: TypeIntegrity(Digest(hashing: [])), book: name,
            number: book.count, epoch: Int64(random.number(0...3)), source: source, replaces: nil,
            fieldsRoot: Digest(hashing: random.bytes(8)), holder: signer.key.verificationKey.named,
            status: StatusReference(
                of: book.count, in: name, of: issuer, origin: Origin("trine.example/alliance")!))
        let disclosures = (0..<random.number(1...3)).map {
            Disclosure(salt: .init(using: &random), name: "field_\($0)", value: .null)
        }
        let signed = Statement.sign(
            claims, selective: disclosures, by: signer, at: time, jti: jti)
        book.edge.append(Hash.leaf(signed.statement.digest.bytes))
        book.epoch = max(book.epoch, claims.epoch)
        if random.chance(20) { book.erase(Int64(random.number(1...Int(book.count)))) }
        books[key] = book
        changes[key] = StateValue(book)
        let sourceKey = SourceState.key(issuer, source).untyped
        changes[sourceKey] = StateValue(SourceState(record: jti))
        sources.append(sourceKey)
        return signed
    }

    private mutating func attachments() -> Attachments {
        guard random.chance(80) else { return Attachments() }
        let names = Self.sections.filter { _ in random.chance(60) }
        return Attachments(
            disclosures: random.bytes(random.number(0...300)),
            sections: names.map {
                let count = random.chance(15) ? random.number(4090...9000) : random.number(0...400)
                return .init(name: $0, bytes: random.bytes(count))
            })
    }
}

extension SignedStatement {
    fileprivate static func sign(
        _ claims: some KindForm, _ selective: [Disclosure] = [], by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> SignedStatement {
        Statement.sign(claims, selective: selective, by: signer, at: time, jti: jti)
    }
}

extension SQLiteTuning {
    /// The log is moved, and names are filed, every few entries.
    static let small = SQLiteTuning(
        checkpointPages: 12, vaultCheckpointPages: 2, unfiledNames: 20)
    /// The write-ahead logs keep all that was written since opening.
    static let neverMoved = SQLiteTuning(checkpointPages: 1 << 20)
}
