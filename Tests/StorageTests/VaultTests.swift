import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// The tree of keys: what is destroyed is gone, in every generation, and nothing else is.
@Suite struct VaultTests {
    private static func bytes(_ vault: Vault, _ place: VaultPlace) throws -> [UInt8]? {
        try vault.key(place)?.withBytes { Array($0) }
    }

    /// Places of all kinds, close together and far apart.
    private static func places(_ random: inout SeededGenerator) -> [VaultPlace] {
        VaultPlace.Kind.allCases.filter { $0 != .lasting }.flatMap { kind in
            (0..<300).map { VaultPlace(kind, $0) }
                + (0..<40).map { _ in
                    VaultPlace(kind, Int64(random.next() >> 18) % VaultPlace.numbers)
                }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `what is destroyed is gone and everything else stays`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = VaultInMemory()
        var vault = try Vault(files)
        let places = Self.places(&random)
        var expected: [VaultPlace: [UInt8]] = [:]
        for place in places { expected[place] = try Self.bytes(vault, place) }
        #expect(Set(expected.values).count == Set(places).count)
        let name = try Self.bytes(vault, .names)
        for round in 0..<25 {
            let single = (0..<random.number(0...20)).compactMap { _ in
                places.randomElement(using: &random)
            }
            var ranges = single.map { $0.bits..<$0.bits + 1 }
            if random.chance(40) {
                let first = Int64(random.number(0...250))
                ranges += VaultPlaces.all(
                    .slot, below: first + 30,
                    but: (0..<300).filter { _ in random.chance(90) })
            }
            try vault.destroy(VaultPlaces(ranges), size: Int64(round))
            for place in expected.keys where ranges.contains(where: { $0.contains(place.bits) }) {
                expected[place] = nil
            }
            if random.chance(30) { vault = try Vault(files) }
            for place in places.shuffled(using: &random) {
                #expect(try Self.bytes(vault, place) == expected[place], "\(place)")
            }
            #expect(files.roots().count == 1)
        }
        #expect(try Self.bytes(vault, .names) == name)
    }

    /// Places from a number on get other keys, also where they were destroyed; those before keep theirs.
    @Test func `what is planted has new keys`() throws {
        var random = SeededGenerator(seed: 4)
        let files = VaultInMemory()
        let vault = try Vault(files)
        let places = Self.places(&random)
        try vault.destroy(
            VaultPlaces(places.filter { _ in random.chance(20) }), size: 5)
        var before: [VaultPlace: [UInt8]] = [:]
        for place in places { before[place] = try Self.bytes(vault, place) }
        try vault.destroy(
            .none, planting: VaultPlaces([VaultPlaces.all(.entry, from: 137)]), size: 137)
        for place in places {
            let now = try Self.bytes(vault, place)
            if place.kind == .entry, place.number >= 137 {
                #expect(now != nil && now != before[place])
            } else {
                #expect(now == before[place])
            }
        }
        #expect(vault.size == 137)
    }

    @Test func `an untouched vault has one page, and a hole takes few`() throws {
        let files = VaultInMemory()
        let vault = try Vault(files)
        #expect(files.pages.count == 1)
        try vault.destroy(VaultPlaces([VaultPlace(.entry, 70_000)]), size: 1)
        #expect(files.pages.count == 6)
        // A whole subtree that goes takes its pages with it.
        try vault.destroy(VaultPlaces([VaultPlaces.all(.entry, from: 0)]), size: 1)
        #expect(files.pages.count == 1)
        let generation = vault.generation
        try vault.destroy(VaultPlaces([VaultPlace(.entry, 3)]), size: 1)
        #expect(vault.generation == generation, "there was nothing to destroy")
    }

    /// A generation isn't used twice, wherever the vault comes from.
    @Test func `a vault that was put back goes on with a later generation`() throws {
        for past in 0..<6 as Range<Int64> {
            let files = VaultInMemory()
            let vault = try Vault(files)
            try vault.destroy(.none, past: past, size: 0)
            #expect(vault.generation > past)
            #expect(files.roots().map(\.generation) == [vault.generation])
            _ = try Vault(files)
        }
    }

    /// Whatever operation a crash comes at: all of it is destroyed, or nothing yet. What stands is
    /// never lost, and what was acknowledged as destroyed never comes back.
    @Test(arguments: [false, true])
    func `a crash at any operation loses nothing and brings nothing back`(done: Bool) throws {
        var reached = 0
        for number in 1..<40 {
            let files = FailingVault(VaultInMemory())
            let vault = try Vault(files)
            var keys: [Int64: [UInt8]] = [:]
            for number in 0..<40 {
                keys[Int64(number)] = try Self.bytes(vault, VaultPlace(.entry, Int64(number)))
            }
            files.fail(number, doneAllTheSame: done)
            var gone: Set<Int64> = []
            var last: Set<Int64> = []
            for first in [3, 9, 30] as [Int64] {
                last = [first, first + 1]
                let places = VaultPlaces(last.map { VaultPlace(.entry, $0) })
                guard (try? vault.destroy(places, size: first)) != nil else { break }
                gone.formUnion(last)
                last = []
            }
            reached += files.fired ? 1 : 0
            let found = try Vault(files.inner)
            var missing: Set<Int64> = []
            for (number, key) in keys {
                let now = try Self.bytes(found, VaultPlace(.entry, number))
                if now == nil { missing.insert(number) } else { #expect(now == key) }
            }
            #expect(missing == gone || missing == gone.union(last), "operation \(number)")
            #expect(files.inner.roots().count == 1)
            // The one that failed goes on too, and says what the files say.
            files.fail(.max, doneAllTheSame: false)
            for number in keys.keys {
                #expect(
                    try Self.bytes(vault, VaultPlace(.entry, number))
                        == Self.bytes(found, VaultPlace(.entry, number)))
            }
        }
        #expect(reached == 9)
    }

    @Test func `a page that was changed, or stands elsewhere, doesn't open`() throws {
        let files = VaultInMemory()
        let vault = try Vault(files)
        try vault.destroy(VaultPlaces([VaultPlace(.entry, 7)]), size: 1)
        for (number, sealed) in files.pages {
            for position in stride(from: 0, to: sealed.count, by: 13) {
                var changed = sealed
                changed[position] ^= 4
                files.write(
                    pages: [(number, changed)], removing: [], try #require(files.header()))
                #expect(throws: StoreError.self, "byte \(position) of page \(number)") {
                    try Vault(files).key(VaultPlace(.entry, 8))
                }
            }
            files.write(pages: [(number, sealed)], removing: [], try #require(files.header()))
        }
        #expect(try Vault(files).key(VaultPlace(.entry, 8)) != nil)
    }
}

/// A vault's files that fail once.
private final class FailingVault: VaultFiles {
    let inner: VaultInMemory
    private let state = Mutex((left: Int.max, done: false, fired: false))

    init(_ inner: VaultInMemory) { self.inner = inner }

    func fail(_ number: Int, doneAllTheSame: Bool) {
        state.withLock { $0 = (number, doneAllTheSame, false) }
    }

    var fired: Bool { state.withLock { $0.fired } }

    private func change(_ body: () -> Void) throws {
        let (fails, done) = state.withLock { state in
            if state.left != .max { state.left -= 1 }
            state.fired = state.fired || state.left == 0
            return (state.left == 0, state.done)
        }
        if !fails || done { body() }
        if fails { throw StoreError.failed(.closed) }
    }

    func header() -> VaultHeader? { inner.header() }
    func page(_ number: Int64) -> [UInt8]? { inner.page(number) }
    func roots() -> [VaultRoot] { inner.roots() }

    func write(
        pages: [(number: Int64, sealed: [UInt8])], removing removed: [ClosedRange<Int64>],
        _ header: VaultHeader
    ) throws {
        try change { inner.write(pages: pages, removing: removed, header) }
    }

    func write(_ root: VaultRoot) throws { try change { inner.write(root) } }

    func eraseRoots(but generation: Int64) throws {
        try change { inner.eraseRoots(but: generation) }
    }
}
