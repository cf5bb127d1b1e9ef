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
        try await alliance.importInvoices(2000, months: months)
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
                under: alliance.regulator.trust, policies: PolicyShelf.standard,
                state: StateInMemory(), seesDisclosures: true)
            audit.checkpoint(note)
            try await audit.replay(pages) { $0 }
            let report = audit.finish()
            precondition(report.findingCount == 0, "nothing is wrong with the log")
        }
        let unjudged = try await shortest(of: 5) {
            var audit = Audit(
                under: alliance.regulator.trust, policies: NoPolicies(), state: StateInMemory(),
                seesDisclosures: true)
            audit.checkpoint(note)
            try await audit.replay(pages) { $0 }
            precondition(audit.finish().findingCount == 0, "nothing is wrong with the log")
        }
        let regulator = try Regulator(alliance.regulator)
        let whole = try await shortest(of: 3) { _ = try await regulator.audit() }
        let yardstick = ("its signatures alone, on one core", signatures.all)
        try await alliance.close()
        return [
            Measurement(
                name: "replay of \(entries.count) entries", seconds: replay, yardstick: yardstick,
                mostRatio: 1 / 0.7),
            Measurement(
                name: "with its policy decisions", seconds: replay,
                yardstick: ("without them", unjudged), mostRatio: 1 / 0.8),
            Measurement(
                name: "the same, read over HTTP", seconds: whole, yardstick: yardstick),
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

/// Permits everything at no cost.
private struct NoPolicies: PolicyLibrary {
    private struct Set: Policies {
        let digest: Digest<Digested.Policies>
        func decide(_ request: PolicyRequest) -> PolicyDecision {
            PolicyDecision(permitted: true, determining: [])
        }
    }

    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? { Set(digest: digest) }
}
