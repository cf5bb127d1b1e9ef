import Foundation
import GRDB
import Rules
import Sharing
import Testing
import Wire

@testable import Storage

/// What is erased is gone from the files, and stays so after a backup is restored.
@Suite struct ErasureTests {
    private func keys(in directory: TemporaryDirectory) throws -> [Int64: [UInt8]] {
        try directory.vault().keys(of: .entry, 0..<200)
    }

    /// Every page of every generation of the vault, as whoever copied the disk each time has it.
    private func pages(
        in directory: TemporaryDirectory
    ) throws -> Set<SealedPage> {
        let copy = try directory.copied()
        let queue = try DatabaseQueue(path: copy.path + "/vault.sqlite")
        return try queue.read { db in
            var pages: Set<SealedPage> = []
            let rows = try Row.fetchCursor(db, sql: "SELECT page, sealed FROM pages")
            while let row = try rows.next() {
                pages.insert(SealedPage(number: row[0], sealed: Array(row[1] as Data)))
            }
            return pages
        }
    }

    private struct SealedPage: Hashable {
        let number: Int64
        let sealed: [UInt8]

        var address: VaultPage.Address {
            VaultPage.Address(depth: Int(number >> 40), prefix: number & (1 << 40 - 1))
        }
    }

    /// All secrets that whoever has everything now can get at, with what opens which page.
    private func secrets(
        in directory: TemporaryDirectory, _ known: Set<SealedPage>
    ) throws -> (keys: [WrapKey], opened: Set<SealedPage>) {
        let root = RootKeyFile(
            path: directory.path + "/vault.key",
            changing: { _, write throws(StoreError) in try write() })
        var keys = try root.roots().map(\.key)
        var opened: Set<SealedPage> = []
        var next = 0
        while next < keys.count {
            for page in known where !opened.contains(page) {
                guard let found = VaultPage(sealed: page.sealed, at: page.address, keys[next])
                else { continue }
                opened.insert(page)
                for content in found.nodes.values {
                    switch content {
                    case .seed(let key), .page(let key): keys.append(key)
                    }
                }
            }
            next += 1
        }
        return (keys, opened)
    }

    /// Whoever kept every page of every day, and every file of now, opens the newest pages alone, and
    /// in those there is nothing that leads to an erased entry.
    @Test func `an erased entry's key is in no file once that is published`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 21)
        var kept: Set<SealedPage> = []
        var known: [Int64: [UInt8]] = [:]
        for _ in 0..<30 {
            kept.formUnion(try pages(in: directory))
            known.merge(try keys(in: directory)) { $1 }
            let (batch, next) = builder.batch(entries: 0...12)
            try await store.enter(batch, after: builder.head)
            builder = next
            let now = try pages(in: directory)
            let (secrets, opened) = try secrets(in: directory, kept.union(now))
            #expect(opened == now)
            let left = try keys(in: directory)
            let bytes = try ["vault.sqlite", "vault.sqlite-wal", "vault.key"].map {
                Data(try directory.bytes($0))
            }
            for statement in builder.statements where statement.erased {
                #expect(left[statement.index] == nil, "entry \(statement.index)")
                let key = try #require(known[statement.index])
                #expect(!secrets.contains { $0.withBytes { Array($0) } == key })
                #expect(bytes.allSatisfy { $0.range(of: Data(key)) == nil })
            }
        }
        let erased = builder.statements.filter(\.erased)
        #expect(erased.count > 5)
        for entry in erased {
            #expect(try await store.attachments(of: entry.index, sections: nil) == nil)
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
        #expect(erased.allSatisfy { kept[$0] != nil })
        if reopened {
            try store.close()
            store = try SQLiteStore(opening: directory.path, .small)
        }
        #expect(try keys(in: directory) == kept)
        try await store.destroyErased(before: published)
        let first = Set(kept.keys).subtracting(try keys(in: directory).keys)
        #expect(!first.isEmpty && first.isStrictSubset(of: erased))
        try await store.destroyErased(before: builder.head!.size)
        let left = try keys(in: directory)
        for (entry, key) in kept {
            #expect(left[entry] == (erased.contains(entry) ? nil : key), "\(entry)")
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
            try directory.copyVault(to: ledger)
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
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let bytes = Data(try directory.bytes(file))
            #expect(bytes.range(of: Data(application.bytes)) == nil, "\(file)")
        }
        let replacing = StoredApplication(
            handle: application.handle, received: application.received, bytes: [1])
        #expect(try directory.vault().keys(of: .application, 0..<9).count == 9)
        try await store.keep(replacing)
        #expect(try directory.vault().keys(of: .application, 0..<9)[0] == nil)
        #expect(try await store.applications() == [replacing])
        try await store.dropApplication(application.handle)
        #expect(try directory.vault().keys(of: .application, 0..<9).count == 7)
        #expect(try await store.applications().isEmpty)
    }

    /// A vault that is put back has the keys of what was erased since. The ledger says so, and they are
    /// destroyed before anything is served; everything else is there.
    @Test(arguments: [22] + (0..<6).map { _ in UInt64.random(in: 0...UInt64.max) })
    func `a restored vault is erased again before anything is served`(seed: UInt64) async throws {
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
        let answers = try await Answers.complete(store, jtis: builder.jtis)
        let slots = try directory.vault().keys(of: .slot, 0..<200)
        try store.close()
        let before = try keys(in: directory)
        try backup!.copyVault(to: directory)
        let revived = try keys(in: directory).filter { before[$0.key] == nil }
        // Random histories may have erased nothing of what the backup has; this one did.
        if seed == 22 { #expect(!revived.isEmpty) }

        store = try SQLiteStore(opening: directory.path, .small)
        try await store.destroyErased(before: builder.head!.size)
        #expect(try keys(in: directory) == before)
        // Of the slots nothing is left but what stands.
        let standing = try directory.vault().keys(of: .slot, 0..<200)
        #expect(standing.allSatisfy { slots[$0.key] == $0.value })
        #expect(try await Answers.complete(store, jtis: builder.jtis) == answers)
        let generation = try directory.vault().vault.generation
        // It is done once.
        try store.close()
        store = try SQLiteStore(opening: directory.path, .small)
        try await store.destroyErased(before: builder.head!.size)
        #expect(try directory.vault().vault.generation == generation)
        try store.close()
    }

    /// However old the ledger: with the newest vault everything opens that isn't erased.
    @Test func `an older ledger opens with the newest vault`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 29)
        var old: [(TemporaryDirectory, [NewEntry])] = []
        var entries: [NewEntry] = []
        for _ in 0..<12 {
            let (batch, next) = builder.batch(entries: 1...4)
            try await store.enter(batch, after: builder.head)
            builder = next
            entries += batch.entries
            old.append((try directory.copied(), entries))
        }
        try store.close()
        var (opened, lost) = (0, 0)
        for (ledger, entries) in old {
            try directory.copyVault(to: ledger)
            let store = try SQLiteStore(opening: ledger.path, .small, acceptingLoss: true)
            for entry in entries where !entry.attachments.isEmpty {
                if builder.statements[Int(entry.index)].erased {
                    let found = await store.damage(at: entry.index)
                    #expect(found == nil || found == .attachments(entry: entry.index))
                    lost += found == nil ? 0 : 1
                } else if let parts = try await store.attachments(of: entry.index, sections: nil) {
                    #expect(parts == entry.attachments)
                    opened += 1
                }
            }
            try store.close()
        }
        #expect(opened > 20 && lost > 5, "\(opened) opened, \(lost) lost")
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
