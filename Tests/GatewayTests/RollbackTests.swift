import Foundation
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Wire

@testable import Client
@testable import Gateway

/// A gateway isn't served from files that are older than what it published, and loses nothing by
/// being asked to.
@Suite(.serialized) struct RollbackTests {
    /// What somebody puts back.
    enum Restored: CaseIterable {
        case ledger, wholeStore

        var files: [String] {
            switch self {
            case .ledger: ["ledger.sqlite", "ledger.sqlite-wal"]
            case .wholeStore:
                [
                    "ledger.sqlite", "ledger.sqlite-wal", "vault.sqlite", "vault.sqlite-wal",
                    "vault.key",
                ]
            }
        }
    }

    /// The store's files as they are now, but for what SQLite makes anew.
    private func files(_ gateway: GatewayProcess) throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: Restored.wholeStore.files.compactMap { name in
                let path = gateway.storeDirectory + "/" + name
                guard FileManager.default.fileExists(atPath: path) else { return nil }
                return (name, try Data(contentsOf: URL(fileURLWithPath: path)))
            })
    }

    private func put(
        _ files: [String: Data], _ names: [String], in gateway: GatewayProcess
    ) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: gateway.storeDirectory)
        where name.hasSuffix("-shm") {
            try FileManager.default.removeItem(atPath: gateway.storeDirectory + "/" + name)
        }
        for name in names {
            let path = gateway.storeDirectory + "/" + name
            try? FileManager.default.removeItem(atPath: path)
            try files[name]?.write(to: URL(fileURLWithPath: path))
        }
    }

    /// Serves, admits somebody, and ends; returns the files then.
    private func grow(
        _ gateway: GatewayProcess, by name: String, ending signal: Int32, _ options: String...
    ) async throws -> [String: Data] {
        if options.isEmpty {
            try await gateway.start()
        } else {
            try await gateway.start(options[0])
        }
        await (try gateway.admit(name, [.enterprise])).close()
        _ = try await gateway.end(signal)
        return try files(gateway)
    }

    /// The commands that work on the store refuse, with the same words.
    private func refusals(_ gateway: GatewayProcess) async throws -> Set<String> {
        var said: Set<String> = []
        for command in ["serve", "check"] {
            let end = try await gateway.run(["gateway", command, gateway.directory + "/gateway"])
            #expect(end.code == 4, "\(command): \(end.errors)")
            #expect(end.errors.contains("--accept-loss"), "\(command): \(end.errors)")
            said.insert(end.errors)
        }
        return said
    }

    @Test(arguments: Restored.allCases, [SIGTERM, SIGKILL])
    func `an older store isn't served, and nothing of the newer one is lost`(
        restored: Restored, signal: Int32
    ) async throws {
        let gateway = try await GatewayProcess()
        let older = try await grow(gateway, by: "acme", ending: SIGTERM)
        let newer = try await grow(gateway, by: "bearings", ending: signal)
        try put(older, restored.files, in: gateway)
        let said = try await refusals(gateway)
        #expect(said.count == 1, "\(said)")
        #expect(said.allSatisfy { $0.contains("2 entries") && $0.contains("3") }, "\(said)")
        // The newer ledger is put back, and it has its keys still.
        try put(newer, restored.files, in: gateway)
        let check = try await gateway.run(["gateway", "check", gateway.directory + "/gateway"])
        #expect(check.code == 0, "\(check.errors)")
        _ = try await grow(gateway, by: "castings", ending: SIGTERM)
    }

    @Test func `who accepts the loss serves the older store, which is the only one then`()
        async throws
    {
        let gateway = try await GatewayProcess()
        let older = try await grow(gateway, by: "acme", ending: SIGTERM)
        let home = gateway.directory + "/authority"
        try FileManager.default.copyItem(atPath: home, toPath: home + "-older")
        _ = try await grow(gateway, by: "bearings", ending: SIGTERM)
        let newer = try await grow(gateway, by: "castings", ending: SIGTERM)
        try put(older, Restored.wholeStore.files, in: gateway)
        // Whoever has seen more says so; an authority that has seen as little goes on.
        await #expect(throws: LogFault.rolledBack(size: 2, known: 4, isProven: false)) {
            _ = try await grow(gateway, by: "drills", ending: SIGTERM, "--accept-loss")
        }
        _ = try await gateway.end(SIGTERM)
        try FileManager.default.removeItem(atPath: home)
        try FileManager.default.moveItem(atPath: home + "-older", toPath: home)
        _ = try await grow(gateway, by: "castings-two", ending: SIGTERM)
        _ = try await grow(gateway, by: "engines", ending: SIGTERM)
        // The other history is longer than none, and isn't what was published last.
        try put(newer, Restored.wholeStore.files, in: gateway)
        #expect(
            try await refusals(gateway).allSatisfy {
                $0.contains("isn't the one of 4 entries that this gateway published")
            })
    }

    /// A commit that a crash kept from being noted is noted with the next look at the head; then no
    /// shorter log and no other one will do.
    @Test func `what the store shows is noted first`() async throws {
        let path = NSTemporaryDirectory() + "/published-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: path))
        let (memory, other) = (MemoryStore(), MemoryStore())
        for store in [memory, other] {
            let alliance = try await Alliance(on: store)
            await (try alliance.admit("acme", [.enterprise])).close()
            await alliance.stop()
        }
        let head = try #require(await memory.head())
        let store = try await RememberingStore(
            memory, try PublishedCheckpoint(at: path), acceptingLoss: false)
        #expect(try await store.head() == head)
        let published = try PublishedCheckpoint(at: path)
        #expect(published.last == PublishedCheckpoint.Head(head.checkpoint))
        await #expect(
            throws: StoreError.unreadable(.behindPublished(have: 0, published: head.size))
        ) { _ = try await RememberingStore(MemoryStore(), published, acceptingLoss: false) }
        await #expect(throws: StoreError.unreadable(.otherThanPublished(size: head.size))) {
            _ = try await RememberingStore(other, published, acceptingLoss: false)
        }
        // What an operator accepts is what was published from then on.
        _ = try await RememberingStore(other, published, acceptingLoss: true)
        let accepted = try #require(await other.head())
        #expect(
            try PublishedCheckpoint(at: path).last
                == PublishedCheckpoint.Head(accepted.checkpoint))
    }

    /// Whoever asks for it: what was committed and not published may still be taken back.
    @Test func `keys are destroyed for what was published alone`() async throws {
        let path = NSTemporaryDirectory() + "/published-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: path))
        let published = try PublishedCheckpoint(at: path)
        let files = FaultyStore()
        let store = try await RememberingStore(files, published, acceptingLoss: false)
        try await store.destroyErased(before: 7)
        #expect(files.destroyed == [0])
        // A gateway does so after each batch, when it is noted; for an application that was dropped it
        // names no entry.
        let alliance = try await Alliance(on: store)
        await (try alliance.admit("acme", [.enterprise])).close()
        #expect(files.destroyed.max() == 2)
        #expect(published.last?.size == 2)
        try await store.destroyErased(before: 7)
        #expect(files.destroyed.last == 2)
        await alliance.stop()
    }

    // MARK: The file

    private func note(_ size: Int, _ root: String) throws -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let key = NoteSigner(
            name: try KeyName("trine.example/test"),
            key: SigningKey(seed: .random(count: 32, using: &random)))
        return try Checkpoint(
            origin: "trine.example/test", size: UInt64(size), root: .leaf(Array(root.utf8))
        ).signed(by: key)
    }

    /// Wherever a write is cut short, the file has the checkpoint before it or the one after it.
    @Test func `a write that is cut short loses nothing that was published`() throws {
        let path = NSTemporaryDirectory() + "/published-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let url = URL(fileURLWithPath: path)
        try Data(PublishedCheckpoint.empty).write(to: url)
        #expect(try PublishedCheckpoint(at: path).last == nil)
        let notes = try [note(1, "a"), note(5, "b"), note(9, "c"), note(12, "d")]
        for (number, note) in notes.enumerated() {
            let before = try Array(Data(contentsOf: url))
            let file = try PublishedCheckpoint(at: path)
            try file.note(note)
            let after = try Array(Data(contentsOf: url))
            let changed = zip(before, after).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
            let known = number == 0 ? nil : PublishedCheckpoint.Head(notes[number - 1])
            for cut in stride(from: changed.first!, through: changed.last!, by: 7) {
                try Data(after[..<cut] + before[cut...]).write(to: url)
                #expect(try PublishedCheckpoint(at: path).last == known, "cut at \(cut)")
            }
            try Data(after).write(to: url)
            #expect(try PublishedCheckpoint(at: path).last == PublishedCheckpoint.Head(note))
            // An older one changes nothing.
            try file.note(notes[0])
            #expect(try Array(Data(contentsOf: url)) == after)
        }
        try Data(repeating: 7, count: PublishedCheckpoint.empty.count).write(to: url)
        #expect(throws: StoreError.unreadable(.publishedUnknown)) {
            try PublishedCheckpoint(at: path)
        }
        try FileManager.default.removeItem(at: url)
        #expect(throws: StoreError.unreadable(.publishedUnknown)) {
            try PublishedCheckpoint(at: path)
        }
    }
}
