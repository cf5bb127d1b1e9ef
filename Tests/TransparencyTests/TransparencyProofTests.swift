import Testing

@testable import Transparency

@Suite("Receipts")
struct TransparencyProofTests {
    private let trust = try! SampleTrust(size: 7)

    private func proof(_ index: UInt64 = 5, extra: [UInt8]? = nil) throws -> TransparencyProof {
        let inclusion = try InclusionProof.build(index: index, size: 7, reading: trust.log.tiles)
        return try TransparencyProof(
            index: index, hashes: inclusion.hashes, checkpoint: trust.note([1, 2]), extra: extra)
    }

    @Test func everyEntry() throws {
        let policy = try trust.policy("group g all w1 w2\nquorum g\n")
        for index in 0..<7 {
            for extra in [nil, [0], ascii("some extra data")] {
                let proof = try proof(UInt64(index), extra: extra)
                let parsed = try TransparencyProof(parsing: proof.bytes)
                #expect(parsed == proof)
                #expect(parsed.bytes == proof.bytes)
                let verified = try parsed.verify(leaf: trust.log.leaves[index], policy: policy)
                #expect(verified.index == UInt64(index))
                #expect(verified.leaf == trust.log.leaves[index])
                #expect(verified.checkpoint.cosignatures.count == 2)
            }
        }
    }

    @Test func whatDoesNotFitThePolicyOrTheTree() throws {
        let proof = try proof()
        let leaf = trust.log.leaves[5]
        let policy = try trust.policy("quorum none\n")
        let strict = try trust.policy("quorum w3\n")
        #expect(
            refusal(TransparencyProofError.self) { try proof.verify(leaf: leaf, policy: strict) }
                == .policy(.quorumNotMet(have: 0, need: 1)))
        guard
            case .proof(.rootMismatch) = refusal(
                TransparencyProofError.self,
                { try proof.verify(leaf: trust.log.leaves[4], policy: policy) })
        else {
            Issue.record("another leaf was accepted")
            return
        }
        for (index, error) in [
            (7, ProofError.indexOutside(index: 7, end: 7)),
            (6, .wrongHashCount(have: 3, need: 2)),
            (UInt64.max, .indexOutside(index: .max, end: 7)),
        ] {
            let moved = try TransparencyProof(
                index: index, hashes: proof.hashes, checkpoint: proof.checkpoint)
            #expect(
                refusal(TransparencyProofError.self) {
                    try moved.verify(leaf: leaf, policy: policy)
                } == .proof(error))
        }
        // In each of the other places the same hashes prove nothing.
        for index in 0..<6 where index != 5 {
            let moved = try TransparencyProof(
                index: UInt64(index), hashes: proof.hashes, checkpoint: proof.checkpoint)
            _ = refusal(TransparencyProofError.self) {
                try moved.verify(leaf: leaf, policy: policy)
            }
        }
    }

    @Test func everyTruncationAndEveryFlippedBit() throws {
        let policy = try trust.policy("group g all w1 w2\nquorum g\n")
        let leaf = trust.log.leaves[5]
        let bytes = try proof().bytes
        for count in bytes.indices {
            _ = refusal(TransparencyProofError.self) {
                try TransparencyProof(parsing: bytes.prefix(count))
                    .verify(leaf: leaf, policy: policy)
            }
        }
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << bit
                _ = refusal(TransparencyProofError.self) {
                    try TransparencyProof(parsing: changed).verify(leaf: leaf, policy: policy)
                }
            }
        }
    }

    @Test func mutations() throws {
        let head = "c2sp.org/tlog-proof@v1\n"
        let hash = trust.log.leaves[0].base64
        let note = String(decoding: try trust.note().bytes, as: UTF8.self)
        let cases: [(String, TransparencyProofError)] = [
            ("", .unknownVersion),
            ("c2sp.org/tlog-proof@v1", .unknownVersion),
            ("c2sp.org/tlog-proof@v2\nindex 5\n\n\(note)", .unknownVersion),
            ("C2SP.org/tlog-proof@v1\nindex 5\n\n\(note)", .unknownVersion),
            ("c2sp.org/tlog-proof@v1\r\nindex 5\n\n\(note)", .unknownVersion),
            (" \(head)index 5\n\n\(note)", .unknownVersion),
            (head, .malformedIndex),
            ("\(head)\(hash)\n\n\(note)", .malformedIndex),
            ("\(head)index\n\n\(note)", .malformedIndex),
            ("\(head)index \n\n\(note)", .malformedIndex),
            ("\(head)index  5\n\n\(note)", .malformedIndex),
            ("\(head)index 05\n\n\(note)", .malformedIndex),
            ("\(head)index -5\n\n\(note)", .malformedIndex),
            ("\(head)index 5 \n\n\(note)", .malformedIndex),
            ("\(head)index 5\r\n\n\(note)", .malformedIndex),
            ("\(head)index 18446744073709551616\n\n\(note)", .malformedIndex),
            ("\(head)extra AAAA\n\n\(note)", .malformedIndex),
            ("\(head)extra AAAA\nextra AAAA\nindex 5\n\n\(note)", .malformedIndex),
            ("\(head)index 5\nindex 5\n\n\(note)", .malformedHash(number: 0)),
            ("\(head)index 5\nextra AAAA\n\n\(note)", .malformedHash(number: 0)),
            ("\(head)extra AAA\nindex 5\n\n\(note)", .malformedExtra),
            ("\(head)extra AA-_\nindex 5\n\n\(note)", .malformedExtra),
            ("\(head)extra AAB=\nindex 5\n\n\(note)", .malformedExtra),
            ("\(head)extra \nindex 5\n\n\(note)", .malformedExtra),
            ("\(head)extra\nindex 5\n\n\(note)", .malformedIndex),
            ("\(head)index 5\n\(hash)\n\(hash.dropLast())\n\n\(note)", .malformedHash(number: 1)),
            ("\(head)index 5\n\(hash) \n\n\(note)", .malformedHash(number: 0)),
            ("\(head)index 5\nAAAA\n\n\(note)", .malformedHash(number: 0)),
            ("\(head)index 5\n\(hash)\n\(note)", .malformedHash(number: 1)),
            ("\(head)index 5", .malformedIndex),
            ("\(head)index 5\n", .noCheckpoint),
            ("\(head)index 5\n\(hash)\n", .noCheckpoint),
            ("\(head)index 5\n\n", .policy(.note(.noFinalNewline))),
            ("\(head)index 5\n\n\(note.dropLast())", .policy(.note(.noFinalNewline))),
            ("\(head)index 5\n\n\(note)\n", .policy(.note(.noSignatures))),
        ]
        for (text, error) in cases {
            #expect(
                refusal(TransparencyProofError.self) {
                    try TransparencyProof(parsing: text.utf8)
                } == error, "\(text.debugDescription)")
        }
    }

    @Test func limits() throws {
        let note = try trust.note()
        let hashes = Array(repeating: trust.log.leaves[0], count: 65)
        #expect(
            refusal(TransparencyProofError.self) {
                try TransparencyProof(index: 0, hashes: hashes, checkpoint: note)
            } == .tooManyHashes)
        let lines = String(repeating: "\(hashes[0])\n", count: 65)
        let text = ascii("c2sp.org/tlog-proof@v1\nindex 0\n\(lines)\n") + note.bytes
        #expect(
            refusal(TransparencyProofError.self) { try TransparencyProof(parsing: text) }
                == .tooManyHashes)
        for extra in [[], [UInt8](repeating: 0, count: TransparencyProof.maximumExtraBytes + 1)] {
            #expect(
                refusal(TransparencyProofError.self) {
                    try TransparencyProof(index: 0, hashes: [], checkpoint: note, extra: extra)
                } == .malformedExtra)
        }
        let most = try TransparencyProof(
            index: .max, hashes: Array(hashes.dropLast()), checkpoint: note,
            extra: [UInt8](repeating: 0, count: TransparencyProof.maximumExtraBytes))
        #expect(try TransparencyProof(parsing: most.bytes) == most)
        let long = [UInt8](repeating: 0x61, count: TransparencyProof.maximumBytes + 1)
        #expect(
            refusal(TransparencyProofError.self) { try TransparencyProof(parsing: long) }
                == .tooLarge(bytes: long.count))
    }
}
