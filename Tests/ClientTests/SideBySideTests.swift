import Foundation
import Sharing
import TestSupport
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Custody

/// Several commands at work in one home.
@Suite struct SideBySideTests {
    /// Two importers and a reader, each with a session of its own: every document is registered once,
    /// the numbers have no gap, and nobody is refused.
    ///
    /// In small batches some are sealed ahead for numbers that the other one takes meanwhile.
    @Test(arguments: [1, 3, 128]) func importersAndReadersShareAHome(batch: Int) async throws {
        try await TestLog.serving { log in
            var choices = ImportChoices()
            choices.batchRecords = batch
            let chosen = choices
            let home = try await log.enterprise()
            let months = ["2026-01", "2026-02", "2026-03"]
            let folders = try months.map { try log.documents($0) }
            let open: @Sendable () async throws -> Session = { try await log.open(home) }
            let reports = try await withThrowingTaskGroup(of: ImportReport?.self) { group in
                for folders in [folders, folders.reversed()] {
                    group.addTask {
                        let session = try await open()
                        let report = try await Enterprise(session).importDocuments(folders, chosen)
                        await session.close()
                        return report
                    }
                }
                group.addTask {
                    for _ in 0..<5 {
                        let session = try await open()
                        _ = try await Enterprise(session).books()
                        await session.close()
                    }
                    return nil
                }
                var reports: [ImportReport] = []
                for try await report in group { report.map { reports.append($0) } }
                return reports
            }
            #expect(reports.map(\.refused) == [0, 0])
            let session = try await open()
            let records = try await Enterprise(session).records()
            #expect(records.count == reports.reduce(0) { $0 + $1.imported } && !records.isEmpty)
            for (_, book) in Dictionary(grouping: records, by: \.book) {
                #expect(book.map(\.number) == Array(1...Int64(book.count)))
            }
            await session.close()
        }
    }

    /// A record that was sealed ahead isn't sent when it has become old: files may take long to read.
    @Test func slowReadingMakesNothingTooOld() async throws {
        try await TestLog.serving { log in
            var choices = ImportChoices()
            choices.batchRecords = 1
            let home = try await log.enterprise()
            let session = try await log.open(home)
            let clock = log.clock
            let report = try await Enterprise(session).importDocuments(
                [try log.documents("2026-01")], choices
            ) { _ in clock.advance(600) }
            #expect(report.refused == 0 && report.imported > 2)
            await session.close()
        }
    }

    /// Whoever reads needs no turn; whoever signs waits for its own, and is told who has it.
    @Test func readersNeedNoTurn() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home, patience: .milliseconds(100))
            var lock: HomeLock? = try home.lock()
            _ = try await Enterprise(session).books()
            #expect(try await session.beginOperationIfFree() == false)
            let start = ContinuousClock.now
            await #expect(
                throws: HomeError.busy(
                    path: home.directory, holder: "trine, process \(getpid())")
            ) { try await session.beginOperation() }
            #expect(start.duration(to: .now) >= .milliseconds(100), "it was waited")
            await session.close()

            // A turn comes as soon as the other has finished, also for two tasks of one session, and
            // who gives up waiting is heard at once.
            let patient = try await log.open(home)
            let first = Task { try await patient.beginOperation() }
            let second = Task { try await patient.beginOperation() }
            let third = Task { try await patient.beginOperation() }
            third.cancel()
            await #expect(throws: CancellationError.self) { try await third.value }
            try await Task.sleep(for: .milliseconds(50))
            withExtendedLifetime(lock) {}
            lock = nil
            try await first.value
            try await second.value
            #expect(throws: HomeError.self) { try home.lock() }
            await patient.close()
            _ = try home.lock()
        }
    }

    /// A process that knew less doesn't take back what another one of the home believed since.
    @Test func whatWasSeenIsKept() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let early = try await log.open(home)
            try await early.sync()
            let late = try await log.open(home)
            _ = try await Enterprise(late).importDocuments([try log.documents("2026-01")])
            try await late.sync()
            let seen = try #require(await late.keeper.last)
            _ = try await early.latest()
            let kept = try #require(
                try home.trail(early.trust.policy, try home.clockKey()).last)
            #expect(kept.size >= seen.size)
            #expect(await early.keeper.last?.size == kept.size)
            await early.close()
            await late.close()
        }
    }
}
