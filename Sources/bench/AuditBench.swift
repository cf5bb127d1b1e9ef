import Client
import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// What a supervisor's replay costs beyond the signatures that nobody can do without.
struct AuditBench: BenchGroup {
    let name = "audit"
    let title = "A regulator replays a log: 2 000 records, grants, accesses, closed books"

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let months = BenchAlliance.lastYear
        try await alliance.importInvoices(
            2000, in: try alliance.invoices(2000, months: months))
        try await grantAndFetch(alliance, months)
        let entries = try await alliance.entries()
        guard let note = try await alliance.store.head().map({ try Note(parsing: $0.checkpoint) })
        else { preconditionFailure("a log has a checkpoint") }
        let signatures = try await SignatureYardstick(entries.map(\.leaf)).measure()
        let pages = stride(from: 0, to: entries.count, by: 256).map {
            Array(entries[$0..<min($0 + 256, entries.count)])
        }
        let replay = try await shortest(of: 5) {
            var audit = Audit(
                under: alliance.regulator.trust,
                policies: TextShelf.standard(of: alliance.regulator.configuration.origin),
                state: StateInMemory(), seesDisclosures: true)
            audit.checkpoint(note)
            try await audit.replay(pages) { $0 }
            let report = audit.finish()
            precondition(report.findingCount == 0, "nothing is wrong with the log")
        }
        try await alliance.close()
        return [
            Measurement(
                name: "replay of \(entries.count) entries", amount: replay,
                yardstick: ("its signatures alone, on one core", signatures.all),
                mostRatio: 1)
        ]
    }

    private func grantAndFetch(
        _ alliance: BenchAlliance, _ months: ClosedRange<Month>
    ) async throws {
        let enterprise = try Enterprise(alliance.enterprise)
        let lender = try Lender(alliance.lender)
        for month in months {
            let plan = try await enterprise.plan(
                GrantWish(
                    to: alliance.lender.handle, scope: .months(.invoices, month...month),
                    fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400,
                    fetches: 100, dataLife: 86_400))
            let grant = try await enterprise.grant(plan).statement.jti
            for _ in 0..<5 { _ = try await lender.fetch(grant) }
            _ = try await enterprise.close(BookName(series: .invoices, month: month))
        }
    }
}
