import Client
import Sharing
import Storage
import Verification
import Wire

/// What a loan officer waits for: a fetch of 1 000 records and its full verification, over HTTP, by
/// a client whose keyring is unlocked.
struct FetchBench: BenchGroup {
    let name = "fetch"
    let title = "A lender fetches four fields of 1 000 records and verifies everything"

    private static let records = 1000
    private static let fields: [FieldName] = [
        "due_date", "issue_date", "number", "tax_exclusive_amount",
    ]

    /// A decision waits for some tenths of a second at most.
    private static let mostRatio = 4.0

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let months = BenchAlliance.lastYear
        let folder = try alliance.invoices(Self.records, months: months)
        let sealing = try await seconds {
            try await alliance.importInvoices(Self.records, in: folder)
        }
        let enterprise = try Enterprise(alliance.enterprise)
        let plan = try await enterprise.plan(
            GrantWish(
                to: alliance.lender.handle, scope: .months(.invoices, months),
                fields: Self.fields, purpose: .creditMonitoring, lifetime: 86_400, fetches: 100,
                dataLife: 86_400))
        let grant = try await enterprise.grant(plan).statement.jti
        let lender = try Lender(alliance.lender)
        // The first one also reads the whole log, which has a claim of its own for each entry.
        var opened: [Int] = []
        let first = try await seconds {
            opened.append(try await lender.fetch(grant).verdict.records)
        }
        let again = try await shortest(of: 5) {
            opened.append(try await lender.fetch(grant).verdict.records)
        }
        precondition(opened.allSatisfy { $0 == Self.records }, "every record was opened")
        let signatures = try await SignatureYardstick(try await alliance.leaves()).measure()
        let perRecord = signatures.perEntry * Double(Self.records)
        let yardstick = ("its 1 000 signatures alone", perRecord)
        try await alliance.close()
        return [
            Measurement(
                name: "read the log, fetch, verify, open", amount: first, yardstick: yardstick),
            Measurement(
                name: "fetch, verify, open: again", amount: again, yardstick: yardstick,
                mostRatio: Self.mostRatio),
            Measurement(
                name: "import a document: read, seal, register",
                amount: sealing / Double(Self.records),
                yardstick: ("a signature's verification", signatures.perEntry), mostRatio: 70),
        ]
    }
}
