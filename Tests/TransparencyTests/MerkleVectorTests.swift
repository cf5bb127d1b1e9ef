import Foundation
import TestSupport
import Testing

@testable import Transparency

/// The proofs of the Merkle tree library of transparency-dev, most of them wrong in one way each.
@Suite(
    "Published Merkle proofs",
    // The vectors are not a part of this package.
    .enabled(if: Shared.exists("vectors/merkle"), "no ../shared/vectors/merkle"))
struct MerkleVectorTests {
    @Test func inclusion() throws {
        struct Vector: Decodable {
            let leafIdx: UInt64
            let treeSize: UInt64
            let root: Data
            let leafHash: Data
            let proof: [Data]?
            let desc: String
            let wantErr: Bool
        }
        let vectors = try Shared.decodeAll("vectors/merkle/inclusion", as: Vector.self)
        #expect(vectors.count == 98)
        for vector in vectors {
            let proof = InclusionProof(
                index: vector.leafIdx, size: vector.treeSize, hashes: hashes(vector.proof))
            let root = try? proof.root(of: hash(vector.leafHash))
            let isRefused = root != hash(vector.root) || vector.leafHash.count != Hash.byteCount
            #expect(isRefused == vector.wantErr, "\(vector)")
        }
    }

    @Test func subtreeInclusion() throws {
        struct Vector: Decodable {
            let leafIdx: UInt64
            let start: UInt64
            let end: UInt64
            let root: Data
            let leafHash: Data
            let proof: [Data]?
            let desc: String
            let wantErr: Bool
        }
        let vectors = try Shared.decodeAll("vectors/merkle/subtreeinclusion", as: Vector.self)
        #expect(vectors.count == 204)
        for vector in vectors {
            let root = try? SubtreeInclusionProof(
                index: vector.leafIdx, subtree: Subtree(start: vector.start, end: vector.end),
                hashes: hashes(vector.proof)
            ).root(of: hash(vector.leafHash))
            let isRefused = root != hash(vector.root) || vector.leafHash.count != Hash.byteCount
            #expect(isRefused == vector.wantErr, "\(vector)")
        }
    }

    @Test func consistency() throws {
        struct Vector: Decodable {
            let size1: UInt64
            let size2: UInt64
            let root1: Data
            let root2: Data
            let proof: [Data]?
            let desc: String
            let wantErr: Bool
        }
        let vectors = try Shared.decodeAll("vectors/merkle/consistency", as: Vector.self)
        #expect(vectors.count == 98)
        for vector in vectors {
            let proof = ConsistencyProof(
                oldSize: vector.size1, newSize: vector.size2, hashes: hashes(vector.proof))
            let root = try? proof.root(extending: hash(vector.root1))
            #expect((root != hash(vector.root2)) == vector.wantErr, "\(vector)")
        }
    }

    @Test func subtreeConsistency() throws {
        struct Vector: Decodable {
            let start: UInt64
            let end: UInt64
            let size: UInt64
            let root1: Data
            let root2: Data
            let proof: [Data]?
            let desc: String
            let wantErr: Bool
        }
        let vectors = try Shared.decodeAll("vectors/merkle/subtreeconsistency", as: Vector.self)
        #expect(vectors.count == 118)
        for vector in vectors {
            var isRefused = false
            do {
                try SubtreeConsistencyProof(
                    subtree: Subtree(start: vector.start, end: vector.end), size: vector.size,
                    hashes: hashes(vector.proof)
                ).check(subtreeRoot: hash(vector.root1), treeRoot: hash(vector.root2))
            } catch { isRefused = true }
            #expect(isRefused == vector.wantErr, "\(vector)")
        }
    }

    private func hashes(_ data: [Data]?) -> [Hash] { (data ?? []).map { hash($0) } }

    /// Some vectors use short texts for hashes that don't matter; other bytes stand for them here,
    /// the same for the same text.
    private func hash(_ data: Data) -> Hash { Hash(bytes: data) ?? Hash.leaf(data) }
}
