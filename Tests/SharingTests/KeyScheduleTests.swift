import TestSupport
import Testing

import struct Crypto.HMAC
import struct Crypto.SHA256
import struct Crypto.SymmetricKey

@testable import Sharing
@testable import Wire

@Suite struct KeyScheduleTests {
    private let root = World.schedule.root(type: "invoice", field: "due_date", epoch: 3)

    /// Derivation written out: HKDF-Expand over labels and parts, each behind its length.
    @Test func writtenOut() throws {
        func expand(_ key: [UInt8], _ parts: [[UInt8]]) -> [UInt8] {
            var info: [UInt8] = []
            for part in parts { info += [0, 0, 0, UInt8(part.count)] + part }
            // One block suffices for 32 bytes (RFC 5869 §2.3).
            return Array(
                HMAC<SHA256>.authenticationCode(for: info + [1], using: SymmetricKey(data: key)))
        }
        func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
        let month = World.month("2026-11")
        #expect(month.number == 322)
        var key = expand(
            [UInt8](repeating: 9, count: 32),
            [
                ascii("trine/v1 field root"), World.log.bytes, ascii("invoice"),
                ascii("due_date"), ascii("3"),
            ])
        #expect(hex(key) == root.key.hex)
        // 322 in twelve bits.
        for bit in "000101000010" { key = expand(key, [ascii("trine/v1 month tree \(bit)")]) }
        #expect(hex(key) == root.monthKey(month)?.key.hex)
        key = expand(key, [ascii("trine/v1 field key"), World.jti(4).bytes])
        #expect(
            hex(key)
                == World.schedule.fieldKey(
                    type: "invoice", field: "due_date", epoch: 3, month: month,
                    record: World.jti(4)
                ).secret.hex)
    }

    /// Keys derived once for a book are those derived for each record and field.
    @Test func monthKeysAreTheSame() throws {
        let month = World.month("2026-11")
        let keys = MonthKeys(.init(type: .bill, epoch: 2, month: month), from: World.schedule)
        for field in RecordType.bill.sealedNames {
            let expected = World.schedule.fieldKey(
                type: "bill", field: field, epoch: 2, month: month, record: World.jti(4))
            #expect(keys[field]?.fieldKey(record: World.jti(4)).secret.hex == expected.secret.hex)
        }
        #expect(keys["lines_commitment"] == nil)
    }

    /// Everything that a key depends on makes it another.
    @Test func keysAreSeparate() {
        let month = World.month("2026-11")
        let other = World.schedule(8)
        let elsewhere = World.schedule(9, log: World.otherLog)
        func key(
            _ schedule: KeySchedule = World.schedule, _ type: String = "invoice",
            _ field: FieldName = "due_date", _ epoch: Int64 = 3, _ month: Month = month,
            _ record: UInt8 = 4
        ) -> String {
            schedule.fieldKey(
                type: type, field: field, epoch: epoch, month: month, record: World.jti(record)
            ).secret.hex
        }
        let keys = [
            key(), key(other), key(elsewhere), key(World.schedule, "bill"),
            key(World.schedule, "invoice", "due_date_commitment"),
            key(World.schedule, "invoice", "due_date", 4),
            key(World.schedule, "invoice", "due_date", 33),
            key(World.schedule, "invoice", "due_date", 3, World.month("2026-12")),
            key(World.schedule, "invoice", "due_date", 3, month, 5),
            // Parts don't run into each other.
            key(World.schedule, "invoicedue", "_date"),
            key(World.schedule, "invoice", "due_date3", 3),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(key() == key())
    }

    /// From a node, exactly what lies below it; and the same as from the root.
    @Test func nodesReachTheirMonths() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<60 {
            let depth = Int.random(in: 0...Month.bits, using: &random)
            let prefix = Int.random(in: 0..<(1 << depth), using: &random)
            let node = try #require(root.descend(to: MonthPosition(depth: depth, prefix: prefix)))
            for number in [
                prefix << (Month.bits - depth), Int.random(in: 0..<4096, using: &random),
            ] {
                let month = try #require(Month(number: number))
                let key = node.monthKey(month)
                #expect((key != nil) == node.position.contains(month))
                if let key { #expect(key.key.hex == root.monthKey(month)?.key.hex) }
            }
            #expect(node.position.months.contains { node.position.contains($0) })
            if depth > 0 {
                #expect(node.descend(to: .root) == nil)
                let sibling = MonthPosition(depth: depth, prefix: prefix ^ 1)
                #expect(node.descend(to: sibling) == nil)
                #expect(root.descend(to: sibling)?.key.hex != node.key.hex)
            }
        }
    }

    /// No two of the 8191 nodes of a tree have one key.
    @Test func nodesDiffer() {
        var seen: Set<String> = [root.key.hex]
        var level = [root]
        for _ in 0..<Month.bits {
            level = level.flatMap { node in
                [0, 1].compactMap {
                    node.descend(
                        to: MonthPosition(
                            depth: node.position.depth + 1, prefix: node.position.prefix << 1 | $0))
                }
            }
            for node in level { seen.insert(node.key.hex) }
        }
        #expect(seen.count == 8191)
    }

    @Test(arguments: [
        ("", true), ("0", true), ("1", true), ("000101000010", true), ("0001010000100", false),
        ("2", false), ("a", false), ("0 1", false), ("-1", false), ("١", false),
    ])
    func positions(bits: String, isValid: Bool) {
        let position = MonthPosition(bits: bits)
        #expect((position != nil) == isValid)
        if let position { #expect(position.bits == bits) }
    }

    /// Every range of a small stretch, and random ones: exactly the range, with the fewest nodes.
    @Test func coverIsExactAndMinimal() throws {
        var random = SeededGenerator.printed()
        var ranges: [ClosedRange<Int>] = []
        for low in 0..<40 { for high in low..<40 { ranges.append(low...high) } }
        for _ in 0..<300 {
            let some = [0, 0].map { _ in Int.random(in: 0..<4096, using: &random) }.sorted()
            ranges.append(some[0]...some[1])
        }
        ranges += [0...4095, 4095...4095, 0...0, 1...4095, 0...4094, 1...4094]
        for range in ranges {
            let low = try #require(Month(number: range.lowerBound))
            let high = try #require(Month(number: range.upperBound))
            let cover = MonthPosition.cover(low...high)
            let covered = cover.flatMap {
                $0.months.lowerBound.number...$0.months.upperBound.number
            }
            #expect(covered == Array(range))
            #expect(cover.count == Self.fewest(range, depth: 0, prefix: 0), "\(range)")
            let logarithm = (1...13).first { 1 << $0 >= range.count } ?? 13
            #expect(cover.count <= max(1, 2 * logarithm))
        }
    }

    /// The model: a node that lies in the range is one; one that doesn't touch it none; else both
    /// halves.
    private static func fewest(_ range: ClosedRange<Int>, depth: Int, prefix: Int) -> Int {
        let width = 1 << (Month.bits - depth)
        let (low, high) = (prefix * width, prefix * width + width - 1)
        if high < range.lowerBound || low > range.upperBound { return 0 }
        if range.lowerBound <= low && high <= range.upperBound { return 1 }
        return fewest(range, depth: depth + 1, prefix: prefix * 2)
            + fewest(range, depth: depth + 1, prefix: prefix * 2 + 1)
    }

    /// What a grant over a range gives opens the range's records of that field and epoch, no others.
    @Test func grantedKeysReachWhatIsGranted() throws {
        let months = World.month("2026-02")...World.month("2026-07")
        let nodes = MonthPosition.cover(months).compactMap { root.descend(to: $0) }
        let granted = GrantedKeys(
            nodes: nodes.map { .init(field: "due_date", epoch: 3, node: $0) })
        for number in 300..<340 {
            let month = try #require(Month(number: number))
            let key = granted.key(field: "due_date", epoch: 3, month: month, record: World.jti(1))
            #expect((key != nil) == months.contains(month), "\(month)")
            let own = World.schedule.fieldKey(
                type: "invoice", field: "due_date", epoch: 3, month: month, record: World.jti(1))
            if let key { #expect(key.secret.hex == own.secret.hex) }
            for (field, epoch) in [("due_date", 2), ("due_date", 4), ("notes", 3)]
                as [(String, Int64)]
            {
                #expect(
                    granted.key(field: field, epoch: epoch, month: month, record: World.jti(1))
                        == nil)
            }
        }
    }

    @Test func singleKeysReachOneRecord() {
        let month = World.month("2026-11")
        let key = World.schedule.fieldKey(
            type: "invoice", field: "due_date", epoch: 3, month: month, record: World.jti(1))
        let granted = GrantedKeys(singles: [
            .init(field: "due_date", record: World.jti(1), key: key)
        ])
        func reaches(_ field: String, _ record: UInt8) -> Bool {
            granted.key(field: field, epoch: 3, month: month, record: World.jti(record)) != nil
        }
        #expect(reaches("due_date", 1) && !reaches("due_date", 2) && !reaches("notes", 1))
    }

    /// The same document gives the same source, another one or another enterprise another.
    @Test func sources() throws {
        func source(
            _ number: String = "1", kind: String = "invoice", seller: String = "DE1",
            date: String = "2026-11-20", ordinal: Int = 1,
            by schedule: KeySchedule = World.schedule
        ) -> Wire.Digest<Digested.Source> {
            schedule.source(
                of: BusinessKey(
                    documentKind: kind, seller: seller, number: number,
                    date: CalendarDate(date)!, ordinal: ordinal),
                in: CalendarDate(date)!.bookMonth!)
        }
        #expect(source() == source())
        let others = [
            source(), source("2"), source(kind: "credit_note"), source(seller: "DE2"),
            source(date: "2026-11-21"), source(ordinal: 2), source("E11", seller: "D"),
            source(by: World.schedule(8)),
            source(by: World.schedule(9, log: World.otherLog)),
        ]
        #expect(Set(others).count == others.count)
    }

    /// A node of the source tree recognises the documents of its months, and no others: who has it
    /// can't try guesses against what was registered before and after.
    @Test func sourceNodesReachTheirMonths() throws {
        let months = World.month("2026-02")...World.month("2026-07")
        let nodes = MonthPosition.cover(months).compactMap {
            World.schedule.sourceRoot.descend(to: $0)
        }
        let key = BusinessKey(
            documentKind: "invoice", seller: "DE1", number: "1",
            date: CalendarDate("2026-03-01")!)
        for number in 300..<340 {
            let month = try #require(Month(number: number))
            let found = nodes.compactMap { $0.monthKey(month) }.first?.source(of: key)
            #expect((found != nil) == months.contains(month), "\(month)")
            let own = World.schedule.source(of: key, in: month)
            #expect(found == nil || found == own)
            // Not a field's tree by another name.
            let field = World.schedule.root(type: "invoice", field: "due_date", epoch: 0)
            #expect(field.monthKey(month)?.source(of: key) != own)
        }
    }

    /// An epoch belongs to one era: a later era's vault has nothing to do with an older one's keys,
    /// and an older one's nothing with a later one's.
    @Test func erasHaveVaultsOfTheirOwn() throws {
        let first = World.schedule(9)
        let second = World.schedule(8)
        let both = KeySchedule(
            vaults: [
                Secret(byte: 9),
                Secret(byte: 8),
            ], log: World.log)
        func root(_ schedule: KeySchedule, _ epoch: Int64) -> String {
            schedule.root(type: "invoice", field: "due_date", epoch: epoch).key.hex
        }
        for epoch in [0, 1, 999_999] as [Int64] {
            #expect(root(both, epoch) == root(first, epoch))
        }
        for epoch in [1_000_000, 1_000_001, 1_999_999] as [Int64] {
            #expect(root(both, epoch) == root(second, epoch))
        }
        let key = BusinessKey(
            documentKind: "invoice", seller: "DE1", number: "1",
            date: CalendarDate("2026-03-01")!)
        let month = World.month("2026-03")
        #expect(both.source(of: key, in: month) == second.source(of: key, in: month))
        #expect(
            both.sources(of: key, in: month)
                == [second.source(of: key, in: month), first.source(of: key, in: month)])
    }
}
