import TestSupport
import Testing

@testable import Transparency

/// A log made by Tessera, with its checkpoint at every size.
@Suite(
    "A log made by others",
    // The log is not a part of this package.
    .enabled(if: Shared.exists("vectors/tlog/tessera-log"), "no ../shared/vectors/tlog"))
struct TesseraLogTests {
    private let folder = "vectors/tlog/tessera-log"
    private let vkey =
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

    @Test func everyCheckpointFollowsFromTheEntries() throws {
        let key = try VerifierKey(parsing: vkey)
        let policy = TrustPolicy(trusting: key)
        let full = try EntryBundle(
            parsing: Shared.bytes("\(folder)/tile/entries/000.p/15"), width: 15)
        var edge = RightEdge()
        var tiles = TileEdge()
        var checked = 0
        for size in 0...15 {
            if size > 0 {
                let bundleName = try EntryBundleCoordinate(index: 0, width: size)
                let bundle = try EntryBundle(
                    parsing: Shared.bytes("\(folder)/\(bundleName.path)"), width: size)
                #expect(bundle.elementsEqual(full.prefix(size)) { $0.elementsEqual($1) })
                #expect(try EntryBundle(entries: Array(bundle)).bytes == bundle.bytes)
                edge.append(bundle.leafHashes[size - 1])

                let changed = tiles.append([bundle.leafHashes[size - 1]])
                #expect(changed.map(\.coordinate.path) == ["tile/0/000.p/\(size)"])
                #expect(
                    changed[0].bytes == (try Shared.bytes("\(folder)/\(changed[0].coordinate)")))
            }
            let note = try Shared.bytes("\(folder)/checkpoint.\(size)")
            let checkpoint = try policy.verify(note)
            #expect(checkpoint.note.bytes == note)
            #expect(checkpoint.origin == "example.com/log/testdata")
            #expect(checkpoint.size == UInt64(size))
            #expect(checkpoint.root == edge.root)
            #expect(checkpoint.root == tiles.root)
            checked += 1
        }
        #expect(checked == 16)
        #expect(
            try Shared.bytes("\(folder)/checkpoint") == Shared.bytes("\(folder)/checkpoint.15"))
    }

    @Test func itsTilesProveEveryEntryAndEveryGrowth() throws {
        let policy = TrustPolicy(trusting: try VerifierKey(parsing: vkey))
        var tiles = TileSet()
        tiles.insert(
            try Tile(
                TileCoordinate(level: 0, index: 0, width: 15),
                parsing: Shared.bytes("\(folder)/tile/0/000.p/15")))
        let entries = try EntryBundle(
            parsing: Shared.bytes("\(folder)/tile/entries/000.p/15"), width: 15)
        let checkpoints = try (0...15).map {
            try policy.verify(Shared.bytes("\(folder)/checkpoint.\($0)"))
        }
        for new in checkpoints {
            for index in 0..<new.size {
                let proof = try InclusionProof.build(index: index, size: new.size, reading: tiles)
                let leaf = Hash.leaf(entries[Int(index)])
                let verified = try new.including(leaf, at: index, proof: proof.hashes)
                #expect(verified.checkpoint == new)
            }
            for old in checkpoints[..<Int(new.size)] where old.size > 0 {
                let proof = try ConsistencyProof.build(
                    oldSize: old.size, newSize: new.size, reading: tiles)
                _ = try new.extending(old, proof: proof.hashes)
            }
        }
    }

    @Test func aChangedByteIsRefused() throws {
        let policy = TrustPolicy(trusting: try VerifierKey(parsing: vkey))
        let note = try Shared.bytes("\(folder)/checkpoint.15")
        for position in note.indices {
            for bit in 0..<8 {
                var changed = note
                changed[position] ^= 1 << bit
                _ = refusal(PolicyError.self) { try policy.verify(changed) }
            }
        }
    }
}
