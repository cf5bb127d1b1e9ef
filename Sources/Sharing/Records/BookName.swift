public import Wire

/// A kind of book: what its records have in common, and which side of the business they are from.
///
/// Six are named from the beginning; a record type may bring another one.
public struct Series: RawRepresentable, CaseIterable, Hashable, Sendable {
    /// The place among ``names``.
    private let rank: UInt8

    private static let names: [String] = {
        var names = ["invoices", "bills", "orders", "deliveries", "bank", "documents"]
        for name in RecordType.textSeries where !names.contains(name) { names.append(name) }
        return names
    }()

    public static let allCases = names.indices.map { Series(rank: UInt8($0)) }

    /// Invoices and credit notes that the enterprise issued.
    public static let invoices = Series(rank: 0)
    /// Invoices and credit notes that it received.
    public static let bills = Series(rank: 1)
    public static let orders = Series(rank: 2)
    public static let deliveries = Series(rank: 3)
    public static let bank = Series(rank: 4)
    public static let documents = Series(rank: 5)

    /// Those that a record type is of.
    public static let withTypes = Set(RecordType.all.map(\.series)).sorted()

    private init(rank: UInt8) { self.rank = rank }

    public init?(rawValue: String) {
        guard let rank = Self.names.firstIndex(of: rawValue) else { return nil }
        self.rank = UInt8(rank)
    }

    public var rawValue: String { Self.names[Int(rank)] }
}

extension Series: Comparable {
    /// In the order of ``allCases``.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// The name of one enterprise's book: a series and a month, printed `invoices/2026-11`.
public struct BookName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let series: Series
    public let month: Month

    public init(series: Series, month: Month) {
        self.series = series
        self.month = month
    }

    /// Reads `invoices/2026-11`; `nil` for any other spelling.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let series = Series(rawValue: String(parts[0])),
            let month = Month(String(parts[1]))
        else { return nil }
        self.init(series: series, month: month)
    }

    public var description: String { "\(series.rawValue)/\(month)" }

    /// By month, then by series.
    public static func < (left: Self, right: Self) -> Bool {
        (left.month, left.series) < (right.month, right.series)
    }
}

/// A record's place: a book and its number in it, from 1 on, printed `invoices/2026-11#17`.
public struct RecordNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// More records than any month of one enterprise has; nine digits keep it readable.
    public static let maximum = 999_999_999

    public let book: BookName
    public let number: Int

    public init?(book: BookName, number: Int) {
        guard (1...Self.maximum).contains(number) else { return nil }
        self.book = book
        self.number = number
    }

    /// Reads `invoices/2026-11#17`; `nil` for any other spelling, leading zeros included.
    public init?(_ text: String) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count == 2, let book = BookName(String(parts[0])),
            let number = Int(parts[1]), String(number) == parts[1]
        else { return nil }
        self.init(book: book, number: number)
    }

    public var description: String { "\(book)#\(number)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.book, left.number) < (right.book, right.number)
    }
}
