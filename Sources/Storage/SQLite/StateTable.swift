import GRDB

/// The open state as one connection sees it, within a transaction or a snapshot.
///
/// A row stands where it came, and a table of names says where. Names come in no order: if each were
/// written to its place there at once, nearly each would change a page of its own, and two of three
/// pages that a commit writes would be such. So names wait in memory until there are many, and then each
/// commit files some that are neighbours.
struct StateTable {
    private typealias Name = UnfiledNames.Name

    private var unfiled: UnfiledNames
    private let db: Database

    /// `unfiled` are those of any moment before.
    init(_ unfiled: UnfiledNames, in db: Database) throws {
        self.unfiled = unfiled
        self.db = db
        self.unfiled.add(
            try db.rows("SELECT key, row FROM state WHERE row >= ?", unfiled.end, read: Self.name))
    }

    /// What waits to be filed once there are more than `bound`.
    static func unfiledNames(in db: Database, bound: Int) throws -> UnfiledNames {
        let first = try db.rows("SELECT named FROM counters") { $0.integer(0) }.first ?? 0
        return try StateTable(UnfiledNames(bound: bound, first: first), in: db).unfiled
    }

    private static func name(_ row: FoundRow) -> Name {
        Name(text: row.text(0), row: row.integer(1))
    }

    /// The values under `keys`, in their order.
    func values(_ keys: [String?]) throws -> [[UInt8]?] {
        let (find, read) = (try Self.finding(db), try reading())
        return try keys.map { key in
            guard let key,
                let row = try unfiled.row(of: key) ?? find.row(key, read: { $0.integer(0) })
            else { return nil }
            return try Self.value(Name(text: key, row: row), read)
        }
    }

    /// Those behind `after` and not behind `last`, in the order of the keys' bytes, at most `limit`.
    func rows(
        after: String, upTo last: String?, limit: Int
    ) throws -> [(key: String, value: [UInt8])] {
        let read = try reading()
        var found: [(key: String, value: [UInt8])] = []
        var place = after
        while found.count < limit {
            let wanted = limit - found.count
            let names = try names(after: place, upTo: last, limit: wanted)
            for name in names {
                if let value = try Self.value(name, read) { found.append((name.text, value)) }
            }
            // Where there are fewer, there are no more behind them.
            guard names.count == wanted, let last = names.last else { break }
            place = last.text
        }
        return found
    }

    func keys(after: String, limit: Int) throws -> [String] {
        try names(after: after, upTo: nil, limit: limit).map(\.text)
    }

    /// One statement with and without an end would read on to the end of the table.
    static let namesBetween =
        "SELECT key, row FROM state_names WHERE key > ? AND key <= ? ORDER BY key LIMIT ?"

    private func names(after: String, upTo last: String?, limit: Int) throws -> [Name] {
        let filed =
            if let last {
                try db.rows(Self.namesBetween, after, last, limit, read: Self.name)
            } else {
                try db.rows(
                    "SELECT key, row FROM state_names WHERE key > ? ORDER BY key LIMIT ?", after,
                    limit, read: Self.name)
            }
        return unfiled.merged(with: filed, after: after, upTo: last, limit: limit)
    }

    /// Finds a row by its name, if that is filed.
    static func finding(_ db: Database) throws -> PreparedQuery {
        try PreparedQuery("SELECT row FROM state_names WHERE key = ?", on: db)
    }

    private func reading() throws -> PreparedQuery {
        try PreparedQuery("SELECT key, value FROM state WHERE row = ?", on: db)
    }

    /// `nil` where the row was removed since its name was noted. Throws ``StoreError/corrupt(_:_:)``
    /// where it is another's.
    private static func value(_ name: Name, _ read: PreparedQuery) throws -> [UInt8]? {
        try read.row(name.row) { row in
            guard row.text(0) == name.text else {
                throw StoreError.corrupt(.state(name.text), .changed)
            }
            return row.bytes(1)
        }
    }
}
