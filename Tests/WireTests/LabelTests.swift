import TestSupport
import Testing

@testable import Wire

@Suite struct LabelTests {
    /// No label is another or begins with another, so that even without a length none runs into one.
    @Test func areDistinct() {
        for label in Label.allCases {
            for other in Label.allCases where other != label {
                #expect(!other.rawValue.hasPrefix(label.rawValue), "\(label) begins \(other)")
            }
            #expect(label.rawValue.utf8.allSatisfy { (0x20...0x7e).contains($0) })
            #expect(label.rawValue.hasPrefix("trine/v1 "))
        }
    }

    /// Released labels stay for ever.
    @Test func areFrozen() {
        let released: [Label: String] = [
            .signingKey: "trine/v1 signing key", .encryptionKey: "trine/v1 encryption key",
            .fieldRoot: "trine/v1 field root", .monthLeft: "trine/v1 month tree 0",
            .monthRight: "trine/v1 month tree 1", .fieldKey: "trine/v1 field key",
            .vault: "trine/v1 vault", .holderKey: "trine/v1 holder key",
            .locker: "trine/v1 locker", .recoveryKey: "trine/v1 recovery key",
            .deviceKey: "trine/v1 device encryption key",
            .deviceShare: "trine/v1 device share",
            .sourceRoot: "trine/v1 source root", .source: "trine/v1 business key",
            .blinding: "trine/v1 commitment blinding",
            .fieldCiphertext: "trine/v1 field ciphertext", .fieldLeaf: "trine/v1 fields leaf",
            .envelope: "trine/v1 envelope", .policySet: "trine/v1 policy set",
            .fetchLock: "trine/v1 fetch lock", .keyValue: "trine/v1 key value",
        ]
        for (label, text) in released { #expect(label.rawValue == text) }
    }

    /// What the bytes say can be read back, so no two lists of parts have the same.
    @Test func separationIsInjective() {
        var random = SeededGenerator.printed()
        var seen: [[UInt8]: [[UInt8]]] = [:]
        for _ in 0..<5_000 {
            let parts = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                (0..<Int.random(in: 0...3, using: &random)).map { _ in
                    [0, 1, 4].randomElement(using: &random) ?? 0 as UInt8
                }
            }
            let label = Label.allCases.randomElement(using: &random) ?? .source
            let bytes = parts.reduce(DomainSeparated(label)) { $0.appending($1) }.bytes
            let read = Self.read(bytes)
            #expect(read == [label.bytes] + parts)
            if let earlier = seen.updateValue(read ?? [], forKey: bytes) {
                #expect(earlier == read)
            }
        }
    }

    @Test func layout() {
        #expect(
            DomainSeparated(.source).appending("ab").appending([]).bytes
                == [0, 0, 0, 21] + Array("trine/v1 business key".utf8) + [0, 0, 0, 2, 0x61, 0x62]
                + [0, 0, 0, 0])
    }

    private static func read(_ bytes: [UInt8]) -> [[UInt8]]? {
        var (parts, rest): ([[UInt8]], ArraySlice<UInt8>) = ([], bytes[...])
        while !rest.isEmpty {
            guard rest.count >= 4 else { return nil }
            let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard rest.count >= count else { return nil }
            parts.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return parts
    }
}
