import Foundation
import Sharing
import Testing
import Wire

@testable import Verification

/// The steps of a plot over time: none is left out, nothing is counted twice, and few enough.
@Suite struct AuditCalendarTests {
    private static func calendar(_ dates: [String]) -> AuditCalendar {
        var calendar = AuditCalendar()
        for date in dates {
            calendar.count(CalendarDate(date)!.timestamp) { $0.kinds[.record, default: 0] += 1 }
        }
        return calendar
    }

    @Test func stepsFitTheTime() {
        #expect(AuditCalendar().periods.isEmpty)
        let day = Self.calendar(["2026-11-20", "2026-11-20"]).periods
        #expect(day.map(\.name) == ["2026-11-20"] && day[0].count.entries == 2)
        let days = Self.calendar(["2026-02-27", "2026-03-02"]).periods
        #expect(days.map(\.name) == ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"])
        let months = Self.calendar(["2026-11-20", "2027-02-01"]).periods
        #expect(months.map(\.name) == ["2026-11", "2026-12", "2027-01", "2027-02"])
        let years = Self.calendar(["2026-11-20", "2041-01-01"]).periods
        #expect(years.first?.name == "2026" && years.last?.name == "2041")
        let many = Self.calendar(["2000-01-01", "2099-12-31"]).periods
        #expect(many.first?.name == "2000–2001" && many.last?.name == "2098–2099")
    }

    @Test func nothingIsLostOrDoubled() {
        var random = SystemRandomNumberGenerator()
        for span in [1, 40, 61, 62, 63, 700, 1900, 1950, 40_000, 2_900_000] {
            var calendar = AuditCalendar()
            var (opened, closed) = (0, 0)
            for _ in 0..<500 {
                let day = Int.random(in: 0..<span, using: &random)
                let time = CalendarDate(daysSince1970: day).timestamp
                calendar.count(time) {
                    $0.kinds[.access, default: 0] += 1
                    $0.booksOpened += 2
                    $0.booksClosed += 1
                }
                (opened, closed) = (opened + 2, closed + 1)
            }
            let periods = calendar.periods
            #expect(periods.count <= AuditCalendar.maximumPeriods, "\(span) days")
            #expect(periods.reduce(0) { $0 + $1.count.entries } == 500)
            #expect(
                periods.last?.booksOpen == opened - closed && periods.last?.booksClosed == closed)
            #expect(Set(periods.map(\.name)).count == periods.count)
            #expect(periods.first?.count.entries != 0 && periods.last?.count.entries != 0)
        }
    }

    /// A log that claims any dates doesn't fill the auditor's memory.
    @Test func daysAreBounded() {
        var calendar = AuditCalendar()
        for day in 0..<(AuditCalendar.maximumDays + 10) {
            calendar.count(CalendarDate(daysSince1970: day).timestamp) {
                $0.kinds[.record, default: 0] += 1
            }
        }
        let counted = calendar.periods.reduce(0) { $0 + $1.count.entries }
        #expect(counted == AuditCalendar.maximumDays + 10)
        #expect(calendar.periods.last?.name == "2014")
    }
}
