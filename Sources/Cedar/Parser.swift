/// A text with the token the parser stands at. What can be read from it is in the extensions:
/// policies, expressions, schemas.
struct Parser {
    private var lexer: Lexer
    private(set) var token: Token
    let limits: Limits
    private var depth = 0

    /// Throws ``PolicyError`` where the text is too long or doesn't start with a token.
    init(_ text: String, source: String?, limits: Limits) throws(PolicyError) {
        lexer = Lexer(text, source: source)
        self.limits = limits
        guard lexer.bytes.count <= limits.maximumBytes else {
            let start = SourcePosition(line: 1, column: 1)
            throw lexer.refuse(.tooLong(limit: limits.maximumBytes), at: start)
        }
        token = try lexer.next()
    }

    var source: String? { lexer.source }
    var kind: Token.Kind { token.kind }
    var position: SourcePosition { token.position }
    var bytes: ArraySlice<UInt8> { lexer.bytes[token.range] }

    /// The identifier or reserved word the parser stands at.
    var word: String? {
        kind == .identifier ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// The text from an earlier place to the end of the token the parser stands at.
    func text(from start: Int) -> String {
        String(decoding: lexer.bytes[start..<token.range.upperBound], as: UTF8.self)
    }

    func refuse(_ reason: PolicyError.Reason, at position: SourcePosition? = nil) -> PolicyError {
        lexer.refuse(reason, at: position ?? self.position)
    }

    func unexpected(_ expected: String) -> PolicyError {
        let found =
            kind == .end ? kind.rawValue : String(decoding: bytes.prefix(40), as: UTF8.self)
        return refuse(.unexpected(found: found, expected: expected))
    }

    mutating func advance() throws(PolicyError) { token = try lexer.next() }

    /// Goes past a token of this kind, where the parser stands at one.
    mutating func skip(_ kind: Token.Kind) throws(PolicyError) -> Bool {
        guard token.kind == kind else { return false }
        try advance()
        return true
    }

    mutating func skip(word: String) throws(PolicyError) -> Bool {
        guard self.word == word else { return false }
        try advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind) throws(PolicyError) {
        guard try skip(kind) else { throw unexpected(kind.rawValue) }
    }

    mutating func expect(word: String) throws(PolicyError) {
        guard try skip(word: word) else { throw unexpected(word) }
    }

    /// Goes one level deeper; to be followed by ``ascend()``.
    mutating func descend() throws(PolicyError) {
        depth += 1
        if depth > limits.maximumNesting { throw tooDeep(at: position) }
    }

    mutating func ascend() { depth -= 1 }

    func tooDeep(at position: SourcePosition) -> PolicyError {
        refuse(.tooDeep(limit: limits.maximumNesting), at: position)
    }

    /// A string literal, without its escapes.
    mutating func string() throws(PolicyError) -> Text {
        guard kind == .string else { throw unexpected(Token.Kind.string.rawValue) }
        guard let text = StringLiteral.text(bytes) else { throw refuse(.invalidEscape) }
        try advance()
        return text
    }

    /// An identifier that isn't reserved; `__cedar` only where `isInternal`.
    mutating func identifier(isInternal: Bool = false) throws(PolicyError) -> String {
        guard let word else { throw unexpected(Token.Kind.identifier.rawValue) }
        let isReserved = !isInternal && word == Identifier.internalNamespace
        if isReserved || Identifier.reserved.contains(word) {
            throw refuse(.reservedIdentifier(word))
        }
        try advance()
        return word
    }

    /// Identifiers joined by `::`. Stops in front of a string, where the last `::` leads to one.
    mutating func path(
        isInternal: Bool = false
    ) throws(PolicyError) -> (name: String, isEntity: Bool) {
        var name = try identifier(isInternal: isInternal)
        while try skip(.doubleColon) {
            if kind == .string { return (name, true) }
            name += "::" + (try identifier(isInternal: isInternal))
        }
        return (name, false)
    }

    /// The elements in front of `close`, with commas between; a last comma is allowed.
    mutating func list<Element>(
        upTo close: Token.Kind, _ element: (inout Parser) throws(PolicyError) -> Element
    ) throws(PolicyError) -> [Element] {
        var elements: [Element] = []
        while try !skip(close) {
            elements.append(try element(&self))
            if try skip(close) { break }
            guard try skip(.comma) else { throw unexpected(", or \(close.rawValue)") }
        }
        return elements
    }
}
