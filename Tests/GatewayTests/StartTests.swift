import Client
import Foundation
import GRDB
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// What a gateway compares before it serves.
@Suite struct StartTests {
    /// Somebody copied another gateway's keyring, or a participant's, to this one.
    @Test func aKeyringOfAnotherLogIsRefused() async throws {
        let store = MemoryStore()
        let alliance = try await Alliance(on: store)
        await (try alliance.admit("acme", [.enterprise])).close()
        await alliance.stop()
        let before = await store.head()
        let (keys, name) = (alliance.keys, try KeyName("trine.example/test"))
        var random = SystemRandomNumberGenerator()
        let other = SigningKey(seed: .random(count: 32, using: &random))
        let wrong = [
            HostKeys(log: NoteSigner(name: name, key: other), clock: keys.clock, host: keys.host),
            HostKeys(log: keys.log, clock: Cosigner(name: name, key: other), host: keys.host),
            HostKeys(log: keys.log, clock: keys.clock, host: other),
        ]
        for (number, keys) in wrong.enumerated() {
            await #expect(throws: StoreError.unreadable(.otherKeyring), "\(number)") {
                _ = try await GatewayService(
                    store: store, keys: keys, logger: Alliance.silent,
                    clock: HostClock { [clock = alliance.clock] in clock.now })
            }
        }
        #expect(await store.head() == before)
    }

    /// One byte of the checkpoint was changed where it is stored. The tree is whole.
    @Test func aDamagedCheckpointIsSignedAnew() async throws {
        let directory = NSTemporaryDirectory() + "/trine-start-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let store = directory + "/store"
        let published = directory + "/published"
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: published))
        let first = try SQLiteStore(opening: store)
        let alliance = try await Alliance(
            on: try await RememberingStore(
                first, try PublishedCheckpoint(at: published), acceptingLoss: false))
        await (try alliance.admit("acme", [.enterprise])).close()
        await alliance.stop()
        let head = try #require(try await first.head())
        try first.close()
        let policy = TrustPolicy(trusting: alliance.keys.log.verifierKey)
        var mended = 0
        for place in stride(from: 0, to: head.checkpoint.count, by: 13) {
            var damaged = head.checkpoint
            damaged[place] ^= 1
            let queue = try DatabaseQueue(path: store + "/ledger.sqlite")
            try await queue.write { [damaged] db in
                try db.execute(
                    sql: "UPDATE head SET checkpoint = ?", arguments: [Data(damaged)])
            }
            try queue.close()
            let again = try SQLiteStore(opening: store)
            let service = try await GatewayService(
                store: try await RememberingStore(
                    again, try PublishedCheckpoint(at: published), acceptingLoss: false),
                keys: alliance.keys, logger: Alliance.silent,
                clock: HostClock { [clock = alliance.clock] in clock.now })
            let now = try #require(try await again.head())
            #expect(now.edge == head.edge, "\(place)")
            let verified = try policy.verify(now.checkpoint)
            #expect(verified.root == head.edge.root, "\(place)")
            #expect((try? verified.dated(by: alliance.keys.clock.verifierKey)) != nil, "\(place)")
            #expect(try await Inspection(store: again).run().findings.isEmpty, "\(place)")
            mended += 1
            await service.sequencer.stop()
            try again.close()
        }
        #expect(mended > 10)
    }

    /// An unmounted disk looks like a store that is gone. What was published stays known, whatever is accepted,
    /// and no empty store takes its place.
    @Test func whatIsGoneIsNoOlderStore() async throws {
        let directory = NSTemporaryDirectory() + "/trine-start-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: directory))
        let published = try PublishedCheckpoint(at: directory)
        let alliance = try await Alliance(
            on: try await RememberingStore(MemoryStore(), published, acceptingLoss: false))
        await alliance.stop()
        let last = try #require(published.last)
        for accepting in [false, true] {
            await #expect(throws: StoreError.self) {
                _ = try await RememberingStore(
                    MemoryStore(), published, acceptingLoss: accepting)
            }
            #expect(try PublishedCheckpoint(at: directory).last == last)
        }
        let store = directory + ".store"
        defer { try? FileManager.default.removeItem(atPath: store) }
        #expect(throws: StoreError.unreadable(.ledgerMissing)) {
            _ = try SQLiteStore(opening: store, existing: true)
        }
        #expect(access(store, F_OK) != 0)
        try SQLiteStore(opening: store).close()
        for (file, mismatch) in [
            ("ledger.sqlite", StoreMismatch.ledgerMissing), ("vault.sqlite", .keysMissing),
            ("vault.key", .keysMissing),
        ] {
            let path = store + "/" + file
            try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
            let names = try FileManager.default.contentsOfDirectory(atPath: store).sorted()
            #expect(throws: StoreError.unreadable(mismatch), "\(file)") {
                _ = try SQLiteStore(opening: store, existing: true, acceptingLoss: true)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: store).sorted() == names)
            try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        }
        try SQLiteStore(opening: store, existing: true).close()
    }
}
