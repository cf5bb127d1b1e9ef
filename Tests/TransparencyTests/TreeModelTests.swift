import TestSupport
import Testing

@testable import Transparency

/// The tree against RFC 6962 as it is written.
@Suite("The tree against its definition")
struct TreeModelTests {
    @Test func everySizeUpTo300() throws {
        let log = SampleLog(size: 300)
        var edge = RightEdge()
        var tiles = TileEdge()
        for size in 0...300 {
            #expect(edge.size == UInt64(size))
            #expect(edge.root == log.root(size))
            #expect(tiles.root == edge.root)
            #expect(tiles.rightEdge == edge)
            #expect(try RightEdge(bytes: edge.bytes) == edge)
            #expect(try TileEdge(size: UInt64(size), reading: log.tiles) == tiles)
            guard size < 300 else { break }
            edge.append(log.leaves[size])
            _ = tiles.append([log.leaves[size]])
        }
    }

    @Test func everyProofUpTo70() throws {
        let log = SampleLog(size: 70)
        for size in 1...70 {
            let root = log.root(size)
            for index in 0..<size {
                let proof = try InclusionProof.build(
                    index: UInt64(index), size: UInt64(size), reading: log.tiles)
                #expect(
                    proof.hashes.map(\.bytes) == Oracle.path(index, log.oracleLeaves.prefix(size)))
                #expect(try proof.root(of: log.leaves[index]) == root)
            }
            for old in 1...size {
                let proof = try ConsistencyProof.build(
                    oldSize: UInt64(old), newSize: UInt64(size), reading: log.tiles)
                #expect(
                    proof.hashes.map(\.bytes)
                        == Oracle.consistency(old, log.oracleLeaves.prefix(size)))
                #expect(try proof.root(extending: log.root(old)) == root)
            }
        }
    }

    @Test func everySubtreeUpTo40() throws {
        let log = SampleLog(size: 40)
        var count = 0
        for start in 0...40 {
            for end in start...40 {
                guard let subtree = try? Subtree(start: UInt64(start), end: UInt64(end)) else {
                    continue
                }
                count += 1
                let subtreeRoot = Hash(bytes: Oracle.root(log.oracleLeaves[start..<end]))!
                for size in end...40 {
                    let proof = try SubtreeConsistencyProof.build(
                        subtree: subtree, size: UInt64(size), reading: log.tiles)
                    try proof.check(subtreeRoot: subtreeRoot, treeRoot: log.root(size))
                }
                for index in start..<end {
                    let proof = SubtreeInclusionProof(
                        index: UInt64(index), subtree: subtree,
                        hashes: Oracle.path(index - start, log.oracleLeaves[start..<end])
                            .map { Hash(bytes: $0)! })
                    #expect(try proof.root(of: log.leaves[index]) == subtreeRoot)
                }
            }
        }
        #expect(count == (0...40).reduce(0) { $0 + Self.subtreeCount(start: $1, limit: 40) })
    }

    /// By the definition: `start` is a multiple of the least power of two not below the length.
    private static func subtreeCount(start: Int, limit: Int) -> Int {
        (start...limit).count { end in
            var power = 1
            while power < end - start { power *= 2 }
            return start.isMultiple(of: power)
        }
    }

    @Test func randomLargerTrees() throws {
        var random = SeededGenerator.printed()
        let log = SampleLog.large
        for _ in 0..<3 {
            let new = Int.random(in: 1...4_000, using: &random)
            let old = Int.random(in: 1...new, using: &random)
            let root = log.root(new)
            let consistency = try ConsistencyProof.build(
                oldSize: UInt64(old), newSize: UInt64(new), reading: log.tiles)
            #expect(try consistency.root(extending: log.root(old)) == root)
            for _ in 0..<50 {
                let index = Int.random(in: 0..<new, using: &random)
                let proof = try InclusionProof.build(
                    index: UInt64(index), size: UInt64(new), reading: log.tiles)
                #expect(try proof.root(of: log.leaves[index]) == root)
            }
        }
    }

    /// Any batches give the same tiles as one, and the tiles announced are the tiles that change.
    @Test func randomBatches() throws {
        var random = SeededGenerator.printed()
        let log = SampleLog.large
        var edge = TileEdge()
        var stored = TileSet()
        while edge.size < 70_000 {
            let old = edge.size
            let room = 70_000 - Int(old)
            let count = min(
                room, Int.random(in: 0...[3, 300, 9_000].randomElement(using: &random)!))
            let changed = edge.append(log.leaves[Int(old)..<Int(old) + count])
            #expect(
                changed.map(\.coordinate) == Array(TileCoordinate.changed(from: old, to: edge.size))
            )
            for tile in changed {
                let before = stored.tile(
                    level: tile.coordinate.level, index: tile.coordinate.index)
                #expect(tile.hashes.starts(with: before))
                #expect(tile.hashes.count > before.count)
                stored.insert(tile)
            }
            #expect(try TileEdge(size: edge.size, reading: stored) == edge)
        }
        #expect(edge.root == log.root(70_000))
        for tile in TileCoordinate.changed(from: 0, to: 70_000) {
            #expect(
                stored.tile(level: tile.level, index: tile.index)
                    == log.tiles.tile(level: tile.level, index: tile.index))
        }
    }

    @Test func randomEdgesMerge() throws {
        var random = SeededGenerator.printed()
        let log = SampleLog.large
        for _ in 0..<20 {
            let height = Int.random(in: 0...10, using: &random)
            let chunk = 1 << height
            let total = Int.random(in: 1...5_000, using: &random)
            var merged = RightEdge()
            for start in stride(from: 0, to: total, by: chunk) {
                var part = RightEdge()
                for leaf in log.leaves[start..<min(start + chunk, total)] { part.append(leaf) }
                try merged.append(contentsOf: part)
            }
            var whole = RightEdge()
            for leaf in log.leaves[..<total] { whole.append(leaf) }
            #expect(merged == whole)
        }
    }

    @Test func onlyTheTilesNamedAreRead() throws {
        var random = SeededGenerator.printed()
        let log = SampleLog.large
        for _ in 0..<60 {
            let size = UInt64.random(in: 1...70_000, using: &random)
            let index = UInt64.random(in: 0..<size, using: &random)
            let named = try InclusionProof.tiles(index: index, size: size)
            let needed = TileSet(try named.map { try log.tile($0) })
            let proof = try InclusionProof.build(index: index, size: size, reading: needed)
            #expect(try proof.root(of: log.leaves[Int(index)]) == edgeRoot(log, size))
            let old = UInt64.random(in: 1...size, using: &random)
            let others = try ConsistencyProof.tiles(oldSize: old, newSize: size)
            #expect((named + others).allSatisfy { $0.exists(inTreeOf: size) })
            let growth = try ConsistencyProof.build(
                oldSize: old, newSize: size, reading: TileSet(try others.map { try log.tile($0) }))
            #expect(try growth.root(extending: edgeRoot(log, old)) == edgeRoot(log, size))
        }
    }

    /// The receipts of a batch: each tile is read once, and nothing is mixed up between proofs.
    @Test func manyProofsOfOneTree() throws {
        final class CountingReader: TileReader {
            let tiles: TileSet
            var reads: [String: Int] = [:]
            init(_ tiles: TileSet) { self.tiles = tiles }
            func tile(level: Int, index: UInt64) -> [Hash] {
                reads["\(level)/\(index)", default: 0] += 1
                return tiles.tile(level: level, index: index)
            }
        }
        let log = SampleLog.large
        let size: UInt64 = 66_000
        let root = try edgeRoot(log, size)
        let reader = CountingReader(log.tiles)
        var builder = ProofBuilder(size: size, reading: reader)
        for index in size - 600..<size {
            let proof = try builder.inclusion(of: index)
            #expect(try proof.root(of: log.leaves[Int(index)]) == root)
        }
        for old in stride(from: UInt64(1), to: size, by: 9_999) {
            let proof = try builder.consistency(from: old)
            #expect(try proof.root(extending: edgeRoot(log, old)) == root)
        }
        #expect(reader.reads.values.allSatisfy { $0 == 1 })
    }

    private func edgeRoot(_ log: SampleLog, _ size: UInt64) throws -> Hash {
        try TileEdge(size: size, reading: log.tiles).root
    }
}

extension SampleLog {
    /// A tile as the log serves it at the coordinate's width.
    func tile(_ coordinate: TileCoordinate) throws -> Tile {
        let hashes = tiles.tile(level: coordinate.level, index: coordinate.index)
        return try Tile(coordinate, hashes: Array(hashes.prefix(coordinate.width)))
    }
}
