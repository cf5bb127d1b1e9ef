import Demo
import Foundation
import Importing
import Interface
import Rules
import Sharing
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

@Suite struct JoinTests {
    private func applicant(_ roles: [Role] = [.lender]) -> Applicant {
        Applicant(
            roles: roles, legalName: "Somebody", country: "NL",
            identifiers: [LegalIdentifier(scheme: .lei, id: "X")!])
    }

    private func join(
        _ log: TestLog, _ home: Home, _ applicant: Applicant, _ invitation: Invitation,
        through wrap: @escaping @Sendable (any Transport) -> any Transport = { $0 }
    ) async throws -> Application {
        try await home.join(
            invitation, as: applicant, under: TestLog.protection,
            keeping: { log.kits.keep($0) }, surroundings: log.clock.surroundings,
            transport: { _ in wrap(log.transport()) })
    }

    @Test func whoAppliesWaitsUntilAdmitted() async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            let application = try await join(log, home, applicant(), try await log.invite())
            #expect(application.handle.text.hasPrefix("p-"))
            #expect(try home.configuration().handle == application.handle)
            #expect(try home.trust().genesis == log.address.genesis)

            let session = try await log.open(home)
            await #expect(throws: ClientError.notAdmitted(application.handle)) {
                try await session.sync()
            }
            let authority = try await log.open(log.authorityHome)
            let pending = try await Authority(authority).pending()
            #expect(pending.map(\.application) == [application])
            #expect(pending[0].received == log.clock.now)
            _ = try await Authority(authority).admit(application.handle, reference: "file-1")
            #expect(try await Authority(authority).pending().isEmpty)
            let view = try await session.sync()
            #expect(view.next == 2)
            await #expect(throws: ClientError.noApplication(Handle("nobody")!)) {
                try await Authority(authority).admit(Handle("nobody")!)
            }
            await #expect(throws: ClientError.notAuthority) { try await Authority(session) }
            #expect(throws: ClientError.notInRole(.enterprise, have: [.lender])) {
                try Enterprise(session)
            }
            #expect(throws: ClientError.notInRole(.regulator, have: [.lender])) {
                try Regulator(session)
            }
            for open in [session, authority] { await open.close() }
        }
    }

    /// A rejected application is corrected with another invitation, by whom the home opens for; the home of
    /// the one before is moved, and nothing of it changes.
    @Test func aMistakeIsCorrected() async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            let right = Applicant(
                roles: [.lender], legalName: "Somebody else", country: "NL", identifiers: [])
            func reapply(
                _ invitation: Invitation, _ protection: Protection
            ) async throws -> Reapplication {
                try await home.reapply(
                    invitation, as: right, under: protection, keeping: { log.kits.keep($0) },
                    surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            }
            let first = try await log.invite("one")
            #expect(try !home.corrects(right, with: first), "there is no home")
            let wrong = try await join(log, home, applicant(), first)
            #expect(try !home.corrects(right, with: first), "it is the same invitation")
            await #expect(throws: HomeError.alreadyThere(path: home.directory)) {
                try await join(log, home, right, first)
            }
            let authority = try await log.open(log.authorityHome)
            _ = try await Authority(authority).reject(wrong.handle)
            await authority.close()
            let second = try await log.invite("one")
            #expect(try home.corrects(right, with: second))
            #expect(try !home.corrects(applicant(), with: second), "nothing is corrected")

            let keyring = try home.read(.keyring)
            let other = Protection(
                Passphrase("another passphrase".utf8)!, cost: TestLog.protection.cost)
            await #expect(throws: KeyringError.wrongPassphrase) {
                try await reapply(second, other)
            }
            // The gateway doesn't know this invitation: nothing is moved.
            let unknown = Invitation(
                to: second.log, as: second.handle, secret: first.secret)
            await #expect(throws: ConnectionError.self) {
                try await reapply(unknown, TestLog.protection)
            }
            #expect(try home.read(.keyring) == keyring)
            #expect(try home.application() == wrong)
            let there = try FileManager.default.contentsOfDirectory(atPath: log.scratch.path)
            #expect(!there.contains("one.new") && !there.contains("one.rejected"))

            let done = try await reapply(second, TestLog.protection)
            #expect(done.application.identity.name == "Somebody else")
            #expect(try home.application() == done.application)
            #expect(try Home(done.earlier).read(.keyring) == keyring)
            let admitting = try await log.open(log.authorityHome)
            _ = try await Authority(admitting).admit(done.application.handle)
            await admitting.close()
            let session = try await log.open(home)
            #expect(try await session.sync().participant(done.application.handle) != nil)
            await session.close()
        }
    }

    /// The pin decides, whatever answers at the address: nothing is made for another log.
    @Test func anotherLogIsNotJoined() async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            let invitation = try await log.invite("one")
            let other = LogAddress(
                gateway: log.address.gateway, genesis: Digest(hashing: Array("other".utf8)))
            await #expect(
                throws: LogFault.otherGenesis(
                    have: log.address.genesis, pinned: other.genesis)
            ) {
                try await join(
                    log, home, applicant(),
                    Invitation(to: other, as: invitation.handle, secret: invitation.secret))
            }
            #expect(!home.isInhabited)
        }
    }

    /// Entry 0 must stand in a tree whose checkpoint the key in it signed.
    @Test(arguments: [("/checkpoint", 60), ("/tile/0/", 40), ("/tile/entries/", 10)])
    func aForgedLogIsNotJoined(path: String, place: Int) async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            _ = try await log.participant("northbank", [.lender])
            let invitation = try await log.invite("one")
            await #expect(throws: (any Error).self) {
                try await join(log, home, applicant(), invitation) {
                    FaultyTransport(
                        $0,
                        [
                            (
                                path,
                                .changed { bytes in
                                    var bytes = bytes
                                    bytes[place] = bytes[place] == 0x41 ? 0x42 : 0x41
                                    return bytes
                                }
                            )
                        ])
                }
            }
            #expect(!home.isInhabited)
        }
    }

    /// What the gateway says of itself is what entry 0 says, each of its keys too.
    @Test(arguments: ["origin", "genesis", "log_key", "clock_key"])
    func aGatewayThatNamesAnotherLogIsNotJoined(member: String) async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            let invitation = try await log.invite("one")
            let change: @Sendable ([UInt8]) -> [UInt8] = { bytes in
                var text = String(decoding: bytes, as: UTF8.self)
                guard text.contains("\"log_key\""), let name = text.range(of: "\"\(member)\":\"")
                else { return bytes }
                let first = text[name.upperBound]
                text.replaceSubrange(
                    name.upperBound...name.upperBound, with: first == "u" ? "v" : "u")
                return Array(text.utf8)
            }
            await #expect(throws: LogFault.describedOtherwise) {
                try await join(log, home, applicant(), invitation) {
                    FaultyTransport($0, Array(repeating: ("/", .changed(change)), count: 20))
                }
            }
            #expect(!home.isInhabited)
            _ = try await join(log, home, applicant(), invitation)
        }
    }

    /// Where the application itself is lost, joining again takes up the same home and keys.
    @Test func joiningIsTakenUpAgain() async throws {
        try await TestLog.serving { log in
            let home = log.scratch.home("one")
            let invitation = try await log.invite("northbank")
            await #expect(throws: ConnectionError.self) {
                try await join(log, home, applicant(), invitation) {
                    FaultyTransport($0, [("/applications", .unreachable)])
                }
            }
            let keyring = try home.read(.keyring)
            let sent = try home.application()
            let application = try await join(log, home, applicant(), invitation)
            #expect(application.handle == Handle("northbank"))
            #expect(try home.read(.keyring) == keyring && application == sent)
            // But nobody else's home is overwritten.
            await #expect(throws: HomeError.alreadyThere(path: home.directory)) {
                try await join(log, home, applicant(), try await log.invite("southbank"))
            }
            await #expect(throws: HomeError.alreadyThere(path: home.directory)) {
                try await join(log, home, applicant([.regulator]), invitation)
            }
            await #expect(throws: KeyringError.wrongPassphrase) {
                try await home.join(
                    invitation, as: applicant(),
                    under: Protection(
                        Passphrase("another one".utf8)!, cost: TestLog.protection.cost),
                    keeping: { log.kits.keep($0) }, surroundings: log.clock.surroundings)
            }
        }
    }

    @Test func aSuspendedParticipantIsReinstated() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            let authority = try await Authority(try await log.open(log.authorityHome))
            let handle = try home.configuration().handle
            _ = try await authority.suspend(handle, .supervisoryOrder)
            #expect(try await session.entity(handle).suspended)
            // Nothing is even sealed.
            let documents = try log.documents("2026-01")
            let policy = "suspended-neither-seals-nor-grants-nor-uses"
            await #expect(
                throws: ClientError.forbidden(
                    policies: [policy],
                    reasons: [CedarPolicies.standard.reason(of: policy) ?? ""])
            ) { try await Enterprise(session).importDocuments([documents]) }
            _ = try await authority.reinstate(handle, .resolved)
            #expect(try await !session.entity(handle).suspended)
            let again = try await Enterprise(session).importDocuments([documents])
            #expect(again.refused == 0)
            await session.close()
            await authority.session.close()
        }
    }
}

@Suite struct SecrecyTests {
    /// Nothing of a record, of a grant or of a key can be read in a home by who doesn't have the
    /// passphrase.
    @Test func aHomeOnDiskTellsNothing() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let session = try await log.open(home) {
                FaultyTransport($0, [("/statements/bulk", .answerLost)])
            }
            let enterprise = try Enterprise(session)
            _ = try? await enterprise.importDocuments([try log.documents("2026-01")])
            _ = try await enterprise.importDocuments([try log.documents("2026-02")])
            let plan = try await enterprise.plan(
                GrantWish(
                    to: Handle("northbank")!,
                    scope: .months(.invoices, Month("2026-01")!...Month("2026-12")!),
                    fields: ["due_date"], purpose: .guarantee, lifetime: 86_400, fetches: 1,
                    dataLife: 1))
            let grant = try await enterprise.grant(plan)
            await session.close()

            let secrets = [
                "northbank", "due_date", grant.statement.jti.text, "invoices/2026",
                SampleEnterprise.name,
                TestLog.protection.passphrase.secret.withBytes {
                    String(decoding: $0, as: UTF8.self)
                },
            ]
            let files = try #require(FileManager.default.enumerator(atPath: home.directory))
            for case let name as String in files {
                guard
                    let content = FileManager.default.contents(
                        atPath: home.directory + "/" + name)
                else { continue }
                for secret in secrets {
                    #expect(content.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)")
                }
            }
        }
    }

    @Test func aViewIsTakenUpWhereItEnded() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([
                try log.documents("2025-07.2026-01")
            ])
            _ = try await enterprise.close(
                BookName(series: .bills, month: Month("2026-01")!))
            _ = try await enterprise.erase(RecordNumber("invoices/2026-01#2")!, .unspecified)
            let view = try await session.sync()
            await session.close()

            let reopened = try await log.open(home)
            let kept = await reopened.view
            #expect(kept.next > 64 && kept.next <= view.next)
            let again = try await reopened.sync()
            #expect(again.next == view.next)
            #expect(try again.records == view.records)
            #expect(try again.books == view.books)
            #expect(again.time == view.time)
            await reopened.close()

            // It is a cache: one that can't be read is made anew from the log.
            try home.replace(.view, with: Array("nonsense".utf8))
            let fresh = try await log.open(home)
            #expect(await fresh.view.next == 0)
            #expect(try await fresh.sync().records == view.records)
            #expect(try await fresh.view.books == view.books)
            await fresh.close()
        }
    }
}
