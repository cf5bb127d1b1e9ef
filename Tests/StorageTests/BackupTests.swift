import Foundation
import Rules
import Sharing
import Testing
import Wire

@testable import Storage

/// Reading beside who writes, copies, and what a commit costs.
@Suite struct BackupTests {
    private func filled(
        _ store: SQLiteStore, _ builder: inout LogBuilder, batches: Int
    ) async throws {
        for _ in 0..<batches {
            let (batch, next) = builder.batch(entries: 1...4)
            try await store.enter(batch, after: builder.head)
            builder = next
        }
    }

    /// Everything that can be read of a store, in a form that can be compared.
    private func everything(_ store: any ReadableStore) async throws -> [String] {
        let size = try await store.head()?.size ?? 0
        var lines = try await store.leaves(0..<size).map(\.short)
        lines += try await store.allState(after: nil, limit: .max).map {
            "\($0.key) \($0.value.bytes.text)"
        }.sorted()
        for index in 0..<size {
            let parts = try await store.attachments(of: index, sections: nil)
            lines.append("\(index) \(parts.map { $0.disclosures.short } ?? "none")")
        }
        for handle in LogBuilder.handles {
            lines.append(
                "\(try await store.indices(concerning: handle, kinds: nil, from: 0, limit: .max))")
        }
        return lines
    }

    @Test func `a frozen store stays as it was, whatever is written and erased`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 61)
        try await filled(store, &builder, batches: 8)
        let expected = try await everything(store)
        let frozen = try FrozenStore(directory.path)
        #expect(try await everything(frozen) == expected)
        let generation = frozen.condition.generation
        try await filled(store, &builder, batches: 12)
        #expect(try await everything(frozen) == expected)
        let next = try FrozenStore(directory.path)
        #expect(next.condition.generation > generation)
        #expect(try await everything(next) == everything(store))
        #expect(try await everything(next) != expected)
        try store.close()
    }

    @Test func `a backup that was made while somebody writes is a whole store`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path + "/store", .small)
        var builder = LogBuilder(seed: 62)
        var copies: [(path: String, everything: [String])] = []
        for number in 0..<4 {
            try await filled(store, &builder, batches: 5)
            let path = directory.path + "/copy-\(number)"
            try StoreBackup.make(
                of: store.directory, ledger: path, vault: directory.path + "/newest")
            copies.append((path, try await everything(store)))
        }
        try store.close()
        let last = try #require(copies.last)
        let restored = directory.path + "/restored"
        try FileManager.default.createDirectory(
            atPath: restored, withIntermediateDirectories: false)
        try StoreBackup.restore(
            ledger: last.path, vault: directory.path + "/newest", to: restored)
        let opened = try SQLiteStore(opening: restored, .small)
        #expect(try await everything(opened) == last.everything)
        // It goes on from there.
        try await filled(opened, &builder, batches: 3)
        try opened.close()
        // An older ledger opens with the newest vault, but isn't taken for the newest.
        #expect(throws: StoreError.self) {
            try FrozenStore(copies[0].path, vault: directory.path + "/newest")
        }
        let old = try FrozenStore(
            copies[0].path, vault: directory.path + "/newest", anyAge: true)
        // What was erased until the vault was copied is gone in it, with what followed it.
        let newest = try FrozenStore(last.path, vault: directory.path + "/newest")
        var readable = 0
        for index in 0..<old.condition.entries {
            if try await newest.isErased(index), try await !old.isErased(index) {
                let row = try await old.firstRows(of: [index], enough: 1)[0]
                guard row != nil else { continue }
                await #expect(
                    throws: StoreError.corrupt(.attachments(entry: index), .keyMissing)
                ) { try await old.attachments(of: index, sections: nil) }
            } else if try await old.attachments(of: index, sections: nil) != nil {
                readable += 1
            }
        }
        #expect(readable > 3)
    }

    /// Whoever finds the disk of the older copy finds no root key on it.
    @Test func `a newer copy of the vault overwrites the older one's root key`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path + "/store", .small)
        var builder = LogBuilder(seed: 63)
        try await filled(store, &builder, batches: 3)
        let vault = directory.path + "/newest"
        try StoreBackup.make(of: store.directory, ledger: directory.path + "/one", vault: vault)
        let older = try #require(FileHandle(forReadingAtPath: vault + "/vault.key"))
        #expect(try older.readToEnd()?.contains { $0 != 0 } == true)
        try await filled(store, &builder, batches: 3)
        try StoreBackup.make(of: store.directory, ledger: directory.path + "/two", vault: vault)
        try older.seek(toOffset: 0)
        #expect(try older.readToEnd()?.contains { $0 != 0 } == false)
        _ = try FrozenStore(directory.path + "/two", vault: vault)
        try store.close()
    }

    @Test func `a commit has one sync`() async throws {
        let home = FaultySQLiteHome(try TemporaryDirectory(), moving: 1 << 20)
        defer { home.mend() }
        let store = try home.open()
        var tenure: Tenure?
        var builder = LogBuilder(seed: 64)
        for round in 0..<40 {
            let (made, next) = builder.batch(entries: 1...5)
            let batch = Batch(
                entries: made.entries, tiles: made.tiles, changes: made.changes, erased: [],
                head: made.head)
            let before = home.disk.syncs
            let staged = try await store.stage(batch)
            tenure = try await store.commit(
                staged, after: builder.head?.position, in: tenure)
            try await store.destroyErased(before: batch.head.size)
            // The first one makes the write-ahead log.
            if round > 0 { #expect(home.disk.syncs == before + 1) }
            builder = next
        }
        try await store.close()
    }

    @Test func `a store that isn't there isn't made by looking at it`() throws {
        let directory = try TemporaryDirectory()
        #expect(throws: StoreError.self) { try FrozenStore(directory.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).isEmpty)
        #expect(!SQLiteStore.isInUse(directory.path))
        let store = try SQLiteStore(opening: directory.path)
        #expect(SQLiteStore.isInUse(directory.path))
        try store.close()
        #expect(!SQLiteStore.isInUse(directory.path))
    }
}
