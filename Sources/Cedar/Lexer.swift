/// One token of a policy or schema text.
struct Token {
    /// The kinds of token: symbols as they are written, the others as error reports name them.
    enum Kind: String, CaseIterable {
        case identifier = "a name"
        case integer = "a number"
        case string = "a string"
        case slot = "a slot"
        case end = "the end"
        case at = "@", dot = ".", comma = ",", semicolon = ";"
        case colon = ":", doubleColon = "::", question = "?"
        case leftParenthesis = "(", rightParenthesis = ")", leftBrace = "{", rightBrace = "}"
        case leftBracket = "[", rightBracket = "]"
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">"
        case greaterOrEqual = ">=", assign = "="
        case or = "||", and = "&&", plus = "+", minus = "-", times = "*", divide = "/"
        case remainder = "%", not = "!"

        static let byText = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
    }

    let kind: Kind
    /// The bytes of the token; of a string without its quotes, of a slot without its `?`.
    let range: Range<Int>
    let position: SourcePosition
}

/// Cuts a text into tokens, one at a time: those of policies and of schemas.
struct Lexer {
    let bytes: [UInt8]
    /// The name of the source, for errors.
    let source: String?
    private var offset = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String, source: String?) {
        bytes = Array(text.utf8)
        self.source = source
    }

    mutating func next() throws(PolicyError) -> Token {
        skipSpaceAndComments()
        let start = offset
        let position = SourcePosition(line: line, column: start - lineStart + 1)
        guard start < bytes.count else {
            return Token(kind: .end, range: start..<start, position: position)
        }
        let byte = bytes[start]
        if Identifier.isStart(byte) {
            skipWord()
            return Token(kind: .identifier, range: start..<offset, position: position)
        }
        if Identifier.isDigit(byte) {
            while offset < bytes.count, Identifier.isDigit(bytes[offset]) { offset += 1 }
            return Token(kind: .integer, range: start..<offset, position: position)
        }
        if byte == UInt8(ascii: "\"") { return try string(from: start, position) }
        if byte == UInt8(ascii: "?"), start + 1 < bytes.count, Identifier.isStart(bytes[start + 1])
        {
            offset += 1
            skipWord()
            return Token(kind: .slot, range: (start + 1)..<offset, position: position)
        }
        for length in [2, 1] {
            let symbol = String(decoding: bytes[start...].prefix(length), as: UTF8.self)
            guard let kind = Token.Kind.byText[symbol] else { continue }
            offset += symbol.utf8.count
            return Token(kind: kind, range: start..<offset, position: position)
        }
        throw refuse(.unknownCharacter, at: position)
    }

    func refuse(_ reason: PolicyError.Reason, at position: SourcePosition) -> PolicyError {
        PolicyError(reason: reason, source: source, position: position)
    }

    private mutating func skipWord() {
        while offset < bytes.count,
            Identifier.isStart(bytes[offset]) || Identifier.isDigit(bytes[offset])
        {
            offset += 1
        }
    }

    /// The content may hold line breaks; a backslash takes the next character with it, which may
    /// not be a line feed.
    private mutating func string(
        from start: Int, _ position: SourcePosition
    ) throws(PolicyError) -> Token {
        offset += 1
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return Token(kind: .string, range: (start + 1)..<(offset - 1), position: position)
            case UInt8(ascii: "\\"):
                guard offset + 1 < bytes.count, bytes[offset + 1] != UInt8(ascii: "\n") else {
                    throw refuse(.unterminatedString, at: position)
                }
                offset += 2
            case UInt8(ascii: "\n"):
                offset += 1
                startLine()
            default: offset += 1
            }
        }
        throw refuse(.unterminatedString, at: position)
    }

    private mutating func startLine() {
        line += 1
        lineStart = offset
    }

    private mutating func skipSpaceAndComments() {
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\n") {
                offset += 1
                startLine()
            } else if byte == UInt8(ascii: "/"), offset + 1 < bytes.count,
                bytes[offset + 1] == UInt8(ascii: "/")
            {
                skipComment()
            } else if let length = spaceLength(byte) {
                offset += length
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n"),
            bytes[offset] != UInt8(ascii: "\r")
        {
            offset += 1
        }
    }

    /// The length in bytes of a character with the Unicode property White_Space, line feed apart.
    private func spaceLength(_ byte: UInt8) -> Int? {
        func at(_ distance: Int) -> UInt8 {
            offset + distance < bytes.count ? bytes[offset + distance] : 0
        }
        switch (byte, at(1), at(2)) {
        case (0x09, _, _), (0x0b...0x0d, _, _), (0x20, _, _): return 1
        case (0xc2, 0x85, _), (0xc2, 0xa0, _): return 2
        case (0xe1, 0x9a, 0x80), (0xe2, 0x80, 0x80...0x8a), (0xe2, 0x80, 0xa8...0xa9),
            (0xe2, 0x80, 0xaf), (0xe2, 0x81, 0x9f), (0xe3, 0x80, 0x80):
            return 3
        default: return nil
        }
    }
}
