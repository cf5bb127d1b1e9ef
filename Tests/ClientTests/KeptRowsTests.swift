import Foundation
import Rules
import Sharing
import TestSupport
import Testing
import Wire

@testable import Client
@testable import Custody

/// What a view keeps on disk and reads piece by piece.
@Suite struct KeptRowsTests {
    private let scratch: Scratch
    private let key: @Sendable (String) -> Secret

    init() throws {
        scratch = try Scratch()
        var random = SystemRandomNumberGenerator()
        let keyring = Keyring(using: &random)
        key = { keyring.fileKey("view/" + $0) }
    }

    /// The tables, opened anew.
    private func reopened(_ rows: KeptRows) throws -> KeptRows {
        KeptRows(
            try rows.tables.map { try RowTable($0.description, in: scratch.path, keyed: key) })
    }

    /// Whatever is set, taken away, kept and opened again, in whatever order: it is what a dictionary is.
    @Test(arguments: 0..<3) func areADictionary(run: Int) throws {
        var random = SeededGenerator.printed("areADictionary(\(run))")
        var rows = KeptRows()
        var model: [String: [UInt8]] = [:]
        func word() -> String {
            let family = ["own/a#", "own/ab#", "statement/", "source/x/"].randomElement(
                using: &random)!
            return family + "\(Int.random(in: 0..<400, using: &random))"
        }
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0..<120, using: &random) {
                let key = word()
                if Int.random(in: 0..<4, using: &random) == 0 {
                    rows.set(key, nil)
                    model[key] = nil
                } else {
                    let size = Int.random(in: 0..<900, using: &random)
                    let value = RandomBytes.make(size, using: &random)
                    rows.set(key, value)
                    model[key] = value
                }
            }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: try rows.keep(in: scratch.path, keyed: key, using: &random)
            case 1:
                try rows.keep(in: scratch.path, keyed: key, using: &random)
                rows = try reopened(rows)
            default: break
            }
            for _ in 0..<40 {
                let key = word()
                #expect(try rows.value(key) == model[key], "\(key)")
            }
            for prefix in ["own/", "own/a#", "own/ab#", "own/a#1", "source/", "t", ""] {
                let found = try rows.values(in: .under(prefix))
                let expected = model.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
                #expect(found.map(\.key) == expected.map(\.key), "\(prefix)")
                #expect(found.map(\.value) == expected.map(\.value), "\(prefix)")
            }
            for _ in 0..<10 {
                let (first, end) = (word(), word())
                let found = try rows.values(in: .between(first, end))
                let expected = model.filter { first <= $0.key && $0.key < end }
                    .sorted { $0.key < $1.key }
                #expect(found.map(\.key) == expected.map(\.key), "\(first) to \(end)")
                #expect(found.map(\.value) == expected.map(\.value), "\(first) to \(end)")
            }
        }
        // A log of n rows is kept in so few tables that each look-up reads few pages.
        #expect(rows.tables.count <= 6)
    }

    /// Accesses are found by grant and by time, in the order of the log, as a list of all of them would
    /// have it, also where clocks were set back.
    @Test(arguments: 0..<2) func accessesAreFoundByGrantAndTime(run: Int) throws {
        var random = SeededGenerator.printed("accessesAreFoundByGrantAndTime(\(run))")
        let grants = (0..<5).map { _ in JTI(using: &random) }
        func time() -> Timestamp {
            Timestamp(
                clamping: [999_999_990, 0, Timestamp.maximum - 20].randomElement(using: &random)!
                    + Int64(random.number(0...20)))
        }
        var rows = KeptRows()
        var list = KeptAccesses()
        var model: [KnownAccess] = []
        for index in 0..<300 {
            let grant = grants[random.number(0...4)]
            let access = KnownAccess(index: Int64(index), grant: grant, at: time(), served: nil)
            list.set(access)
            model.append(access)
            switch random.number(0...40) {
            case 0:
                try list.remove(under: grant, of: rows)
                model.removeAll { $0.grant == grant }
            case 1:
                list.settle(in: &rows)
                try rows.keep(in: scratch.path, keyed: key, using: &random)
                rows = try reopened(rows)
            default: break
            }
            let (from, to) = (time(), time())
            let times = min(from, to)..<max(from, to)
            #expect(
                try list.all(in: times, of: rows).map(\.index)
                    == model.filter { times.contains($0.at) }.map(\.index))
            #expect(
                try list.all(under: grant, of: rows).map(\.index)
                    == model.filter { $0.grant == grant }.map(\.index))
        }
        #expect(try list.all(in: nil, of: rows).map(\.index) == model.map(\.index))
    }

    /// One value of many thousand costs one page of each table.
    @Test func aValueCostsAPage() throws {
        var random = SeededGenerator.printed("aValueCostsAPage()")
        var rows = KeptRows()
        for number in 0..<20_000 {
            rows.set("statement/\(number)", RandomBytes.make(100, using: &random))
        }
        try rows.keep(in: scratch.path, keyed: key, using: &random)
        let opened = try reopened(rows)
        #expect(opened.tables.map(\.pagesRead) == [0], "opening reads nothing")
        #expect(try opened.value("statement/17777") != nil)
        #expect(try opened.value("statement/177777") == nil)
        #expect(opened.tables[0].pagesRead <= 2)
        #expect(opened.tables[0].pages > 100)
    }

    /// Who changes a byte of a table, or puts an older table or page in the place of another, is noticed:
    /// nothing of it is believed, and the file is taken away.
    @Test func changedTablesAreRefused() throws {
        var random = SeededGenerator.printed("changedTablesAreRefused()")
        for attack in ["byte", "index", "end", "other", "pages"] {
            var rows = KeptRows()
            for number in 0..<2000 {
                rows.set("statement/\(1000 + number)", Array(repeating: 7, count: 100))
            }
            try rows.keep(in: scratch.path, keyed: key, using: &random)
            let table = rows.tables[0].description
            let path = scratch.path + "/" + table.name
            var bytes = try #require(try PrivateFile.read(path, limit: 1 << 30))
            switch attack {
            case "byte": bytes[100] ^= 1
            case "index": bytes[Int(table.index) + 50] ^= 1
            case "end": bytes.removeLast()
            case "other":
                var other = KeptRows()
                other.set("statement/1", [1])
                try other.keep(in: scratch.path, keyed: key, using: &random)
                let name = other.tables[0].description.name
                bytes = try #require(
                    try PrivateFile.read(scratch.path + "/" + name, limit: 1 << 30))
            default:
                // The first pages have as many bytes, as their rows have.
                let length = try #require(rows.tables[0].pageLength)
                bytes.replaceSubrange(0..<length, with: bytes[length..<(2 * length)])
            }
            try PrivateFile.replace(path, with: bytes)
            let opened = try reopened(rows)
            #expect(throws: HomeError.viewDamaged(path: path), "\(attack)") {
                _ = try opened.value("statement/1001")
            }
            #expect(throws: HomeError.missing(path: path)) { try reopened(rows) }
        }
    }

    /// Where what policies are asked about can't be read, nothing is decided as if it weren't there.
    @Test func policiesAreNotAskedAboutWhatIsUnread() throws {
        var random = SeededGenerator.printed("policiesAreNotAskedAboutWhatIsUnread()")
        let key = GrantState.key(JTI(using: &random))
        for isDamaged in [false, true] {
            var state = KeptState()
            if isDamaged { state.rows.set(key.untyped.text, Array("{}".utf8)) }
            let known = KnownState(state: state, types: .standard, time: Timestamp(clamping: 0))
            #expect(known.known(key) == nil)
            if isDamaged {
                #expect(throws: HomeError.viewDamaged(path: key.untyped.text)) {
                    try known.requireRead()
                }
            } else {
                try known.requireRead()
            }
        }
    }
}
