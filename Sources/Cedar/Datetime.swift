/// A point in time, of the extension type `datetime`.
public struct Datetime: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    static let millisecondsPerDay: Int64 = 86_400_000

    /// Reads `YYYY-MM-DD`, alone or followed by `Thh:mm:ss`, an optional `.SSS`, and `Z` or
    /// `±hhmm`. `nil` for anything else, and for dates and times that don't exist.
    public init?(parsing text: Text) {
        var reader = ByteReader(text)
        guard let year = reader.number(ofDigits: 4), reader.skip(UInt8(ascii: "-")),
            let month = reader.number(ofDigits: 2), reader.skip(UInt8(ascii: "-")),
            let day = reader.number(ofDigits: 2),
            let days = Self.daysSince1970(year: year, month: month, day: day)
        else { return nil }
        var total = days * Int(Self.millisecondsPerDay)
        if !reader.isAtEnd {
            guard let time = Self.timeOfDay(&reader), reader.isAtEnd else { return nil }
            total += time
        }
        milliseconds = Int64(total)
    }

    /// What follows the date, in milliseconds to add to midnight UTC.
    private static func timeOfDay(_ reader: inout ByteReader) -> Int? {
        guard reader.skip(UInt8(ascii: "T")),
            let hour = reader.number(ofDigits: 2), reader.skip(UInt8(ascii: ":")),
            let minute = reader.number(ofDigits: 2), reader.skip(UInt8(ascii: ":")),
            let second = reader.number(ofDigits: 2), hour < 24, minute < 60, second < 60
        else { return nil }
        var millisecond = 0
        if reader.skip(UInt8(ascii: ".")) {
            guard let fraction = reader.number(ofDigits: 3) else { return nil }
            millisecond = fraction
        }
        let time = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
        if reader.skip(UInt8(ascii: "Z")) { return time }
        let east = reader.skip(UInt8(ascii: "+"))
        guard east || reader.skip(UInt8(ascii: "-")),
            let offsetHours = reader.number(ofDigits: 2),
            let offsetMinutes = reader.number(ofDigits: 2), offsetHours < 24, offsetMinutes < 60
        else { return nil }
        let offset = (offsetHours * 60 + offsetMinutes) * 60_000
        return east ? time - offset : time + offset
    }

    /// Days in the proleptic Gregorian calendar, from years that start in March so that the leap
    /// day is their last. `nil` where the month has no such day.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int? {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), day >= 1, day <= lengths[month - 1] else { return nil }
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        // 400 is added and taken away again, so that the division rounds down in year 0 too.
        let positive = shifted + 400
        let dayCount = positive * 365 + positive / 4 - positive / 100 + positive / 400 + dayOfYear
        return dayCount - 719_468 - 146_097
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// `nil` where the sum doesn't fit.
    func offset(by duration: Duration) -> Datetime? {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
        return overflow ? nil : Datetime(milliseconds: sum)
    }

    /// `nil` where the difference doesn't fit.
    func durationSince(_ other: Datetime) -> Duration? {
        let (span, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? nil : Duration(milliseconds: span)
    }

    /// Midnight UTC of this day; `nil` where that lies below the range.
    var date: Datetime? {
        let (start, overflow) = milliseconds.subtractingReportingOverflow(time.milliseconds)
        return overflow ? nil : Datetime(milliseconds: start)
    }

    /// The time since midnight UTC.
    var time: Duration {
        let rest = milliseconds % Self.millisecondsPerDay
        return Duration(milliseconds: rest < 0 ? rest + Self.millisecondsPerDay : rest)
    }
}

/// A span of time, of the extension type `duration`.
public struct Duration: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads `-?` and quantities with their units `d`, `h`, `m`, `s`, `ms` in this order, each at
    /// most once, at least one of them. `nil` for anything else and where the sum doesn't fit 64
    /// bits.
    public init?(parsing text: Text) {
        var reader = ByteReader(text)
        let negative = reader.skip(UInt8(ascii: "-"))
        if reader.isAtEnd { return nil }
        // Counted downwards, because the range reaches one further below zero than above.
        var below: Int64 = 0
        var previous: Unit?
        while !reader.isAtEnd {
            guard let digits = reader.digits(), let unit = Unit(reading: &reader),
                let quantity = Int64("-" + String(decoding: digits, as: UTF8.self))
            else { return nil }
            if let previous, previous.rawValue <= unit.rawValue { return nil }
            previous = unit
            let (scaled, tooLarge) = quantity.multipliedReportingOverflow(by: unit.rawValue)
            let (sum, overflow) = below.addingReportingOverflow(scaled)
            if tooLarge || overflow { return nil }
            below = sum
        }
        if !negative && below == .min { return nil }
        milliseconds = negative ? below : -below
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The units by their length in milliseconds.
    private enum Unit: Int64 {
        case day = 86_400_000
        case hour = 3_600_000
        case minute = 60_000
        case second = 1000
        case millisecond = 1

        init?(reading reader: inout ByteReader) {
            if reader.skip(UInt8(ascii: "d")) {
                self = .day
            } else if reader.skip(UInt8(ascii: "h")) {
                self = .hour
            } else if reader.skip(UInt8(ascii: "m")) {
                self = reader.skip(UInt8(ascii: "s")) ? .millisecond : .minute
            } else if reader.skip(UInt8(ascii: "s")) {
                self = .second
            } else {
                return nil
            }
        }
    }
}
