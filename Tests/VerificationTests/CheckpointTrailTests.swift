import Rules
import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// What an audit makes of checkpoints.
@Suite struct CheckpointTrailTests {
    let log: TestLog

    init() throws { log = try Self.shared.get() }

    private static let shared = Result { () throws -> TestLog in
        var log = try TestLog(seed: 60)
        for number in 1...6 {
            log.now = log.now.advanced(by: 1000)
            try log.admit(Person("p-\(number)"), [.lender])
        }
        return log
    }

    /// Six participants, the last of them another one.
    private func fork() throws -> TestLog {
        var fork = log.prefix(5)
        fork.lawless = true
        for number in 7...8 {
            try fork.admit(Person("p-\(number)"), [.lender])
        }
        return fork
    }

    @Test func everyKeptCheckpointIsCompared() throws {
        let notes = try (1...7).map { try log.checkpoint(size: $0) }
        let report = try AuditTests.audit(log, notes: notes.shuffled())
        #expect(report.isClean)
        #expect(report.newest?.size == 7)
        #expect(try AuditTests.audit(log, notes: []).newest == nil)
    }

    @Test func wrongRoot() throws {
        let wrong = try fork().checkpoint(size: 6)
        let report = try AuditTests.audit(log, notes: [wrong])
        #expect(report.findings.map(\.what.name) == ["root-wrong"])
        #expect(report.findings.first?.index == 6)
        #expect(report.findings.first?.evidence.checkpoints == [wrong])
    }

    @Test func twoHistoriesOfOneSize() throws {
        let notes = [try log.checkpoint(size: 6), try fork().checkpoint(size: 6)]
        let report = try AuditTests.audit(log, notes: notes)
        #expect(report.findings.map(\.what) == [.fork])
        #expect(Set(report.findings[0].evidence.checkpoints) == Set(notes))
    }

    @Test func forkAgainstTheAuditorsOwnLastState() throws {
        let own = try log.trust.policy.verify(fork().checkpoint(size: 6))
        let shown = try log.checkpoint()
        let report = try AuditTests.audit(log, last: own, notes: [shown])
        #expect(report.findings.map(\.what) == [.fork])
        #expect(report.findings[0].evidence.checkpoints == [own.note, shown])
        let same = try log.trust.policy.verify(log.checkpoint(size: 6))
        #expect(try AuditTests.audit(log, last: same).isClean)
    }

    @Test func aLogThatShrank() throws {
        let own = try log.trust.policy.verify(log.checkpoint())
        let report = try AuditTests.audit(
            log.prefix(4), last: own, notes: [log.checkpoint(size: 4)])
        #expect(report.findings.map(\.what) == [.entriesMissing(have: 4)])
        #expect(report.findings.first?.index == 7)
    }

    @Test func foreignAndUnsignedCheckpoints() throws {
        let other = try TestLog(seed: 61)
        let report = try AuditTests.audit(log, notes: [other.checkpoint()])
        #expect(report.findings.map(\.what) == [.checkpointRefused(.note(.noKnownSignature))])
        #expect(report.findings.first?.index == 1)
    }

    @Test func aCheckpointThatComesTooLate() throws {
        var audit = Audit(
            under: log.trust, policies: TextShelf.standard(of: log.origin), state: StateInMemory(),
            seesDisclosures: true)
        for entry in log.entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes, .shown(Disclosure.join(entry.disclosures)),
                    keys: OfferedKeys()))
        }
        audit.checkpoint(try log.checkpoint(size: 3))
        audit.checkpoint(try log.checkpoint())
        let report = audit.finish()
        #expect(report.findings.map(\.what) == [.unplaced])
        #expect(report.newest?.size == 7)
    }

    /// At a time when the log, by the word of its host, didn't have the host's own entry, the entry says
    /// that it was made before.
    @Test func entriesOfTheHostAreNotBackdated() throws {
        var log = log
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.host)
        let time = log.entries[7].statement.issuedAt
        func findings(_ date: Timestamp, size: Int = 7) throws -> [AuditFinding] {
            try AuditTests.audit(
                log, notes: [log.checkpoint(size: size, at: date), log.checkpoint()]
            ).findings
        }
        #expect(try findings(time.advanced(by: 300)).isEmpty)
        let late = try findings(time.advanced(by: 301))
        #expect(late.map(\.what) == [.backdated(seconds: 301)])
        #expect(late.first?.index == 7)
        #expect(
            late.first?.evidence.checkpoints
                == [try log.checkpoint(size: 7, at: time.advanced(by: 301))])
        #expect(late.first?.evidence.entry == log.entries[7].statement.jws.bytes)
        // Others sign when they like, and what the checkpoint has isn't late.
        #expect(try findings(time.advanced(by: 9_000), size: 3).map(\.index) == [7])
        #expect(try findings(time.advanced(by: 9_000), size: 8).isEmpty)
    }

    /// Two dates of the host's that contradict each other, whatever entries are shown.
    @Test func datesProveARollback() throws {
        let start = log.now
        let notes = try [(7, 0), (4, 1), (7, 2)].map { size, seconds in
            try log.checkpoint(size: size, at: start.advanced(by: Int64(seconds)))
        }
        let report = try AuditTests.audit(log, notes: notes)
        #expect(report.findings.map(\.what) == [.rolledBack(from: 7)])
        #expect(report.findings.first?.index == 4)
        #expect(report.findings.first?.evidence.checkpoints == Array(notes[..<2]))
        #expect(try AuditTests.audit(log, notes: [notes[0], notes[2]]).isClean)
    }
}
