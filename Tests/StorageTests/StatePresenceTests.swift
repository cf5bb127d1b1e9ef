import Rules
import Sharing
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// Which state there may be.
@Suite struct StatePresenceTests {
    private func news(_ count: Int) -> [StateKey] {
        var random = SeededGenerator.printed()
        return (0..<count).map { number in
            let jti = JTI(using: &random)
            return number.isMultiple(of: 2)
                ? StatementState.key(jti).untyped : CallState.key(jti).untyped
        }
    }

    /// Half of it was there before, the other half was added; public and confidential.
    @Test(arguments: EmptyStore.allCases)
    func `what stands is never taken for missing`(kind: EmptyStore) async throws {
        let (store, home) = try kind.open()
        var builder = LogBuilder(seed: 71)
        var keys: Set<StateKey> = []
        func commit(_ presence: StatePresence?) async throws {
            let (batch, next) = builder.batch(entries: 2...6)
            presence?.add(batch.changes.keys)
            let staged = try await store.stage(batch)
            try await store.commit(staged, after: builder.head?.position, in: nil)
            for (key, value) in batch.changes {
                if value == nil { keys.remove(key) } else { keys.insert(key) }
            }
            builder = next
        }
        for _ in 0..<40 { try await commit(nil) }
        let presence = try await StatePresence(of: store, maximumBytes: 1 << 20)
        try await commit(presence)
        let unknown = news(2000)
        #expect(presence.possible(unknown) == unknown)
        try await presence.learn()
        for _ in 0..<40 { try await commit(presence) }
        let all = Array(keys)
        #expect(all.contains { $0.family.hasPublicPart })
        #expect(all.contains { !$0.family.hasPublicPart })
        #expect(presence.missing(all) == 0)
        #expect(presence.possible(unknown).count < 10)
        // From here on it knows nothing, until it has learned again.
        presence.forget()
        #expect(presence.possible(unknown) == unknown)
        try await commit(nil)
        try await presence.learn()
        #expect(presence.missing(Array(keys)) == 0)
        #expect(presence.possible(unknown).count < 10)
        withExtendedLifetime(home) {}
    }

    /// Who forgets while it learns knows nothing after it, and what comes in between is added.
    @Test func `it may change while it is learned`() async throws {
        let store = MemoryStore()
        let (batch, builder) = LogBuilder(seed: 72).batch(entries: 4...4)
        try await store.commit(try await store.stage(batch), after: nil, in: nil)
        let slow = SlowState(store)
        let presence = try await StatePresence(of: slow, maximumBytes: 1 << 20)
        let unknown = news(100)
        slow.during.withLock { $0 = { presence.forget() } }
        try await presence.learn()
        #expect(presence.possible(unknown) == unknown)
        let (second, _) = builder.batch(entries: 4...4)
        slow.during.withLock { $0 = { presence.add(second.changes.keys) } }
        try await presence.learn()
        let all = Array(batch.changes.keys) + Array(second.changes.keys)
        #expect(presence.missing(all) == 0)
        #expect(presence.possible(unknown).count < 5)
    }

    @Test func `too many keys are all possible`() async throws {
        let store = MemoryStore()
        // Room for 32 768 keys.
        let presence = try await StatePresence(of: store, maximumBytes: 100_000)
        try await presence.learn()
        let keys = news(40_000)
        let (first, others) = (Array(keys[..<30_000]), Array(keys[30_000...]))
        presence.add(first)
        #expect(presence.possible(others).count < 50)
        presence.add(others)
        #expect(presence.possible(news(10)).count == 10)
        try await presence.learn()
        #expect(presence.possible(news(10)).count == 10)
    }

    @Test func `a store that can't be read teaches nothing`() async throws {
        let slow = SlowState(MemoryStore())
        slow.isBroken.withLock { $0 = true }
        let presence = try await StatePresence(of: slow, maximumBytes: 1 << 20)
        await #expect(throws: StoreError.self) { try await presence.learn() }
        let unknown = news(10)
        #expect(presence.possible(unknown) == unknown)
    }
}

extension StatePresence {
    /// How many of `keys` it takes for missing.
    fileprivate func missing(_ keys: [StateKey]) -> Int { keys.count - possible(keys).count }
}

/// A store in whose reading something happens.
private final class SlowState: ReadableStore, StateStore {
    let during = Mutex<(@Sendable () -> Void)?>(nil)
    let isBroken = Mutex(false)
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    var source: any LedgerSource { store }
    var rows: any StateStore { self }
    var index: any IndexStore { store }
    var blobs: any BlobStore { store }
    func vault() async throws(StoreError) -> Vault { store.vault() }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try await store.attachments(of: indices, sections: sections, enough: enough)
    }

    func rows(_ names: [StateNames]) async throws(StoreError) -> [StateRows] {
        await store.rows(names)
    }

    func rows(
        after key: String, upTo last: String?, limit: Int,
        hidden: @escaping @Sendable (String) -> [UInt8]?
    ) async throws(StoreError) -> [(key: String, rows: StateRows)] {
        await store.rows(after: key, upTo: last, limit: limit, hidden: hidden)
    }

    func keys(after key: String, limit: Int) async throws(StoreError) -> [String] {
        guard !isBroken.withLock({ $0 }) else { throw .failed(.closed) }
        let keys = await store.keys(after: key, limit: limit)
        let work = during.withLock { during in
            defer { during = nil }
            return during
        }
        work?()
        return keys
    }

    func sealedRows(after slot: Int64, limit: Int) async throws(StoreError) -> [SealedRow] {
        await store.sealedRows(after: slot, limit: limit)
    }
}
