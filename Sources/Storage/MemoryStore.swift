public import Sharing
public import Transparency
public import Wire

/// A store in memory: for tests and for trying things out. What it holds is gone with it.
public actor MemoryStore: Store, LedgerStore, StateStore, IndexStore, BlobStore, DropBox {
    private let keys: Vault
    private var term: Int64 = 0
    private var current: Head?
    private var entries: [StagedEntries.Entry] = []
    private var blobRows: [Int64: [Int: [UInt8]]] = [:]
    private var erased: Set<Int64> = []
    private var tiles: [TilePlace: [Hash]] = [:]
    private var open: [String: [UInt8]] = [:]
    /// By hidden name.
    private var hidden: [[UInt8]: SealedRow] = [:]
    private var received: [Handle: BoxedApplication] = [:]
    /// What is to be destroyed, and the size from which on.
    private var due: [VaultPlace: Int64] = [:]
    /// The keys of `open` and the rows of `hidden`, in their order; `nil` after a change.
    private var order: (open: [String], hidden: [SealedRow])?

    private struct TilePlace: Hashable {
        let level: Int
        let index: UInt64
    }

    public init() {
        guard let keys = try? Vault(VaultInMemory()) else {
            preconditionFailure("memory doesn't fail")
        }
        self.keys = keys
    }

    public nonisolated func vault() -> Vault { keys }

    // MARK: The log

    public func head() async -> Head? { current }

    @discardableResult
    public func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure {
        guard current?.position == previous, tenure?.term ?? term == term else {
            throw .superseded
        }
        precondition(staged.first == previous?.size ?? 0, "entries continue the log")
        entries += staged.entries
        for (place, bytes) in staged.blobs {
            blobRows[place.index, default: [:]][place.row] = bytes
        }
        for erased in staged.erased { erase(erased, at: staged.head.size) }
        for tile in staged.tiles {
            tiles[TilePlace(level: tile.level, index: tile.index)] = tile.hashes
        }
        for row in staged.open { open[row.key] = row.value }
        for change in staged.hidden {
            if let old = hidden[change.name] {
                due[VaultPlace(.slot, old.slot)] = staged.head.size
            }
            hidden[change.name] = change.row.map {
                SealedRow(slot: $0.slot, name: change.name, bytes: $0.bytes)
            }
        }
        order = nil
        current = staged.head
        if tenure == nil { term += 1 }
        return Tenure(term: term)
    }

    private func erase(_ leader: StagedEntries.Erased, at size: Int64) {
        for entry in entries
        where entry.found.index == leader.index || entry.found.leader == leader.statement {
            let index = entry.found.index
            blobRows[index] = nil
            erased.insert(index)
            due[VaultPlace(.entry, index)] = size
            entries[Int(index)] = entry.withoutParties
        }
    }

    public func destroyErased(before size: Int64) async throws(StoreError) {
        let places = due.filter { $0.value <= size }.keys
        guard places.contains(where: { $0.kind != .slot }) else { return }
        do { try keys.destroy(VaultPlaces(places), size: current?.size ?? 0) } catch {
            throw .outcomeUnknown(.notErased(StoreError(error, in: VaultRoot.pagesFile)))
        }
        for place in places { due[place] = nil }
    }

    public func leaves(_ range: Range<Int64>) async -> [[UInt8]] { slice(range).map(\.leaf) }

    public func tile(level: Int, index: UInt64) async -> [Hash] {
        tiles[TilePlace(level: level, index: index)] ?? []
    }

    // MARK: The state

    public func rows(_ names: [StateNames]) -> [StateRows] {
        names.map { names in
            StateRows(
                open: names.open.flatMap { open[$0] }, sealed: names.hidden.flatMap { hidden[$0] })
        }
    }

    public func rows(
        after key: String, upTo last: String?, limit: Int,
        hidden: @Sendable (String) -> [UInt8]?
    ) -> [(key: String, rows: StateRows)] {
        let later = ordered().open.drop { $0 <= key }
        let found = last.map { last in later.prefix { $0 <= last } } ?? later
        return found.prefix(limit).map { text in
            (text, rows([StateNames(open: text, hidden: hidden(text))])[0])
        }
    }

    public func keys(after key: String, limit: Int) -> [String] {
        Array(ordered().open.drop { $0 <= key }.prefix(limit))
    }

    public func sealedRows(after slot: Int64, limit: Int) -> [SealedRow] {
        Array(ordered().hidden.drop { $0.slot <= slot }.prefix(limit))
    }

    private func ordered() -> (open: [String], hidden: [SealedRow]) {
        let order = order ?? (open.keys.sorted(), hidden.values.sorted { $0.slot < $1.slot })
        self.order = order
        return order
    }

    // MARK: Finding entries

    public func indices(
        concerning party: PartyNames, from: Int64, limit: Int
    ) -> [Int64] {
        let names = Dictionary(uniqueKeysWithValues: party.hidden.map { ($0.kind, $0.name) })
        return first(limit, from: from) { entry in
            names[entry.kind].map {
                entry.issuer == party.issuer || entry.parties.contains($0)
            } ?? false
        }
    }

    public func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async -> [Int64] {
        first(limit, from: from) {
            (issuer == nil || $0.issuer == issuer) && (kind == nil || $0.kind == kind)
        }
    }

    public func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async -> [(number: Int64, index: Int64)] {
        entries.compactMap { entry in
            guard let record = entry.found.record, entry.found.issuer == enterprise,
                record.book == book, range.contains(record.number)
            else { return nil }
            return (record.number, entry.found.index)
        }.sorted { $0.number < $1.number }
    }

    public func misfiled(_ wanted: [FiledEntry]) -> [Int64] {
        wanted.filter { wanted in
            guard let stored = slice(wanted.found.index..<(wanted.found.index + 1)).first?.found
            else { return true }
            var expected = wanted.found
            if !wanted.arePartiesKnown { expected.parties = stored.parties }
            return stored != expected
        }.map(\.found.index)
    }

    public func filed() -> FiledCounts {
        var counts = FiledCounts()
        for entry in entries { counts.count(entry.found) }
        return counts
    }

    private func slice(_ range: Range<Int64>) -> ArraySlice<StagedEntries.Entry> {
        let first = Int(clamping: max(0, range.lowerBound))
        let end = min(Int(clamping: range.upperBound), entries.count)
        return first < end ? entries[first..<end] : []
    }

    private func first(
        _ limit: Int, from: Int64, where matches: (IndexedEntry) -> Bool
    ) -> [Int64] {
        slice(from..<Int64.max).lazy.map(\.found).filter(matches).prefix(max(0, limit)).map(\.index)
    }

    // MARK: Attachments

    public func firstRows(of indices: [Int64], enough: Int) -> [[UInt8]?] {
        var found: [[UInt8]?] = []
        var bytes = 0
        for index in indices where bytes < enough {
            let row = blobRows[index]?[0]
            bytes += row?.count ?? 0
            found.append(row)
        }
        return found
    }

    public func rows(at places: [BlobPlace]) -> [BlobPlace: [UInt8]] {
        var found: [BlobPlace: [UInt8]] = [:]
        for place in places { found[place] = blobRows[place.index]?[place.row] }
        return found
    }

    public func isErased(_ index: Int64) -> Bool { erased.contains(index) }

    // MARK: Applications

    public func put(_ application: BoxedApplication) {
        drop(application.handle)
        received[application.handle] = application
    }

    public func drop(_ handle: Handle) {
        guard let old = received.removeValue(forKey: handle) else { return }
        due[VaultPlace(.application, old.number)] = 0
    }

    public func boxed() -> [BoxedApplication] {
        received.values.sorted { ($0.received, $0.handle) < ($1.received, $1.handle) }
    }
}

extension StagedEntries.Entry {
    /// As it is after its selective claims were erased: it concerns its issuer alone.
    fileprivate var withoutParties: StagedEntries.Entry {
        StagedEntries.Entry(
            leaf: leaf,
            found: IndexedEntry(
                index: found.index, issuer: found.issuer, kind: found.kind, parties: [],
                leader: found.leader, record: found.record))
    }
}
