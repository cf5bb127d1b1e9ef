import Demo
import Foundation
import Importing
import Rules
import Sharing
import TestSupport
import Testing
import Wire

@testable import Client

/// What becomes of documents that say something else than the records that are there, that come late, of
/// which some are missing, or that are a stranger's.
@Suite struct ImportingTests {
    private func enterprise(_ log: TestLog) async throws -> (Enterprise, Session) {
        let session = try await log.open(try await log.enterprise())
        let enterprise = try Enterprise(session)
        try await enterprise.declare([
            try #require(RegisteredIdentifier("account:" + BankText.account))
        ])
        return (enterprise, session)
    }

    private func outcomes(_ report: ImportReport) -> [String] {
        report.lines.map { line in
            switch line.outcome {
            case .imported(let place):
                "\(place.book)#\(place.number)" + (place.replaces.map { " for \($0)" } ?? "")
            case .duplicate(let of): "is \(of)"
            case .differs(let from, let differences):
                "not \(from): \(differences.map(\.field.text).joined(separator: ","))"
            case .refused(let refusal): "\(refusal.reason)"
            case .nothing: "nothing"
            default: "otherwise"
            }
        }
    }

    @Test(arguments: [false, true])
    func aCorrectionIsShownAndReplacesOnlyWhenToldTo(onAnotherMachine: Bool) async throws {
        try await TestLog.serving { log in
            let (_, first) = try await self.enterprise(log)
            let home = first.home
            await first.close()
            let all = SampleEnterprise.documents(months: Month("2026-01")!...Month("2026-01")!)
            let document = try #require(
                all.first { String(decoding: $0.xml, as: UTF8.self).contains("<cbc:DueDate>") })
            let text = String(decoding: document.xml, as: UTF8.self)
            let due = try #require(text.firstRange(of: "<cbc:DueDate>2"))
            let changed = text.replacingCharacters(in: due, with: "<cbc:DueDate>3")
            let old = try log.scratch.folder("old", [("a.xml", document.xml)])
            let new = try log.scratch.folder("new", [("b.xml", Array(changed.utf8))])
            func run(_ paths: [String], replacing: Bool = false) async throws -> [String] {
                // A machine that didn't import it before doesn't know what a record says.
                if onAnotherMachine {
                    try? FileManager.default.removeItem(atPath: home.path(.view))
                }
                let session = try await log.open(home)
                let report = try await Enterprise(session).importDocuments(
                    paths, ImportChoices(replacing: replacing))
                await session.close()
                return self.outcomes(report)
            }
            func records(_ book: BookName) async throws -> [(record: OwnRecord, due: String?)] {
                let session = try await log.open(home)
                let enterprise = try Enterprise(session)
                let all = try await enterprise.records(in: book)
                let said = try await enterprise.summaries(of: all)
                await session.close()
                return all.map { ($0, said[$0.jti]?.due) }
            }
            let name = try #require(try await run([old]).first)
            let book = try #require(RecordNumber(name)).book
            #expect(try await run([old]) == ["is \(name)"])
            #expect(try await run([new]) == ["not \(name): due_date"])
            #expect(try await records(book).count == 1)
            #expect(try await run([new], replacing: true) == ["\(book)#2 for \(name)"])
            #expect(try await records(book).map(\.record.isHead) == [false, true])
            // Nothing goes back by itself, whatever is imported in whatever order.
            #expect(try await run([old, new], replacing: true) == ["is \(name)", "is \(book)#2"])
            #expect(try await records(book).compactMap(\.due).contains { $0.hasPrefix("3") })
        }
    }

    /// In one run, too, the second of two documents of a key isn't taken for the first.
    @Test func twoFilesOfOneDocumentAreCompared() async throws {
        try await TestLog.serving { log in
            let (enterprise, session) = try await self.enterprise(log)
            let entry = BankText.Entry(cents: 500, day: "2026-03-02", reference: "B1")
            let other = BankText.Entry(
                cents: 500, day: "2026-03-02", reference: "B1", text: "another")
            let folder = try log.scratch.folder(
                "bank",
                [
                    ("a.xml", BankText.file(.report, "R1", from: "", to: "2026-03-02", [entry])),
                    ("b.xml", BankText.file(.report, "R2", from: "", to: "2026-03-02", [entry])),
                    ("c.xml", BankText.file(.report, "R3", from: "", to: "2026-03-02", [other])),
                ])
            let report = try await enterprise.importDocuments([folder])
            #expect(
                outcomes(report) == [
                    "bank/2026-03#1", "is \(folder)/a.xml", "not bank/2026-03#1: remittance",
                ])
            #expect(report.differing == 1 && report.refused == 0)
            await session.close()
        }
    }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Reports of the day, statements of the month and notices: every booked entry once.
    @Test func aYearOfAllMessagesHasEveryEntryOnce() async throws {
        try await TestLog.serving { log in
            let (enterprise, session) = try await self.enterprise(log)
            var files: [(String, [UInt8])] = []
            var opening = 100_000
            var count = 0
            for month in 1...12 {
                var booked: [BankText.Entry] = []
                for day in 1...28 where day % 3 == 0 {
                    let date = "2026-\(twoDigits(month))-\(twoDigits(day))"
                    let entries = (0..<2).map { number in
                        BankText.Entry(
                            cents: (number == 0 ? 1 : -1) * (1_000 + day), day: date,
                            reference: "B\(month)-\(day)-\(number)")
                    }
                    booked += entries
                    files.append(
                        (
                            "r\(date).xml",
                            BankText.file(.report, "R" + date, from: date, to: date, entries)
                        ))
                    files.append(
                        (
                            "n\(date).xml",
                            BankText.file(.notice, "N" + date, from: date, to: date, entries)
                        ))
                }
                count += booked.count
                let (start, end) = ("2026-\(twoDigits(month))-01", "2026-\(twoDigits(month))-28")
                files.append(
                    (
                        "s\(twoDigits(month)).xml",
                        BankText.file(
                            .statement, "S\(month)", from: start, to: end, opening: opening,
                            booked)
                    ))
                opening += booked.reduce(0) { $0 + $1.cents }
            }
            let folder = try log.scratch.folder("bank", files)
            let report = try await enterprise.importDocuments([folder])
            #expect(report.refused == 0 && report.differing == 0 && report.gaps.isEmpty)
            let all = try await enterprise.records()
            func counted(_ series: String) -> Int {
                all.count { $0.book.series.rawValue == series }
            }
            #expect(counted("bank") == count && counted("notices") == count)
            #expect(counted("statements") == 12 && count == 216)
            let again = try await enterprise.importDocuments([folder])
            #expect(again.imported == 0 && again.duplicates == again.lines.count)
            await session.close()
        }
    }

    @Test func aMissingStatementIsTold() async throws {
        try await TestLog.serving { log in
            let (enterprise, session) = try await self.enterprise(log)
            func statement(_ month: Int, opening: Int) -> (String, [UInt8]) {
                let entry = BankText.Entry(
                    cents: 500, day: "2026-0\(month)-02", reference: "B\(month)")
                return (
                    "s\(month).xml",
                    BankText.file(
                        .statement, "S\(month)", from: "2026-0\(month)-01", to: "2026-0\(month)-28",
                        opening: opening, [entry])
                )
            }
            let early = try log.scratch.folder(
                "early", [statement(1, opening: 0), statement(3, opening: 1_000)])
            let gaps = try await enterprise.importDocuments([early]).gaps
            #expect(gaps.count == 1)
            #expect(gaps.first?.earlier == "statements/2026-01#1")
            #expect(gaps.first?.closing.units == 500 && gaps.first?.opening.units == 1_000)
            // A statement of one day inside the month breaks no chain.
            let day = BankText.Entry(cents: 500, day: "2026-03-02", reference: "B3")
            let within = try log.scratch.folder(
                "within",
                [
                    statement(2, opening: 500),
                    (
                        "day.xml",
                        BankText.file(
                            .statement, "D", from: "2026-03-02", to: "2026-03-02",
                            opening: 1_000, [day])
                    ),
                ])
            let whole = try await enterprise.importDocuments([within])
            #expect(whole.gaps.isEmpty && whole.refused == 0)
            await session.close()
        }
    }

    @Test func whatComesLateIsSaid() async throws {
        try await TestLog.serving { log in
            let (enterprise, session) = try await self.enterprise(log)
            _ = try await log.participant("northbank", [.lender])
            let march = try #require(BookName("bank/2026-03"))
            let entry = BankText.Entry(cents: 500, day: "2026-03-02", reference: "B1")
            let late = BankText.Entry(cents: 700, day: "2026-03-03", reference: "B2")
            let folder = try log.scratch.folder(
                "on-time",
                [("a.xml", BankText.file(.report, "R1", from: "", to: "2026-03-02", [entry]))])
            _ = try await enterprise.importDocuments([folder])
            _ = try await enterprise.close(march)
            let after = try log.scratch.folder(
                "late",
                [("b.xml", BankText.file(.report, "R2", from: "", to: "2026-03-03", [late]))])
            let report = try await enterprise.importDocuments([after])
            guard case .imported(let place)? = report.lines.first?.outcome else {
                Issue.record("not imported")
                return
            }
            #expect(place.book.description == "bank/2026-04" && place.late?.meant == march)
            #expect(place.late?.unseenUnder == [])
            await session.close()
        }
    }

    /// The authority's word stands against the enterprise's.
    @Test func nobodyDeclaresAStrangersNumber() async throws {
        try await TestLog.serving { log in
            let (enterprise, session) = try await self.enterprise(log)
            let stranger = try #require(RegisteredIdentifier("vat:DE999999999"))
            await #expect(throws: ClientError.self) { try await enterprise.declare([stranger]) }
            let known = try await enterprise.identifiers()
            #expect(!known.identifiers.contains(stranger) && !known.admitted.isEmpty)
            // A home into which somebody wrote it doesn't import by it either.
            try session.home.add([stranger])
            #expect(try await !enterprise.identifiers().identifiers.contains(stranger))
            let document = try #require(
                SampleEnterprise.documents(months: Month("2026-01")!...Month("2026-01")!).first)
            let text = String(decoding: document.xml, as: UTF8.self)
            let own = try #require(known.admitted.first { $0.scheme == "vat" })
            let folder = try log.scratch.folder(
                "strange",
                [("a.xml", Array(text.replacing(own.id, with: "DE999999999").utf8))])
            let report = try await enterprise.importDocuments([folder])
            #expect(report.imported == 0 && report.refused == 1)
            await session.close()
        }
    }
}
