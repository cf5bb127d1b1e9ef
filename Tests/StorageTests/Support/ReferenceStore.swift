import Rules
import Sharing
import Transparency
import Wire

@testable import Storage

/// What every store must answer, said in the simplest way: nothing is wrapped, everything is looked for
/// from the beginning.
actor ReferenceStore: Answering {
    private var current: Head?
    private var entries: [NewEntry] = []
    private var kept: [Int64: Attachments] = [:]
    private var tiles: [TilePlace: [Hash]] = [:]
    private var values: [StateKey: StateValue] = [:]
    private var received: [Handle: StoredApplication] = [:]
    /// The texts of the keys of `values`, in their order; `nil` after a change.
    private var order: [String]?

    private struct TilePlace: Hashable {
        let level: Int
        let index: UInt64
    }

    func head() -> Head? { current }

    func state(_ keys: Set<StateKey>) -> Slice {
        var slice = Slice()
        for key in keys { slice[key] = values[key] }
        return slice
    }

    func commit(_ batch: Batch, after previous: Head?) throws(StoreError) {
        guard current == previous else { throw .superseded }
        var erased: [Int64] = []
        for jti in batch.erased {
            let state = batch.changes[StatementState.key(jti).untyped] ?? nil
            guard let statement = state?.object as? StatementState else {
                throw .failed(.nothingToErase(jti))
            }
            erased.append(statement.index)
        }
        entries += batch.entries
        for entry in batch.entries where !entry.attachments.isEmpty {
            kept[entry.index] = entry.attachments
        }
        let leaders = Set(batch.erased)
        for (position, entry) in entries.enumerated()
        where erased.contains(entry.index)
            || entry.statement.claims.follows.map(leaders.contains) == true
        {
            kept[entry.index] = nil
            entries[position] = NewEntry(
                index: entry.index, statement: entry.statement,
                parties: [entry.statement.issuer], attachments: Attachments())
        }
        for tile in batch.tiles {
            tiles[TilePlace(level: tile.level, index: tile.index)] = tile.hashes
        }
        for (key, value) in batch.changes { values[key] = value }
        order = nil
        current = batch.head
    }

    func leaves(_ range: Range<Int64>) -> [[UInt8]] {
        slice(range).map(\.statement.jws.bytes)
    }

    func tile(level: Int, index: UInt64) -> [Hash] {
        tiles[TilePlace(level: level, index: index)] ?? []
    }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) -> [Attachments?] {
        var found: [Attachments?] = []
        var bytes = 0
        for index in indices where bytes < enough {
            var attachments = kept[index]
            if let sections { attachments?.sections.removeAll { !sections.contains($0.name) } }
            bytes += attachments?.byteCount ?? 0
            found.append(attachments)
        }
        return found
    }

    func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) -> [Int64] {
        first(limit, from: from) {
            ($0.parties.contains(party) || $0.statement.issuer == party)
                && kinds?.contains($0.statement.kind) ?? true
        }
    }

    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) -> [Int64] {
        first(limit, from: from) {
            (issuer == nil || $0.statement.issuer == issuer)
                && (kind == nil || $0.statement.kind == kind)
        }
    }

    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) -> [(number: Int64, index: Int64)] {
        entries.compactMap { entry in
            guard let record = entry.statement.claims as? RegisterRecord,
                entry.statement.issuer == enterprise, record.book == book,
                range.contains(record.number)
            else { return nil }
            return (record.number, entry.index)
        }.sorted { $0.number < $1.number }
    }

    func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) -> [(book: BookName, state: BookState)] {
        values.compactMap { key, value in
            guard case .book(enterprise, let book) = key.name,
                let state = value.object as? BookState,
                series == nil || book.series == series, months?.contains(book.month) ?? true
            else { return nil }
            return (book, state)
        }.sorted { $0.book < $1.book }
    }

    func allState(after key: String?, limit: Int) -> [(key: String, value: StateValue)] {
        let keys = order ?? values.keys.map(\.text).sorted { Self.place($0) < Self.place($1) }
        order = keys
        let later = keys.drop { text in key.map { Self.place(text) <= Self.place($0) } ?? false }
        return later.prefix(max(0, limit)).compactMap { text in
            StateKey(text: text).flatMap { values[$0] }.map { (text, $0) }
        }
    }

    /// Where a piece of state comes among all others.
    private static func place(_ key: String) -> (Int, String) {
        (StateKey(text: key)?.family.hasPublicPart ?? true ? 0 : 1, key)
    }

    func keep(_ application: StoredApplication) {
        received[application.handle] = application
    }

    func applications() -> [StoredApplication] {
        received.values.sorted { ($0.received, $0.handle) < ($1.received, $1.handle) }
    }

    func dropApplication(_ handle: Handle) { received[handle] = nil }

    private func slice(_ range: Range<Int64>) -> ArraySlice<NewEntry> {
        entries[Int(clamping: max(0, range.lowerBound))..., to: Int(clamping: range.upperBound)]
    }

    private func first(
        _ limit: Int, from: Int64, where matches: (NewEntry) -> Bool
    ) -> [Int64] {
        slice(from..<Int64.max).lazy.filter(matches).prefix(max(0, limit)).map(\.index)
    }
}

extension Array {
    /// The elements of `range` that exist.
    fileprivate subscript(from: PartialRangeFrom<Int>, to end: Int) -> ArraySlice<Element> {
        let end = Swift.min(end, count)
        return from.lowerBound < end ? self[from.lowerBound..<end] : []
    }
}
