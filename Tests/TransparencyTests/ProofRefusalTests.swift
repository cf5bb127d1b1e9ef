import Testing

@testable import Transparency

/// Proofs that are refused, and why.
@Suite("Refused proofs")
struct ProofRefusalTests {
    private let log = SampleLog(size: 300)

    @Test func anIndexOutsideTheTree() {
        let proof = InclusionProof(index: 5, size: 5, hashes: [])
        #expect(
            refusal(ProofError.self) { try proof.root(of: log.leaves[0]) }
                == .indexOutside(index: 5, end: 5))
        let huge = InclusionProof(index: .max, size: .max, hashes: [])
        #expect(
            refusal(ProofError.self) { try huge.root(of: log.leaves[0]) }
                == .indexOutside(index: .max, end: .max))
    }

    @Test func oneHashMoreOrLess() throws {
        let proof = try InclusionProof.build(index: 11, size: 20, reading: log.tiles)
        for hashes in [Array(proof.hashes.dropLast()), proof.hashes + [log.leaves[0]]] {
            let wrong = InclusionProof(index: 11, size: 20, hashes: hashes)
            #expect(
                refusal(ProofError.self) { try wrong.root(of: log.leaves[11]) }
                    == .wrongHashCount(have: hashes.count, need: proof.hashes.count))
        }
    }

    @Test func everyChangedHash() throws {
        let inclusion = try InclusionProof.build(index: 11, size: 300, reading: log.tiles)
        for position in inclusion.hashes.indices {
            var hashes = inclusion.hashes
            hashes[position] = log.leaves[0]
            let wrong = InclusionProof(index: 11, size: 300, hashes: hashes)
            #expect(try wrong.root(of: log.leaves[11]) != log.root(300))
        }
        let growth = try ConsistencyProof.build(oldSize: 111, newSize: 300, reading: log.tiles)
        for position in growth.hashes.indices {
            var hashes = growth.hashes
            hashes[position] = log.leaves[0]
            let wrong = ConsistencyProof(oldSize: 111, newSize: 300, hashes: hashes)
            #expect((try? wrong.root(extending: log.root(111))) != log.root(300))
        }
    }

    @Test func anotherOldTree() throws {
        let proof = try ConsistencyProof.build(oldSize: 111, newSize: 300, reading: log.tiles)
        #expect(
            refusal(ProofError.self) { try proof.root(extending: log.root(112)) }
                == .rootMismatch(computed: log.root(111), expected: log.root(112)))
    }

    @Test func growthFromNothingOrBackwards() {
        let root = log.root(3)
        for (old, new, error) in [
            (0, 3, ProofError.emptyTree), (0, 0, .emptyTree),
            (4, 3, .sizesOutOfOrder(old: 4, new: 3)),
        ] as [(UInt64, UInt64, ProofError)] {
            let proof = ConsistencyProof(oldSize: old, newSize: new, hashes: [])
            #expect(refusal(ProofError.self) { try proof.root(extending: root) } == error)
        }
    }

    @Test func whatIsNoSubtree() {
        for (start, end) in [(1, 3), (2, 5), (3, 1), (4, 9), (1, UInt64.max)] as [(UInt64, UInt64)]
        {
            #expect(
                refusal(ProofError.self) { try Subtree(start: start, end: end) }
                    == .noSubtree(start: start, end: end))
        }
        #expect(throws: Never.self) { try Subtree(start: 0, end: .max) }
        #expect(throws: Never.self) { try Subtree(start: 1 << 63, end: .max) }
    }

    @Test func aProofInTheLargestTree() throws {
        let last = InclusionProof(
            index: .max - 1, size: .max, hashes: Array(repeating: log.leaves[0], count: 63))
        _ = try last.root(of: log.leaves[1])
        let first = InclusionProof(
            index: 0, size: .max, hashes: Array(repeating: log.leaves[0], count: 64))
        _ = try first.root(of: log.leaves[1])
    }

    @Test func tilesThatLackHashes() throws {
        let short = TileSet([
            try Tile(
                TileCoordinate(level: 0, index: 0, width: 255),
                hashes: Array(log.leaves.prefix(255)))
        ])
        let expected = try TileError.tooNarrow(
            TileCoordinate(level: 0, index: 0, width: 256), have: 255)
        #expect(
            refusal(TileError.self) {
                try InclusionProof.build(index: 254, size: 256, reading: short)
            } == expected)
        let none = try TileError.tooNarrow(TileCoordinate(level: 0, index: 1, width: 44), have: 0)
        #expect(refusal(TileError.self) { try TileEdge(size: 300, reading: short) } == none)
    }

    @Test func edgesThatCannotBe() {
        let edge = RightEdge()
        #expect(
            refusal(RightEdgeError.self) { try RightEdge(size: 3, hashes: [log.leaves[0]]) }
                == .wrongHashCount(have: 1, need: 2))
        var odd = edge
        odd.append(log.leaves[0])
        #expect(
            refusal(RightEdgeError.self) { try odd.append(subtree: log.leaves[1], height: 1) }
                == .misaligned(size: 1, height: 1))
        var pair = edge
        pair.append(log.leaves[0])
        pair.append(log.leaves[1])
        #expect(
            refusal(RightEdgeError.self) { try odd.append(contentsOf: pair) }
                == .misaligned(size: 1, height: 1))
        #expect(odd.size == 1)
        #expect(
            refusal(RightEdgeError.self) { try odd.append(subtree: log.leaves[1], height: 64) }
                == .misaligned(size: 1, height: 64))
        for count in 0..<pair.bytes.count {
            _ = refusal(RightEdgeError.self) { try RightEdge(bytes: pair.bytes.prefix(count)) }
        }
        _ = refusal(RightEdgeError.self) { try RightEdge(bytes: pair.bytes + [0]) }
    }
}
