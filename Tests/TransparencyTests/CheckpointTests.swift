import Testing
import Wire

@testable import Transparency

@Suite("Checkpoints")
struct CheckpointTests {
    private let root = SampleLog(size: 3).root(3)

    @Test func encoding() throws {
        let checkpoint = try Checkpoint(origin: "log.example/one", size: 3, root: root)
        #expect(checkpoint.text == ascii("log.example/one\n3\n\(root.base64)\n"))
        #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
        let extended = try Checkpoint(
            origin: "an origin + spaces", size: 3, root: root, extensions: ["one", "two"])
        #expect(
            extended.text == ascii("an origin + spaces\n3\n\(root.base64)\none\ntwo\n"))
        #expect(try Checkpoint(parsing: extended.text) == extended)
        let empty = try Checkpoint(origin: "o", size: 0, root: .ofEmptyTree)
        #expect(empty.text == ascii("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"))
    }

    @Test func signing() throws {
        let signer = try NoteSigner(name: KeyName("log.example/one"), key: signingKey(1))
        let checkpoint = try Checkpoint(origin: "log.example/one", size: 3, root: root)
        let note = checkpoint.signed(by: signer)
        #expect(note == (try Note(text: checkpoint.text, signedBy: signer).bytes))
        let verified = try TrustPolicy(trusting: signer.verifierKey).verify(note)
        #expect(verified.checkpoint == checkpoint)
        #expect(verified.log == signer.verifierKey)
    }

    @Test func mutations() {
        let hash = root.base64
        let cases: [(String, CheckpointError)] = [
            ("", .malformedOrigin),
            ("\n3\n\(hash)\n", .malformedOrigin),
            ("o", .malformedOrigin),
            ("\(String(repeating: "o", count: 256))\n3\n\(hash)\n", .malformedOrigin),
            ("o\u{1}\n3\n\(hash)\n", .malformedOrigin),
            ("o\n", .malformedSize),
            ("o\n\n\(hash)\n", .malformedSize),
            ("o\n03\n\(hash)\n", .malformedSize),
            ("o\n+3\n\(hash)\n", .malformedSize),
            ("o\n-3\n\(hash)\n", .malformedSize),
            ("o\n3 \n\(hash)\n", .malformedSize),
            ("o\n0x3\n\(hash)\n", .malformedSize),
            ("o\n٣\n\(hash)\n", .malformedSize),
            ("o\n9223372036854775808\n\(hash)\n", .malformedSize),
            ("o\n18446744073709551619\n\(hash)\n", .malformedSize),
            ("o\n3", .malformedSize),
            ("o\n3\n", .malformedRoot),
            ("o\n3\n\n", .malformedRoot),
            ("o\n3\n\(hash)", .malformedRoot),
            ("o\n3\n\(hash.dropLast())\n", .malformedRoot),
            ("o\n3\n\(hash)=\n", .malformedRoot),
            ("o\n3\n \(hash)\n", .malformedRoot),
            ("o\n3\nAAAA\n", .malformedRoot),
            ("o\n3\n\(hash)\n\n", .malformedExtension),
            ("o\n3\n\(hash)\nx\n\ny\n", .malformedExtension),
            ("o\n3\n\(hash)\nx", .noFinalNewline),
            ("o\r\n3\r\n\(hash)\r\n", .malformedOrigin),
            ("o\n3\r\n\(hash)\n", .malformedSize),
            ("o\n0\n\(hash)\n", .rootOfEmptyTree),
        ]
        for (text, error) in cases {
            #expect(
                refusal(CheckpointError.self) { try Checkpoint(parsing: text.utf8) } == error,
                "\(text.debugDescription)")
        }
        #expect(
            refusal(CheckpointError.self) {
                try Checkpoint(origin: "o", size: 3, root: root, extensions: [""])
            } == .malformedExtension)
        #expect(
            refusal(CheckpointError.self) {
                try Checkpoint(origin: "o", size: 3, root: root, extensions: ["a\nb"])
            } == .malformedExtension)
        #expect(
            refusal(CheckpointError.self) { try Checkpoint(origin: "a\nb", size: 3, root: root) }
                == .malformedOrigin)
    }

    @Test func equalOriginsHaveEqualBytes() throws {
        let one = try Checkpoint(origin: "caf\u{e9}", size: 3, root: root)
        let two = try Checkpoint(origin: "cafe\u{301}", size: 3, root: root)
        #expect(one.origin == two.origin)
        #expect(one != two)
    }

    @Test func cosigning() throws {
        let signer = try NoteSigner(name: KeyName("log.example/one"), key: signingKey(1))
        let cosigner = try Cosigner(name: KeyName("witness.example/w"), key: signingKey(3))
        let checkpoint = try Checkpoint(
            origin: "log.example/one", size: 3, root: root, extensions: ["extension"])
        let line = cosigner.cosignature(of: checkpoint, at: 1_700_000_000)
        #expect(line.signature.prefix(8) == [0, 0, 0, 0, 0x65, 0x53, 0xf1, 0x00])
        #expect(line.signature.count == 72)
        let message =
            ascii(
                "cosignature/v1\ntime 1700000000\nlog.example/one\n3\n\(root.base64)\nextension\n")
        #expect(
            signingKey(3).verificationKey.isValid(
                signature: line.signature.dropFirst(8), of: message))

        let note = try Note(parsing: checkpoint.signed(by: signer)).adding(line)
        let verified = try note.verified(by: [cosigner.verifierKey])
        #expect(verified.signatures.map(\.timestamp) == [1_700_000_000])

        // The time is signed, the signature has one length, and a time fits 63 bits, even if the
        // witness signs another.
        var early = line.signature
        early[7] ^= 1
        let afterAll: UInt64 = 1 << 63
        let late =
            Array(bigEndian: afterAll)
            + signingKey(3).signature(
                of: TimestampedSignature.message(checkpoint.text, at: afterAll))
        for wrong in [early, late, Array(line.signature.dropLast()), line.signature + [0]] {
            let note = try Note(parsing: checkpoint.signed(by: signer)).adding(
                NoteSignature(name: line.name, keyID: line.keyID, signature: wrong))
            #expect(
                refusal(NoteError.self) { try note.verified(by: [cosigner.verifierKey]) }
                    == .badSignature(cosigner.verifierKey.name))
        }
    }

    /// A log's plain signature is no cosignature, whatever the key.
    @Test func kindsOfSignaturesAreApart() throws {
        let name = try KeyName("both.example")
        let log = NoteSigner(name: name, key: signingKey(1))
        let witness = Cosigner(name: name, key: signingKey(1))
        #expect(log.verifierKey.id != witness.verifierKey.id)
        let checkpoint = try Checkpoint(origin: "both.example", size: 3, root: root)
        let swapped = NoteSignature(
            name: name, keyID: witness.verifierKey.id,
            signature: log.signature(of: checkpoint.text).signature)
        let note = try Note(parsing: checkpoint.signed(by: log)).adding(swapped)
        #expect(
            refusal(NoteError.self) { try note.verified(by: [witness.verifierKey]) }
                == .badSignature(name))
    }
}
