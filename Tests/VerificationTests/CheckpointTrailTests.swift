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
        let notes = try (1...7).map { (note: try log.checkpoint(size: $0), seen: Timestamp?.none) }
        let report = try AuditTests.audit(log, notes: notes.shuffled())
        #expect(report.isClean)
        #expect(report.newest?.size == 7)
        #expect(try AuditTests.audit(log, notes: []).newest == nil)
    }

    @Test func wrongRoot() throws {
        let wrong = try fork().checkpoint(size: 6)
        let report = try AuditTests.audit(log, notes: [(wrong, nil)])
        #expect(report.findings.map(\.what.name) == ["root-wrong"])
        #expect(report.findings.first?.index == 6)
        #expect(report.findings.first?.evidence.checkpoints == [wrong])
    }

    @Test func twoHistoriesOfOneSize() throws {
        let notes = [try log.checkpoint(size: 6), try fork().checkpoint(size: 6)]
        let report = try AuditTests.audit(log, notes: notes.map { ($0, nil) })
        #expect(report.findings.map(\.what) == [.fork])
        #expect(Set(report.findings[0].evidence.checkpoints) == Set(notes))
    }

    @Test func forkAgainstTheAuditorsOwnLastState() throws {
        let own = try log.trust.policy.verify(fork().checkpoint(size: 6))
        let shown = try log.checkpoint()
        let report = try AuditTests.audit(log, last: own, notes: [(shown, nil)])
        #expect(report.findings.map(\.what) == [.fork])
        #expect(report.findings[0].evidence.checkpoints == [own.note, shown])
        let same = try log.trust.policy.verify(log.checkpoint(size: 6))
        #expect(try AuditTests.audit(log, last: same).isClean)
    }

    @Test func aLogThatShrank() throws {
        let own = try log.trust.policy.verify(log.checkpoint())
        let report = try AuditTests.audit(
            log.prefix(4), last: own, notes: [(log.checkpoint(size: 4), nil)])
        #expect(report.findings.map(\.what) == [.entriesMissing(have: 4)])
        #expect(report.findings.first?.index == 7)
    }

    @Test func foreignAndUnsignedCheckpoints() throws {
        let other = try TestLog(seed: 61)
        let report = try AuditTests.audit(log, notes: [(other.checkpoint(), nil)])
        #expect(report.findings.map(\.what) == [.checkpointRefused(.note(.noKnownSignature))])
        #expect(report.findings.first?.index == 1)
    }

    @Test func aCheckpointThatComesTooLate() throws {
        var audit = Audit(
            under: log.trust, policies: PolicyShelf.standard, state: StateInMemory(),
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

    /// At a time when the log verifiably didn't have the entry, the entry says it was made long
    /// before.
    @Test func entriesCheckpointedLate() throws {
        let fifth = log.entries[5].statement.issuedAt
        func findings(_ seen: Timestamp) throws -> [AuditFinding] {
            try AuditTests.audit(
                log,
                notes: [(log.checkpoint(size: 5), seen), (log.checkpoint(), nil)]
            ).findings
        }
        #expect(try findings(fifth.advanced(by: 600)).isEmpty)
        let late = try findings(fifth.advanced(by: 601))
        #expect(late.map(\.what) == [.checkpointedLate(seconds: 601)])
        #expect(late.first?.index == 5)
        #expect(late.first?.evidence.checkpoints == [try log.checkpoint(size: 5)])
        #expect(late.first?.evidence.entry == log.entries[5].statement.jws.bytes)
    }
}
