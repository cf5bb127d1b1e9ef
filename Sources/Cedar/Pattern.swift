/// The right side of `like`: literal pieces, and `*` for any number of any characters.
///
/// Matching takes time linear in the length of the text, so that a pattern with many stars can't be
/// used to stall a decision: pieces are found from left to right, each with Knuth, Morris and
/// Pratt's table.
public struct Pattern: Sendable, Hashable {
    public enum Element: Sendable, Hashable {
        case character(Unicode.Scalar)
        case wildcard
    }

    /// The pieces between the wildcards, so always one more than there are wildcards.
    private let pieces: [Piece]

    public init(_ elements: [Element]) {
        var pieces: [Piece] = []
        var bytes: [UInt8] = []
        for element in elements {
            switch element {
            case .character(let scalar):
                bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            case .wildcard:
                pieces.append(Piece(bytes))
                bytes = []
            }
        }
        pieces.append(Piece(bytes))
        self.pieces = pieces
    }

    public func matches(_ text: Text) -> Bool {
        text.withBytes { matches($0) }
    }

    private func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let first = pieces[0]
        let last = pieces[pieces.count - 1]
        if pieces.count == 1 {
            return text.count == first.bytes.count && first.stands(at: 0, in: text)
        }
        let end = text.count - last.bytes.count
        guard end >= first.bytes.count, first.stands(at: 0, in: text),
            last.stands(at: end, in: text)
        else { return false }
        var position = first.bytes.count
        for piece in pieces[1..<(pieces.count - 1)] {
            guard let found = piece.end(in: text, from: position, to: end) else { return false }
            position = found
        }
        return true
    }

    private struct Piece: Sendable, Hashable {
        let bytes: [UInt8]
        /// For each length of a match, the next shorter length that may still be one.
        let fallback: [Int32]

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var table = [Int32](repeating: 0, count: bytes.count)
            var length = 0
            for position in bytes.indices.dropFirst() {
                while length > 0 && bytes[position] != bytes[length] {
                    length = Int(table[length - 1])
                }
                if bytes[position] == bytes[length] { length += 1 }
                table[position] = Int32(length)
            }
            fallback = table
        }

        func stands(at start: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
            guard start >= 0, start + bytes.count <= text.count else { return false }
            for position in bytes.indices where text[start + position] != bytes[position] {
                return false
            }
            return true
        }

        /// Where the first occurrence between two positions ends.
        func end(in text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
            if bytes.isEmpty { return start }
            var length = 0
            for position in start..<max(start, end) {
                while length > 0 && text[position] != bytes[length] {
                    length = Int(fallback[length - 1])
                }
                if text[position] == bytes[length] { length += 1 }
                if length == bytes.count { return position + 1 }
            }
            return nil
        }
    }
}
