import Storage

/// The engines that keep a log durably. What every one of them promises is tested over this list.
enum Engine: String, CaseIterable, Sendable {
    case sqlite

    /// A new home of a store, with nothing in it.
    func makeHome() throws -> any StoreHome {
        switch self {
        case .sqlite: SQLiteHome(try TemporaryDirectory())
        }
    }

    /// One that fails on demand.
    func makeFaultyHome() throws -> any FaultyStoreHome {
        switch self {
        case .sqlite: FaultySQLiteHome(try TemporaryDirectory())
        }
    }

    /// The store in a directory that another process looks at.
    func open(at path: String) throws -> any ClosableStore {
        switch self {
        case .sqlite: try SQLiteStore(opening: path)
        }
    }
}

/// Where one store is kept.
protocol StoreHome: Sendable {
    /// Opens the store; makes it, the first time.
    func open() async throws -> any ClosableStore

    /// Another home with what this one holds now, as a backup has it.
    func copied() throws -> any StoreHome

    /// Every byte that is kept, by the name of what it is in.
    func contents() throws -> [String: [UInt8]]
}

/// A home in which operations fail on demand.
protocol FaultyStoreHome: StoreHome {
    /// Lets the operation with this number, counted from now and from 1, fail; `nil` for none.
    func fail(_ number: Int?, _ fault: Fault)

    /// Whether the failing operation was reached.
    var fired: Bool { get }

    /// What a power cut leaves.
    func afterPowerCut() throws -> any StoreHome

    /// Ends the interception.
    func mend()
}

/// What happens at an operation that is to fail.
enum Fault: Sendable, CaseIterable {
    /// It reports an error and does nothing.
    case refused
    /// It reports an error, but is done.
    case doneAllTheSame
    /// It and all that follow do nothing and report errors.
    case dead
}

/// A store that is opened and closed.
protocol ClosableStore: Store, Answering {
    func close() async throws
}

extension SQLiteStore: ClosableStore {}

extension MemoryStore: ClosableStore {
    func close() {}
}

extension Store {
    /// Commits as a sequencer that begins does.
    func commit(_ batch: Batch, after previous: Head?) async throws(StoreError) {
        try await commit(
            try await stage(batch), after: previous?.position, in: nil)
    }

    /// Commits, and destroys what is due, as a gateway does once the head is published.
    func enter(_ batch: Batch, after previous: Head?) async throws(StoreError) {
        try await commit(batch, after: previous)
        try await destroyErased(before: batch.head.size)
    }
}
