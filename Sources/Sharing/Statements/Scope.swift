public import Wire

/// Records by number: `from … to` of one book, both included, from ≥ 1.
public struct RecordRange: Shaped, Hashable {
    public let book: BookName
    public let from: Int64
    public let to: Int64

    /// `nil` unless 1 ≤ from ≤ to ≤ 2⁵³ − 1.
    public init?(book: BookName, from: Int64, to: Int64) {
        guard from >= 1, from <= to, to <= JSON.maximumInteger else { return nil }
        self.book = book
        self.from = from
        self.to = to
    }

    /// All records of a book, those that aren't there yet among them.
    public static func whole(_ book: BookName) -> RecordRange {
        guard let range = RecordRange(book: book, from: 1, to: JSON.maximumInteger) else {
            preconditionFailure("one is no more than the largest integer")
        }
        return range
    }

    public var isWhole: Bool { from == 1 && to == JSON.maximumInteger }

    public var numbers: ClosedRange<Int64> { from...to }

    public func contains(_ number: Int64) -> Bool { numbers.contains(number) }

    public func contains(_ other: RecordRange) -> Bool {
        book == other.book && from <= other.from && other.to <= to
    }

    public static let shape = Shape<RecordRange>(
        blaming: "from", RecordRange.init(book:from:to:),
        .required("book", \.book, .book),
        .required("from", \.from, .count), .required("to", \.to, .count))
}

extension [ClosedRange<Int64>] {
    /// The same numbers in as few ranges as can be, ascending.
    public var merged: [ClosedRange<Int64>] {
        sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { merged, range in
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] =
                    last.lowerBound...Swift.max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
    }
}

extension [RecordRange] {
    /// The same records in as few ranges as can be, by book and number.
    public var merged: [RecordRange] {
        Dictionary(grouping: self, by: \.book).sorted { $0.key < $1.key }.flatMap { book, ranges in
            ranges.map(\.numbers).merged.compactMap {
                RecordRange(book: book, from: $0.lowerBound, to: $0.upperBound)
            }
        }
    }
}

extension Codec where Value == [RecordRange] {
    /// Ranges in order, none touching or overlapping another.
    static let ranges = Codec.list(of: .object, 0...Limits.ranges).limited("ascending ranges") {
        zip($0, $0.dropFirst()).allSatisfy { last, next in
            last.book < next.book || (last.book == next.book && last.to + 1 < next.from)
        }
    }
}

extension Series: PlainText {
    public init?(plain: ArraySlice<UInt8>) {
        self.init(rawValue: String(decoding: plain, as: UTF8.self))
    }
    public var plainText: String { rawValue }
}

extension BookName: PlainText {
    public var plainText: String { description }
}

extension Codec where Value == BookName { public static let book = plain("book") }

/// Which records a request or grant covers.
public enum Scope: Shaped, Hashable {
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
            ranges.contains { $0.contains(range) }
        }
    }

    /// The series of this scope, ascending: one of months, up to ``Limits/seriesPerScope`` of single
    /// records.
    public var series: [Series] {
        switch self {
        case .months(let series, _): [series]
        case .records(let ranges): Set(ranges.map(\.book.series)).sorted()
        }
    }

    /// The one series of this scope; `nil` where there are several.
    public var onlySeries: Series? {
        let series = series
        return series.count == 1 ? series[0] : nil
    }

    /// The part of this scope that is of `series`; `nil` where nothing is.
    public func part(of series: Series) -> Scope? {
        switch self {
        case .months(let own, _): return own == series ? self : nil
        case .records(let ranges):
            let own = ranges.filter { $0.book.series == series }
            return own.isEmpty ? nil : .records(own)
        }
    }

    /// The same scope, series by series.
    public var parts: [Scope] { series.compactMap { part(of: $0) } }

    /// The first and last month covered.
    public var months: ClosedRange<Month> {
        switch self {
        case .months(_, let months): return months
        case .records(let ranges):
            let months = ranges.map(\.book.month)
            return (months.min() ?? ranges[0].book.month)...(months.max() ?? ranges[0].book.month)
        }
    }

    private var first: Month? {
        if case .months(_, let months) = self { months.lowerBound } else { nil }
    }
    private var last: Month? {
        if case .months(_, let months) = self { months.upperBound } else { nil }
    }
    private var wholeSeries: Series? {
        if case .months(let series, _) = self { series } else { nil }
    }
    private var ranges: [RecordRange]? {
        if case .records(let ranges) = self { ranges } else { nil }
    }

    /// Either form.
    public static let shape = Shape<Scope>(
        { (from, ranges, series, to) throws(ClaimError) in
            switch (series, from, to, ranges) {
            case (.some(let series), .some(let from), .some(let to), nil):
                guard from <= to else { throw .malformed("to") }
                return .months(series, from...to)
            case (nil, nil, nil, .some(let ranges)):
                let scope = Scope.records(ranges)
                guard (1...Limits.seriesPerScope).contains(scope.series.count) else {
                    throw .malformed("records")
                }
                return scope
            default: throw .malformed(ranges == nil ? "series" : "records")
            }
        },
        .optional("from", \.first, .month), .optional("records", \.ranges, .ranges),
        .optional("series", \.wholeSeries, .plain("series")), .optional("to", \.last, .month))
}
