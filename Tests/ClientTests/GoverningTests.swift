import Foundation
import Gateway
import Interface
import Logging
import Rules
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Client

/// Several authorities decide through files, and a log moves to later rules, against a gateway.
@Suite struct GoverningTests {
    /// A log of three authorities, two of which decide together.
    private func alliance(
        _ log: TestLog,
        _ body: (_ founder: Session, _ chamber: Session, _ ministry: Session)
            async throws -> Void
    ) async throws {
        let chamber = try await log.participant("chamber", [.attestor])
        let ministry = try await log.participant("ministry", [.regulator])
        let sessions = (
            try await log.open(log.authorityHome), try await log.open(chamber),
            try await log.open(ministry)
        )
        let founder = try await Authority(sessions.0)
        await #expect(throws: ClientError.notAuthority) { try await Authority(sessions.1) }
        let charter = Charter(
            authorities: ["authority", "chamber", "ministry"].map { Handle($0)! }, threshold: 2,
            freshness: 3600, witnesses: [])
        _ = try await founder.submit(try founder.propose(ChangeCharter(charter)))
        #expect(try await sessions.1.charter() == charter)
        try await body(sessions.0, sessions.1, sessions.2)
        await sessions.0.close()
        await sessions.1.close()
        await sessions.2.close()
    }

    private func applied(
        _ invitation: Invitation, _ role: Role, to log: TestLog
    ) async throws -> Home {
        let name = invitation.handle.text
        let home = log.scratch.home(name)
        _ = try await home.join(
            invitation,
            as: Applicant(roles: [role], legalName: name, country: "DE", identifiers: []),
            under: TestLog.protection, keeping: { log.kits.keep($0) },
            surroundings: log.clock.surroundings,
            transport: { _ in log.transport() })
        return home
    }

    private func sent(_ proposal: Proposal) throws -> Proposal {
        try Proposal(parsing: proposal.file)
    }

    @Test func motionsTravelAsFiles() async throws {
        try await TestLog.serving { log in
            try await alliance(log) { founder, chamber, ministry in
                let founder = try await Authority(founder)
                let chamber = try await Authority(chamber)
                let ministry = try await Authority(ministry)
                let handle = Handle("ministry")!
                let missing = ClientError.approvalsMissing(
                    have: 1, need: 2, others: [Handle("chamber")!, handle])
                await #expect(throws: missing) {
                    try await founder.suspend(handle, .unspecified)
                }
                let motion = try founder.propose(
                    Suspend(handle), StatedReason(.supervisoryOrder))
                #expect(try sent(motion).motion.digest == motion.motion.digest)
                let approval = try chamber.approve(try sent(motion))
                let returned = try ApprovalFile.read(ApprovalFile.bytes(approval))
                #expect(returned == approval)
                // Its own approval, again and again, is one word.
                let own = try founder.approve(motion)
                await #expect(throws: missing) {
                    try await founder.submit(motion, with: [own, own])
                }
                let other = try founder.propose(
                    Suspend(handle), StatedReason(.supervisoryOrder))
                await #expect(
                    throws: ClientError.approvalOfAnotherMotion(Handle("chamber")!)
                ) { try await founder.submit(other, with: [returned]) }
                let done = try await founder.submit(motion, with: [returned, returned])
                #expect((done.statement.claims as? Suspend)?.approvals == [approval])
                // Whoever has the approvals submits; the suspended one's counts no more.
                let back = try founder.propose(Reinstate(handle), StatedReason(.resolved))
                let yes = try founder.approve(try sent(back))
                let late = try ministry.approve(try sent(back))
                await #expect(throws: ConnectionError.self) {
                    try await chamber.submit(try sent(back), with: [yes, late])
                }
                _ = try await chamber.submit(try sent(back), with: [yes])
            }
        }
    }

    /// A newcomer with its selective claims, and a policy set with its texts.
    @Test func whatBelongsToAMotionTravelsWithIt() async throws {
        try await TestLog.serving { log in
            try await alliance(log) { founder, chamber, _ in
                let founder = try await Authority(founder)
                let home = try await applied(
                    try await founder.invite(Handle("bearings")!), .enterprise, to: log)
                let chamber = try await Authority(chamber)
                let motion = try await founder.admission(of: Handle("bearings")!, size: .micro)
                let shown = try sent(motion)
                let identity = try shown.motion.opened() as? LegalIdentity
                #expect(identity?.name == "bearings" && identity?.size == .micro)
                // Who didn't invite it doesn't take the gateway's, or the proposer's, word for its keys.
                let bearings = Handle("bearings")!
                #expect(throws: ClientError.fingerprintNeeded(bearings)) {
                    try chamber.approve(shown)
                }
                #expect(throws: ClientError.substituted(bearings)) {
                    try chamber.approve(shown, fingerprint: Fingerprint(Digest(hashing: [1])))
                }
                let application = try #require(try home.application())
                let told = Fingerprint(application.fingerprint(in: log.address.genesis))
                let approval = try chamber.approve(shown, fingerprint: told)
                // Nor does it by submitting: its signature counts as much as an approval.
                let given = try founder.approve(motion, fingerprint: told)
                await #expect(throws: ClientError.fingerprintNeeded(bearings)) {
                    try await chamber.submit(shown, with: [given])
                }
                await #expect(throws: ClientError.substituted(bearings)) {
                    try await chamber.submit(
                        shown, fingerprint: Fingerprint(Digest(hashing: [1])), with: [given])
                }
                // Who invited the newcomer knows its application again.
                _ = try await founder.submit(shown, with: [approval])
                let session = try await log.open(home)
                #expect(try await session.sync().state[ParticipantState.key(session.handle)] != nil)
                await session.close()

                let set = try founder.publication(of: .standard)
                _ = try await founder.submit(set, with: [try chamber.approve(try sent(set))])
                // Texts that aren't those of the set that is named are noticed before anybody signs.
                let swapped = Proposal(set.motion, blob: Array(set.blob.dropLast()))
                #expect(throws: ClientError.self) { try chamber.approve(swapped) }
            }
        }
    }

    /// A package shows the charter and the keys of all who agreed to an admission, so that it verifies
    /// without the log; an audit comes to the same.
    @Test func aPackageShowsWhoAgreed() async throws {
        try await TestLog.serving { log in
            let enterpriseHome = try await log.enterprise()
            try await alliance(log) { founder, chamber, ministry in
                let founder = try await Authority(founder)
                let lenderHome = try await applied(
                    try await founder.invite(Handle("northbank")!), .lender, to: log)
                let motion = try await founder.admission(of: Handle("northbank")!)
                let application = try #require(try lenderHome.application())
                let told = Fingerprint(application.fingerprint(in: log.address.genesis))
                let approval = try await Authority(chamber).approve(
                    try sent(motion), fingerprint: told)
                _ = try await founder.submit(motion, with: [approval])

                let enterprise = try Enterprise(try await log.open(enterpriseHome))
                _ = try await enterprise.importDocuments([try log.documents("2026-01")])
                let month = Month("2026-01")!
                let plan = try await enterprise.plan(
                    GrantWish(
                        to: Handle("northbank")!, scope: .months(.invoices, month...month),
                        fields: ["due_date"], purpose: .creditAssessment, lifetime: 86_400,
                        fetches: 5, dataLife: 0))
                let grant = try await enterprise.grant(plan).statement.jti
                let lender = try Lender(try await log.open(lenderHome))
                let package = try await lender.fetch(grant).package
                let kinds = try package.participants.map { try $0.statement().kind }
                #expect(kinds == [.admit, .admit, .admit, .charter, .admit])
                let trust = try lenderHome.trust()
                #expect(try Package(parsing: package.bytes).verify(under: trust).verdict.isComplete)
                // Without one of those who agreed it shows nothing.
                for left in [1, 2, 3] {
                    var participants = package.participants
                    participants.remove(at: left)
                    let less = Package(
                        checkpoint: package.checkpoint, genesis: package.genesis,
                        participants: participants, types: package.types, grant: package.grant,
                        rekey: package.rekey,
                        access: package.access, records: package.records,
                        erasures: package.erasures)
                    #expect(throws: PackageRefusal.self) { try less.verify(under: trust) }
                }
                let report = try await Regulator(ministry).audit()
                #expect(report.isClean && report.facts.charters.count == 2)
                await enterprise.session.close()
                await lender.session.close()
            }
        }
    }

    @Test func whatIsNoMotion() async throws {
        try await TestLog.serving { log in
            let founder = try await Authority(try await log.open(log.authorityHome))
            let motion = try founder.propose(
                Suspend(Handle("host")!), StatedReason(.unspecified))
            let file = motion.file
            let changes: [[UInt8]] = [
                [], Array(file.dropLast()), Array(file.dropFirst()), file + [10],
                Array("trine-motion/2\n".utf8) + file.dropFirst(Proposal.firstLine.utf8.count),
            ]
            for changed in changes {
                #expect(throws: ClientError.notAMotion) { try Proposal(parsing: changed) }
            }
            #expect(throws: ClientError.notAnApproval) { try ApprovalFile.read(file) }
            // Of another log, it is none here.
            try await TestLog.serving { other in
                let elsewhere = try await Authority(try await other.open(other.authorityHome))
                #expect(throws: ClientError.notAMotion) { try elsewhere.approve(motion) }
                await elsewhere.session.close()
            }
            await founder.session.close()
        }
    }

    // MARK: Later rules

    /// Under rules that it doesn't know a gateway enters nothing and doesn't start, and a client reads
    /// no further; one that knows them goes on.
    @Test func laterRulesStopWhoDoesNotKnowThem() async throws {
        try await TestLog.serving { log in
            let lender = try await log.open(try await log.participant("northbank", [.lender]))
            let founder = try await Authority(try await log.open(log.authorityHome))
            let announced = try await founder.submit(
                try founder.propose(Upgrade(rules: 2, from: 5)))
            #expect(announced.index == 2)
            log.clock.advance(8 * 86_400)
            // The host moves log time on; both entries are before the index.
            _ = try await founder.suspend(Handle("northbank")!, .unspecified)
            let unknown = UnknownRules(rules: 2, index: 5)
            await #expect(throws: LogFault.update(unknown)) { try await lender.sync() }
            await #expect(throws: LogFault.update(unknown)) {
                try await founder.reinstate(Handle("northbank")!, .resolved)
            }
            #expect(await lender.view.next == 5)
            await #expect(throws: unknown) { _ = try await service(log) }

            // A client that signs all the same is turned away.
            var random = log.clock.surroundings.random
            let signed = Statement.sign(
                Reinstate(Handle("northbank")!),
                selective: StatedReason(.resolved).disclosures(using: &random),
                by: try founder.session.signer(.all),
                at: log.clock.now, jti: founder.session.newJTI())
            await #expect {
                try await founder.session.register(signed)
            } throws: { error in
                guard case .unavailable(503, let problem)? = error as? ConnectionError else {
                    return false
                }
                return problem?.name == "rules-unknown"
            }

            // Both know them: the log goes on.
            try await Rules.$known.withValue(1...2) {
                _ = try await service(log)
                #expect(try await founder.session.flush().map(\.index) == [5])
                let view = try await lender.sync()
                #expect(view.next == 6 && view.state[LogState.key]?.rules == 2)
            }
            // A client that doesn't know them, on the same log.
            await lender.close()
            let home = log.scratch.home("northbank")
            try FileManager.default.removeItem(atPath: home.path(.view))
            let old = try await log.open(home)
            await #expect(throws: LogFault.update(unknown)) { try await old.sync() }
            await old.close()
            await founder.session.close()
        }
    }

    /// The gateway, started again on the same store.
    private func service(_ log: TestLog) async throws -> GatewayService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return try await GatewayService(
            store: log.store, keys: log.keys, logger: logger, clock: HostClock { log.clock.now })
    }
}
