@testable import Storage

/// A new store of each engine.
enum EmptyStore: CaseIterable {
    case memory, sqlite

    /// The store, and the directory that goes with it.
    func open() throws -> (store: any Store, home: TemporaryDirectory) {
        let home = try TemporaryDirectory()
        switch self {
        case .memory: return (MemoryStore(), home)
        case .sqlite: return (try SQLiteStore(opening: home.path, .small), home)
        }
    }
}
