import Testing

@testable import Wire

@Suite struct DateTests {
    /// Every day from 1500 to 2500, counted one by one.
    @Test func agreesWithCounting() throws {
        let start = try #require(CalendarDate(year: 1500, month: 1, day: 1))
        var (year, month, day) = (1500, 1, 1)
        var days = start.daysSince1970
        while year < 2500 {
            let date = try #require(CalendarDate(year: year, month: month, day: day))
            if date.daysSince1970 != days || CalendarDate(daysSince1970: days) != date {
                Issue.record("\(date)")
            }
            days += 1
            day += 1
            if day > Self.slowDaysIn(month: month, year: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(CalendarDate(daysSince1970: 0).description == "1970-01-01")
        #expect(CalendarDate(daysSince1970: 11_016).description == "2000-02-29")
    }

    private static func slowDaysIn(month: Int, year: Int) -> Int {
        if [4, 6, 9, 11].contains(month) { return 30 }
        if month != 2 { return 31 }
        if year.isMultiple(of: 400) { return 29 }
        if year.isMultiple(of: 100) { return 28 }
        return year.isMultiple(of: 4) ? 29 : 28
    }

    @Test(arguments: [
        "2026-11-20", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "1999-12-31",
    ])
    func date(_ text: String) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.description == text)
        #expect(CalendarDate(daysSince1970: date.daysSince1970) == date)
    }

    @Test(arguments: [
        "", "2026-1-20", "2026-11-2", "2026-11-31", "2025-02-29", "1900-02-29", "0000-01-01",
        "2026-00-10", "2026-13-10", "2026-11-00", "+026-11-20", "2026/11/20", "2026-11-20 ",
        "20261120", "10000-01-1", "2026-11-2\u{661}", "２026-11-2",
    ])
    func noDate(_ text: String) { #expect(CalendarDate(text) == nil) }

    @Test func months() throws {
        for number in 0..<Month.count {
            let month = try #require(Month(number: number))
            #expect(Month(month.description) == month)
            #expect(Month(year: month.year, month: month.monthOfYear) == month)
        }
        #expect(Month("2000-01")?.number == 0)
        #expect(Month("2341-04")?.number == 4095)
        #expect(Month("2341-05") == nil)
        #expect(Month("1999-12") == nil)
        #expect(Month(number: -1) == nil)
        #expect(Month(number: Month.count) == nil)
        #expect(try #require(CalendarDate("2026-11-20")).bookMonth == Month("2026-11"))
        #expect(try #require(CalendarDate("1999-12-31")).bookMonth == nil)
        #expect(try #require(CalendarDate("2341-05-01")).bookMonth == nil)
    }

    @Test(arguments: [
        "", "2026-1", "2026-00", "2026-13", "2026/11", "026-011", "+026-11", "2026-11 ", "2026-1a",
        "-026-11",
    ])
    func noMonth(_ text: String) { #expect(Month(text) == nil) }

    @Test func timestamps() throws {
        #expect(Timestamp(seconds: -1) == nil)
        #expect(Timestamp(seconds: Timestamp.maximum + 1) == nil)
        let last = try #require(Timestamp(seconds: Timestamp.maximum))
        #expect(last.description == "9999-12-31T23:59:59Z")
        #expect(last.advanced(by: 1) == last)
        #expect(last.advanced(by: .max) == last)
        #expect(last.advanced(by: .min).seconds == 0)
        #expect(Timestamp(clamping: -5).seconds == 0)
        #expect(Timestamp(clamping: .max) == last)
        let time = try #require(Timestamp(seconds: 1_795_219_199))
        #expect(time.description == "2026-11-20T23:59:59Z")
        #expect(time.date == CalendarDate("2026-11-20"))
        #expect(time.date.timestamp.description == "2026-11-20T00:00:00Z")
        #expect(time.advanced(by: 1).date == CalendarDate("2026-11-21"))
        #expect(try #require(CalendarDate("1960-01-01")).timestamp.seconds == 0)
    }
}
