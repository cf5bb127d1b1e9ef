import Demo
import Foundation
import Importing
import Rules
import Sharing
import TestSupport
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

/// What a participant does about its own mistakes: correct a record, take a key away, erase what a
/// statement said.
@Suite struct CorrectionTests {
    private func first(_ session: Session) async throws -> OwnRecord {
        let records = try await session.view.records.values
            .filter { $0.book.series == .invoices && $0.isHead }
        return try #require(records.min { ($0.book, $0.number) < ($1.book, $1.number) })
    }

    /// The file that a record was made of.
    private func file(of record: OwnRecord, _ folder: String, _ session: Session) async throws
        -> String
    {
        let schedule = try await session.schedule()
        for file in DocumentFiles([folder]).files {
            let made = Importer.records(
                from: file.read() ?? [], named: file.path,
                for: RegisteredIdentifiers(session.configuration.identifiers))
            for candidate in try made.get() {
                let sources = schedule.sources(of: candidate.businessKey, in: candidate.month)
                if sources.contains(record.source) { return file.path }
            }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    @Test(arguments: [false, true]) func recordsAreCorrected(inANewEra: Bool) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            let folder = try log.documents("2026-01")
            _ = try await enterprise.importDocuments([folder])
            if inANewEra {
                _ = try await session.beginEra(
                    with: log.kits.kit(of: session.handle), .unspecified)
            }
            let old = try await first(session)
            let path = try await file(of: old, folder, session)
            let place = try #require(RecordNumber(old.name))
            // The same document says nothing else.
            let same = try await enterprise.correct(place, with: path, replacing)
            #expect(same.duplicates == 1 && same.imported == 0)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let number = try #require(text.firstRange(of: "<cbc:ID>E"))
            let renumbered = text.replacingCharacters(in: number, with: "<cbc:ID>F")
            let new = try log.scratch.folder("new", [("a.xml", Array(renumbered.utf8))]) + "/a.xml"
            let shown = try await enterprise.correct(place, with: new)
            guard case .differs(let from, let differences) = shown.lines.first?.outcome else {
                Issue.record("it says otherwise")
                return
            }
            #expect(from == old.name && differences.map(\.field).contains("number"))
            #expect(try await enterprise.records(in: old.book).allSatisfy(\.isHead))
            let done = try await enterprise.correct(place, with: new, replacing)
            #expect(done.imported == 1)
            try await check(old, enterprise, inANewEra: inANewEra)
            // What was corrected isn't corrected once more; the documents stay what they are.
            await #expect(throws: ClientError.self) {
                try await enterprise.correct(place, with: path)
            }
            #expect(try await enterprise.importDocuments([folder, new]).imported == 0)
            let later = try #require(
                try await enterprise.records(in: old.book).first { $0.replaces == old.jti })
            try await checkRefusals(try #require(RecordNumber(later.name)), enterprise, log)
            await session.close()
        }
    }

    private let replacing = ImportChoices(replacing: true)

    private func check(
        _ old: OwnRecord, _ enterprise: Enterprise, inANewEra: Bool
    ) async throws {
        let records = try await enterprise.records(in: old.book)
        let new = try #require(records.first { $0.replaces == old.jti })
        #expect(records.first { $0.jti == old.jti }?.replacedBy == new.jti)
        #expect(new.isHead && new.epoch == (inANewEra ? 1_000_000 : 0))
        for record in [old, new] {
            let shown = try await enterprise.show(
                try #require(RecordNumber(record.name)), fields: ["due_date"])
            #expect(shown.fields != nil)
        }
    }

    /// Another's document corrects nothing, and of another series neither, nor several at once.
    private func checkRefusals(
        _ place: RecordNumber, _ enterprise: Enterprise, _ log: TestLog
    ) async throws {
        let other = try log.scratch.folder("other", [("a.xml", Array("<a/>".utf8))])
        for path in [other + "/a.xml", other + "/none"] {
            #expect(try await enterprise.correct(place, with: path, replacing).refused == 1)
        }
        let bank = try log.scratch.folder(
            "bank", [("a.xml", BankText.file(.report, "R1", from: "", to: "2026-03-02", []))])
        await #expect(throws: ClientError.self) {
            try await enterprise.correct(place, with: bank, replacing)
        }
        await #expect(throws: ClientError.self) {
            try await enterprise.correct(place, with: try log.documents("2026-01"), replacing)
        }
    }

    /// A key is added, signs, is taken away and signs no more.
    @Test func keysComeAndGo() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            var random = SystemRandomNumberGenerator()
            let key = SigningKey(seed: .random(count: 32, using: &random))
            _ = try await session.addKey(key, [.close])
            let signer = Signer(
                origin: session.configuration.origin, handle: session.handle, log: session.log,
                key: key)
            func close(_ month: String) async throws {
                let book = BookName(series: .invoices, month: Month(month)!)
                let state = BookState()
                _ = try await session.register(
                    Statement.sign(
                        CloseBook(book, count: 0, root: state.root), by: signer, at: session.now,
                        jti: session.newJTI()))
            }
            try await close("2026-01")
            _ = try await session.retireKey(key.verificationKey.thumbprint, .keyCompromised)
            await #expect(throws: ConnectionError.self) { try await close("2026-02") }
            await session.close()
        }
    }

    /// The terms of a grant that has ended are erased; those of one that stands are not.
    @Test func statementsAreErased() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let plan = try await enterprise.plan(
                GrantWish(
                    to: Handle("northbank")!,
                    scope: .months(.invoices, Month("2026-01")!...Month("2026-03")!),
                    fields: ["due_date"], purpose: .creditAssessment, lifetime: 86_400,
                    fetches: 1, dataLife: 86_400))
            let grant = try await enterprise.grant(plan).statement.jti
            await #expect(throws: ConnectionError.self) {
                try await enterprise.forget(grant, .dataSubjectRequest)
            }
            _ = try await enterprise.revoke(grant, .purposeFulfilled)
            _ = try await enterprise.forget(grant, .dataSubjectRequest)
            #expect(try await session.sync().grants[grant] == nil)
            await session.close()
        }
    }
}
