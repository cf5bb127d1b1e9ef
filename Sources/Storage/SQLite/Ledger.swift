import GRDB
import Rules
import Sharing
import Transparency
import Wire

/// The reads of `ledger.sqlite`, each on a connection that the caller has.
enum Ledger {
    static func head(in db: Database) throws -> Head? {
        let rows = try db.rows("SELECT edge, checkpoint FROM head") {
            (edge: $0.bytes(0), checkpoint: $0.bytes(1))
        }
        guard let row = rows.first else { return nil }
        guard let edge = try? RightEdge(bytes: row.edge), edge.size <= Int64.max else {
            throw StoreError.corrupt(.head, .malformed)
        }
        return Head(edge: edge, checkpoint: row.checkpoint)
    }

    /// What of a piece of state follows from public claims.
    static func publicBytes(of key: String, in db: Database) throws -> [UInt8]? {
        try db.rows("SELECT value FROM state WHERE key = ?", key) { $0.bytes(0) }.first
    }

    /// The rows of what follows from public claims, in the order of the keys.
    static func publicRows(
        after key: String, limit: Int, in db: Database
    ) throws -> [(key: String, value: [UInt8])] {
        try db.rows(
            "SELECT key, value FROM state WHERE key > ? ORDER BY key LIMIT ?", key, limit
        ) { ($0.text(0), $0.bytes(1)) }
    }

    /// A piece of state that follows from public claims alone.
    static func publicValue(of key: StateKey, in db: Database) throws -> StateValue? {
        let text = key.text
        return try value(try publicBytes(of: text, in: db), nil, of: key, named: text)
    }

    static func leaves(_ range: Range<Int64>, in db: Database) throws -> [[UInt8]] {
        try db.rows(
            "SELECT leaf FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry",
            range.lowerBound, range.upperBound
        ) { $0.bytes(0) }
    }

    static func tile(level: Int, index: UInt64, in db: Database) throws -> [Hash] {
        guard let place = TilePlace(checking: level, index: index) else { return [] }
        let rows = try db.rows("SELECT hashes FROM tiles WHERE place = ?", place.place) {
            $0.bytes(0)
        }
        guard let bytes = rows.first else { return [] }
        guard let hashes = [Hash](bytes: bytes) else {
            throw StoreError.corrupt(.tile(level: level, index: index), .malformed)
        }
        return hashes
    }

    /// An entry concerns its issuer and those who are noted as parties to it.
    static func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int,
        names: HiddenNames, in db: Database
    ) throws -> [Int64] {
        let limit = max(0, limit)
        return try merged(kinds, limit) { kind in
            try indices(issuer: party, kind: kind, from: from, limit: limit, in: db)
                + db.rows(
                    "SELECT entry FROM parties WHERE party = ? AND entry >= ? ORDER BY entry LIMIT ?",
                    names.name(of: party, to: kind).data, from, limit
                ) { $0.integer(0) }
        }
    }

    /// The first of what each kind's range of an index gives.
    private static func merged(
        _ kinds: Set<Kind>?, _ limit: Int, _ indices: (Kind) throws -> [Int64]
    ) rethrows -> [Int64] {
        let found = try Kind.allCases.filter { kinds?.contains($0) ?? true }.map(indices)
        return Array(found.joined().sorted().prefix(limit))
    }

    static func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int, in db: Database
    ) throws -> [Int64] {
        let limit = max(0, limit)
        switch (issuer, kind) {
        case (.none, .none):
            return try db.rows(
                "SELECT entry FROM entries WHERE entry >= ? ORDER BY entry LIMIT ?", from, limit
            ) { $0.integer(0) }
        case (.none, .some(let kind)):
            return try db.rows(
                """
                SELECT entry FROM entries WHERE kind = ? AND entry >= ? ORDER BY entry LIMIT ?
                """, kind.rawValue, from, limit
            ) { $0.integer(0) }
        case (.some(let issuer), .some(let kind)):
            return try db.rows(
                """
                SELECT entry FROM entries WHERE issuer = ? AND kind = ? AND entry >= ?
                ORDER BY entry LIMIT ?
                """, issuer.text, kind.rawValue, from, limit
            ) { $0.integer(0) }
        case (.some(let issuer), .none):
            return try merged(nil, limit) { kind in
                try indices(issuer: issuer, kind: kind, from: from, limit: limit, in: db)
            }
        }
    }

    static func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>, in db: Database
    ) throws -> [(number: Int64, index: Int64)] {
        try db.rows(
            """
            SELECT number, entry FROM records
            WHERE issuer = ? AND book = ? AND number BETWEEN ? AND ? ORDER BY number
            """, enterprise.text, book.description, range.lowerBound, range.upperBound
        ) { ($0.integer(0), $0.integer(1)) }
    }

    /// Book names sort by month within a series, so the books of one series are a range of keys, and
    /// those of all series a range too, in which the months are looked at.
    static func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?, in db: Database
    ) throws -> [(book: BookName, state: BookState)] {
        guard let all = allMonths else { return [] }
        let wanted = months ?? all
        func key(_ series: Series, _ month: Month) -> (text: String, name: String) {
            let book = BookName(series: series, month: month)
            return (BookState.key(enterprise, book).untyped.text, book.description)
        }
        let range: ClosedRange<String>
        if let series {
            range = key(series, wanted.lowerBound).text...key(series, wanted.upperBound).text
        } else {
            let any = key(.invoices, all.lowerBound)
            let prefix = any.text.dropLast(any.name.count + 1)
            // What follows the name of the enterprise is a stroke; the zero is what comes after that.
            range = "\(prefix)/"..."\(prefix)0"
        }
        let books = try db.rows(
            "SELECT key, value FROM state WHERE key BETWEEN ? AND ? ORDER BY key",
            range.lowerBound, range.upperBound
        ) { row in
            let text = row.text(0)
            guard let key = StateKey(text: text), case .book(_, let book) = key.name,
                let state = try value(row.bytes(1), nil, of: key, named: text)?.object as? BookState
            else { throw StoreError.corrupt(.state(text), .malformed) }
            return (book: book, state: state)
        }.filter { wanted.contains($0.book.month) }
        return books.sorted { $0.book < $1.book }
    }

    /// The rows of an entry's attachments whose numbers are named.
    static func rows(
        of index: Int64, _ numbers: [Int], in db: Database
    ) throws -> [Int: [UInt8]] {
        var result: [Int: [UInt8]] = [:]
        for number in numbers {
            let rows = try db.rows(
                "SELECT row FROM attachments WHERE place = ?",
                RowPlace(entry: index, row: number).place
            ) { $0.bytes(0) }
            result[number] = rows.first
        }
        return result
    }

    static func isErased(_ index: Int64, in db: Database) throws -> Bool {
        try !db.rows("SELECT 1 FROM erasures WHERE entry = ?", index) { $0.integer(0) }.isEmpty
    }

    /// The entries that were erased, each with the size that the log had then.
    static func erasures(in db: Database) throws -> [DueKey] {
        try db.rows("SELECT entry, size FROM erasures") {
            DueKey(place: $0.integer(0), size: $0.integer(1))
        }
    }

    static func value(
        _ open: [UInt8]?, _ selective: [UInt8]?, of key: StateKey, named text: String
    ) throws -> StateValue? {
        do throws(StateError) {
            return try StateValue(open, selective, for: key)
        } catch {
            throw StoreError.corrupt(.state(text), .state(error))
        }
    }

    private static let allMonths: ClosedRange<Month>? = {
        guard let first = Month(number: 0), let last = Month(number: Month.count - 1) else {
            return nil
        }
        return first...last
    }()
}
