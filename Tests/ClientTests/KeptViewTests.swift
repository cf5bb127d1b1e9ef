import Foundation
import Rules
import Sharing
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Client
@testable import Custody

/// A view on disk that several processes of one home share.
@Suite struct KeptViewTests {
    /// Lists of grants, books and participants read no record and no statement.
    @Test func listsReadNoRecords() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let first = try await log.open(home)
            let report = try await Enterprise(first).importDocuments([
                try log.documents("2025-07.2026-01")
            ])
            _ = try await first.sync()
            await first.close()
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            #expect(try await enterprise.books().isEmpty == false)
            #expect(try await enterprise.grants().isEmpty)
            let view = await session.view
            #expect(view.recordCount == Int64(report.imported))
            #expect(view.participants.count == 3)
            #expect(!view.tables.isEmpty)
            #expect(view.state.rows.tables.allSatisfy { $0.pagesRead == 0 })
            // They are there when they are asked for.
            #expect(try view.records.count == report.imported)
            #expect(view.state.rows.tables.contains { $0.pagesRead > 0 })
            await session.close()
        }
    }

    /// What another process of this home read of the log meanwhile isn't read again.
    @Test func aLaterViewIsTakenUp() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let watcher = FaultyTransport(log.transport(), [])
            let watching = try await log.open(home) { _ in watcher }
            try await watching.sync()
            await watching.keepForTests()
            let importing = try await log.open(home)
            let report = try await Enterprise(importing).importDocuments([
                try log.documents("2025-07.2026-01")
            ])
            try await importing.sync()
            await importing.close()

            let before = watcher.requests.count
            let view = try await watching.sync()
            #expect(view.next == Int64(2 + report.imported))
            #expect(try view.records.count == report.imported)
            let asked = watcher.requests.dropFirst(before).map(\.path)
            // The checkpoint, and what proves that it extends the one before: no entry.
            let places = ["/checkpoint", "/tile/"]
            #expect(asked.allSatisfy { path in places.contains { path.hasPrefix($0) } }, "\(asked)")
            // It goes on from there, also with what has to be looked up.
            let again = try await Enterprise(watching).importDocuments([
                try log.documents("2025-07.2026-01")
            ])
            #expect(again.imported == 0 && again.duplicates == report.imported)
            await watching.close()
        }
    }

    /// Who knows less doesn't put it in the place of who knows more; who knows more loses nothing where
    /// another took its tables away.
    @Test func theLaterViewStays() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let slow = try await log.open(home)
            _ = try await Enterprise(slow).importDocuments([try log.documents("2026-01")])
            try await slow.sync()
            await slow.keepForTests()
            let slowView = await slow.view
            var slowFile = ViewFile(home: home, keyring: slow.keyring)
            _ = try slowFile.read(of: slow.handle)
            let quick = try await log.open(home)
            _ = try await Enterprise(quick).importDocuments([try log.documents("2026-02")])
            let known = try await quick.sync()
            await quick.close()
            var older = slowView
            var random = SystemRandomNumberGenerator()
            #expect(older.next < known.next)
            try slowFile.write(&older, using: &random)

            var file = ViewFile(home: home, keyring: slow.keyring)
            #expect(try file.read(of: slow.handle)?.next == known.next)
            // The tables of the slow one's view are gone, and it has them open.
            let records = try slowView.records
            var later = known
            let names = try FileManager.default.contentsOfDirectory(
                atPath: home.path(.view) + ".rows")
            for name in names { unlink(home.path(.view) + ".rows/" + name) }
            unlink(home.path(.view))
            try file.write(&later, using: &random)
            let kept = try #require(try file.read(of: slow.handle))
            #expect(try kept.records == known.records && kept.state.all() == known.state.all())
            #expect(try slowView.records == records)
            await slow.close()
        }
    }

    /// A damaged table costs reading the log again, and nothing else.
    @Test func aDamagedViewIsReadAnew() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let first = try await log.open(home)
            let folder = try log.documents("2026-01")
            let report = try await Enterprise(first).importDocuments([folder])
            let known = try await first.sync()
            await first.close()
            let rows = home.path(.view) + ".rows"
            for name in try FileManager.default.contentsOfDirectory(atPath: rows) {
                try PrivateFile.replace(rows + "/" + name, with: Array("nonsense".utf8))
            }
            let second = try await log.open(home)
            await #expect(throws: HomeError.self) {
                try await Enterprise(second).importDocuments([folder])
            }
            await second.close()
            let third = try await log.open(home)
            #expect(await third.view.next == 0)
            let again = try await Enterprise(third).importDocuments([folder])
            #expect(again.duplicates == report.imported)
            #expect(try await third.view.records == known.records)
            await third.close()
        }
    }
}

extension Session {
    /// Keeps the view, however little is new.
    fileprivate func keepForTests() { try? keepView() }
}
