import ArgumentParser
import Client
import Sharing
import Wire

/// What is proven of records that belong together, without their being typed one by one.
struct LinkOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Prove that the bank's statements of these months add up, entry by entry.",
            valueName: "months"))
    var balances: MonthRange?

    @Option(
        help: ArgumentHelp(
            "Prove that invoices of these months were paid; those that were are listed.",
            valueName: "months"))
    var settled: MonthRange?

    @Option(help: "With --settled: paid at most so many days after the due date.") var days: Int64?

    @Flag(help: "With --settled: the payments name the invoices' reference, too.")
    var byReference = false

    @Option(
        help: ArgumentHelp(
            "With --settled: paid in these months; else until two months after the last invoice.",
            valueName: "months"))
    var paid: MonthRange?

    var isEmpty: Bool {
        balances == nil && settled == nil && days == nil && !byReference && paid == nil
    }

    /// Throws ``ValidationError``.
    func check() throws {
        guard settled != nil || (days == nil && !byReference && paid == nil) else {
            throw ValidationError("--days, --by-reference and --paid go with --settled")
        }
        guard days.map({ abs($0) <= LinkedStatement.maximumDays }) ?? true else {
            throw ValidationError("--days is at most \(LinkedStatement.maximumDays)")
        }
    }

    var statements: [LinkedStatement] {
        var statements: [LinkedStatement?] = []
        if balances != nil { statements.append(LinkedStatement(.balances)) }
        if settled != nil {
            statements.append(
                LinkedStatement(
                    byReference ? .settlesByReference : .settles,
                    days: days.map { -LinkedStatement.maximumDays...$0 }))
        }
        return statements.compactMap(\.self)
    }

    /// The books whose records may belong together. Entries of a statement can be in the month before
    /// it ends, or in the one after where that was closed.
    var books: [BookName] {
        var books: [BookName] = []
        if let balances = balances?.months {
            let form = Relation.balances.form
            books += balances.map { BookName(series: form.first, month: $0) }
            books += balances.widened(before: 1, after: 1)
                .map { BookName(series: form.second, month: $0) }
        }
        if let settled = settled?.months {
            let form = Relation.settles.form
            books += settled.map { BookName(series: form.first, month: $0) }
            books += (paid?.months ?? settled.widened(before: 0, after: 2))
                .map { BookName(series: form.second, month: $0) }
        }
        return books
    }
}

extension ClosedRange<Month> {
    /// The same months and some more, as far as there are such.
    fileprivate func widened(before: Int, after: Int) -> ClosedRange<Month> {
        let first = Month(number: lowerBound.number - before) ?? lowerBound
        return first...(Month(number: upperBound.number + after) ?? upperBound)
    }
}

/// Books of one series: `bank/2026-01`, or `bank/2026-01..2026-03`.
struct BookSpan: ExpressibleByArgument {
    let books: [BookName]

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 2, let series = Series(rawValue: parts[0]),
            let months = MonthRange(argument: parts[1])
        else { return nil }
        books = months.months.map { BookName(series: series, month: $0) }
    }
}
