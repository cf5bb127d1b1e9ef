public import Wire

/// A kind of book: what its records have in common, and which side of the business they are from.
///
/// Its name is `[a-z][a-z0-9-]{0,23}`. Which ones there are, the record types say.
public struct Series: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public var description: String { rawValue }

    public static let maximumLength = 24

    /// Invoices and credit notes that the enterprise issued.
    public static let invoices = RecordType.invoice.series
    /// Invoices and credit notes that it received.
    public static let bills = RecordType.bill.series

    /// `nil` for any other spelling of a name.
    public init?(rawValue: String) {
        guard (1...Self.maximumLength).contains(rawValue.utf8.count),
            rawValue.utf8.first.map({ (0x61...0x7a).contains($0) }) == true,
            rawValue.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            })
        else { return nil }
        self.rawValue = rawValue
    }
}

extension Series: Comparable {
    /// By code units.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
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
    public init?(_ text: String) { self.init(plain: Array(text.utf8)[...]) }

    /// The same in ASCII.
    public init?(plain: ArraySlice<UInt8>) {
        guard let slash = plain.firstIndex(of: UInt8(ascii: "/")),
            let month = Month(plain: plain[(slash + 1)...]),
            let series = Series(rawValue: String(decoding: plain[..<slash], as: UTF8.self))
        else { return nil }
        self.init(series: series, month: month)
    }

    public var description: String { series.rawValue + "/" + month.description }

    /// By month, then by the series' name.
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
