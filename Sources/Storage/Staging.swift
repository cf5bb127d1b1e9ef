import Rules
import Sharing
import Transparency
import Wire

extension StagedEntries {
    /// Wraps and encodes `batch`. It reads nothing of what is stored, so that the next batch can be
    /// staged while this one is committed.
    init(_ batch: Batch, under vault: Vault) throws(StoreError) {
        batch.requireOrder()
        let names = vault.names
        var blobs: [(place: BlobPlace, bytes: [UInt8])] = []
        for entry in batch.entries where !entry.attachments.isEmpty {
            guard let key = try vault.key(VaultPlace(.entry, entry.index)) else {
                throw .corrupt(.attachments(entry: entry.index), .keyMissing)
            }
            let wrapped = WrappedAttachments(entry.attachments, of: entry.index, key: key)
            for (row, bytes) in wrapped.rows.enumerated() {
                blobs.append((BlobPlace(index: entry.index, row: row), bytes))
            }
        }
        let changes = batch.changes.map { (key: $0.key, text: $0.key.text, value: $0.value) }
            .sorted { $0.text < $1.text }
        var hidden: [Hidden] = []
        var nextSlot: Int64 = 0
        for change in changes where change.key.family.hasSelectivePart {
            let row = try SealedState(vault: vault).row(of: change.text, change.value)
            if let row { nextSlot = max(nextSlot, row.slot + 1) }
            hidden.append(Hidden(name: names.name(ofState: change.text), row: row))
        }
        var erased: [Erased] = []
        for jti in batch.erased {
            erased.append(Erased(index: try batch.index(ofErased: jti), statement: jti))
        }
        entries = batch.entries.map { entry in
            Entry(
                leaf: entry.statement.jws.bytes,
                found: IndexedEntry(
                    entry.statement, at: entry.index, parties: entry.parties, names))
        }
        self.blobs = blobs
        tiles = batch.tiles
        open = changes.filter(\.key.family.hasPublicPart).map {
            Open(key: $0.text, value: $0.value?.publicBytes)
        }
        self.hidden = hidden
        self.erased = erased
        self.nextSlot = nextSlot
        head = batch.head
    }

    /// The index of its first entry; of the next one, where it has none.
    var first: Int64 { head.size - Int64(entries.count) }
}

extension IndexedEntry {
    init(
        _ statement: Statement, at index: Int64, parties: Set<Handle>, _ names: HiddenNames
    ) {
        self.index = index
        issuer = statement.issuer
        kind = statement.kind
        self.parties = names.names(
            of: parties.filter { $0 != statement.issuer }, to: statement.kind)
        leader = statement.claims.follows
        record = statement.record
    }
}

extension Statement {
    /// Which record it registers.
    var record: IndexedEntry.Record? {
        (claims as? RegisterRecord).map { .init(book: $0.book, number: $0.number) }
    }
}

extension Batch {
    /// Entries continue each other without a gap and the new head counts them: whoever builds a batch
    /// otherwise has a fault that must not reach a disk.
    fileprivate func requireOrder() {
        let first = head.size - Int64(entries.count)
        for position in entries.indices {
            precondition(
                entries[position].index == first + Int64(position), "entries continue the log")
        }
    }

    /// The index of an erased statement: from the state that this batch leaves behind, which says that
    /// it is erased.
    fileprivate func index(ofErased jti: JTI) throws(StoreError) -> Int64 {
        let state = changes[StatementState.key(jti).untyped] ?? nil
        guard let statement = state?.object as? StatementState else {
            throw .failed(.nothingToErase(jti))
        }
        return statement.index
    }
}
