import Foundation
import TestSupport
import Testing

@testable import Wire

/// The canonical reader accepts exactly what the writer writes.
@Suite struct TokenizerModelTests {
    @Test func readsBackWhatIsWritten() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<2_000 {
            let value = Self.value(depth: 5, using: &random)
            let bytes = value.canonicalBytes
            let document = try JSONDocument(.canonical, bytes)
            #expect(document.root.tree.canonicalBytes == bytes)
            #expect(Array(document.root.rawBytes) == bytes || document.root.text != nil)
        }
    }

    /// Mutations of canonical texts: none crashes the reader, and those it accepts are canonical.
    @Test func acceptsNothingElse() {
        var random = SeededGenerator.printed()
        var accepted = 0
        for _ in 0..<60_000 {
            var bytes = Self.value(depth: 3, using: &random).canonicalBytes
            Self.mutate(&bytes, using: &random)
            let isAccepted = (try? JSONDocument(.canonical, bytes)) != nil
            #expect(
                isAccepted == Self.isCanonical(bytes),
                "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
            accepted += isAccepted ? 1 : 0
        }
        #expect(accepted > 500, "the mutations are worth trying")
    }

    /// Plain ASCII is gone over eight bytes at a time: what ends it is seen wherever it stands.
    @Test func nothingInAStringIsPassedOver() throws {
        let specials: [(bytes: [UInt8], text: String?)] = [
            (Array(#"\""#.utf8), "\""), (Array(#"\\"#.utf8), "\\"), (Array(#"\n"#.utf8), "\n"),
            (Array("é".utf8), "é"), (Array("𝄞".utf8), "𝄞"), ([0x7f], "\u{7f}"), ([0x21], "!"),
            ([0x1f], nil), ([0], nil), ([0x0a], nil), ([0x80], nil), ([0xff], nil),
        ]
        for length in 0...40 {
            for place in 0...length {
                for special in specials {
                    let (before, after) = (place, length - place)
                    let content =
                        [UInt8](repeating: 0x61, count: before) + special.bytes
                        + [UInt8](repeating: 0x7a, count: after)
                    let bytes = Array("[\"".utf8) + content + Array("\",7]".utf8)
                    let read = (try? JSONDocument(.canonical, bytes))?.root.tree
                    let expected = special.text.map { text -> JSON in
                        let all =
                            String(repeating: "a", count: before) + text
                            + String(repeating: "z", count: after)
                        return [.string(all), 7]
                    }
                    #expect(read == expected)
                }
            }
        }
    }

    /// What the lenient reader accepts, Foundation's parser accepts too.
    @Test func lenientAcceptsOnlyJSON() {
        var random = SeededGenerator.printed()
        for _ in 0..<5_000 {
            var bytes = Self.value(depth: 3, using: &random).canonicalBytes
            Self.mutate(&bytes, using: &random)
            guard (try? JSONDocument(.lenient, bytes)) != nil else { continue }
            let other = try? JSONSerialization.jsonObject(
                with: Data(bytes), options: .fragmentsAllowed)
            #expect(other != nil, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    /// The model: a text is canonical if writing what it says gives that text again, and it has no
    /// number but an integer of at most 2⁵³ − 1.
    private static func isCanonical(_ bytes: [UInt8]) -> Bool {
        guard let value = try? JSON(lenient: bytes) else { return false }
        func isPlain(_ value: JSON) -> Bool {
            switch value {
            case .null, .bool, .string: true
            case .integer(let integer): abs(integer) <= JSON.maximumInteger
            case .real: false
            case .array(let elements): elements.allSatisfy(isPlain)
            case .object(let members): members.values.allSatisfy(isPlain)
            }
        }
        return isPlain(value) && value.canonicalBytes == bytes
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        let interesting =
            Array(#"{}[]:,"\/ue0-1.+ é"#.utf8) + [0x00, 0x09, 0x1f, 0x7f, 0x80, 0xed, 0xff]
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let byte = interesting.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes[place] = byte
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: bytes = Array(bytes[..<place]) + Array(bytes[(place / 2)...])
            default: bytes = Array(bytes[..<place])
            }
        }
    }

    private static func value(depth: Int, using random: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2:
            let magnitude = Int64.random(in: 0...JSON.maximumInteger, using: &random)
            let shift = Int64.random(in: 0..<54, using: &random)
            return .integer(.random(using: &random) ? magnitude >> shift : -(magnitude >> shift))
        case 3: return .string(text(using: &random))
        case 4:
            return .array(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    value(depth: depth - 1, using: &random)
                })
        default:
            var members: [String: JSON] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                members[text(using: &random)] = value(depth: depth - 1, using: &random)
            }
            return .object(members)
        }
    }

    private static func text(using random: inout SeededGenerator) -> String {
        let scalars: [ClosedRange<UInt32>] = [
            0x61...0x63, 0x61...0x63, 0...0x7f, 0x22...0x22, 0x5c...0x5c, 0x80...0x7ff,
            0x300...0x302, 0xd000...0xd7ff, 0xe000...0xffff, 0x1_0000...0x10_ffff,
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let range = scalars.randomElement(using: &random) ?? 0x61...0x61
            text.unicodeScalars.append(
                UnicodeScalar(UInt32.random(in: range, using: &random)) ?? "a")
        }
        return text
    }
}
