/// One token of a policy or schema text.
struct Token {
    enum Kind: UInt8 {
        case identifier, integer, string, slot, end
        case at, dot, comma, semicolon, colon, doubleColon, question
        case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, assign
        case or, and, plus, minus, times, divide, remainder, not
    }

    let kind: Kind
    /// The bytes of the token; of a string without its quotes, of a slot without its `?`.
    let range: Range<Int>
    let position: SourcePosition
}

/// Cuts a text into tokens, one at a time.
struct Lexer {
    enum Language { case policy, schema }

    let bytes: [UInt8]
    let language: Language
    /// The name of the source, for errors.
    let source: String?
    private var offset = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: String, as language: Language, source: String?) {
        bytes = Array(text.utf8)
        self.language = language
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
        if byte == UInt8(ascii: "?"), language == .policy {
            offset += 1
            guard offset < bytes.count, Identifier.isStart(bytes[offset]) else {
                throw refuse(.unknownCharacter, at: position)
            }
            skipWord()
            return Token(kind: .slot, range: (start + 1)..<offset, position: position)
        }
        guard let (kind, length) = symbol(byte, at: start) else {
            throw refuse(.unknownCharacter, at: position)
        }
        offset += length
        return Token(kind: kind, range: start..<offset, position: position)
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

    private func symbol(_ byte: UInt8, at start: Int) -> (Token.Kind, length: Int)? {
        let following = start + 1 < bytes.count ? bytes[start + 1] : 0
        if language == .policy {
            switch (byte, following) {
            case (UInt8(ascii: "="), UInt8(ascii: "=")): return (.equal, 2)
            case (UInt8(ascii: "!"), UInt8(ascii: "=")): return (.notEqual, 2)
            case (UInt8(ascii: "<"), UInt8(ascii: "=")): return (.lessOrEqual, 2)
            case (UInt8(ascii: ">"), UInt8(ascii: "=")): return (.greaterOrEqual, 2)
            case (UInt8(ascii: "|"), UInt8(ascii: "|")): return (.or, 2)
            case (UInt8(ascii: "&"), UInt8(ascii: "&")): return (.and, 2)
            case (UInt8(ascii: "."), _): return (.dot, 1)
            case (UInt8(ascii: "+"), _): return (.plus, 1)
            case (UInt8(ascii: "-"), _): return (.minus, 1)
            case (UInt8(ascii: "*"), _): return (.times, 1)
            case (UInt8(ascii: "/"), _): return (.divide, 1)
            case (UInt8(ascii: "%"), _): return (.remainder, 1)
            case (UInt8(ascii: "!"), _): return (.not, 1)
            default: break
            }
        }
        switch byte {
        case UInt8(ascii: ":"):
            return following == UInt8(ascii: ":") ? (.doubleColon, 2) : (.colon, 1)
        case UInt8(ascii: "@"): return (.at, 1)
        case UInt8(ascii: ","): return (.comma, 1)
        case UInt8(ascii: ";"): return (.semicolon, 1)
        case UInt8(ascii: "("): return (.leftParenthesis, 1)
        case UInt8(ascii: ")"): return (.rightParenthesis, 1)
        case UInt8(ascii: "{"): return (.leftBrace, 1)
        case UInt8(ascii: "}"): return (.rightBrace, 1)
        case UInt8(ascii: "["): return (.leftBracket, 1)
        case UInt8(ascii: "]"): return (.rightBracket, 1)
        case UInt8(ascii: "<"): return (.less, 1)
        case UInt8(ascii: ">"): return (.greater, 1)
        case UInt8(ascii: "="): return (.assign, 1)
        case UInt8(ascii: "?"): return language == .schema ? (.question, 1) : nil
        default: return nil
        }
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
