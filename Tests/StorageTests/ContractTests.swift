import Rules
import Sharing
import TestSupport
import Testing
import Transparency
import Wire

@testable import Storage

/// What every engine promises about commits.
@Suite struct ContractTests {
    @Test(arguments: EmptyStore.allCases)
    func `a commit of an earlier tenure is superseded`(kind: EmptyStore) async throws {
        let (store, home) = try kind.open()
        var builder = LogBuilder(seed: 51)
        var tenures: [Tenure] = []
        for _ in 0..<2 {
            let (batch, next) = builder.batch(entries: 2...2)
            let staged = try await store.stage(batch)
            tenures.append(
                try await store.commit(staged, after: builder.head?.position, in: nil))
            builder = next
        }
        #expect(tenures[1].term > tenures[0].term)
        let (batch, next) = builder.batch(entries: 2...2)
        let staged = try await store.stage(batch)
        // It names the right tree, and others took the log since.
        await #expect(throws: StoreError.superseded) {
            try await store.commit(staged, after: builder.head?.position, in: tenures[0])
        }
        #expect(try await store.head() == builder.head)
        let tenure = try await store.commit(
            staged, after: builder.head?.position, in: tenures[1])
        #expect(tenure == tenures[1])
        #expect(try await store.head() == next.head)
        withExtendedLifetime(home) {}
    }

    @Test(arguments: EmptyStore.allCases)
    func `a commit replaces the tree that it names and no other`(kind: EmptyStore) async throws {
        let (store, home) = try kind.open()
        let (first, builder) = LogBuilder(seed: 52).batch(entries: 2...2)
        let tenure = try await store.commit(try await store.stage(first), after: nil, in: nil)
        let head = try #require(try await store.head())
        let (second, _) = builder.batch(entries: 3...3)
        let staged = try await store.stage(second)
        let root = Hash.leaf([1])
        for wrong in [nil, Position(size: head.size, root: root)] {
            await #expect(throws: StoreError.superseded) {
                try await store.commit(
                    Self.following(wrong, staged), after: wrong, in: tenure)
            }
        }
        // A note with another date is of the same tree: it doesn't keep the next batch out.
        let dated = Head(edge: head.edge, checkpoint: [1, 2, 3])
        let again = Batch(entries: [], tiles: [], changes: [:], erased: [], head: dated)
        try await store.commit(try await store.stage(again), after: head.position, in: tenure)
        #expect(try await store.head() == dated)
        try await store.commit(staged, after: head.position, in: tenure)
        #expect(try await store.head() == second.head)
        withExtendedLifetime(home) {}
    }

    /// What is refused for its place needn't fit it.
    private static func following(_ position: Position?, _ staged: StagedEntries) -> StagedEntries {
        guard position == nil else { return staged }
        return StagedEntries(
            entries: [], blobs: [], tiles: [], open: [], hidden: [], erased: [], nextSlot: 0,
            head: Head(edge: .init(), checkpoint: []))
    }

    /// A sequencer stages the next batches while one is committed.
    @Test(arguments: EmptyStore.allCases)
    func `batches that were staged ahead give the same store`(kind: EmptyStore) async throws {
        let (store, home) = try kind.open()
        let reference = ReferenceStore()
        var tenure: Tenure?
        var builder = LogBuilder(seed: 53)
        for _ in 0..<6 {
            var staged: [(StagedEntries, Position?)] = []
            for _ in 0..<5 {
                let (batch, next) = builder.batch(entries: 1...4)
                staged.append((try await store.stage(batch), builder.head?.position))
                try await reference.commit(batch, after: builder.head)
                builder = next
            }
            // One that is given up takes its slots with it.
            _ = try await store.stage(builder.batch().batch)
            for (staged, position) in staged {
                tenure = try await store.commit(staged, after: position, in: tenure)
            }
            try await store.destroyErased(before: builder.head!.size)
        }
        let expected = try await Answers.complete(reference, jtis: builder.jtis)
        let answering = try #require(store as? any ClosableStore)
        #expect(try await Answers.complete(answering, jtis: builder.jtis) == expected)
        withExtendedLifetime(home) {}
    }
}
