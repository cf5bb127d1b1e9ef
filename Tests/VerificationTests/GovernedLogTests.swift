import TestWorld
import Testing
import Transparency

@testable import Rules
@testable import Sharing
@testable import Verification
@testable import Wire

extension TestLog {
    /// Registers what several authorities decide.
    @discardableResult
    mutating func decide(
        _ claims: any GovernanceForm, selective: [Disclosure] = [], by issuer: Person,
        with others: [Person], ahead: Int64 = 0
    ) throws -> Statement {
        now = now.advanced(by: 1)
        let motion = Motion(
            claims, selective: selective, by: issuer.signer(origin, log), at: now,
            jti: JTI(using: &random))
        let approvals = others.map { other in
            motion.approved(
                by: other.signer(origin, log), at: now.advanced(by: ahead), jti: JTI(using: &random)
            )
        }
        let signed = motion.issued(
            by: issuer.signer(origin, log), at: now, with: approvals)
        try register(signed)
        return signed.statement
    }
}

/// What verifiers and auditors make of a log whose authorities change, and of one that moves on to
/// rules they don't know.
@Suite struct GovernedLogTests {
    private let second = Person("second")
    private let third = Person("third")
    private let acme = Person("e-acme")

    /// Entries: 0 genesis, 1 and 2 the new authorities, 3 the charter, 4 a participant.
    private func governed() throws -> TestLog {
        var log = try TestLog()
        try log.admit(second, [.attestor])
        try log.admit(third, [.attestor])
        try log.add(
            ChangeCharter(
                Charter(
                    authorities: [second.handle, third.handle], threshold: 2, freshness: 60,
                    witnesses: [])), by: log.authority)
        let (claims, disclosures) = acme.admission(
            as: [.enterprise], to: log.log, using: &log.random)
        try log.decide(claims, selective: disclosures, by: second, with: [third])
        return log
    }

    private func register(_ log: TestLog, _ indices: [Int]) throws(Refusal) -> KeyRegister {
        var register = try KeyRegister(genesis: log.entries[0].statement)
        for index in indices {
            try register.admit(log.entries[index].statement, at: Int64(index))
        }
        return register
    }

    /// The log's time may be later than that of what it enters, and an approval later than that. Who has a
    /// few entries can't know it better, and admits what the log did.
    @Test func anApprovalMayBeAheadOfItsStatement() throws {
        var log = try governed()
        log.now = log.now.advanced(by: Limits.backdatingSeconds)
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.host)
        log.now = log.now.advanced(by: 2 - Limits.backdatingSeconds)
        let other = Person("e-other")
        let (claims, disclosures) = other.admission(
            as: [.enterprise], to: log.log, using: &log.random)
        try log.decide(
            claims, selective: disclosures, by: second, with: [third],
            ahead: Limits.aheadSeconds + Limits.backdatingSeconds - 10)
        #expect(try register(log, [1, 2, 3, 6]).participant(other.handle) != nil)

        log.lawless = true
        let last = Person("e-last")
        let (late, selective) = last.admission(as: [.enterprise], to: log.log, using: &log.random)
        try log.decide(
            late, selective: selective, by: second, with: [third],
            ahead: Limits.aheadSeconds + Limits.backdatingSeconds + 1)
        #expect(throws: Refusal.governance(.badApproval(by: third.handle, .notYet))) {
            try register(log, [1, 2, 3, 7])
        }
    }

    /// Who is admitted under a later charter is known to who is shown that charter and the keys of
    /// all who agreed, and to nobody else.
    @Test func aRegisterFollowsTheCharter() throws {
        let log = try governed()
        #expect(try register(log, [1, 2, 3, 4]).participant(acme.handle)?.roles == [.enterprise])
        #expect(throws: Refusal.issuer(.notAuthority)) { try register(log, [1, 2, 4]) }
        #expect(throws: Refusal.self) { try register(log, [1, 3, 4]) }
        #expect(throws: Refusal.issuer(.unknownKey)) { try register(log, [2, 4]) }
    }

    /// The authority of before admits nobody any more, and one of two alone doesn't.
    @Test func oneWordIsNotEnough() throws {
        var log = try governed()
        let other = Person("e-other")
        let (admission, selective) = other.admission(
            as: [.enterprise], to: log.log, using: &log.random)
        #expect(throws: Refusal.issuer(.notAuthority)) {
            try log.decide(admission, selective: selective, by: log.authority, with: [])
        }
        #expect(throws: Refusal.governance(.approvalsMissing(have: 1, need: 2))) {
            try log.decide(admission, selective: selective, by: second, with: [])
        }
        // A gateway that entered it anyway is found out.
        try log.add(
            admission, selective: selective, by: second, forced: true)
        var known = try register(log, [1, 2, 3, 4])
        let (index, entry) = (log.entries.count - 1, log.entries[log.entries.count - 1])
        #expect(throws: Refusal.governance(.approvalsMissing(have: 1, need: 2))) {
            try known.admit(entry.statement, at: Int64(index))
        }
        let report = try AuditTests.audit(log)
        #expect(report.findings.map(\.index) == [Int64(index)])
    }

    @Test func anAuditCountsThem() throws {
        var log = try governed()
        try log.decide(Upgrade(rules: 2, from: 100), by: third, with: [second])
        let report = try AuditTests.audit(log)
        #expect(report.isClean && report.stopped == nil)
        #expect(report.facts.charters.map(\.index) == [0, 3])
        #expect(report.facts.charters.map(\.what.threshold) == [1, 2])
        #expect(report.facts.upgrades.map(\.what.from) == [100])
        #expect(report.facts.kinds[.charter] == 1 && report.facts.kinds[.upgrade] == 1)
        let page = AuditPage(
            report, of: log.origin, genesis: log.log, by: third.handle, made: log.now)
        #expect(page.html.contains("2 of second, third"))
        #expect(page.html.contains("rules 2, from entry 100 on"))
    }

    // MARK: Later rules

    /// A log under rules 2 from entry 7 on, with two entries of theirs.
    private func upgraded() throws -> TestLog {
        var log = try governed()
        try log.decide(Upgrade(rules: 2, from: 6), by: third, with: [second])
        log.now = log.now.advanced(by: 8 * 86_400)
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.host)
        try Rules.$known.withValue(1...2) {
            for claims: any GovernanceForm in [Suspend(acme.handle), Reinstate(acme.handle)] {
                try log.decide(
                    claims, selective: StatedReason(.resolved).disclosures(using: &log.random),
                    by: third, with: [second])
            }
        }
        return log
    }

    /// An audit ends where the rules do that it knows: it says so, finds nothing wrong from there on,
    /// and still checks the tree.
    @Test func anAuditStopsAtRulesThatItDoesNotKnow() throws {
        let log = try upgraded()
        let report = try AuditTests.audit(log)
        #expect(report.stopped == UnknownRules(rules: 2, index: 7))
        #expect(report.isClean && report.size == 9 && report.newest?.size == 9)
        #expect(report.facts.kinds[.suspend] == nil)
        let page = AuditPage(
            report, of: log.origin, genesis: log.log, by: third.handle, made: log.now)
        #expect(page.html.contains("Update it."))
        // Nor is a form that only those rules know a fault.
        let unknown = try AuditTests.audit(log, leaf: { $0 == 8 ? Array("x".utf8) : $1 })
        #expect(unknown.findings.map(\.what.name) == ["root-wrong"])
        let known = try Rules.$known.withValue(1...2) { try AuditTests.audit(log) }
        #expect(known.stopped == nil && known.isClean && known.facts.kinds[.suspend] == 1)
    }

    @Test func aRegisterStopsThereToo() throws {
        let log = try upgraded()
        let before = Array(1...6).filter { $0 != 6 }
        let register = try register(log, before)
        #expect(register.participant(acme.handle) != nil)
        let unknown = UnknownRules(rules: 2, index: 7)
        #expect(throws: Refusal.place(.rulesUnknown(unknown))) {
            try self.register(log, before + [7])
        }
        let known = try Rules.$known.withValue(1...2) { () throws(Refusal) in
            try self.register(log, before + [7])
        }
        #expect(known.participant(acme.handle)?.suspended == true)
        // What came before, under a later checkpoint, is judged as ever.
        let statement = log.entries[4].statement
        #expect(register.unknownRules(of: statement, at: 4) == nil)
        #expect(register.unknownRules(of: log.entries[8].statement, at: 8) != nil)
        // A statement can be much older than log time was: what is known of that decides.
        #expect(register.unknownRules(of: statement, at: 7) == nil)
        #expect(register.unknownRules(of: statement, at: 7, logTime: log.now) == unknown)
    }
}
