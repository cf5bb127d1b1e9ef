/// A point in time: POSIX seconds, as in a statement's `iat`.
public struct Timestamp: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let seconds: Int64

    /// The last second of the year 9999; what lies beyond has no four-digit year.
    public static let maximum: Int64 = 253_402_300_799

    public init?(seconds: Int64) {
        guard (0...Self.maximum).contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// `seconds` held within the range a timestamp has.
    public init(clamping seconds: Int64) { self.seconds = min(max(0, seconds), Self.maximum) }

    public static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

    public func advanced(by seconds: Int64) -> Self {
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        return Timestamp(clamping: overflow ? (seconds > 0 ? .max : .min) : sum)
    }

    /// The calendar date in UTC.
    public var date: CalendarDate { CalendarDate(daysSince1970: Int(seconds / 86_400)) }

    /// `2026-11-20T23:59:59Z` (RFC 3339).
    public var description: String {
        let second = Int(seconds % 86_400)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(date)T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))Z"
    }
}

/// A date in the Gregorian calendar, years 0001 to 9999.
public struct CalendarDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysIn(month: month, year: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Reads `2026-11-20`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2d, bytes[7] == 0x2d,
            bytes.enumerated().allSatisfy({
                [4, 7].contains($0) || ($1 >= 0x30 && $1 <= 0x39)
            }),
            let year = Int(text.prefix(4)), let month = Int(text.dropFirst(5).prefix(2)),
            let day = Int(text.suffix(2))
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The date `days` after 1970-01-01, counting in eras of 400 years that start in March.
    public init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    public var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    /// Midnight UTC at the start of this date; dates before 1970 give 1970.
    public var timestamp: Timestamp { Timestamp(clamping: Int64(daysSince1970) * 86_400) }

    /// The month of this date; `nil` before 2000 and after April 2341.
    public var bookMonth: Month? { Month(year: year, month: month) }

    public static func daysIn(month: Int, year: Int) -> Int {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: leap ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public var description: String {
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = "\(value)"
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
