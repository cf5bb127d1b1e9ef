import Foundation
import Wire

/// Times of the log as people here read them: in the zone of this machine, which is said.
enum LocalTime {
    /// `2026-11-21 22:34 +08:00`.
    static func minute(_ time: Timestamp) -> String {
        let parts = parts(time)
        return "\(date(parts)) \(two(parts.hour)):\(two(parts.minute)) \(zone(time))"
    }

    /// `2026-11-21 22:34`; the zone stands in the heading of its column.
    static func clock(_ time: Timestamp) -> String {
        let parts = parts(time)
        return "\(date(parts)) \(two(parts.hour)):\(two(parts.minute))"
    }

    /// The day here; the zone stands in the heading of its column.
    static func day(_ time: Timestamp) -> String { date(parts(time)) }

    /// `+08:00`, as it is at `time`: of one place it differs by season.
    static func zone(_ time: Timestamp) -> String {
        let minutes = offset(time) / 60
        let sign = minutes < 0 ? "-" : "+"
        return "\(sign)\(two(abs(minutes) / 60)):\(two(abs(minutes) % 60))"
    }

    /// The first second of `day` here.
    static func start(of day: CalendarDate) -> Timestamp {
        let midnight = day.timestamp
        return midnight.advanced(by: -Int64(offset(midnight)))
    }

    /// The month here.
    static func month(_ time: Timestamp) -> Month? {
        time.advanced(by: Int64(offset(time))).date.bookMonth
    }

    private static func offset(_ time: Timestamp) -> Int {
        TimeZone.current.secondsFromGMT(
            for: Date(timeIntervalSince1970: TimeInterval(time.seconds)))
    }

    private static func parts(
        _ time: Timestamp
    ) -> (day: CalendarDate, hour: Int, minute: Int) {
        let shifted = time.advanced(by: Int64(offset(time)))
        let second = Int(shifted.seconds % 86_400)
        return (shifted.date, second / 3600, second / 60 % 60)
    }

    private static func date(_ parts: (day: CalendarDate, hour: Int, minute: Int)) -> String {
        parts.day.description
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}

extension LocalTime {
    /// The heading of a column of days, with the zone in which they are days: that of now.
    static func heading(_ name: String) -> String {
        let now = Timestamp(clamping: Int64(Date().timeIntervalSince1970))
        return "\(name) (\(zone(now)))"
    }
}
