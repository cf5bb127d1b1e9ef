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
            _ = try await enterprise.correct(place, with: path)
            let records = try await enterprise.records(in: old.book)
            let new = try #require(records.first { $0.replaces == old.jti })
            #expect(records.first { $0.jti == old.jti }?.replacedBy == new.jti)
            #expect(new.isHead && new.epoch == (inANewEra ? 1_000_000 : 0))
            for record in [old, new] {
                let shown = try await enterprise.show(
                    try #require(RecordNumber(record.name)), fields: ["due_date"])
                #expect(shown.fields != nil)
            }
            // What was corrected isn't corrected once more; the document stays one.
            await #expect(throws: ClientError.correction(.replaced(by: new.name))) {
                try await enterprise.correct(place, with: path)
            }
            #expect(try await enterprise.importDocuments([folder]).imported == 0)
            await #expect(throws: ClientError.correction(.unreadable)) {
                try await enterprise.correct(
                    try #require(RecordNumber(new.name)), with: folder + "/none")
            }
            // Another's document corrects nothing, and of another series neither.
            let other = try log.scratch.folder("other", [("a.xml", Array("<a/>".utf8))])
            await #expect(throws: ClientError.self) {
                try await enterprise.correct(
                    try #require(RecordNumber(new.name)), with: other + "/a.xml")
            }
            await session.close()
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
