import Testing

@testable import Transparency

/// The proofs of new leaves, made from the edge and the leaves alone, are those that tiles give.
@Suite struct GrowthProofsTests {
    @Test func theyAreTheProofsOfTheTiles() throws {
        let leaves = (0..<600).map { Hash.leaf([UInt8($0 & 0xff), UInt8($0 >> 8)]) }
        let sizes = Array(0...40) + [63, 64, 65, 127, 128, 200, 255, 256, 257, 300, 511, 512, 513]
        for old in sizes {
            for added in [0, 1, 2, 3, 5, 8, 31, 64, 80] {
                try check(Array(leaves[..<old]), Array(leaves[old..<(old + added)]))
            }
        }
    }

    private func check(_ old: [Hash], _ new: [Hash]) throws {
        var edge = RightEdge()
        for leaf in old { edge.append(leaf) }
        let growth = GrowthProofs(edge, adding: new)
        for leaf in new { edge.append(leaf) }
        #expect(growth.edge == edge)
        var tiles = TileSet()
        var grown = TileEdge()
        for tile in grown.append(old + new) { tiles.insert(tile) }
        for (offset, leaf) in new.enumerated() {
            let index = UInt64(old.count + offset)
            let proof = growth.proof(of: index)
            #expect(
                try proof
                    == InclusionProof.build(index: index, size: edge.size, reading: tiles))
            #expect(try proof.root(of: leaf) == edge.root)
        }
    }
}
