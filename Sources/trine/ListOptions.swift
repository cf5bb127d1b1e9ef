import ArgumentParser
import Client
import Foundation
import Rules
import Sharing
import Wire

/// A day, a month or a year here: `2026-03-17`, `2026-03`, `2026`.
struct CalendarSpan: ExpressibleByArgument {
    let times: Range<Timestamp>

    init?(argument: String) {
        let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...3).contains(numbers.count),
            parts[0].utf8.count == 4, parts.dropFirst().allSatisfy({ $0.utf8.count == 2 }),
            let first = CalendarDate(
                year: numbers[0], month: numbers.count > 1 ? numbers[1] : 1,
                day: numbers.count > 2 ? numbers[2] : 1)
        else { return nil }
        let days =
            switch numbers.count {
            case 3: 1
            case 2: CalendarDate.daysIn(month: first.month, year: first.year)
            default: CalendarDate.daysIn(month: 2, year: first.year) + 337
            }
        let next = CalendarDate(daysSince1970: first.daysSince1970 + days)
        times = LocalTime.start(of: first)..<LocalTime.start(of: next)
    }
}

/// Amounts between two, both included: `1000..5000`, or one of them left out.
struct AmountRange: ExpressibleByArgument {
    private let low: Double
    private let high: Double

    init?(argument: String) {
        let parts = argument.components(separatedBy: "..")
        guard parts.count == 2, parts != ["", ""] else { return nil }
        let ends = parts.map { Double($0) }
        guard zip(parts, ends).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
        low = ends[0] ?? -.infinity
        high = ends[1] ?? .infinity
    }

    func contains(_ amount: String?) -> Bool {
        amount.flatMap(Double.init).map { low <= $0 && $0 <= high } ?? false
    }
}

/// In which time something happened.
struct PeriodOptions: ParsableArguments {
    @Option(
        name: .customLong("in"),
        help: ArgumentHelp(
            "Only of this day, month or year here: 2026-03-17, 2026-03 or 2026.",
            valueName: "time"))
    var period: CalendarSpan?

    @Option(help: "Only from the beginning of this day, month or year on.")
    var since: CalendarSpan?

    @Option(help: "Only until the end of this day, month or year.")
    var until: CalendarSpan?

    /// What all of them leave; `nil` where none is given.
    var times: Range<Timestamp>? {
        guard period != nil || since != nil || until != nil else { return nil }
        let spans = [period, since, until].map { $0?.times }
        let first = [spans[0], spans[1]].compactMap { $0?.lowerBound }.max()
        let end = [spans[0], spans[2]].compactMap { $0?.upperBound }.min()
        let (from, to) = (first ?? Timestamp(clamping: 0), end ?? Timestamp(clamping: .max))
        return from..<max(from, to)
    }

    func contains(_ time: Timestamp) -> Bool { times?.contains(time) ?? true }
}

/// Which grants, requests or accesses are listed.
struct DealingsOptions: ParsableArguments {
    @Option(help: "Only of this enterprise: its name here, or its handle.") var enterprise: String?
    @Option(help: "Only of this grantee: its name here, or its handle.") var grantee: String?
    @Option(help: "Only for this purpose.") var purpose: Purpose?
    @Option(help: "Only where it is about this field.") var field: FieldName?

    /// The same with handles in the place of names.
    func parties(in session: Session) async throws -> Parties {
        var parties = Parties(options: self)
        if let enterprise { parties.enterprise = try await session.named(enterprise) }
        if let grantee { parties.grantee = try await session.named(grantee) }
        return parties
    }

    struct Parties {
        let options: DealingsOptions
        var enterprise: Handle?
        var grantee: Handle?

        func include(
            _ issuer: Handle, _ to: Handle, _ purpose: Purpose, _ subject: GrantSubject
        ) -> Bool {
            (enterprise.map { $0 == issuer } ?? true) && (grantee.map { $0 == to } ?? true)
                && (options.purpose.map { $0 == purpose } ?? true)
                && (options.field.map { subject.concerns($0) } ?? true)
        }

        func include(_ grant: KnownGrant) -> Bool {
            include(grant.issuer, grant.terms.to, grant.claims.purpose, grant.terms.subject)
        }
    }
}

extension GrantSubject {
    /// Whether it gives the field, or proves something about it.
    func concerns(_ field: FieldName) -> Bool {
        switch self {
        case .fields(let names): names.contains(field)
        case .statements(let texts):
            texts.contains { text in
                (try? ProofStatement(canonical: text))?.fields.contains(field.text) ?? false
            }
        }
    }
}

/// In which state grants are listed.
struct StandingOptions: ParsableArguments {
    @Flag(help: "Only those that stand now.") var standing = false

    @Option(help: "Only those that stood at some time of this day, month or year.")
    var on: CalendarSpan?

    @Option(help: "Only those that cover this month: 2026-03.") var month: MonthRange?

    func include(_ grant: KnownGrant, at now: Timestamp) -> Bool {
        (!standing || (grant.isLive(at: now) && grant.claims.notBefore <= now))
            && (on.map { grant.stood(in: $0.times) } ?? true)
            && (month.map { grant.terms.scope.touches($0.months) } ?? true)
    }
}

extension KnownGrant {
    /// Whether it stood at some moment of `times`.
    func stood(in times: Range<Timestamp>) -> Bool {
        claims.notBefore < times.upperBound && times.lowerBound < claims.expires
            && (revocation.map { times.lowerBound < $0.at } ?? true)
    }
}

extension Scope {
    func touches(_ months: ClosedRange<Month>) -> Bool {
        switch self {
        case .months(_, let own): own.overlaps(months)
        case .records(let ranges): ranges.contains { months.contains($0.book.month) }
        }
    }
}
