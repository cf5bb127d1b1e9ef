public import Sharing
public import Transparency
public import Wire

// The log.
extension Store {
    /// Wraps and encodes `batch` for ``commit(_:after:in:)``. It reads no database, so that a batch can
    /// be staged while the one before it is committed.
    public func stage(_ batch: Batch) async throws(StoreError) -> StagedEntries {
        try StagedEntries(batch, under: try await vault())
    }

    @discardableResult
    public func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure {
        try await ledger.commit(staged, after: previous, in: tenure)
    }

    /// Destroys the keys of what was erased in the first `size` entries. What erased it is stored, whatever keeps
    /// its keys from being destroyed: throws ``StoreError/outcomeUnknown(_:)`` only.
    public func destroyErased(before size: Int64) async throws(StoreError) {
        do { try await ledger.destroyErased(before: size) } catch {
            if case .outcomeUnknown = error { throw error }
            throw .outcomeUnknown(.notErased(error))
        }
    }
}

// Reading the log.
extension ReadableStore {
    public func head() async throws(StoreError) -> Head? { try await source.head() }

    public func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await source.leaves(range)
    }

    public func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await source.tile(level: level, index: index)
    }
}

// Finding entries.
extension ReadableStore {
    /// Those of `entries` that aren't found as they say: their indices. `counts` gets what they add to
    /// ``IndexStore/filed()``.
    public func misfiled(
        _ entries: [DerivedRows.Entry], counting counts: inout FiledCounts
    ) async throws(StoreError) -> [Int64] {
        let names = try await vault().names
        let filed = entries.map { $0.filed(names) }
        for entry in filed { counts.count(entry.found) }
        return try await index.misfiled(filed)
    }

    /// Indices ≥ `from`, ascending, at most `limit`, of entries that concern `party` and are of one
    /// of `kinds` (any, for `nil`).
    public func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        let names = try await vault().names
        let wanted = Kind.allCases.filter { kinds?.contains($0) ?? true }
        return try await index.indices(
            concerning: PartyNames(
                issuer: party, hidden: wanted.map { ($0, names.name(of: party, to: $0)) }),
            from: from, limit: limit)
    }

    public func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await index.indices(issuer: issuer, kind: kind, from: from, limit: limit)
    }

    public func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        try await index.records(of: enterprise, in: book, range)
    }
}

// Applications for admission.
extension Store {
    /// Keeps an application, replacing an earlier one for the same handle.
    public func keep(_ application: StoredApplication) async throws(StoreError) {
        let (number, key) = try await vault().takeApplication()
        try await boxes.put(
            BoxedApplication(
                handle: application.handle, received: application.received, number: number,
                bytes: key.seal(application.bytes, context: application.context)))
        try await destroyErased(before: 0)
    }

    public func dropApplication(_ handle: Handle) async throws(StoreError) {
        try await boxes.drop(handle)
        try await destroyErased(before: 0)
    }

    /// In the order in which they came.
    public func applications() async throws(StoreError) -> [StoredApplication] {
        do { return try await openedApplications() } catch {
            // One may have been dropped, and its key destroyed, after it was read.
            guard case .corrupt(.application, .keyMissing) = error else { throw error }
            return try await openedApplications()
        }
    }

    private func openedApplications() async throws(StoreError) -> [StoredApplication] {
        let vault = try await vault()
        var found: [StoredApplication] = []
        for boxed in try await boxes.boxed() {
            let place = StorePlace.application(boxed.handle.text)
            guard let key = try vault.key(VaultPlace(.application, boxed.number)) else {
                throw .corrupt(place, .keyMissing)
            }
            let empty = StoredApplication(
                handle: boxed.handle, received: boxed.received, bytes: [])
            guard let bytes = key.open(boxed.bytes, context: empty.context) else {
                throw .corrupt(place, .changed)
            }
            found.append(
                StoredApplication(handle: boxed.handle, received: boxed.received, bytes: bytes))
        }
        return found
    }
}

extension StoredApplication {
    /// What is authenticated with it.
    fileprivate var context: [UInt8] {
        DomainSeparated(.wrap).appending("application").appending(handle.text)
            .appending(received.description).bytes
    }
}

// Attachments.
extension ReadableStore {
    /// One entry's attachments, restricted to the sections named (all, for `nil`). `nil` where the
    /// entry has none or they were erased.
    public func attachments(
        of index: Int64, sections: Set<String>?
    ) async throws(StoreError) -> Attachments? {
        try await attachments(of: [index], sections: sections, enough: .max)[0]
    }

    public func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        var found: [Attachments?] = []
        var bytes = 0
        while found.count < indices.count, bytes < enough {
            let rest = Array(indices[found.count...])
            let firsts = try await blobs.firstRows(of: rest, enough: enough - bytes)
            var some: [(index: Int64, directory: OpenedDirectory?)] = []
            for (index, first) in zip(rest, firsts) where bytes < enough {
                let directory = try await opened(index, first, sections)
                bytes += directory?.byteCount ?? 0
                some.append((index, directory))
            }
            found += try await attachments(some)
        }
        return found
    }

    /// The rows go before the key, so a read that began before an erasure may find no key. Where there was
    /// no erasure, the key is lost.
    private func opened(
        _ index: Int64, _ row: [UInt8]?, _ sections: Set<String>?
    ) async throws(StoreError) -> OpenedDirectory? {
        guard let row else { return nil }
        guard let key = try await vault().key(VaultPlace(.entry, index)) else {
            guard try await blobs.isErased(index) else {
                throw .corrupt(.attachments(entry: index), .keyMissing)
            }
            return nil
        }
        return try OpenedDirectory(row, of: index, key: key, sections: sections)
    }

    private func attachments(
        _ opened: [(index: Int64, directory: OpenedDirectory?)]
    ) async throws(StoreError) -> [Attachments?] {
        let places = opened.flatMap { index, directory in
            (directory?.furtherRows ?? []).map { BlobPlace(index: index, row: $0) }
        }
        let rows = places.isEmpty ? [:] : try await blobs.rows(at: places)
        var found: [Attachments?] = []
        for (index, directory) in opened {
            do throws(StoreError) {
                found.append(
                    try directory?.attachments { rows[BlobPlace(index: index, row: $0)] })
            } catch {
                guard case .corrupt(_, .missing) = error, try await blobs.isErased(index) else {
                    throw error
                }
                found.append(nil)
            }
        }
        return found
    }
}
