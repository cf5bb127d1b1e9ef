import Foundation
import Wire

import struct Crypto.SHA256

/// The 2048 English words of BIP-39, of which the first four letters tell each from the others: for
/// what people write down, read out and type.
package enum WordList {
    package static let words = String(decoding: PackageResources.english_txt, as: UTF8.self)
        .split(separator: "\n").map(String.init)

    /// Bits that a word stands for.
    static let bits = 11

    private static let numbers = Dictionary(
        uniqueKeysWithValues: words.enumerated().map { ($0.element, $0.offset) })
    private static let beginnings = Dictionary(
        words.enumerated().map { (String($0.element.prefix(4)), $0.offset) }
    ) { first, _ in first }

    /// The number of a word as somebody typed it: its first four letters are enough, and its case
    /// doesn't count.
    static func number(_ typed: some StringProtocol) -> Int? {
        let word = typed.lowercased()
        if let number = numbers[word] { return number }
        guard word.count == 4 else { return nil }
        return beginnings[word]
    }

    /// The words that stand for the first `count` times eleven bits.
    package static func spelled(_ bytes: [UInt8], count: Int) -> [String] {
        (0..<count).map { position in
            let number = (0..<bits).reduce(0) { number, bit in
                let place = position * bits + bit
                return number << 1 | Int(bytes[place / 8] >> (7 - place % 8) & 1)
            }
            return words[number]
        }
    }
}

extension Root {
    public static let wordCount = 24

    /// 24 words (BIP-39): the root, then eight bits of a checksum.
    public var words: [String] {
        var bytes = secret.withBytes { Array($0) }
        defer { bytes.wipe() }
        bytes.append(Self.checksum(bytes))
        return WordList.spelled(bytes, count: Self.wordCount)
    }

    /// Reads the words as they were typed. Throws ``RecoveryWordsError``.
    public init(words typed: [String]) throws(RecoveryWordsError) {
        guard typed.count == Self.wordCount else { throw .count(typed.count) }
        var bytes = [UInt8](repeating: 0, count: Self.byteCount + 1)
        defer { bytes.wipe() }
        for (position, word) in typed.enumerated() {
            guard let number = WordList.number(word) else { throw .unknown(position: position + 1) }
            for bit in 0..<WordList.bits where number >> (WordList.bits - 1 - bit) & 1 == 1 {
                let place = position * WordList.bits + bit
                bytes[place / 8] |= 0x80 >> (place % 8)
            }
        }
        var root = Array(bytes.prefix(Self.byteCount))
        defer { root.wipe() }
        guard bytes[Self.byteCount] == Self.checksum(root) else { throw .checksum }
        self.init(Secret(copying: root))
    }

    private static func checksum(_ root: [UInt8]) -> UInt8 {
        SHA256.hash(data: root).withUnsafeBytes { $0[0] }
    }
}

/// Why words that were typed aren't those of a recovery kit. No word appears in it.
public enum RecoveryWordsError: Error, Equatable, Sendable {
    case count(Int)
    /// The word at this place, from 1, isn't in the list.
    case unknown(position: Int)
    /// A word is another one, or two are exchanged.
    case checksum
}
