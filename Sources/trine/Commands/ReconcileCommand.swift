import ArgumentParser
import Client
import Sharing
import Wire

struct ReconcileCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Match what the bank booked with the invoices: paid, open, overdue.",
        discussion: """
            Payments are matched by the reference of the invoice, by its number in the text, and where one \
            set of a customer's open invoices has the amount. What only looks right is a suggestion, and \
            counts nowhere. The same records give the same result on every machine. With --seal a record \
            for each month is registered, which a lender can be granted; a later result takes its place.

            Example: trine enterprise reconcile --months 2026-01..2026-10 --seal
            """)

    @Option(help: "Only invoices of these months: 2026-01..2026-10.") var months: MonthRange?
    @Flag(help: "Show what only looks like a payment, too.") var suggestions = false
    @Flag(help: "Register the result, a record for each month.") var seal = false
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let report = try await enterprise.reconcile(months?.months)
        let sealed = seal ? try await enterprise.seal(report) : nil
        let table = Table<Reconciliation>([
            .init("MONTH", "month") { $0.month.description },
            .init("CURRENCY", "currency") { $0.currency },
            .init("INVOICES", "invoices") { $0.invoices },
            .init("INVOICED", "invoiced") { $0.invoiced.text },
            .init("SETTLED", "settled_count") { $0.settledCount },
            .init("PAID", "settled") { $0.settled.text }, .init("OPEN", "open") { $0.open.text },
            .init("OVERDUE", "overdue") { $0.overdue.text },
            .init("UNMATCHED", "unmatched") { $0.unmatched.text },
            .init {
                [
                    "as_of": $0.asOf.description, "credited": $0.credited.text,
                    "days_to_pay": $0.daysToPay, "links": $0.links.map(\.members),
                ]
            },
        ])
        let suggested = Table<Match>([
            .init("PAYMENT") { $0.payment }, .init("INVOICE") { $0.claim },
            .init("BECAUSE OF") { $0.reason.words },
        ])
        let members: Members = [
            "algorithm": Matching.algorithm, "months": table.json(report.months),
            "sealed": sealed?.imported, "suggestions": report.suggestions.map(\.members),
        ]
        var notes: [String] = []
        if !report.suggestions.isEmpty && !suggestions {
            notes.append(
                "\(counted(report.suggestions.count, "payment")) may belong to invoices: --suggestions"
            )
        }
        return Outcome(members) {
            [
                table.text(report.months) ?? "No invoices.",
                suggestions ? suggested.text(report.suggestions) : nil,
                sealed.map {
                    "\(counted($0.imported, "month")) registered, \($0.duplicates) as before."
                },
            ].compactMap(\.self).joined(separator: "\n\n")
        }.noting(notes).ending(well: sealed?.refused ?? 0 == 0)
    }
}

extension Match {
    fileprivate var members: Members {
        ["invoice": claim, "payment": payment, "reason": reason.rawValue, "units": units]
    }
}

extension MatchReason {
    fileprivate var words: String {
        switch self {
        case .reference: "the reference of the invoice"
        case .number: "its number and amount"
        case .part: "its number; a part of it"
        case .group: "the one set of open invoices with the amount"
        case .amount: "the same customer and amount"
        case .short: "its number; short by a discount or a fee"
        }
    }
}
