import Foundation
import GRDB
import Synchronization
import Testing

@testable import Storage

/// What a backup may take the place of: an earlier backup of the same store, and nothing else.
@Suite struct BackupPlaceTests {
    /// A store that is open, with some entries, in a directory beside which backups are made.
    private struct Scene {
        let directory: TemporaryDirectory
        let store: SQLiteStore
        var builder: LogBuilder

        init(seed: UInt64) async throws {
            directory = try TemporaryDirectory()
            store = try SQLiteStore(opening: directory.path + "/store", .small)
            builder = LogBuilder(seed: seed)
            try await fill()
        }

        mutating func fill() async throws {
            for _ in 0..<3 {
                let (batch, next) = builder.batch(entries: 1...4)
                try await store.enter(batch, after: builder.head)
                builder = next
            }
        }

        func path(_ name: String) -> String { directory.path + "/" + name }

        @discardableResult
        func backUp(_ ledger: String, _ vault: String) throws -> Int64 {
            try StoreBackup.make(of: store.directory, ledger: path(ledger), vault: path(vault))
        }

        /// Every file beside the store, and what is in it.
        func files() throws -> [String: [UInt8]] {
            var files: [String: [UInt8]] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: directory.path)
            where !name.hasPrefix("store/") {
                files[name] =
                    (try? Data(contentsOf: URL(fileURLWithPath: path(name)))).map(Array.init)
                    ?? []
            }
            return files
        }

        func make(_ name: String, _ content: String? = nil) throws {
            guard let content else {
                try FileManager.default.createDirectory(
                    atPath: path(name), withIntermediateDirectories: true)
                return
            }
            try Data(content.utf8).write(to: URL(fileURLWithPath: path(name)))
        }

        /// Is refused because of `directory`, and changes nothing.
        func expectRefused(
            _ ledger: String, _ vault: String, because of: String,
            _ location: SourceLocation = #_sourceLocation
        ) throws {
            let before = try files()
            let error = #expect(throws: StoreError.self, sourceLocation: location) {
                try backUp(ledger, vault)
            }
            #expect(
                error.map { "\($0)" }?.contains(of) == true, "\(error.map { "\($0)" } ?? "")",
                sourceLocation: location)
            #expect(try files() == before, sourceLocation: location)
            #expect(FileManager.default.fileExists(atPath: path("store/ledger.sqlite")))
            #expect(FileManager.default.fileExists(atPath: path("store/vault.key")))
        }
    }

    @Test func `an earlier backup of the same store is replaced, and an empty directory`()
        async throws
    {
        var scene = try await Scene(seed: 71)
        try scene.make("monday")
        try scene.make("vault")
        try scene.backUp("monday", "vault")
        try await scene.fill()
        let entries = try scene.backUp("monday", "vault/")
        let frozen = try FrozenStore(scene.path("monday"), vault: scene.path("vault"))
        #expect(frozen.condition.entries == entries)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scene.path("monday"))
                .allSatisfy { $0.hasPrefix("ledger.sqlite") })
        #expect(!FileManager.default.fileExists(atPath: scene.path("vault.next")))
        try scene.store.close()
    }

    /// Whoever reads a backup leaves a log of SQLite's beside it, which would be taken for part of the next.
    @Test func `what a reader left beside an earlier backup isn't part of the newer one`()
        async throws
    {
        var scene = try await Scene(seed: 70)
        try scene.backUp("ledger", "vault")
        for file in ["ledger/ledger.sqlite", "vault/vault.sqlite"] {
            let queue = try DatabaseQueue(path: scene.path(file))
            try await queue.write { try $0.execute(sql: "PRAGMA user_version = 9") }
            for suffix in ["-wal", "-shm"] {
                try FileManager.default.copyItem(
                    atPath: scene.path(file + suffix), toPath: scene.path("left" + suffix))
            }
            try queue.close()
            for suffix in ["-wal", "-shm"] {
                try FileManager.default.moveItem(
                    atPath: scene.path("left" + suffix), toPath: scene.path(file + suffix))
            }
        }
        try await scene.fill()
        let entries = try scene.backUp("ledger", "vault")
        let frozen = try FrozenStore(scene.path("ledger"), vault: scene.path("vault"))
        #expect(frozen.condition.entries == entries)
        try scene.store.close()
    }

    /// Foundation says of a file that can't be copied only that it is an error of Cocoa.
    @Test func `what can't be copied is said as the operating system says it`() {
        let error = #expect(throws: (any Error).self) {
            try FileManager.default.contentsOfDirectory(atPath: "/nowhere/at/all")
        }
        #expect(
            error.map { StoreFault($0, in: "store") }
                == .system(call: "access", path: "/nowhere/at/all", code: ENOENT))
    }

    @Test func `a directory with anything else in it is left as it is`() async throws {
        let scene = try await Scene(seed: 72)
        try scene.make("photos")
        try scene.make("photos/one", "kept")
        try scene.make("file", "kept")
        try scene.expectRefused("ledger", "photos", because: "photos")
        try scene.expectRefused("photos", "vault", because: "photos")
        try scene.expectRefused("ledger", "file", because: "file")
        try scene.expectRefused("file", "vault", because: "file")
        try scene.expectRefused("ledger", "nowhere/vault", because: "nowhere")
        try scene.backUp("ledger", "vault")
        for name in ["vault/notes", "vault/ledger.sqlite"] {
            try scene.make(name, "kept")
            try scene.expectRefused("ledger", "vault", because: "vault")
            try FileManager.default.removeItem(atPath: scene.path(name))
        }
        try scene.make("ledger/notes", "kept")
        try scene.expectRefused("ledger", "vault", because: "ledger")
        // A folder of a file's name, and a link.
        try FileManager.default.removeItem(atPath: scene.path("vault/vault.key"))
        try scene.make("vault/vault.key")
        try scene.expectRefused("other", "vault", because: "vault.key")
        try scene.store.close()
    }

    @Test func `the store, what holds it and what lies in it are no place for a backup`()
        async throws
    {
        let scene = try await Scene(seed: 73)
        try FileManager.default.createSymbolicLink(
            atPath: scene.path("link"), withDestinationPath: scene.path("store"))
        try scene.make("empty")
        for place in [
            "store", "store/", "store/backup", "", "empty/../store/vault", "link", "link/x",
        ] {
            try scene.expectRefused("ledger", place, because: "store")
            try scene.expectRefused(place, "vault", because: "store")
        }
        try scene.expectRefused("same", "same", because: "same")
        try scene.expectRefused("empty", "empty/vault", because: "empty")
        try scene.expectRefused("empty/ledger", "empty", because: "empty")
        try scene.expectRefused("vault.next", "vault", because: "vault.next")
        try scene.store.close()
    }

    @Test func `what is beside the vault stays, unless it is an unfinished backup`() async throws {
        let scene = try await Scene(seed: 74)
        try scene.make("vault.next")
        try scene.make("vault.next/one", "kept")
        try scene.expectRefused("ledger", "vault", because: "vault.next")
        try FileManager.default.removeItem(atPath: scene.path("vault.next"))
        let other = try await Scene(seed: 75)
        try other.backUp("ledger", "vault")
        try FileManager.default.copyItem(
            atPath: other.path("vault"), toPath: scene.path("vault.next"))
        try scene.expectRefused("ledger", "vault", because: "vault.next")
        try FileManager.default.removeItem(atPath: scene.path("vault.next"))
        // A backup that was killed left these.
        try scene.make("vault.next")
        try scene.make("vault.next/vault.key", "half")
        try scene.make("vault.next/vault.sqlite", "")
        try scene.make("ledger")
        try scene.make("ledger/ledger.sqlite.part", "half")
        try scene.backUp("ledger", "vault")
        _ = try FrozenStore(scene.path("ledger"), vault: scene.path("vault"))
        #expect(!FileManager.default.fileExists(atPath: scene.path("vault.next")))
        #expect(!FileManager.default.fileExists(atPath: scene.path("ledger/ledger.sqlite.part")))
        try scene.store.close()
    }

    /// From the moment when the older root key is overwritten until the new one has its name.
    @Test func `a backup that a crash interrupted while it replaced the vault is made again`()
        async throws
    {
        let scene = try await Scene(seed: 76)
        try scene.backUp("ledger", "vault")
        try FileManager.default.copyItem(
            atPath: scene.path("vault"), toPath: scene.path("vault.next"))
        let zeros = Data(repeating: 0, count: 4096)
        try zeros.write(to: URL(fileURLWithPath: scene.path("vault/vault.key")))
        try scene.backUp("ledger", "vault")
        _ = try FrozenStore(scene.path("ledger"), vault: scene.path("vault"))
        try zeros.write(to: URL(fileURLWithPath: scene.path("vault/vault.key")))
        try FileManager.default.removeItem(atPath: scene.path("vault/vault.sqlite"))
        try scene.backUp("ledger", "vault")
        _ = try FrozenStore(scene.path("ledger"), vault: scene.path("vault"))
        try scene.store.close()
    }

    @Test func `another store's backup isn't replaced, nor a newer one`() async throws {
        var scene = try await Scene(seed: 77)
        let other = try await Scene(seed: 78)
        try other.backUp("ledger", "vault")
        for name in ["ledger", "vault"] {
            try FileManager.default.copyItem(
                atPath: other.path(name), toPath: scene.path("other-" + name))
        }
        try scene.expectRefused("ledger", "other-vault", because: "other-vault")
        try scene.expectRefused("other-ledger", "vault", because: "other-ledger")
        _ = try FrozenStore(scene.path("other-ledger"), vault: scene.path("other-vault"))
        try other.store.close()
        // The whole store is put back to what it was.
        try scene.store.close()
        try FileManager.default.copyItem(
            atPath: scene.path("store"), toPath: scene.directory.path + "/older")
        let store = try SQLiteStore(opening: scene.path("store"), .small)
        for _ in 0..<20 {
            let (batch, next) = scene.builder.batch(entries: 1...4)
            try await store.enter(batch, after: scene.builder.head)
            scene.builder = next
        }
        try scene.backUp("ledger", "vault")
        try store.close()
        try FileManager.default.moveItem(
            atPath: scene.path("store"), toPath: scene.directory.path + "/newer")
        try FileManager.default.moveItem(
            atPath: scene.path("older"), toPath: scene.path("store"))
        try scene.expectRefused("another", "vault", because: "newer")
        try scene.expectRefused("ledger", "another", because: "newer")
        _ = try FrozenStore(scene.path("ledger"), vault: scene.path("vault"))
    }

    /// Whatever they do to each other, a vault is there that opens what was copied.
    @Test func `of backups at the same time one is made, and the others are refused`() async throws
    {
        let scene = try await Scene(seed: 79)
        for round in 0..<5 {
            let results = Mutex<[Result<Int64, any Error>]>([])
            DispatchQueue.concurrentPerform(iterations: 6) { number in
                let result = Result { try scene.backUp("ledger-\(round)-\(number)", "vault") }
                results.withLock { $0.append(result) }
            }
            let all = results.withLock { $0 }
            #expect(all.contains { (try? $0.get()) != nil })
            for case .failure(let error) in all {
                #expect("\(error)".contains("another backup"), "\(error)")
            }
            let made = try #require(
                (0..<6).first {
                    FileManager.default.fileExists(
                        atPath: scene.path("ledger-\(round)-\($0)/ledger.sqlite"))
                })
            _ = try FrozenStore(scene.path("ledger-\(round)-\(made)"), vault: scene.path("vault"))
        }
        #expect(!FileManager.default.fileExists(atPath: scene.path("vault.next")))
        try scene.store.close()
    }
}
