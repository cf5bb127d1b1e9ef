import Sharing
import Storage
import Testing
import Transparency

@testable import Gateway

/// A proof needs no tile that isn't read for it.
@Suite struct ProofTilesTests {
    @Test func theWaysAndTheRightEdgeHaveAllThatProofsNeed() throws {
        var random = SystemRandomNumberGenerator()
        var sizes: [UInt64] = [1, 2, 255, 256, 257, 300, 511, 512, 65_535, 65_536, 65_537, 65_636]
        sizes += [65_792, 131_072, 16_777_216, 16_777_217, 16_842_752, 16_842_753]
        sizes += (0..<40).map { 1 + random.next() >> UInt64(20 + $0 % 40) }
        for size in sizes {
            var indices: [UInt64] = [0, size / 2, size - 1, (size - 1) & ~255]
            indices += (0..<8).map { _ in UInt64.random(in: 0..<size) }
            for index in indices {
                let read = LedgerReader.tiles(of: [Int64(index)], size: size)
                let needed = try InclusionProof.tiles(index: index, size: size)
                #expect(Set(needed).isSubset(of: read), "\(index) of \(size)")
                #expect(read.allSatisfy { $0.exists(inTreeOf: size) })
                // One for each level on the way, and one for each at the edge.
                #expect(read.count <= 16)
            }
        }
    }
}
