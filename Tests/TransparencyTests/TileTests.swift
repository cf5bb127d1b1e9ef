import Testing

@testable import Transparency

@Suite("Tiles")
struct TileTests {
    /// The specification's own example.
    @Test func aTreeOf70000() {
        let tiles = Array(TileCoordinate.changed(from: 0, to: 70_000))
        #expect(tiles.filter { $0.level == 0 && $0.width == 256 }.count == 273)
        #expect(
            tiles.filter { $0.width < 256 }.map(\.path)
                == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
        #expect(tiles.filter { $0.level == 1 && $0.width == 256 }.map(\.path) == ["tile/1/000"])
        #expect(tiles.count == 277)
        #expect(
            TileCoordinate.changed(from: 0, to: 256).map(\.path) == [
                "tile/0/000", "tile/1/000.p/1",
            ])
        #expect(TileCoordinate.changed(from: 70_000, to: 70_000).map(\.path) == [])
        #expect(TileCoordinate.changed(from: 0, to: 0).map(\.path) == [])
        #expect(EntryBundleCoordinate.changed(from: 0, to: 70_000).count == 274)
        #expect(
            EntryBundleCoordinate.changed(from: 255, to: 513).map(\.path)
                == ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/1"])
        #expect(EntryBundleCoordinate.changed(from: 256, to: 256).isEmpty)
    }

    @Test func aSizeThatSomebodyClaimsCostsNothing() {
        let size = UInt64.max
        #expect(TileCoordinate.changed(from: 0, to: size).prefix(3).map(\.path).count == 3)
        let bundles = EntryBundleCoordinate.changed(from: 0, to: size)
        #expect(bundles.first?.path == "tile/entries/000")
        #expect(bundles.last?.path == "tile/entries/x072/x057/x594/x037/x927/935.p/255")
    }

    @Test(arguments: [
        ("tile/0/000", 0, 0, 256),
        ("tile/0/x001/x234/067", 0, 1_234_067, 256),
        ("tile/0/x001/x234/067.p/8", 0, 1_234_067, 8),
        ("tile/63/999.p/255", 63, 999, 255),
        ("tile/1/x001/000.p/1", 1, 1_000, 1),
        ("tile/7/x018/x446/x744/x073/x709/x551/615", 7, UInt64.max, 256),
    ])
    func paths(path: String, level: Int, index: UInt64, width: Int) throws {
        let tile = try TileCoordinate(level: level, index: index, width: width)
        #expect(tile.path == path)
        #expect(try TileCoordinate(parsing: path) == tile)
        #expect(try TileCoordinate(parsing: "GET \(path)".dropFirst(4)) == tile)
    }

    @Test(arguments: [
        ("", TileError.notATilePath),
        ("tile", .notATilePath),
        ("tile/0", .notATilePath),
        ("/tile/0/000", .notATilePath),
        ("tiles/0/000", .notATilePath),
        ("TILE/0/000", .notATilePath),
        ("tile//000", .malformedLevel),
        ("tile/64/000", .malformedLevel),
        ("tile/00/000", .malformedLevel),
        ("tile/01/000", .malformedLevel),
        ("tile/+1/000", .malformedLevel),
        ("tile/-1/000", .malformedLevel),
        ("tile/data/000", .malformedLevel),
        ("tile/entries/000", .malformedLevel),
        ("tile/١/000", .malformedLevel),
        ("tile/18446744073709551616/000", .malformedLevel),
        ("tile/0/", .malformedIndex),
        ("tile/0/0", .malformedIndex),
        ("tile/0/00", .malformedIndex),
        ("tile/0/0000", .malformedIndex),
        ("tile/0/x000", .malformedIndex),
        ("tile/0/001/000", .malformedIndex),
        ("tile/0/x000/001", .malformedIndex),
        ("tile/0/X001/001", .malformedIndex),
        ("tile/0/x001/x001", .malformedIndex),
        ("tile/0/x001", .malformedIndex),
        ("tile/0/x001/", .malformedIndex),
        ("tile/0/000/", .malformedIndex),
        ("tile/0/000//", .malformedIndex),
        ("tile/0/000.p", .malformedIndex),
        ("tile/0/000.p/", .malformedWidth),
        ("tile/0/000.p/0", .malformedWidth),
        ("tile/0/000.p/256", .malformedWidth),
        ("tile/0/000.p/08", .malformedWidth),
        ("tile/0/000.p/8/", .malformedIndex),
        ("tile/0/000.p/8\n", .malformedWidth),
        ("tile/0/000.q/8", .malformedIndex),
        ("tile/0/.p/8", .malformedIndex),
        ("tile/0/0 0", .malformedIndex),
        ("tile/0/0٠0", .malformedIndex),
        ("tile/0/../000", .malformedIndex),
        ("tile/0/%30%30%30", .malformedIndex),
        ("tile/7/x018/x446/x744/x073/x709/x551/616", .malformedIndex),
        ("tile/0/x001/x000/x000/x000/x000/x000/x000/000", .malformedIndex),
        ("tile/0/" + String(repeating: "x001/", count: 40) + "001", .malformedIndex),
    ])
    func refusedPaths(path: String, error: TileError) {
        #expect(refusal(TileError.self) { try TileCoordinate(parsing: path) } == error)
    }

    @Test func entryPaths() throws {
        let bundle = try EntryBundleCoordinate(index: 1_234_067, width: 8)
        #expect(bundle.path == "tile/entries/x001/x234/067.p/8")
        #expect(try EntryBundleCoordinate(parsing: bundle.path) == bundle)
        #expect(bundle.entries == 315_921_152..<315_921_160)
        let last = try EntryBundleCoordinate(index: UInt64.max / 256 - 1)
        #expect(last.entries.upperBound == UInt64.max - 255)
        for (path, error) in [
            ("tile/0/000", TileError.notATilePath), ("tile/entries", .notATilePath),
            ("tile/entries/0", .malformedIndex), ("tile/entries/000.p/256", .malformedWidth),
            ("tile/entries/x072/x057/x594/x037/x927/935", .malformedIndex),
        ] {
            #expect(refusal(TileError.self) { try EntryBundleCoordinate(parsing: path) } == error)
        }
    }

    @Test func widthsInATree() throws {
        #expect(TileCoordinate.width(level: 0, index: 0, size: 0) == 0)
        #expect(TileCoordinate.width(level: 0, index: 0, size: 1) == 1)
        #expect(TileCoordinate.width(level: 0, index: 0, size: 256) == 256)
        #expect(TileCoordinate.width(level: 0, index: 1, size: 256) == 0)
        #expect(TileCoordinate.width(level: 1, index: 0, size: 257) == 1)
        #expect(TileCoordinate.width(level: 9, index: 0, size: .max) == 0)
        #expect(try TileCoordinate(level: 0, index: 1, width: 44).exists(inTreeOf: 300))
        #expect(!(try TileCoordinate(level: 0, index: 1, width: 45).exists(inTreeOf: 300)))
        #expect(try TileCoordinate(level: 0, index: 0).exists(inTreeOf: 300))
        #expect(!(try TileCoordinate(level: 63, index: 0, width: 1).exists(inTreeOf: .max)))
        #expect(try EntryBundleCoordinate(index: 1, width: 44).exists(inTreeOf: 300))
        #expect(!(try EntryBundleCoordinate(index: 1, width: 45).exists(inTreeOf: 300)))
    }

    @Test func theWiderTileStays() throws {
        let log = SampleLog(size: 300)
        let wide = try log.tile(TileCoordinate(level: 0, index: 1, width: 44))
        let narrow = try log.tile(TileCoordinate(level: 0, index: 1, width: 43))
        for tiles in [[wide, narrow], [narrow, wide]] {
            #expect(TileSet(tiles).tile(level: 0, index: 1) == wide.hashes)
        }
        #expect(TileSet([wide]).tile(level: 0, index: 0) == [])
    }

    @Test func tilesAsBytes() throws {
        let log = SampleLog(size: 300)
        let tile = try log.tile(TileCoordinate(level: 0, index: 1, width: 44))
        #expect(tile.bytes.count == 44 * 32)
        #expect(try Tile(tile.coordinate, parsing: tile.bytes) == tile)
        for count in [0, 1, 31, 32, 44 * 32 - 1] {
            #expect(
                refusal(TileError.self) {
                    try Tile(tile.coordinate, parsing: Array(tile.bytes.prefix(count)))
                } == .wrongCount(have: count, need: 44 * 32))
        }
        #expect(
            refusal(TileError.self) { try Tile(tile.coordinate, parsing: tile.bytes + [0]) }
                == .wrongCount(have: 44 * 32 + 1, need: 44 * 32))
        #expect(
            refusal(TileError.self) { try Tile(tile.coordinate, hashes: []) }
                == .wrongCount(have: 0, need: 44))
        #expect(
            refusal(TileError.self) { try TileCoordinate(level: 0, index: 0, width: 0) }
                == .malformedWidth)
        #expect(
            refusal(TileError.self) { try TileCoordinate(level: 64, index: 0) } == .malformedLevel)
    }
}

@Suite("Entry bundles")
struct EntryBundleTests {
    private let entries = [ascii("one"), [], ascii("three")]

    @Test func encoding() throws {
        let bundle = try EntryBundle(entries: entries)
        #expect(bundle.bytes == [0, 3] + ascii("one") + [0, 0, 0, 5] + ascii("three"))
        let parsed = try EntryBundle(parsing: bundle.bytes, width: 3)
        #expect(parsed == bundle)
        #expect(parsed.map { Array($0) } == entries)
        #expect(parsed.leafHashes.map(\.bytes) == entries.map { Oracle.leaf($0) })
    }

    @Test func theLongestEntries() throws {
        let long = [UInt8](repeating: 7, count: EntryBundle.maximumEntryBytes)
        let bundle = try EntryBundle(entries: Array(repeating: long, count: 256))
        #expect(bundle.bytes.count == EntryBundle.maximumBytes)
        #expect(try EntryBundle(parsing: bundle.bytes, width: 256) == bundle)
        #expect(
            refusal(EntryBundleError.self) { try EntryBundle(entries: [long + [7]]) }
                == .entryTooLong(bytes: 65_536))
        #expect(
            refusal(EntryBundleError.self) {
                try EntryBundle(entries: Array(repeating: ascii("x"), count: 257))
            } == .wrongCount(have: 257, need: 256))
        #expect(
            refusal(EntryBundleError.self) { try EntryBundle(entries: [[UInt8]]()) }
                == .wrongCount(have: 0, need: 256))
    }

    @Test func everyTruncation() throws {
        let bytes = try EntryBundle(entries: entries).bytes
        let ends = [0: 0, 5: 1, 7: 2]
        for count in bytes.indices {
            let error = refusal(EntryBundleError.self) {
                try EntryBundle(parsing: Array(bytes.prefix(count)), width: 3)
            }
            if let whole = ends[count] {
                #expect(error == .wrongCount(have: whole, need: 3))
            } else {
                #expect(error == .truncated(entry: count < 5 ? 0 : count < 7 ? 1 : 2))
            }
        }
        #expect(
            refusal(EntryBundleError.self) { try EntryBundle(parsing: bytes + [0], width: 3) }
                == .wrongCount(have: 4, need: 3))
        #expect(
            refusal(EntryBundleError.self) { try EntryBundle(parsing: bytes, width: 2) }
                == .wrongCount(have: 3, need: 2))
    }
}
