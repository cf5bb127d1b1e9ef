import GRDB
import Rules
import Wire

/// The state that selective claims have a part in, as the ledger keeps it: nothing of it can be read
/// without the keys.
///
/// Each row stands under a hidden name, and is sealed under a key of its own, for the one content that
/// it has: a piece that changes is a new row, in the next free slot, under a new key. The key of the
/// old row is destroyed with the next erasure. After that the keys open what is there now, and no older
/// copy of any row.
struct SealedState: Sendable {
    let keys: WrapKeys
    let names: HiddenNames

    /// What a piece of state is to be: `nil` removes it.
    struct Change: Sendable {
        let key: String
        let name: [UInt8]
        let value: [UInt8]?

        /// `nil` for a piece that selective claims have no part in.
        init?(_ key: StateKey, _ value: StateValue?, _ names: HiddenNames) {
            guard key.family.hasSelectivePart else { return nil }
            self.key = key.text
            name = names.name(ofState: self.key)
            self.value = value?.selectiveBytes
        }
    }

    /// The rows to write, and the slots of those that they replace.
    struct Plan: Sendable {
        fileprivate(set) var rows: [(slot: Int64, name: [UInt8], row: [UInt8])] = []
        fileprivate(set) var replaced: [Int64] = []
        fileprivate(set) var taken: [KeyReserve.Taken] = []
        fileprivate(set) var next: Int64 = 0
    }

    fileprivate struct Row {
        let slot: Int64
        let bytes: [UInt8]
    }
}

// Reading, on a connection that the caller has. What is read of the ledger was so at one moment, and
// the keys are looked up after that.
extension SealedState {
    func state(_ wanted: Set<StateKey>, in db: Database) throws -> Slice {
        var slice = Slice()
        let found = try values(wanted.map { ($0, $0.text) }, in: db)
        for (key, value) in zip(wanted, found) { slice[key] = value }
        return slice
    }

    /// All pieces that public claims have a part in, by the text of their keys, and behind them the
    /// others, in the order of their slots.
    func all(
        after last: String?, limit: Int, in db: Database
    ) throws -> [(key: String, value: StateValue)] {
        let limit = max(0, limit)
        guard last.flatMap({ StateKey(text: $0) })?.family.hasPublicPart ?? true else {
            return try rest(after: last, limit: limit, in: db)
        }
        let rows = try Ledger.publicRows(after: last ?? "", limit: limit, in: db)
        let named = try rows.map { (try Self.key($0.key), $0.key) }
        let values = try values(named, in: db, open: rows.map(\.value))
        let page = zip(rows, values).compactMap { row, value in value.map { (row.key, $0) } }
        guard rows.count < limit else { return page }
        return try page + rest(after: nil, limit: limit - rows.count, in: db)
    }

    /// The pieces that follow from selective claims alone, behind the one called `last`.
    private func rest(
        after last: String?, limit: Int, in db: Database
    ) throws -> [(key: String, value: StateValue)] {
        var slot: Int64 = -1
        if let last {
            guard let row = try row(named: names.name(ofState: last), in: db) else {
                throw StoreError.corrupt(.state(last), .missing)
            }
            slot = row.slot
        }
        var found: [(key: String, value: StateValue)] = []
        while found.count < limit {
            let rows = try db.rows(
                "SELECT slot, name, row FROM selective_state WHERE slot > ? ORDER BY slot LIMIT ?",
                slot, limit - found.count
            ) { (name: $0.bytes(1), row: Row(slot: $0.integer(0), bytes: $0.bytes(2))) }
            guard let end = rows.last else { break }
            slot = end.row.slot
            let wrapKeys = try keys.keys(of: rows.map(\.row.slot), in: keys.state)
            for (name, row) in rows {
                let place = "slot \(row.slot)"
                let (text, value) = try open(row, wrapKeys, named: place)
                guard names.name(ofState: text) == name else {
                    throw StoreError.corrupt(.state(place), .changed)
                }
                let key = try Self.key(text)
                if key.family.hasPublicPart {
                    // It came with its other part, which it can't be without.
                    guard try Ledger.publicBytes(of: text, in: db) == nil else { continue }
                }
                if let value = try Ledger.value(nil, value, of: key, named: text) {
                    found.append((text, value))
                }
            }
        }
        return found
    }

    /// The pieces under `wanted`; what public claims have in them is `open`, or read first.
    private func values(
        _ wanted: [(key: StateKey, text: String)], in db: Database, open known: [[UInt8]]? = nil
    ) throws -> [StateValue?] {
        let open: [[UInt8]?] =
            try known
            ?? wanted.map { key, text in
                key.family.hasPublicPart ? try Ledger.publicBytes(of: text, in: db) : nil
            }
        let rows = try wanted.map { key, text in
            key.family.hasSelectivePart
                ? try row(named: names.name(ofState: text), in: db) : nil
        }
        let wrapKeys = try keys.keys(of: rows.compactMap { $0?.slot }, in: keys.state)
        return try wanted.indices.map { position in
            let (key, text) = wanted[position]
            let sealed = try rows[position].map { row in
                let (name, value) = try self.open(row, wrapKeys, named: text)
                guard name == text else { throw StoreError.corrupt(.state(text), .changed) }
                return value
            }
            return try Ledger.value(open[position], sealed, of: key, named: text)
        }
    }

    private func row(named name: [UInt8], in db: Database) throws -> Row? {
        try db.rows("SELECT slot, row FROM selective_state WHERE name = ?", name.data) {
            Row(slot: $0.integer(0), bytes: $0.bytes(1))
        }.first
    }

    private static func key(_ text: String) throws -> StateKey {
        guard let key = StateKey(text: text) else {
            throw StoreError.corrupt(.state(text), .malformed)
        }
        return key
    }
}

// Writing, alone, on the ledger's writing connection.
extension SealedState {
    /// What `changes` come to: nothing for a piece that stays as it is.
    func plan(_ changes: [Change], in db: Database) throws -> Plan {
        var plan = Plan()
        let old = try changes.map { try row(named: $0.name, in: db) }
        let wrapKeys = try keys.keys(of: old.compactMap { $0?.slot }, in: keys.state)
        var wanted: [(change: Change, value: [UInt8])] = []
        for (change, old) in zip(changes, old) {
            if let old {
                // One whose key is lost can't be compared, and is made anew.
                let known = try? open(old, wrapKeys, named: change.key).value
                if let value = change.value, known == value { continue }
                plan.replaced.append(old.slot)
            }
            if let value = change.value { wanted.append((change, value)) }
        }
        plan.next = try Self.next(in: db)
        plan.taken = keys.state.reserve.take(wanted.indices.map { plan.next + Int64($0) })
        plan.rows = zip(wanted, plan.taken).map { wanted, taken in
            let row = seal(wanted.change.key, wanted.value, slot: taken.place, key: taken.key)
            return (taken.place, wanted.change.name, row)
        }
        return plan
    }

    /// Whether rows have lost their keys: in a ledger that is older than an erasure.
    func hasLost(in db: Database) throws -> Bool { try !lost(in: db).isEmpty }

    /// What it takes that no row is without its key: those of `made` that are, are written anew, and what
    /// nothing here makes goes.
    func plan(replacingLost made: [Change], in db: Database) throws -> Plan {
        let lost = try lost(in: db)
        var plan = try plan(made.filter { lost[$0.name] != nil }, in: db)
        plan.replaced = lost.values.sorted()
        return plan
    }

    /// The slots of rows whose keys are gone, by their hidden names.
    private func lost(in db: Database) throws -> [[UInt8]: Int64] {
        let rows = try db.rows("SELECT name, slot FROM selective_state") {
            (name: $0.bytes(0), slot: $0.integer(1))
        }
        let wrapKeys = try keys.keys(of: rows.map(\.slot), in: keys.state)
        let lost = rows.filter { wrapKeys[$0.slot] == nil }
        return Dictionary(uniqueKeysWithValues: lost.map { ($0.name, $0.slot) })
    }

    /// Writes the rows within the transaction that is open, and returns the slots whose keys are to be
    /// destroyed, with the size that the log has then.
    func write(_ plan: Plan, size: Int64, to db: Database) throws -> [DueKey] {
        for slot in plan.replaced {
            try db.run("DELETE FROM selective_state WHERE slot = ?", slot)
            try db.run("INSERT INTO replaced (slot, size) VALUES (?, ?)", slot, size)
        }
        for (slot, name, row) in plan.rows {
            try db.run(
                "INSERT INTO selective_state (slot, name, row) VALUES (?, ?, ?)", slot, name.data,
                row.data)
        }
        return plan.replaced.map { DueKey(place: $0, size: size) }
    }

    /// The first slot that nothing ever stood in: what stood in one stands there, or is noted as
    /// replaced.
    static func next(in db: Database) throws -> Int64 {
        let last = try ["selective_state", "replaced"].flatMap { table in
            try db.rows("SELECT coalesce(max(slot), -1) FROM \(table)") { $0.integer(0) }
        }
        return (last.max() ?? -1) + 1
    }

    /// The slots of rows that were replaced, each with the size that the log had then.
    static func replaced(in db: Database) throws -> [DueKey] {
        try db.rows("SELECT slot, size FROM replaced") {
            DueKey(place: $0.integer(0), size: $0.integer(1))
        }
    }
}

// A row: the length of the key's text as 16 bits, the text, the value; sealed together with the slot.
extension SealedState {
    private func seal(_ text: String, _ value: [UInt8], slot: Int64, key: WrapKey) -> [UInt8] {
        let length = UInt16(text.utf8.count)
        let plaintext = [UInt8(length >> 8), UInt8(length & 0xff)] + Array(text.utf8) + value
        return key.seal(plaintext, number: 0, context: Self.context(slot))
    }

    /// The key's text and the value. Throws ``StoreError/corrupt(_:_:)``.
    private func open(
        _ row: Row, _ wrapKeys: [Int64: WrapKey], named text: String
    ) throws(StoreError) -> (text: String, value: [UInt8]) {
        guard let key = wrapKeys[row.slot] else { throw .corrupt(.state(text), .keyMissing) }
        guard let bytes = key.open(row.bytes, number: 0, context: Self.context(row.slot)),
            bytes.count >= 2
        else { throw .corrupt(.state(text), .changed) }
        let end = 2 + Int(bytes[0]) << 8 + Int(bytes[1])
        guard end <= bytes.count else { throw .corrupt(.state(text), .malformed) }
        return (String(decoding: bytes[2..<end], as: UTF8.self), Array(bytes[end...]))
    }

    private static func context(_ slot: Int64) -> [UInt8] {
        DomainSeparated(.wrap).appending("state")
            .appending(withUnsafeBytes(of: slot.bigEndian) { Array($0) }).bytes
    }
}

extension StateFamily {
    /// Whether public claims have a part in its pieces.
    var hasPublicPart: Bool { object.origin != .selectiveClaims }
    /// Whether selective claims have a part in its pieces.
    var hasSelectivePart: Bool { object.origin != .publicClaims }
}
