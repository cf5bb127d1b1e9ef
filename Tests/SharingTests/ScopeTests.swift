import Testing

@testable import Sharing
@testable import Wire

@Suite struct ScopeTests {
    private func scope(_ json: JSON) throws -> Scope? {
        try? Scope.shape.read(try JSONDocument(.canonical, json.canonicalBytes).root)
    }

    private func range(_ book: String, _ from: Int64, _ to: Int64) -> JSON {
        ["book": .string(book), "from": .integer(from), "to": .integer(to)]
    }

    @Test func roundTrip() throws {
        let months = Scope.months(.invoices, World.month("2026-01")...World.month("2026-12"))
        #expect(try scope(months.json) == months)
        let records = Scope.records([
            World.range("invoices/2026-01", 1, 5), World.range("invoices/2026-01", 7, 7),
            World.range("invoices/2026-02", 1, 1),
        ])
        #expect(try scope(records.json) == records)
        #expect(months.series == [.invoices] && records.series == [.invoices])
        #expect(months.parts == [months] && months.part(of: .bills) == nil)
        #expect(records.months == World.month("2026-01")...World.month("2026-02"))
    }

    @Test func refusesMonths() throws {
        let good: [String: JSON] = ["from": "2026-01", "series": "invoices", "to": "2026-12"]
        #expect(try scope(.object(good)) != nil)
        let changes: [(String, JSON?)] = [
            ("from", "2027-01"), ("to", "2025-12"), ("series", "pay roll"), ("series", "Invoices"),
            ("from", "2026-1"), ("to", nil), ("from", nil), ("series", nil), ("zz", 1),
            ("from", 202_601), ("records", []),
        ]
        for (name, value) in changes {
            var members = good
            members[name] = value
            #expect(try scope(.object(members)) == nil, "\(name)")
        }
    }

    @Test func refusesRecords() throws {
        let ranges: [[JSON]] = [
            [], [range("invoices/2026-01", 0, 1)], [range("invoices/2026-01", 2, 1)],
            [range("invoices/2026-01", -1, 1)], [range("Payroll/2026-01", 1, 1)],
            // Touching, overlapping, repeated, unordered.
            [range("invoices/2026-01", 1, 2), range("invoices/2026-01", 3, 4)],
            [range("invoices/2026-01", 1, 3), range("invoices/2026-01", 3, 4)],
            [range("invoices/2026-01", 1, 1), range("invoices/2026-01", 1, 1)],
            [range("invoices/2026-02", 1, 1), range("invoices/2026-01", 1, 1)],
            [range("invoices/2026-01", 5, 6), range("invoices/2026-01", 1, 2)],
            [["book": "invoices/2026-01", "from": 1]],
            [["book": "invoices/2026-01", "from": 1, "to": 1, "zz": 1]],
            [.null], (1...257).map { range("invoices/2026-01", 2 * $0, 2 * $0) },
        ]
        for some in ranges { #expect(try scope(["records": .array(some)]) == nil, "\(some.count)") }
        let most = (1...256).map { range("invoices/2026-01", 2 * $0, 2 * $0) }
        #expect(try scope(["records": .array(most)]) != nil)
        #expect(try scope(["records": .array(most), "series": "invoices"]) == nil)
        #expect(try scope(["records": [range("invoices/2026-01", 1, JSON.maximumInteger)]]) != nil)
    }

    /// Ordered by month, then by series, then by number.
    @Test func severalSeries() throws {
        let ranges = [
            range("bills/2026-01", 1, 1), range("invoices/2026-01", 3, 4),
            range("bills/2026-02", 7, 7),
        ]
        let mixed = try #require(try scope(["records": .array(ranges)]))
        #expect(mixed.series == [.bills, .invoices] && mixed.onlySeries == nil)
        #expect(
            mixed.parts == [
                .records([World.range("bills/2026-01", 1, 1), World.range("bills/2026-02", 7, 7)]),
                .records([World.range("invoices/2026-01", 3, 4)]),
            ])
        #expect(
            mixed.part(of: .invoices)?.months == World.month("2026-01")...World.month("2026-01"))
        for order in [[1, 0, 2], [0, 2, 1], [2, 0, 1]] {
            #expect(try scope(["records": .array(order.map { ranges[$0] })]) == nil)
        }
        let many = (0..<9).map { range("s\($0)/2026-01", 1, 1) }
        #expect(try scope(["records": .array(many)]) == nil)
        #expect(try scope(["records": .array(Array(many.dropLast()))])?.series.count == 8)
    }

    @Test func covers() {
        let months = Scope.months(.invoices, World.month("2026-02")...World.month("2026-03"))
        #expect(months.covers(World.book("invoices/2026-02")))
        #expect(months.covers(World.range("invoices/2026-03", 1, 999)))
        #expect(!months.covers(World.book("invoices/2026-01")))
        #expect(!months.covers(World.book("invoices/2026-04")))
        #expect(!months.covers(World.range("bills/2026-02", 1, 1)))
        let records = Scope.records([World.range("invoices/2026-02", 3, 5)])
        #expect(records.covers(World.range("invoices/2026-02", 3, 5)))
        #expect(records.covers(World.range("invoices/2026-02", 4, 4)))
        #expect(!records.covers(World.range("invoices/2026-02", 2, 5)))
        #expect(!records.covers(World.range("invoices/2026-02", 3, 6)))
        #expect(!records.covers(World.range("invoices/2026-03", 3, 5)))
        #expect(records.covers(World.book("invoices/2026-02")))
        #expect(!records.covers(World.book("invoices/2026-03")))
    }
}
