import Synchronization

/// Sizes that decide how fast a store is, and nothing else.
struct SQLiteTuning: Sendable {
    /// Wrap keys that are laid in at a time: one sync for so many entries.
    var keysInReserve: Int64 = 1024
    /// Pages of 4 kB in the ledger's write-ahead log from which they are moved into the database.
    /// Reading gets slower with the log's length, and opening after a crash takes longer.
    var checkpointPages = 8192
}

/// Whether open files may still be used. Once lost, it doesn't come back: they are opened anew.
final class Trust: Sendable {
    private let lost = Atomic(false)

    var isLost: Bool { lost.load(ordering: .acquiring) }

    func lose() { lost.store(true, ordering: .releasing) }
}
