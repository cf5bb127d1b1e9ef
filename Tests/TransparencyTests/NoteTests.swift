import Testing
import Wire

@testable import Transparency

@Suite("Notes")
struct NoteTests {
    private let signer = try! NoteSigner(name: KeyName("log.example/one"), key: signingKey(1))
    private let other = try! NoteSigner(name: KeyName("log.example/two"), key: signingKey(2))
    private let text = ascii("first\n\nsecond — è\n")

    @Test func signingAndVerifying() throws {
        let note = try Note(text: text, signedBy: signer)
        let parsed = try Note(parsing: note.bytes)
        #expect(parsed == note)
        #expect(parsed.bytes == note.bytes)
        #expect(parsed.unverifiedText == text)
        let verified = try parsed.verified(by: [signer.verifierKey])
        #expect(verified.text == text)
        #expect(verified.signatures.map(\.key) == [signer.verifierKey])
    }

    /// The text ends at the last empty line, so what looks like a signature in it is text.
    @Test func textWithEmptyLines() throws {
        let inner = try Note(text: ascii("inner\n"), signedBy: other).bytes
        let note = try Note(parsing: Note(text: inner, signedBy: signer).bytes)
        #expect(note.unverifiedText == inner)
        #expect(note.signatures.count == 1)
        #expect(
            refusal(NoteError.self) { try note.verified(by: [other.verifierKey]) }
                == .noKnownSignature)
    }

    @Test func unknownKeysAreIgnored() throws {
        let foreign = NoteSignature(
            name: other.verifierKey.name, keyID: 7, signature: [UInt8](repeating: 9, count: 5_000))
        // A known name with another key's id, and a known id under another name.
        let sameName = NoteSignature(
            name: signer.verifierKey.name, keyID: signer.verifierKey.id ^ 1, signature: [1])
        let sameID = NoteSignature(
            name: other.verifierKey.name, keyID: signer.verifierKey.id, signature: [1])
        let note = try Note(text: text, signedBy: signer)
            .adding(foreign).adding(sameName).adding(sameID)
        let parsed = try Note(parsing: note.bytes)
        #expect(parsed.signatures.count == 4)
        let verified = try parsed.verified(by: [signer.verifierKey])
        #expect(verified.signatures.count == 1)
        #expect(
            refusal(NoteError.self) { try parsed.verified(by: [VerifierKey]()) }
                == .noKnownSignature)
    }

    @Test func aBadSignatureOfAKnownKeyRefusesTheNote() throws {
        let good = try Note(text: text, signedBy: signer)
        var wrong = other.signature(of: ascii("something else\n"))
        #expect(
            refusal(NoteError.self) {
                try good.adding(wrong).verified(by: [signer.verifierKey, other.verifierKey])
            } == .badSignature(other.verifierKey.name))
        wrong = NoteSignature(name: wrong.name, keyID: wrong.keyID, signature: [1])
        #expect(
            refusal(NoteError.self) {
                try good.adding(wrong).verified(by: [signer.verifierKey, other.verifierKey])
            } == .badSignature(other.verifierKey.name))
        #expect(throws: Never.self) { try good.adding(wrong).verified(by: [signer.verifierKey]) }
    }

    @Test func aKeySignsTwice() throws {
        let note = try Note(text: text, signedBy: signer).adding(signer.signature(of: text))
        #expect(try note.verified(by: [signer.verifierKey]).signatures.count == 2)
        let bad = try note.adding(signer.signature(of: ascii("other\n")))
        #expect(
            refusal(NoteError.self) { try bad.verified(by: [signer.verifierKey]) }
                == .badSignature(signer.verifierKey.name))
    }

    @Test func everyTruncationAndEveryFlippedBit() throws {
        let bytes = try Note(text: text, signedBy: signer).bytes
        for count in bytes.indices {
            _ = refusal(NoteError.self) {
                try Note(parsing: bytes.prefix(count)).verified(by: [signer.verifierKey])
            }
        }
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << bit
                _ = refusal(NoteError.self) {
                    try Note(parsing: changed).verified(by: [signer.verifierKey])
                }
            }
        }
    }

    @Test func mutations() throws {
        let line = "— log.example/one AAAAAAA=\n"
        let cases: [(String, NoteError)] = [
            ("", .noFinalNewline),
            ("text", .noFinalNewline),
            ("text\n", .noSignatures),
            ("text\n\n", .noSignatures),
            ("\n\n", .noSignatures),
            ("text\n" + line, .noSignatures),
            ("text\n\n\n", .noSignatures),
            (line, .noSignatures),
            ("text\n\n" + line.dropLast(), .noFinalNewline),
            ("text\r\n\r\n" + line, .notText),
            ("text\n\n" + line.dropLast() + "\r\n", .notText),
            ("te\txt\n\n" + line, .notText),
            ("te\0xt\n\n" + line, .notText),
            ("text\n\n" + line + "\n", .noSignatures),
            ("text\n\n" + line + "more\n", .malformedSignature(line: 2)),
            ("text\n\n- log.example/one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n—  log.example/one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n —log.example/one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one  AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAAAA= \n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one \n", .malformedSignature(line: 1)),
            ("text\n\n—  AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log+one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log\u{a0}one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log\u{2028}one AAAAAAA=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAAA==\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAAAA\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAAAB=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAA-_A=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAA%A=\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one A===\n", .malformedSignature(line: 1)),
            ("text\n\n— log.example/one AAAAAAA=AAAA\n", .malformedSignature(line: 1)),
        ]
        for (note, error) in cases {
            #expect(
                refusal(NoteError.self) { try Note(parsing: note.utf8) } == error,
                "\(note.debugDescription)")
        }
        #expect(try Note(parsing: ascii("text\n\n" + line)).signatures[0].signature == [0])
        for invalid: [UInt8] in [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x80]] {
            #expect(
                refusal(NoteError.self) {
                    try Note(parsing: invalid + ascii("\n\n" + line))
                } == .notText)
        }
    }

    @Test func limits() throws {
        let line = "— log.example/one AAAAAAA=\n"
        let most = "text\n\n" + String(repeating: line, count: Note.maximumSignatures)
        #expect(Note.maximumSignatures >= 16)
        #expect(try Note(parsing: most.utf8).signatures.count == Note.maximumSignatures)
        #expect(
            refusal(NoteError.self) { try Note(parsing: (most + line).utf8) } == .tooManySignatures)
        let full = try Note(parsing: most.utf8)
        #expect(
            refusal(NoteError.self) { try full.adding(full.signatures[0]) } == .tooManySignatures)
        let large = [UInt8](repeating: 0x61, count: Note.maximumBytes + 1)
        #expect(
            refusal(NoteError.self) { try Note(parsing: large) }
                == .tooLarge(bytes: large.count))
        let text = [UInt8](repeating: 0x61, count: Note.maximumBytes - 1) + [0x0a]
        #expect(
            refusal(NoteError.self) { try Note(text: text, signedBy: signer) }
                == .tooLarge(bytes: text.count + signer.signature(of: text).line.count + 1))
        #expect(
            refusal(NoteError.self) { try Note(text: ascii("text"), signedBy: signer) }
                == .noFinalNewline)
    }

    @Test func names() throws {
        for name in ["", "a b", "a+b", "a\u{85}b", "a\u{3000}b", "a\nb", "a\u{1}b"] {
            #expect(refusal(NoteError.self) { try KeyName(name) } == .malformedName)
        }
        #expect(
            refusal(NoteError.self) { try KeyName(String(repeating: "a", count: 256)) }
                == .malformedName)
        #expect(throws: Never.self) { try KeyName(String(repeating: "a", count: 255)) }
        // Two spellings of one letter are equal strings, but two names.
        #expect("caf\u{e9}" == "cafe\u{301}")
        #expect(try KeyName("caf\u{e9}") != KeyName("cafe\u{301}"))
    }
}

@Suite("Verifier keys")
struct VerifierKeyTests {
    private let vkey =
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

    @Test func parsingAndPrinting() throws {
        let key = try VerifierKey(parsing: vkey)
        #expect(key.text == vkey)
        #expect(key.name.text == "example.com/log/testdata")
        #expect(key.id == 0x33d7_b496)
        #expect(key.kind == .ed25519)
        #expect(key.isVerifiable)
        let made = VerifierKey(log: key.name, key: VerificationKey(bytes: key.publicKey)!)
        #expect(made == key)
        let witness = VerifierKey(witness: key.name, key: VerificationKey(bytes: key.publicKey)!)
        #expect(witness.id != key.id)
        #expect(try VerifierKey(parsing: witness.text) == witness)
    }

    @Test func mutations() throws {
        let name = "example.com/log/testdata"
        let material = "AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
        let cases: [(String, VerifierKeyError)] = [
            ("", .malformed),
            (name, .malformed),
            ("\(name)+33d7b496", .malformed),
            ("+33d7b496+\(material)", .malformed),
            ("\(name)+33d7b49+\(material)", .malformed),
            ("\(name)+33d7b4960+\(material)", .malformed),
            ("\(name)+33D7B496+\(material)", .malformed),
            ("\(name)+33d7b49g+\(material)", .malformed),
            ("\(name)+33d7b496+", .malformed),
            ("\(name)+33d7b496+\(material)\n", .malformed),
            (" \(name)+33d7b496+\(material)", .malformed),
            ("\(name)+33d7b496+\(material.dropLast())", .malformed),
            ("\(name)+33d7b496+\(material)+", .malformed),
            ("\(name)+33d7b497+\(material)", .wrongID(have: 0x33d7_b497, need: 0x33d7_b496)),
            ("\(name)+33d7b496+AQ==", .invalidPublicKey),
            ("\(name)+33d7b496+\(material)AAAA", .invalidPublicKey),
            ("\(name)+33d7b496+BgAA", .invalidPublicKey),
            ("\(name)+33d7b496+Af" + String(repeating: "/", count: 42), .invalidPublicKey),
            ("\(name)+33d7b496+Ag" + material.dropFirst(2), .unknownKind(2)),
            ("\(name)+33d7b496+/w" + material.dropFirst(2), .unknownKind(255)),
            (String(repeating: "a", count: 3_000), .malformed),
        ]
        for (text, error) in cases {
            #expect(
                refusal(VerifierKeyError.self) { try VerifierKey(parsing: text) } == error,
                "\(text)")
        }
        // Another name gives another id.
        guard
            case .wrongID = refusal(
                VerifierKeyError.self, { try VerifierKey(parsing: "x+33d7b496+\(material)") })
        else {
            Issue.record("an id was accepted for another name")
            return
        }
    }

    /// A key of a kind that cannot be checked here is recognised, and its signatures are ignored.
    @Test func postQuantumKeysAreRecognised() throws {
        let key = try postQuantumKey("witness.example/pq", 3)
        #expect(try VerifierKey(parsing: key.text) == key)
        #expect(!key.isVerifiable)
        let signer = try NoteSigner(name: KeyName("log.example"), key: signingKey(1))
        let note = try Note(text: ascii("text\n"), signedBy: signer)
            .adding(
                NoteSignature(
                    name: key.name, keyID: key.id, signature: [UInt8](repeating: 0, count: 2_428)))
        #expect(try note.verified(by: [signer.verifierKey, key]).signatures.count == 1)
        #expect(refusal(NoteError.self) { try note.verified(by: [key]) } == .noKnownSignature)
    }
}

/// An ML-DSA-44 vkey of bytes that are no key; only its form matters.
func postQuantumKey(_ name: String, _ byte: UInt8) throws -> VerifierKey {
    let material = [0x06] + [UInt8](repeating: byte, count: 1_312)
    let id = Wire.Digest<Digested.Key>(hashing: ascii(name + "\n") + material).bytes.prefix(4)
    let hex = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let base64 = String(decoding: Base64.encode(material), as: UTF8.self)
    return try VerifierKey(parsing: "\(name)+\(hex)+\(base64)")
}
