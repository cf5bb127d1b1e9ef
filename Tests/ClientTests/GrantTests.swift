import Demo
import Importing
import Rules
import Sharing
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// Grants over time: epochs, rekeys, single records, plans that are refused.
@Suite struct GrantTests {
    private func months(_ from: String, _ to: String) -> ClosedRange<Month> {
        Month(from)!...Month(to)!
    }

    private func wish(
        to handle: String, _ scope: Scope, fields: [FieldName] = ["due_date", "payable_amount"],
        purpose: Purpose = .creditAssessment, days: Int64 = 30
    ) -> GrantWish {
        GrantWish(
            to: Handle(handle)!, scope: scope, fields: fields, purpose: purpose,
            lifetime: days * 86_400, fetches: 100, dataLife: 86_400)
    }

    /// After a grant ended, what is registered later has keys that it doesn't open, and the grants
    /// that stand get them.
    @Test(arguments: [true, false])
    func whatComesLaterIsOutOfAnEndedGrantsReach(byRevocation: Bool) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenders = [
                try await log.participant("northbank", [.lender]),
                try await log.participant("southbank", [.lender]),
            ]
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let scope = Scope.months(.invoices, months("2026-01", "2026-12"))
            let ending = try await enterprise.grant(
                try await enterprise.plan(wish(to: "northbank", scope, days: 2))
            ).statement.jti
            let standing = try await enterprise.grant(
                try await enterprise.plan(
                    wish(
                        to: "southbank", scope, purpose: .creditMonitoring, days: 300))
            ).statement.jti
            if byRevocation {
                let (_, rekeyed) = try await enterprise.revoke(ending, .purposeFulfilled)
                #expect(rekeyed.map(\.grant.jti) == [standing])
            } else {
                log.clock.advance(3 * 86_400)
            }
            let report = try await enterprise.importDocuments([try log.documents("2026-02")])
            #expect(report.refused == 0)
            #expect(report.rekeyed.map(\.grant.jti) == (byRevocation ? [] : [standing]))
            let later = try await session.view.records.values.filter {
                $0.book.month == Month("2026-02")! && $0.book.series == .invoices
            }
            #expect(later.allSatisfy { $0.epoch == 1 })
            let bills = try await session.view.records.values.filter { $0.book.series == .bills }
            #expect(bills.allSatisfy { $0.epoch == 0 })

            let south = try await log.open(lenders[1])
            let package = try await Lender(south).fetch(standing)
            #expect(package.records.contains { $0.claims.epoch == 1 && $0.fields != nil })
            let north = try await log.open(lenders[0])
            await #expect(throws: ConnectionError.self) { try await Lender(north).fetch(ending) }
            for open in [session, south, north] { await open.close() }
        }
    }

    @Test func singleRecordsCanBeGranted() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let book = BookName(series: .invoices, month: Month("2026-01")!)
            let range = try #require(RecordRange(book: book, from: 2, to: 4))
            let plan = try await enterprise.plan(wish(to: "northbank", .records([range])))
            #expect(plan.recordCount == 3)
            let grant = try await enterprise.grant(plan).statement.jti
            let lender = try await log.open(lenderHome)
            let package = try await Lender(lender).fetch(grant)
            #expect(
                package.records.filter { $0.fields != nil }.map(\.claims.number) == [2, 3, 4])
            for open in [session, lender] { await open.close() }
        }
    }

    @Test func plansThatCannotBeAreRefused() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            _ = try await log.participant("watch", [.regulator])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            let scope = Scope.months(.invoices, months("2026-01", "2026-02"))
            await #expect(throws: ClientError.notAGrantee(Handle("nobody")!)) {
                try await enterprise.plan(wish(to: "nobody", scope))
            }
            await #expect(throws: ClientError.notAGrantee(Handle("bearings")!)) {
                try await enterprise.plan(wish(to: "bearings", scope))
            }
            await #expect(throws: ClientError.unknownFields(["colour"], .invoice)) {
                try await enterprise.plan(wish(to: "northbank", scope, fields: ["colour"]))
            }
            await #expect(throws: ClientError.noFields) {
                try await enterprise.plan(wish(to: "northbank", scope, fields: []))
            }
            // The host holds nobody's data, and a regulator reads for inspection only.
            await #expect(throws: ClientError.notAGrantee(Handle("host")!)) {
                try await enterprise.plan(wish(to: "host", scope))
            }
            await #expect(
                throws: ClientError.forbidden(
                    policies: ["regulator-reads-for-inspection-only"],
                    reasons: [
                        "A regulator that needs to see records is granted them for an inspection, "
                            + "nothing else."
                    ])
            ) { try await enterprise.plan(wish(to: "watch", scope)) }
            _ = try await enterprise.plan(wish(to: "watch", scope, purpose: .inspection))
            let empty = try #require(
                RecordRange(
                    book: BookName(series: .invoices, month: Month("2026-01")!), from: 1, to: 9))
            await #expect(throws: ClientError.nothingCovered) {
                try await enterprise.plan(wish(to: "northbank", .records([empty])))
            }
            let authority = try await log.open(log.authorityHome)
            _ = try await Authority(authority).suspend(Handle("northbank")!, .breachOfTerms)
            await #expect(throws: ClientError.granteeSuspended(Handle("northbank")!)) {
                try await enterprise.plan(wish(to: "northbank", scope))
            }
            for open in [session, authority] { await open.close() }
        }
    }

    /// A plan says exactly what is then granted, and asks nobody for anything but questions.
    @Test func aPlanRegistersNothing() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let before = try await session.latest().size
            let plan = try await enterprise.plan(
                wish(to: "northbank", .months(.invoices, months("2026-01", "2026-01"))))
            #expect(try await session.latest().size == before)
            #expect(
                plan.fields == [
                    "due_date", "due_date_commitment", "payable_amount",
                    "payable_amount_commitment",
                ])
            #expect(plan.permitting == ["holder-grants-use"])
            #expect(
                plan.covered.map(\.book)
                    == [BookName(series: .invoices, month: Month("2026-01")!)])
            await session.close()
        }
    }

    /// A document of a month whose book is closed goes into the next open one.
    @Test func closedBooksAreSkipped() async throws {
        try await TestLog.serving { log in
            let session = try await log.open(try await log.enterprise())
            let enterprise = try Enterprise(session)
            for month in ["2026-01", "2026-02"] {
                _ = try await enterprise.close(
                    BookName(series: .invoices, month: Month(month)!))
            }
            let report = try await enterprise.importDocuments([try log.documents("2026-01")])
            #expect(report.refused == 0)
            let books = try await enterprise.books().filter { $0.name.series == .invoices }
            #expect(books.map { $0.name.month.description } == ["2026-01", "2026-02", "2026-03"])
            #expect(books.map(\.state.count).prefix(2) == [0, 0])
            await #expect(throws: ClientError.bookClosed(books[0].name)) {
                try await enterprise.close(books[0].name)
            }
            await session.close()
        }
    }

    @Test func ownRecordsAreShownAndErased() async throws {
        try await TestLog.serving { log in
            let session = try await log.open(try await log.enterprise())
            let enterprise = try Enterprise(session)
            let folder = try log.documents("2026-01")
            _ = try await enterprise.importDocuments([folder])
            let place = try #require(RecordNumber("invoices/2026-01#1"))
            let shown = try await enterprise.show(place)
            #expect(shown.fields?.values["seller_name"] == .text(SampleEnterprise.name))
            #expect(shown.fields?.values.count == RecordType.invoice.fields.count)
            let some = try await enterprise.show(place, fields: ["number"])
            #expect(some.fields?.values.keys.sorted() == ["number"])
            _ = try await enterprise.erase(place, .retentionEnded)
            await #expect(throws: ClientError.erased("invoices/2026-01#1")) {
                try await enterprise.show(place)
            }
            // Erased, it may be registered again, under another number.
            let report = try await enterprise.importDocuments([folder])
            #expect(report.imported == 1)
            await #expect(throws: ClientError.noSuchRecord("invoices/2026-01#99")) {
                try await enterprise.show(RecordNumber("invoices/2026-01#99")!)
            }
            await session.close()
        }
    }
}
