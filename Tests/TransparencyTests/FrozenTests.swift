import Testing

@testable import Transparency

/// A receipt and a policy as they were first released. They verify for ever, and the same keys and
/// entries give the same bytes for ever.
@Suite("Frozen receipt")
struct FrozenTests {
    @Test func verifies() throws {
        let policy = try TrustPolicy(parsing: Self.policy.utf8)
        let proof = try TransparencyProof(parsing: Self.proof.utf8)
        let verified = try proof.verify(leaf: Hash.leaf(ascii("frozen entry 17")), policy: policy)
        #expect(verified.index == 17)
        #expect(verified.checkpoint.origin == "trine.example/frozen")
        #expect(verified.checkpoint.size == 300)
        #expect(
            verified.checkpoint.cosignatures.map(\.timestamp) == [1_767_225_600, 1_767_225_601])
        #expect(proof.extra == ascii("invoices/2026-11#17"))
    }

    @Test func isMadeAgain() throws {
        let log = NoteSigner(name: try KeyName("trine.example/frozen"), key: signingKey(21))
        var edge = TileEdge()
        let tiles = TileSet(edge.append((0..<300).map { Hash.leaf(ascii("frozen entry \($0)")) }))
        let checkpoint = try Checkpoint(
            origin: "trine.example/frozen", size: 300, root: edge.root)
        var note = try Note(parsing: checkpoint.signed(by: log))
        for number in 1...2 {
            let witness = Cosigner(
                name: try KeyName("witness.example/frozen\(number)"),
                key: signingKey(UInt8(21 + number)))
            note = try note.adding(
                witness.cosignature(of: checkpoint, at: 1_767_225_599 + UInt64(number)))
        }
        let inclusion = try InclusionProof.build(index: 17, size: 300, reading: tiles)
        let proof = try TransparencyProof(
            index: 17, hashes: inclusion.hashes, checkpoint: note,
            extra: ascii("invoices/2026-11#17"))
        #expect(proof.bytes == ascii(Self.proof))
    }

    private static let policy = """
        log trine.example/frozen+0f6efe45+AdVCB9oZSXfc9Grb/sK8LnW1LVqKQhhP7f3AACTw4+ja
        witness one witness.example/frozen1+219c8dbb+BFEcNKGiy1Id8WuyRrjejnmXziNcfnayKj11A6JIGd2K
        witness two witness.example/frozen2+af913e6b+BDHevlXTfHInaLE3ExyqYIcICy4LYLlL14XRRXXPpJi8
        group both all one two
        quorum both

        """

    private static let proof = """
        c2sp.org/tlog-proof@v1
        extra aW52b2ljZXMvMjAyNi0xMSMxNw==
        index 17
        +SOTMppxLsNGHy+NJ/6dXVeqiiJ3EyFsUMJLb1PsIuA=
        r/zYThhElDW/MvsyVvY4JWwajYPfYIZkVxdSTMr/QyE=
        gysPLCqZjE90wqazFzuwQQzIJiKAe3kGwDrBPizVPE8=
        XDQnM1FbhDwY2uiD5xhTvyA9ikGT30kGlht7GDI2Fjs=
        4MIb5ZHMaLBLnClkLifJonujRPhG5VpbnBzQATuQqhU=
        JKv/kaeI/JbfiHJMUbfRGL2F6Yu/gI3IybC2k8rBUxo=
        Kc6Ed+uWb2PrAzpSG1XdC7dPW6X3iMjTWmxUNBoX27g=
        3evp2uyu6s+UhwgRXHHK00kMVhLrudFCr9rTRm/roSw=
        lXZjoC5rdk69CRSOTnchjOZE5WVr1GEjgZgF2XBP8dQ=

        trine.example/frozen
        300
        vPnTDolr0llW2dD8siBzgH2O0gvlzXUP/YUO6m+XH7c=

        — trine.example/frozen D27+RRFk0Rwxh0xjS8ZhB4wwA1aTVbNS0N4T2MJP42aUn69KwUBMxOXydyBySwKc/mkZdEWsCWgei9ggZkpeqOJFLgw=
        — witness.example/frozen1 IZyNuwAAAABpVbkAJaEFgugyOox7yxb6FYWl/jDVq0qsJd6LIRRsW34wsteRAxqP+rmjg5Ax2/Vc4H+yXYK57m60LyXN1p3a09pgAg==
        — witness.example/frozen2 r5E+awAAAABpVbkBETdsbBAQH15hlGd3sdkNay24YzWwXA1J5h4KHTFk5Q0OTZqiVIOGKCaJ3F6YSkJoUn6cfqVzC1BtpyUBQfcABQ==

        """
}
