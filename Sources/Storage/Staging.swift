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
            blobs += wrapped.rows.enumerated().map {
                (BlobPlace(index: entry.index, row: $0), $1)
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
        entries = batch.entries.map { Entry($0, names) }
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

    /// Without the rows that stand under `names`, too.
    func removing(hidden names: Set<[UInt8]>) -> StagedEntries {
        StagedEntries(
            entries: entries, blobs: blobs, tiles: tiles, open: open,
            hidden: hidden + names.map { Hidden(name: $0, row: nil) }, erased: erased,
            nextSlot: nextSlot, head: head)
    }

    /// The index of its first entry; of the next one, where it has none.
    var first: Int64 { head.size - Int64(entries.count) }
}

extension StagedEntries.Entry {
    init(_ entry: NewEntry, _ names: HiddenNames) {
        let statement = entry.statement
        index = entry.index
        issuer = statement.issuer
        kind = statement.kind
        leaf = statement.jws.bytes
        parties = entry.parties.subtracting([statement.issuer]).map {
            names.name(of: $0, to: statement.kind)
        }
        leader = statement.claims.follows
        record = (statement.claims as? RegisterRecord).map {
            Record(book: $0.book, number: $0.number)
        }
    }
}

extension Batch {
    /// Entries continue each other without a gap and the new head counts them: whoever builds a batch
    /// otherwise has a fault that must not reach a disk.
    fileprivate func requireOrder() {
        let first = head.size - Int64(entries.count)
        for (position, entry) in entries.enumerated() {
            precondition(entry.index == first + Int64(position), "entries continue the log")
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
