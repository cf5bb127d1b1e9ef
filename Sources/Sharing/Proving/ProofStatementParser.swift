import Commitments

/// Why a text isn't a statement, and where.
public struct ProofStatementError: Error, Equatable, Sendable {
    /// Bytes from the start of the text.
    public let offset: Int
    public let reason: Reason

    public init(offset: Int, reason: Reason) { (self.offset, self.reason) = (offset, reason) }

    public enum Reason: Equatable, Sendable {
        case tooLong(limit: Int)
        /// Something else stands where this was expected.
        case expected(String)
        /// Not digits with at most one full stop and a sign.
        case notANumber
        case unknownCurrency(String)
        /// More digits after the point than the currency has.
        case tooPrecise(scale: Int)
        case outOfRange
        /// The lower end is above the upper one.
        case emptyRange
        case notAPlace
        /// A field, or a field of a record, is named twice.
        case twice(String)
        case tooMany(limit: Int)
        /// What is signed has to be spelled like this.
        case notCanonical(String)
    }
}

extension ProofStatement {
    /// Parses a statement as people write it; spaces between words don't matter.
    ///
    /// Throws ``ProofStatementError``.
    public init(parsing text: String) throws(ProofStatementError) {
        guard text.utf8.count <= Self.maximumBytes else {
            throw ProofStatementError(
                offset: Self.maximumBytes, reason: .tooLong(limit: Self.maximumBytes))
        }
        var parser = ProofStatementParser(text)
        self = try parser.statement()
        // A short spelling may have a longer canonical one, which is what has to fit.
        guard description.utf8.count <= Self.maximumBytes else {
            throw ProofStatementError(
                offset: text.utf8.count, reason: .tooLong(limit: Self.maximumBytes))
        }
    }

    /// Parses a statement as it is signed: in its canonical spelling. Throws ``ProofStatementError``.
    public init(canonical text: String) throws(ProofStatementError) {
        self = try ProofStatement(parsing: text)
        let canonical = description
        guard text.utf8.elementsEqual(canonical.utf8) else {
            let offset = zip(text.utf8, canonical.utf8).prefix { $0 == $1 }.count
            throw ProofStatementError(offset: offset, reason: .notCanonical(canonical))
        }
    }
}

/// A parser by recursive descent. Its depth is fixed, and every step takes a byte or ends.
private struct ProofStatementParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func statement() throws(ProofStatementError) -> ProofStatement {
        let start = next()
        let statement: ProofStatement
        switch word() {
        case "sum":
            let field = try parenthesised()
            statement = .sum(field, try bound())
        case "each":
            let field = try parenthesised()
            statement = .each(field, try bound())
        case "equal": statement = try equal()
        case "score": statement = .score(try score())
        default: throw error(at: start, .expected("sum, each, equal or score"))
        }
        guard next() == bytes.count else { throw error(at: position, .expected("the end")) }
        return statement
    }

    private mutating func parenthesised() throws(ProofStatementError) -> String {
        try take("(")
        let field = try name()
        try take(")")
        return field
    }

    private mutating func bound() throws(ProofStatementError) -> ProofBound {
        let start = next()
        if takeIfThere(">=") { return try single(start) { .atLeast($0) } }
        if takeIfThere("<=") { return try single(start) { .atMost($0) } }
        if takeIfThere("=") { return try single(start) { .exactly($0) } }
        guard word() == "between" else {
            throw error(at: start, .expected(">=, <=, = or between"))
        }
        let low = try number()
        let middle = next()
        guard word() == "and" else { throw error(at: middle, .expected("and")) }
        let high = try number()
        let currency = try currency()
        let ends = (try units(low, currency), try units(high, currency))
        guard ends.0 <= ends.1 else { throw error(at: low.offset, .emptyRange) }
        return try made(.between(ends.0, ends.1), currency, at: start)
    }

    private mutating func single(
        _ start: Int, _ make: (Int64) -> ValueStatement.Bound
    ) throws(ProofStatementError) -> ProofBound {
        let number = try number()
        let currency = try currency()
        return try made(make(try units(number, currency)), currency, at: start)
    }

    private func made(
        _ ends: ValueStatement.Bound, _ currency: String, at start: Int
    ) throws(ProofStatementError) -> ProofBound {
        guard let bound = ProofBound(ends, currency: currency) else {
            throw error(at: start, .outOfRange)
        }
        return bound
    }

    private mutating func equal() throws(ProofStatementError) -> ProofStatement {
        try take("(")
        let first = try place()
        try take(",")
        let start = next()
        let second = try place()
        try take(")")
        guard first != second else { throw error(at: start, .twice(second.description)) }
        return .equal(first, second)
    }

    private mutating func place() throws(ProofStatementError) -> ProofPlace {
        let start = next()
        let text = run { Self.isWord($0) || [0x2f, 0x2d, 0x23].contains($0) }
        guard let record = RecordNumber(text) else { throw error(at: start, .notAPlace) }
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else {
            throw error(at: position, .expected(". and a field"))
        }
        position += 1
        return ProofPlace(record: record, field: try name())
    }

    private mutating func score() throws(ProofStatementError) -> Scorecard {
        try take("(")
        var terms: [Scorecard.Term] = []
        repeat {
            let start = next()
            let weight = try integer()
            try take("*")
            let field = try name()
            let currency = try currency()
            guard let term = Scorecard.Term(field: field, currency: currency, weight: weight)
            else { throw error(at: start, .outOfRange) }
            guard !terms.contains(where: { $0.field == field }) else {
                throw error(at: start, .twice(field))
            }
            terms.append(term)
            guard terms.count <= Scorecard.maximumTerms else {
                throw error(at: start, .tooMany(limit: Scorecard.maximumTerms))
            }
        } while takeIfThere(",")
        try take(")")
        try take(">=")
        let start = next()
        let threshold = try integer()
        guard let card = Scorecard(terms: terms, threshold: threshold) else {
            throw error(at: start, .outOfRange)
        }
        return card
    }

    // MARK: Words

    private typealias Number = (offset: Int, value: ExactDecimal)

    private mutating func number() throws(ProofStatementError) -> Number {
        let start = next()
        let text = run { $0 == 0x2d || $0 == 0x2e || Self.isDigit($0) }
        guard let value = ExactDecimal(text) else { throw error(at: start, .notANumber) }
        return (start, value)
    }

    private mutating func integer() throws(ProofStatementError) -> Int64 {
        let start = next()
        let text = run { $0 == 0x2d || Self.isDigit($0) }
        guard !text.isEmpty, text != "-" else { throw error(at: start, .expected("an integer")) }
        guard let value = Int64(text) else { throw error(at: start, .outOfRange) }
        return value
    }

    private func units(
        _ number: Number, _ currency: String
    ) throws(ProofStatementError) -> Int64 {
        let scale = Currency.scale(of: currency) ?? 0
        guard let units = number.value.units(scale: scale) else {
            throw error(at: number.offset, .tooPrecise(scale: scale))
        }
        guard let narrow = Int64(exactly: units), narrow != .min else {
            throw error(at: number.offset, .outOfRange)
        }
        return narrow
    }

    private mutating func currency() throws(ProofStatementError) -> String {
        let start = next()
        let code = run { (0x41...0x5a).contains($0) }
        guard !code.isEmpty else { throw error(at: start, .expected("a currency")) }
        guard Currency.scale(of: code) != nil else {
            throw error(at: start, .unknownCurrency(code))
        }
        return code
    }

    private mutating func name() throws(ProofStatementError) -> String {
        let start = next()
        let name = word()
        guard FieldName(name) != nil else { throw error(at: start, .expected("a field")) }
        return name
    }

    private mutating func word() -> String {
        _ = next()
        return run { Self.isWord($0) }
    }

    private mutating func take(_ symbol: String) throws(ProofStatementError) {
        let start = next()
        guard takeIfThere(symbol) else { throw error(at: start, .expected(symbol)) }
    }

    private mutating func takeIfThere(_ symbol: String) -> Bool {
        _ = next()
        guard bytes[position...].starts(with: symbol.utf8) else { return false }
        position += symbol.utf8.count
        return true
    }

    private mutating func run(_ isPart: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Skips spaces; the position of what comes next.
    @discardableResult
    private mutating func next() -> Int {
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        return position
    }

    private func error(
        at offset: Int, _ reason: ProofStatementError.Reason
    ) -> ProofStatementError { ProofStatementError(offset: offset, reason: reason) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || isDigit(byte) || byte == 0x5f
    }
}
