import GRDB

// What a ledger says about keys that are to be destroyed, or were.
extension Ledger {
    /// Keys that are destroyed at a time.
    private static let atOnce = 1 << 16

    /// The smallest size at which the key of an entry or an application is to be destroyed. Those of
    /// replaced state wait for one of these, so that only erasures take the time that destroying takes.
    static func firstDueErasure(in db: Database) throws -> Int64? {
        try db.rows(
            "SELECT min(size) FROM due WHERE place < ? OR place >= ?",
            VaultPlace(.slot, 0).bits, VaultPlace(.application, 0).bits
        ) { $0.integerIfAny(0) }.first ?? nil
    }

    /// Some of the places that are due at `size`; `nil` where nothing was erased since the last time.
    static func due(at size: Int64, in db: Database) throws -> [VaultPlace]? {
        guard let first = try firstDueErasure(in: db), first <= size else { return nil }
        // The erased come last: while one is left there is another round.
        let places = try db.rows(
            """
            SELECT place FROM due WHERE size <= ?1 ORDER BY place BETWEEN ?2 AND ?3 DESC, place
            LIMIT ?4
            """, size, VaultPlace(.slot, 0).bits, VaultPlace(.application, 0).bits - 1, atOnce
        ) { VaultPlace(bits: $0.integer(0)) }
        return places.isEmpty ? nil : places
    }

    /// All that was destroyed for this ledger: the keys of what it says is erased, and of every slot and
    /// number that nothing stands in, but for what is still due.
    static func destroyed(in db: Database) throws -> VaultPlaces {
        let counters = try counters(in: db)
        func column(_ sql: String) throws -> [Int64] { try db.rows(sql) { $0.integer(0) } }
        let due = try column("SELECT place FROM due").map { VaultPlace(bits: $0) }
        func kept(_ kind: VaultPlace.Kind, _ standing: [Int64]) -> [Int64] {
            (standing + due.filter { $0.kind == kind }.map(\.number)).sorted()
        }
        let dueEntries = Set(due.filter { $0.kind == .entry }.map(\.number))
        let erased = try column("SELECT entry FROM erasures").filter { !dueEntries.contains($0) }
        let entries = erased.map { VaultPlace(.entry, $0).bits..<VaultPlace(.entry, $0).bits + 1 }
        let slots = VaultPlaces.all(
            .slot, below: counters.nextSlot,
            but: kept(.slot, try column("SELECT slot FROM selective_state")))
        let applications = VaultPlaces.all(
            .application, below: counters.nextApplication,
            but: kept(.application, try column("SELECT number FROM applications")))
        return VaultPlaces(entries + slots + applications)
    }
}
