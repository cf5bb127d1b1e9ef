public import Sharing
public import Wire

/// What an audit counted day by day (UTC), by the `iat` of each statement.
public struct AuditCalendar: Hashable, Sendable {
    /// What was entered in a span of time.
    public struct Count: Hashable, Sendable {
        public internal(set) var kinds: [Kind: Int] = [:]
        public internal(set) var booksOpened = 0
        public internal(set) var booksClosed = 0

        public var entries: Int { kinds.values.reduce(0, +) }

        mutating func add(_ other: Count) {
            kinds.merge(other.kinds) { $0 + $1 }
            booksOpened += other.booksOpened
            booksClosed += other.booksClosed
        }
    }

    /// One step of a plot over time.
    public struct Period: Hashable, Sendable {
        /// `2026-11-20`, `2026-11`, `2026`, or the first and the last year of several.
        public let name: String
        public internal(set) var count = Count()
        /// Books open and closed at its end.
        public internal(set) var booksOpen = 0
        public internal(set) var booksClosed = 0
    }

    /// A log can claim any dates; beyond so many days (45 years) they count as the last one known.
    static let maximumDays = 16_384
    /// Steps that can still be told apart in a plot.
    static let maximumPeriods = 62

    /// By days since 1970-01-01.
    private var days: [Int: Count] = [:]

    /// Counts something on the day on which `time` falls.
    mutating func count(_ time: Timestamp, _ change: (inout Count) -> Void) {
        var day = Int(time.seconds / 86_400)
        if days.count >= Self.maximumDays, days[day] == nil { day = days.keys.max() ?? day }
        change(&days[day, default: Count()])
    }

    /// By calendar month, where there was anything.
    public var months: [Month: Count] {
        var months: [Month: Count] = [:]
        for (day, count) in days {
            guard let month = CalendarDate(daysSince1970: day).bookMonth else { continue }
            months[month, default: Count()].add(count)
        }
        return months
    }

    /// The whole time from the first entry to the last without a gap, in steps of days, months,
    /// years or several years: the shortest that make few enough.
    public var periods: [Period] {
        guard let first = days.keys.min(), let last = days.keys.max() else { return [] }
        let step = Step.shortest(from: first, to: last)
        var periods: [Period] = []
        var places: [Int: Int] = [:]
        var number = step.number(of: first)
        while number <= step.number(of: last) {
            places[number] = periods.count
            periods.append(Period(name: step.name(of: number)))
            number += 1
        }
        for (day, count) in days {
            guard let place = places[step.number(of: day)] else { continue }
            periods[place].count.add(count)
        }
        var (opened, closed) = (0, 0)
        for place in periods.indices {
            opened += periods[place].count.booksOpened
            closed += periods[place].count.booksClosed
            (periods[place].booksOpen, periods[place].booksClosed) = (opened - closed, closed)
        }
        return periods
    }

    /// How long one step of a plot is.
    private enum Step {
        case day
        case month
        case years(Int)

        static func shortest(from first: Int, to last: Int) -> Step {
            let candidates: [Step] = [.day, .month] + [1, 2, 5, 10, 20, 50, 100].map(Step.years)
            return candidates.first {
                $0.number(of: last) - $0.number(of: first) < AuditCalendar.maximumPeriods
            } ?? .years(200)
        }

        /// Steps since one that doesn't matter.
        func number(of day: Int) -> Int {
            let date = CalendarDate(daysSince1970: day)
            return switch self {
            case .day: day
            case .month: date.year * 12 + date.month - 1
            case .years(let count): date.year / count
            }
        }

        func name(of number: Int) -> String {
            switch self {
            case .day: return CalendarDate(daysSince1970: number).description
            case .month:
                let month = number % 12 + 1
                return "\(number / 12)-\(month < 10 ? "0" : "")\(month)"
            case .years(let count):
                let first = number * count
                return count == 1 ? "\(first)" : "\(first)–\(first + count - 1)"
            }
        }
    }
}
