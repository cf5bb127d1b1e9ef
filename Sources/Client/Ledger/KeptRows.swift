import Custody
import Wire

/// What a view has so much of that it isn't read whole: values under keys, in tables on disk and, as far
/// as they changed since, in memory.
struct KeptRows: Sendable {
    /// The oldest first; what a later one says goes before. Each has several times the rows of the next.
    private(set) var tables: [RowTable] = []
    private var changed: [String: [UInt8]?] = [:]

    init() {}

    init(_ tables: [RowTable]) { self.tables = tables }

    /// Throws ``HomeError``.
    func value(_ key: String) throws(HomeError) -> [UInt8]? {
        if let known = changed[key] { return known }
        for table in tables.reversed() {
            if let row = try table.row(key) { return row.value }
        }
        return nil
    }

    mutating func set(_ key: String, _ value: [UInt8]?) { changed[key] = .some(value) }

    /// All of `span`, in the order of their keys. Throws ``HomeError``.
    func values(in span: RowSpan) throws(HomeError) -> [(key: String, value: [UInt8])] {
        var rows: [KeptRow] = []
        for table in tables { rows = Self.merged(rows, try table.rows(in: span)) }
        return Self.merged(rows, changes(in: span)).compactMap { row in
            row.value.map { (row.key, $0) }
        }
    }

    private func changes(in span: RowSpan) -> [KeptRow] {
        changed.lazy.filter { span.contains($0.key) }
            .map { KeptRow(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    /// Puts what changed on disk, and tables together where one has few rows more than the next: what a
    /// write costs follows from what changed. Throws ``HomeError``.
    mutating func keep(
        in directory: String, keyed key: @escaping @Sendable (String) -> Secret,
        using random: inout some RandomNumberGenerator
    ) throws(HomeError) {
        var rows = changes(in: .under(""))
        var left = tables
        // Another process may have taken files away that are still open here.
        let isWhole = left.allSatisfy(\.isThere)
        while let last = left.last,
            !isWhole || last.description.rows < Self.ratio * Int64(rows.count)
        {
            rows = Self.merged(try last.rows(in: .under("")), rows)
            left.removeLast()
        }
        if left.isEmpty { rows.removeAll { $0.value == nil } }
        if !rows.isEmpty {
            left.append(try RowTable.write(rows, in: directory, keyed: key, using: &random))
        }
        tables = left
        changed = [:]
    }

    private static let ratio: Int64 = 4

    /// Two lists in the order of their keys as one; of one key the later's row.
    private static func merged(_ earlier: [KeptRow], _ later: [KeptRow]) -> [KeptRow] {
        if earlier.isEmpty { return later }
        if later.isEmpty { return earlier }
        var merged: [KeptRow] = []
        merged.reserveCapacity(earlier.count + later.count)
        var (old, new) = (earlier[...], later[...])
        while let first = old.first, let second = new.first {
            if first.key < second.key {
                merged.append(old.removeFirst())
            } else {
                if first.key == second.key { old.removeFirst() }
                merged.append(new.removeFirst())
            }
        }
        return merged + old + new
    }
}
