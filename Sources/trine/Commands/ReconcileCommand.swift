import ArgumentParser
import Client
import Sharing
import Verification
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

            With --chains it says what belongs together from order to payment, by the numbers that the \
            documents name of each other, and what is missing or differs in between. With --side \
            purchases it is about what the enterprise buys: its own orders, what came, and bills.

            Example: trine enterprise reconcile --months 2026-01..2026-10 --seal

            Example: trine enterprise reconcile --chains --side purchases
            """)

    @OptionGroup var matching: MatchingOptions
    @Flag(help: "Register the result, a record for each month.") var seal = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !seal || matching.side == .sales else {
            throw ValidationError("--seal is of what is sold")
        }
    }

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let report = try await enterprise.reconcile(
            matching.months?.months, matching.side.matched, chains: matching.chains)
        let sealed = seal ? try await enterprise.seal(report) : nil
        let words = sealed.map {
            "\(counted($0.imported, "month")) registered, \($0.duplicates) as before."
        }
        return matching.outcome(
            report, ["sealed": sealed?.imported], [words].compactMap(\.self)
        ).ending(well: sealed?.refused ?? 0 == 0)
    }
}

/// The same of what was granted and fetched.
struct LenderReconcileCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Match what the packages that you fetched have: invoices, payments, deliveries.",
        discussion: """
            It is the matching of trine enterprise reconcile, on the fields that were granted: of fields \
            that weren't, it knows nothing, and finds less. The packages are verified first; they may be \
            of several grants of one enterprise. Nothing is asked of the gateway.

            Invoices are matched by number, payment_reference, buyer_name, payable_amount, issue_date and \
            due_date; entries by creditor_reference, remittance, counterpart_name, amount and booking_date.

            Example: trine lender reconcile invoices.trine bank.trine --chains
            """)

    @Argument(help: "Packages that trine lender fetch saved.") var files: [String]
    @OptionGroup var matching: MatchingOptions
    @OptionGroup var common: CommonOptions

    func outcome() async throws -> Outcome {
        let trust = try common.directory.trust()
        var packages: [VerifiedPackage] = []
        for file in files {
            let bytes = try InputFile.bytes(file, limit: Package.maximumBytes)
            packages.append(try Package(parsing: bytes).verify(under: trust))
        }
        let issuers = Set(packages.map(\.grant.issuer))
        guard issuers.count == 1, let issuer = issuers.first else {
            throw Complaint.usage("these packages are of \(issuers.count) enterprises")
                .named("several-enterprises").hint("name the packages of one of them")
        }
        var records = MatchedRecords(matching.side.matched)
        for record in VerifiedPackage.heads(of: packages) { records.add(record) }
        let report = try records.report(of: matching.months?.months, chains: matching.chains)
        let contacts = (try? common.directory.contacts()) ?? Contacts()
        return matching.outcome(report, ["enterprise": issuer], [])
            .noting(["of \(contacts.shown(issuer)), as far as it was granted"])
    }
}

/// What is matched, and what is shown of it.
struct MatchingOptions: ParsableArguments {
    enum Side: String, ExpressibleByArgument, CaseIterable {
        case sales, purchases

        var matched: MatchedRecords.Side { self == .sales ? .sales : .purchases }
    }

    @Option(help: "Only invoices of these months: 2026-01..2026-10.") var months: MonthRange?
    @Flag(help: "Show what only looks like a payment, too.") var suggestions = false
    @Flag(help: "Say what belongs together from order to payment, and what is missing.")
    var chains = false
    @Option(help: "What the enterprise sells or buys: sales or purchases.")
    var side: Side = .sales

    func outcome(
        _ report: ReconciliationReport, _ more: Members, _ words: [String]
    ) -> Outcome {
        let suggested = Table<Match>([
            .init("PAYMENT") { $0.payment }, .init("INVOICE") { $0.claim },
            .init("BECAUSE OF") { $0.reason.words },
        ])
        let members: Members = [
            "algorithm": Matching.algorithm,
            "chains": chains ? Self.chainTable.json(report.chains) : JSON.null,
            "months": Self.monthTable.json(report.months), "side": side.rawValue,
            "suggestions": report.suggestions.map(\.members),
        ]
        var notes: [String] = []
        if !report.suggestions.isEmpty && !suggestions {
            notes.append(
                "\(counted(report.suggestions.count, "payment")) may belong to invoices: --suggestions"
            )
        }
        let parts = [
            Self.monthTable.text(report.months) ?? "No invoices.",
            chains ? Self.chainTable.text(report.chains) ?? "No orders and deliveries." : nil,
            suggestions ? suggested.text(report.suggestions) : nil,
        ]
        return Outcome(members.merging(more) { $1 }) {
            (parts.compactMap(\.self) + words).joined(separator: "\n\n")
        }.noting(notes)
    }

    private static var monthTable: Table<Reconciliation> {
        Table([
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
    }

    private static var chainTable: Table<FlowChain> {
        Table([
            .init("ORDER") { $0.order ?? "–" },
            .init("DELIVERIES") { $0.despatches.joined(separator: " ") },
            .init("RECEIPTS") { $0.receipts.joined(separator: " ") },
            .init("INVOICES") { $0.invoices.joined(separator: " ") },
            .init("PAYMENTS") { $0.payments.joined(separator: " ") },
            .init("MISSING") { $0.gaps.map(\.words).joined(separator: ", ") },
            .init {
                [
                    "deliveries": $0.despatches, "gaps": $0.gaps.map(\.members),
                    "invoices": $0.invoices, "order": $0.order, "payments": $0.payments,
                    "receipts": $0.receipts,
                ]
            },
        ])
    }
}

extension Match {
    fileprivate var members: Members {
        ["invoice": claim, "payment": payment, "reason": reason.rawValue, "units": units]
    }
}

extension FlowGap {
    /// As it is named in JSON.
    private var name: String {
        switch self {
        case .cancelled: "cancelled"
        case .rejected: "rejected"
        case .noOrder: "no-order"
        case .notDelivered: "not-delivered"
        case .notReceived: "not-received"
        case .notInvoiced: "not-invoiced"
        case .notPaid: "not-paid"
        case .partlyPaid: "partly-paid"
        case .quantity(let step, _, _, _, _): step.rawValue
        }
    }

    fileprivate var words: String {
        switch self {
        case .noOrder: "no order"
        case .notDelivered: "not delivered"
        case .notReceived: "not confirmed by the customer"
        case .notInvoiced: "not invoiced"
        case .notPaid: "not paid"
        case .partlyPaid: "partly paid"
        case .cancelled, .rejected: name
        case .quantity(let step, let line, let before, let after, let unit):
            "line \(line) \(step.rawValue) \(after) of \(before) \(unit)"
        }
    }

    fileprivate var members: Members {
        guard case .quantity(_, let line, let before, let after, let unit) = self else {
            return ["gap": name]
        }
        return [
            "after": "\(after)", "before": "\(before)", "gap": name, "line": line, "unit": unit,
        ]
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
