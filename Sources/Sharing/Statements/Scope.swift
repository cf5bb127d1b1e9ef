public import Wire

/// Records by number: `from … to` of one book, both included, from ≥ 1.
public struct RecordRange: Hashable, Sendable {
    public let book: BookName
    public let from: Int64
    public let to: Int64

    /// `nil` unless 1 ≤ from ≤ to ≤ 2⁵³ − 1.
    public init?(book: BookName, from: Int64, to: Int64) {
        guard from >= 1, from <= to, to <= JSON.maximumInteger else { return nil }
        (self.book, self.from, self.to) = (book, from, to)
    }

    public func contains(_ number: Int64) -> Bool { (from...to).contains(number) }

    public var json: JSON {
        ["book": .string(book.description), "from": .integer(from), "to": .integer(to)]
    }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let book = claims.optional("book")?.text.flatMap({ BookName($0) }),
            let from = claims.optional("from")?.integer, let to = claims.optional("to")?.integer,
            (try? claims.finish()) != nil
        else { return nil }
        self.init(book: book, from: from, to: to)
    }

    /// Ranges in order, none touching or overlapping another, at most `Limits.ranges`; else `nil`.
    static func list(json: JSONValue) -> [RecordRange]? {
        guard let elements = json.elements, elements.count <= Limits.ranges else { return nil }
        var ranges: [RecordRange] = []
        for element in elements {
            guard let range = RecordRange(json: element) else { return nil }
            if let last = ranges.last {
                let ordered =
                    last.book < range.book || (last.book == range.book && last.to + 1 < range.from)
                guard ordered else { return nil }
            }
            ranges.append(range)
        }
        return ranges
    }
}

/// Which records a request or grant covers.
public enum Scope: Hashable, Sendable {
    /// Every book of a series in a range of months, future ones included.
    case months(Series, ClosedRange<Month>)
    /// Single records, at least one range.
    case records([RecordRange])

    public func covers(_ book: BookName) -> Bool {
        switch self {
        case .months(let series, let months): series == book.series && months.contains(book.month)
        case .records(let ranges): ranges.contains { $0.book == book }
        }
    }

    public func covers(_ range: RecordRange) -> Bool {
        switch self {
        case .months: covers(range.book)
        case .records(let ranges):
            ranges.contains {
                $0.book == range.book && $0.from <= range.from && range.to <= $0.to
            }
        }
    }

    /// The one series of this scope; `nil` where single records of several are named.
    public var series: Series? {
        switch self {
        case .months(let series, _): series
        case .records(let ranges):
            ranges.allSatisfy { $0.book.series == ranges[0].book.series }
                ? ranges[0].book.series : nil
        }
    }

    /// The first and last month covered.
    public var months: ClosedRange<Month> {
        switch self {
        case .months(_, let months): return months
        case .records(let ranges):
            let months = ranges.map(\.book.month)
            return (months.min() ?? ranges[0].book.month)...(months.max() ?? ranges[0].book.month)
        }
    }

    public var json: JSON {
        switch self {
        case .months(let series, let months):
            [
                "from": .string(months.lowerBound.description),
                "series": .string(series.rawValue),
                "to": .string(months.upperBound.description),
            ]
        case .records(let ranges): ["records": .array(ranges.map(\.json))]
        }
    }

    /// Reads either form; `nil` for anything else, mixed series included.
    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json) else { return nil }
        if let records = claims.optional("records") {
            guard let ranges = RecordRange.list(json: records), !ranges.isEmpty,
                (try? claims.finish()) != nil,
                ranges.allSatisfy({ $0.book.series == ranges[0].book.series })
            else { return nil }
            self = .records(ranges)
            return
        }
        guard let series = claims.optional("series")?.text.flatMap({ Series(rawValue: $0) }),
            let from = claims.optional("from")?.text.flatMap({ Month($0) }),
            let to = claims.optional("to")?.text.flatMap({ Month($0) }), from <= to,
            (try? claims.finish()) != nil
        else { return nil }
        self = .months(series, from...to)
    }
}
