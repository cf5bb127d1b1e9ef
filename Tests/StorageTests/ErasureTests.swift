import Foundation
import GRDB
import Rules
import Sharing
import Testing
import Wire

@testable import Storage

/// What is erased is gone from the files, and stays so after a backup is restored.
@Suite struct ErasureTests {
    /// The keys that stand in the keys' file, by entry.
    private func keys(in directory: TemporaryDirectory) throws -> [Int64: [UInt8]] {
        // A copy, so that this look changes nothing.
        let copy = try directory.copied()
        let queue = try DatabaseQueue(path: copy.path + "/keys.sqlite")
        return try queue.read { db in
            var keys: [Int64: [UInt8]] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT entry, key FROM keys")
            while let row = try rows.next() { keys[row[0]] = Array(row[1] as Data) }
            return keys
        }
    }

    private static let erased = [UInt8](repeating: 0, count: 32)

    private func files(_ directory: TemporaryDirectory) throws -> [UInt8] {
        try directory.bytes("keys.sqlite") + directory.bytes("keys.sqlite-wal")
    }

    @Test func `an erased entry's key is in no file once that is published`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 21)
        var known: [Int64: [UInt8]] = [:]
        for _ in 0..<40 {
            let (batch, next) = builder.batch(entries: 0...12)
            try await store.enter(batch, after: builder.head)
            builder = next
            let now = try keys(in: directory)
            let bytes = Data(try files(directory))
            for (entry, key) in known where now[entry] == Self.erased {
                #expect(bytes.range(of: Data(key)) == nil, "entry \(entry)")
            }
            for (entry, key) in now where key != Self.erased { known[entry] = key }
        }
        let erased = try keys(in: directory).filter { $0.value == Self.erased }
        #expect(erased.count > 5)
        for entry in erased.keys {
            #expect(try await store.attachments(of: entry, sections: nil) == nil)
        }
    }

    /// Until it is published an erasure may still be taken back, whatever happens meanwhile. Then it
    /// is finished, also by a process that is started later.
    @Test(arguments: [false, true])
    func `nothing is destroyed before it is published`(reopened: Bool) async throws {
        let directory = try TemporaryDirectory()
        var store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 26)
        var published: Int64 = 0
        for number in 0..<12 {
            let (batch, next) = builder.batch(entries: 1...4)
            try await store.commit(batch, after: builder.head)
            builder = next
            if number == 5 { published = batch.head.size }
        }
        let erased = Set(builder.statements.filter(\.erased).map(\.index))
        let kept = try keys(in: directory)
        #expect(erased.allSatisfy { kept[$0] != Self.erased })
        if reopened {
            try store.close()
            store = try SQLiteStore(opening: directory.path, .small)
        }
        #expect(try keys(in: directory).filter { $0.value == Self.erased }.isEmpty)
        try await store.destroyErased(before: published)
        let first = Set(try keys(in: directory).filter { $0.value == Self.erased }.keys)
        #expect(!first.isEmpty && first.isStrictSubset(of: erased))
        try await store.destroyErased(before: builder.head!.size)
        let bytes = Data(try files(directory))
        for entry in erased {
            #expect(try keys(in: directory)[entry].map { $0 == Self.erased } ?? true)
            #expect(kept[entry].map { bytes.range(of: Data($0)) == nil } ?? true, "\(entry)")
        }
        try store.close()
    }

    /// What the state had before an erasure opens with nothing that is left after it: not from a
    /// backup of the ledger, with the keys of now, and not from what the files still have of old rows.
    @Test(arguments: [27] + (0..<4).map { _ in UInt64.random(in: 0...UInt64.max) })
    func `after an erasure the keys open no older state`(seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: seed)
        var old: [(ledger: TemporaryDirectory, state: [String: StateValue])] = []
        for _ in 0..<15 {
            let (batch, next) = builder.batch(entries: 1...3)
            try await store.enter(batch, after: builder.head)
            builder = next
            old.append((try directory.copied(), try await selective(store)))
        }
        while true {
            let (batch, next) = builder.batch(entries: 1...1)
            try await store.enter(batch, after: builder.head)
            builder = next
            if !batch.erased.isEmpty { break }
        }
        let now = try await selective(store)
        try store.close()
        var lost = 0
        var same = 0
        for (ledger, state) in old {
            for name in ["keys.sqlite", "keys.sqlite-wal", "keys.sqlite-shm"] {
                try? FileManager.default.removeItem(atPath: ledger.path + "/" + name)
            }
            try FileManager.default.copyItem(
                atPath: directory.path + "/keys.sqlite", toPath: ledger.path + "/keys.sqlite")
            let store = try SQLiteStore(opening: ledger.path, .small, acceptingLoss: true)
            for (key, value) in state {
                switch await store.found(try #require(StateKey(text: key))) {
                case .success(let found):
                    #expect(found == value && now[key]?.selectiveBytes == value.selectiveBytes)
                    same += 1
                case .failure(let error):
                    #expect(error == .corrupt(.state(key), .keyMissing))
                    lost += 1
                }
            }
            try store.close()
        }
        if seed == 27 { #expect(lost > 20 && same > 20, "\(lost) lost, \(same) the same") }
    }

    /// The state that selective claims have a part in.
    private func selective(_ store: some Store) async throws -> [String: StateValue] {
        let rows = try await store.allState(after: nil, limit: .max)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.value) })
            .filter { $0.value.selectiveBytes != nil }
    }

    /// The ledger doesn't tell who is a party to what; it tells that entries of one kind have the same.
    @Test func `parties stand under hidden names`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 28)
        for _ in 0..<10 {
            let (batch, next) = builder.batch(entries: 2...5)
            try await store.enter(batch, after: builder.head)
            builder = next
        }
        let copy = try directory.copied()
        let rows = try await DatabaseQueue(path: copy.path + "/ledger.sqlite").read { db in
            try Row.fetchAll(
                db, sql: "SELECT party, kind FROM parties JOIN entries USING (entry)"
            ).map { (party: $0["party"] as Data, kind: $0["kind"] as String) }
        }
        let kinds = Dictionary(grouping: rows, by: \.party).mapValues { Set($0.map(\.kind)) }
        #expect(rows.count > 10 && kinds.count > 3)
        #expect(kinds.values.allSatisfy { $0.count == 1 })
        #expect(kinds.keys.allSatisfy { $0.count == 32 })
        try store.close()
    }

    @Test func `a dropped application's key is in no file`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        let application = StoredApplication(
            handle: LogBuilder.handles[0], received: Timestamp(clamping: 9),
            bytes: Array("Northbank Machine Works Ltd".utf8))
        try await store.keep(application)
        let all =
            try files(directory) + directory.bytes("ledger.sqlite")
            + directory.bytes("ledger.sqlite-wal")
        #expect(Data(all).range(of: Data(application.bytes)) == nil)
        let copy = try directory.copied()
        let key = try await DatabaseQueue(path: copy.path + "/keys.sqlite").read { db in
            try Data.fetchOne(db, sql: "SELECT key FROM application_keys")!
        }
        #expect(try Data(files(directory)).range(of: key) != nil)
        try await store.dropApplication(application.handle)
        #expect(try Data(files(directory)).range(of: key) == nil)
        #expect(try await store.applications().isEmpty)
    }

    @Test(arguments: [22] + (0..<6).map { _ in UInt64.random(in: 0...UInt64.max) })
    func `restored keys are erased again before anything is served`(seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        var store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: seed)
        var backup: TemporaryDirectory?
        for step in 0..<20 {
            let (batch, next) = builder.batch()
            try await store.enter(batch, after: builder.head)
            builder = next
            if step == 9 {
                try store.close()
                backup = try directory.copied()
                store = try SQLiteStore(opening: directory.path, .small)
            }
        }
        try store.close()
        let before = try keys(in: directory)
        let restored = try Data(backup!.bytes("keys.sqlite"))
        try restored.write(to: URL(fileURLWithPath: directory.path + "/keys.sqlite"))
        let old = try keys(in: directory)
        let revived = old.filter { entry, key in
            key != Self.erased && builder.statements.indices.contains(Int(entry))
                && builder.statements[Int(entry)].erased
        }
        // Random histories may have erased nothing of what the backup has; this one did.
        if seed == 22 { #expect(!revived.isEmpty) }

        store = try SQLiteStore(opening: directory.path, .small)
        try await store.destroyErased(before: builder.head!.size)
        let bytes = Data(try files(directory))
        for (entry, key) in revived {
            #expect(bytes.range(of: Data(key)) == nil)
            #expect(try await store.attachments(of: entry, sections: nil) == nil)
        }
        // A key that the backup didn't have is missed, not taken for an erasure.
        var missed = 0
        for (entry, key) in before where key != Self.erased && old[entry] != key {
            guard let place = await store.damage(at: entry) else { continue }
            #expect(place == .attachments(entry: entry))
            missed += 1
        }
        #expect(missed > 5)
    }

    @Test(arguments: Engine.allCases)
    func `what is erased stays so, in a restored copy too`(engine: Engine) async throws {
        let home = try engine.makeHome()
        let store = try await home.open()
        var builder = LogBuilder(seed: 25)
        for _ in 0..<20 {
            let (batch, next) = builder.batch(entries: 1...4)
            try await store.enter(batch, after: builder.head)
            builder = next
        }
        try await store.close()
        let erased = builder.statements.filter { $0.erased }
        #expect(erased.count > 3)
        for home in [home, try home.copied()] {
            let store = try await home.open()
            for statement in erased {
                #expect(try await store.attachments(of: statement.index, sections: nil) == nil)
            }
            try await store.close()
        }
    }

    @Test(arguments: Engine.allCases)
    func `nothing confidential is kept in clear`(engine: Engine) async throws {
        let home = try engine.makeHome()
        let store = try await home.open()
        var builder = LogBuilder(seed: 24)
        var secrets: [[UInt8]] = []
        for _ in 0..<10 {
            let (batch, next) = builder.batch()
            try await store.enter(batch, after: builder.head)
            builder = next
            for entry in batch.entries {
                secrets += entry.attachments.sections.map(\.bytes)
                secrets += entry.attachments.sections.map { Array($0.name.utf8) }
                secrets.append(entry.attachments.disclosures)
            }
            for (key, value) in try await selective(store) {
                secrets.append(try #require(value.selectiveBytes))
                if value.publicBytes == nil { secrets.append(Array(key.utf8)) }
            }
        }
        #expect(secrets.contains(Array(#"{"size":"small"}"#.utf8)))
        for (name, bytes) in try home.contents() {
            let bytes = Data(bytes)
            for secret in secrets where secret.count >= 4 {
                #expect(bytes.range(of: Data(secret.prefix(16))) == nil, "\(name)")
            }
        }
    }
}
