import Commitments
import Wire

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
        /// Neither a currency nor `rec20/` with a unit of measure.
        case unknownUnit(String)
        /// More digits after the point than the unit has.
        case tooPrecise(scale: Int)
        case outOfRange
        /// The lower end is above the upper one.
        case emptyRange
        /// One end is a date and the other isn't.
        case mixedEnds
        /// The sum of dates is none.
        case sumOfDates
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
            let start = next()
            let bound = try bound()
            guard bound.unit.addsUp else { throw error(at: start, .sumOfDates) }
            statement = .sum(field, bound)
        case "each":
            let field = try parenthesised()
            statement = .each(field, try bound())
        case "equal": statement = try equal()
        case "score": statement = .score(try score())
        case "total": statement = .total(try total())
        case "linked": statement = .linked(try linked())
        default:
            throw error(at: start, .expected("sum, each, equal, score, total or linked"))
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
        let low = try end()
        let middle = next()
        guard word() == "and" else { throw error(at: middle, .expected("and")) }
        let high = try end()
        guard low.isDate == high.isDate else { throw error(at: high.offset, .mixedEnds) }
        let unit = try unit(after: low)
        let ends = (try units(low, unit), try units(high, unit))
        guard ends.0 <= ends.1 else { throw error(at: low.offset, .emptyRange) }
        return try made(.between(ends.0, ends.1), unit, at: start)
    }

    private mutating func single(
        _ start: Int, _ make: (Int64) -> ValueStatement.Bound
    ) throws(ProofStatementError) -> ProofBound {
        let end = try end()
        let unit = try unit(after: end)
        return try made(make(try units(end, unit)), unit, at: start)
    }

    private func made(
        _ ends: ValueStatement.Bound, _ unit: CommittedUnit, at start: Int
    ) throws(ProofStatementError) -> ProofBound {
        guard let bound = ProofBound(ends, unit: unit) else {
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
            let unit = try unit()
            guard let term = Scorecard.Term(field: field, unit: unit, weight: weight)
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

    private mutating func total() throws(ProofStatementError) -> PlaceSum {
        try take("(")
        var terms: [PlaceSum.Term] = []
        repeat {
            let start = next()
            var weight: Int64 = 1
            if position < bytes.count, bytes[position] == 0x2d || Self.isDigit(bytes[position]) {
                weight = try integer()
                try take("*")
            }
            let term = PlaceSum.Term(try place(), weight: weight)
            guard weight != 0, weight.magnitude <= AssertionLimits.weights else {
                throw error(at: start, .outOfRange)
            }
            guard !terms.contains(where: { $0.place == term.place }) else {
                throw error(at: start, .twice(term.place.description))
            }
            terms.append(term)
        } while takeIfThere(",")
        try take(")")
        let start = next()
        let bound = try bound()
        guard bound.unit.addsUp else { throw error(at: start, .sumOfDates) }
        guard let total = PlaceSum(terms, bound) else { throw error(at: start, .outOfRange) }
        return total
    }

    private mutating func linked() throws(ProofStatementError) -> LinkedStatement {
        try take("(")
        var start = next()
        let name = run { Self.isWord($0) || $0 == 0x2d }
        guard let relation = Relation(rawValue: name) else {
            let names = Relation.allCases.map(\.rawValue)
            throw error(at: start, .expected(names.joined(separator: ", ")))
        }
        var listing: LinkedStatement.Listing?
        if takeIfThere(",") {
            start = next()
            let count = try integer()
            try take(",")
            let place = next()
            let text = run { Self.isLetter($0) || Self.isDigit($0) || $0 == 0x2d || $0 == 0x5f }
            guard let digest = Digest<Digested.Links>(text: Array(text.utf8)) else {
                throw error(at: place, .expected("a digest"))
            }
            listing = Int(exactly: count).flatMap { .init(count: $0, digest: digest) }
            guard listing != nil else { throw error(at: start, .outOfRange) }
        }
        try take(")")
        start = next()
        let days = try start == bytes.count ? nil : days()
        guard let linked = LinkedStatement(relation, listing: listing, days: days) else {
            throw error(at: start, relation.form.days == nil ? .expected("the end") : .outOfRange)
        }
        return linked
    }

    private mutating func days() throws(ProofStatementError) -> ClosedRange<Int64> {
        let start = next()
        guard word() == "days" else { throw error(at: start, .expected("days or the end")) }
        let place = next()
        var low = -LinkedStatement.maximumDays
        if !takeIfThere("<=") {
            guard word() == "between" else { throw error(at: place, .expected("<= or between")) }
            low = try integer()
            let middle = next()
            guard word() == "and" else { throw error(at: middle, .expected("and")) }
        }
        let end = next()
        let high = try integer()
        guard low <= high else { throw error(at: end, .emptyRange) }
        return low...high
    }

    // MARK: Words

    /// One end of a bound: a number, which a unit follows, or a date.
    private struct End {
        let offset: Int
        let value: Value
        enum Value { case number(ExactDecimal), date(CalendarDate) }

        var isDate: Bool { if case .date = value { true } else { false } }
    }

    private mutating func end() throws(ProofStatementError) -> End {
        let start = next()
        let text = run { $0 == 0x2d || $0 == 0x2e || Self.isDigit($0) }
        if let date = CalendarDate(text) { return End(offset: start, value: .date(date)) }
        guard let value = ExactDecimal(text) else { throw error(at: start, .notANumber) }
        return End(offset: start, value: .number(value))
    }

    private mutating func integer() throws(ProofStatementError) -> Int64 {
        let start = next()
        let text = run { $0 == 0x2d || Self.isDigit($0) }
        guard !text.isEmpty, text != "-" else { throw error(at: start, .expected("an integer")) }
        guard let value = Int64(text) else { throw error(at: start, .outOfRange) }
        return value
    }

    private func units(_ end: End, _ unit: CommittedUnit) throws(ProofStatementError) -> Int64 {
        let value: ExactDecimal
        switch end.value {
        case .date(let date): return Int64(date.daysSince1970)
        case .number(let number): value = number
        }
        guard let units = value.units(scale: unit.scale) else {
            throw error(at: end.offset, .tooPrecise(scale: unit.scale))
        }
        guard let narrow = Int64(exactly: units), narrow != .min else {
            throw error(at: end.offset, .outOfRange)
        }
        return narrow
    }

    private mutating func unit(after end: End) throws(ProofStatementError) -> CommittedUnit {
        end.isDate ? .day : try unit()
    }

    private mutating func unit() throws(ProofStatementError) -> CommittedUnit {
        let start = next()
        let code = run { (0x41...0x5a).contains($0) || Self.isWord($0) || $0 == 0x2f }
        guard !code.isEmpty else { throw error(at: start, .expected("a currency or unit")) }
        guard let unit = CommittedUnit(code: code), unit.addsUp else {
            throw error(at: start, .unknownUnit(code))
        }
        return unit
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

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x41...0x5a).contains(byte)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || isDigit(byte) || byte == 0x5f
    }
}
