import Foundation
import TestSupport
import Testing

@testable import Wire

@Suite struct Base64URLTests {
    /// RFC 4648 §10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func examples(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test(arguments: [
        "A", "AAAAA", "Zg==", "Zg=", "Zm8=", "Z g", " Zg", "Zg\n", "Zh", "Zv", "Zm9", "Zm-", "+A",
        "/A", "AA+A", "AA/A", "é", "AA.A", "\u{0}AAA", "AAA\u{0}",
    ])
    func refuses(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    /// The standard alphabet differs in two characters, and nothing of either is taken for the other.
    @Test func theStandardAlphabetIsAnotherSpelling() {
        for count in 0..<64 {
            for seed in 0..<16 {
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + seed * 101) }
                let text = Base64URL.encodedBytes(bytes)
                var appended = Array("so:".utf8)
                Base64URL.append(bytes, to: &appended)
                #expect(appended == Array("so:".utf8) + text)
                var standard: [UInt8] = []
                bytes.withUnsafeBytes { Base64URL.appendStandard($0, to: &standard) }
                #expect(
                    standard
                        == text.map { byte in
                            byte == UInt8(ascii: "-")
                                ? UInt8(ascii: "+")
                                : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
                        })
                #expect(Self.decodedStandard(standard, count) == bytes)
                #expect(Self.decodedStandard(standard, count + 1) == nil)
                if text != standard { #expect(Self.decodedStandard(text, count) == nil) }
            }
        }
        // The unused bits aren't zero.
        #expect(Self.decodedStandard(Array("Zh".utf8), 1) == nil)
    }

    private static func decodedStandard(_ text: [UInt8], _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let isValid = text.withUnsafeBufferPointer { text in
            bytes.withUnsafeMutableBytes { Base64URL.decodeStandard(text, into: $0) }
        }
        return isValid ? bytes : nil
    }

    /// One encoding per value: among all texts of two and three characters, as many are accepted as
    /// there are values, and each is what encoding gives.
    @Test func isCanonical() {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var accepted = 0
        for first in alphabet {
            for second in alphabet {
                guard let bytes = Base64URL.decode([first, second]) else { continue }
                accepted += 1
                #expect(Base64URL.encodedBytes(bytes) == [first, second])
            }
        }
        #expect(accepted == 256)
        for last in alphabet {
            let text = [UInt8](repeating: 0x41, count: 42) + [last]
            #expect(Base64URL.isDigest(text) == (Base64URL.decode(text) != nil))
            #expect(Base64URL.isDigest(text) == (Digest<Digested.Blob>(text: text) != nil))
        }
        #expect(!Base64URL.isDigest([UInt8](repeating: 0x41, count: 42)))
        #expect(!Base64URL.isDigest([UInt8](repeating: 0x41, count: 44)))
        #expect(!Base64URL.isDigest([UInt8](repeating: 0x3d, count: 43)))
    }

    @Test func agreesWithFoundation() {
        var random = SeededGenerator.printed()
        for count in 0..<300 {
            let bytes = RandomBytes.make(count, using: &random)
            let expected = Data(bytes).base64EncodedString()
                .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
                .replacingOccurrences(of: "=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected) == bytes)
            #expect(Base64URL.decode(Array(expected.utf8)[...]) == bytes)
        }
    }
}
