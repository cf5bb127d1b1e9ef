import Custody
import Foundation
import Interface
import Rules
import Sharing
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// Nothing that a gateway shows is believed for being shown, or for being in its log.
@Suite struct LyingGatewayTests {
    /// A log with an enterprise, whose client is at work, and two others.
    private struct Scene {
        let gateway: LyingGateway
        let clock = TestClock()
        let session: Session
        let own: Signer
        let lender: Signer
        let stranger: Signer
        private let scratch: Scratch

        init() async throws {
            scratch = try Scratch()
            let gateway = try LyingGateway(at: clock.now)
            self.gateway = gateway
            let home = scratch.home("home")
            let application = try await home.join(
                try gateway.invitation,
                as: Applicant(
                    handle: Handle("bearings"), roles: [.enterprise], legalName: nil,
                    country: "DE", identifiers: []),
                under: TestLog.protection, surroundings: clock.surroundings,
                transport: { _ in gateway })
            session = try await Session(
                home, passphrase: TestLog.protection.passphrase, cost: TestLog.protection.cost,
                surroundings: clock.surroundings, transport: { _ in gateway })
            own = try session.signer(.all)
            Scene.admit(application, gateway, clock.now)
            lender = try Scene.other("northbank", .lender, gateway, clock.now)
            stranger = try Scene.other("stranger", .enterprise, gateway, clock.now)
        }

        private static func admit(
            _ application: Application, _ gateway: LyingGateway, _ time: Timestamp
        ) {
            var random = SystemRandomNumberGenerator()
            gateway.enter(
                application.claims,
                selective: application.identity(dueDiligence: nil).disclosures(using: &random),
                by: gateway.authority, at: time)
        }

        static func other(
            _ name: String, _ role: Role, _ gateway: LyingGateway, _ time: Timestamp,
            admittedBy authority: Signer? = nil
        ) throws -> Signer {
            var random = SystemRandomNumberGenerator()
            let (key, handle) = (LyingGateway.key(), Handle(name)!)
            let log = gateway.authority.log!
            let pop = ProofOfPossession.sign(
                log: log, handle: handle, introducer: nil, with: key)
            gateway.enter(
                Admit(
                    handle: handle, roles: [role],
                    keys: [KeyOffer(key: key.verificationKey, scopes: [.all], pop: pop)],
                    encryptionKey: try DecryptionKey(
                        seed: .random(count: 32, using: &random)
                    ).encryptionKey),
                selective: LegalIdentity(name: name, identifiers: [], country: "DE")
                    .disclosures(using: &random),
                by: authority ?? gateway.authority, at: time)
            return Signer(origin: gateway.origin, handle: handle, log: log, key: key)
        }

        /// Enters a grant to the lender.
        @discardableResult
        func grant(by signer: Signer) -> JTI {
            var random = SystemRandomNumberGenerator()
            let terms = GrantTerms(
                to: lender.handle, scope: .months(.invoices, Month("2026-01")!...Month("2026-02")!),
                subject: .fields(["due_date"]), fetches: 1, dataLife: 1, epochs: [0])
            return gateway.enter(
                Grant(
                    right: .read, purpose: .audit, notBefore: clock.now,
                    expires: clock.now.advanced(by: 86_400), policies: Digest(hashing: [1]),
                    envelope: Digest(hashing: [2])),
                selective: terms.disclosures(using: &random), by: signer, at: clock.now
            ).jti
        }

        /// Enters a record with this number, without content worth the name.
        func record(_ number: Int64, by signer: Signer) {
            var random = SystemRandomNumberGenerator()
            let claims = RegisterRecord(
                vct: RecordType.invoice.vct(origin: gateway.origin),
                book: BookName(series: .invoices, month: Month("2026-01")!), number: number,
                epoch: 0, source: Digest(hashing: [UInt8(number)]), replaces: nil,
                fieldsRoot: Digest(hashing: [3]), holder: signer.key.verificationKey.named)
            gateway.enter(
                claims,
                selective: [Disclosure(salt: .init(using: &random), name: "number", value: "1")],
                by: signer, at: clock.now)
        }

        /// Shows one entry otherwise than it is.
        func show(
            _ index: Int64, _ change: @escaping @Sendable (LoggedStatement) -> LoggedStatement
        ) {
            gateway.show { $0.map { $0.index == index ? change($0) : $0 } }
        }
    }

    @Test func whatIsSoundIsTakenIn() async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        scene.record(2, by: scene.own)
        let view = try await scene.session.sync()
        #expect(view.grants.keys.contains(grant))
        #expect(view.records.count == 2)
        #expect(view.next == 7)
    }

    /// An entry in the log says what its issuer says only if its issuer signed it.
    @Test func signaturesOfOthersAreRefused() async throws {
        let scene = try await Scene()
        let forged = Signer(
            origin: scene.own.origin, handle: scene.own.handle, log: scene.own.log,
            key: scene.stranger.key)
        scene.grant(by: forged)
        await #expect(throws: LogFault.signature(index: 4, issuer: scene.own.handle)) {
            try await scene.session.sync()
        }
        #expect(await scene.session.view.grants.isEmpty)
    }

    /// A key counts from when it was introduced to when it was retired.
    @Test func keysCountWhileTheyStand() async throws {
        let scene = try await Scene()
        let new = LyingGateway.key()
        let pop = ProofOfPossession.sign(
            log: scene.stranger.log!, handle: scene.stranger.handle,
            introducer: scene.stranger.key.verificationKey.thumbprint, with: new)
        let second = Signer(
            origin: scene.stranger.origin, handle: scene.stranger.handle, log: scene.stranger.log,
            key: new)
        scene.grant(by: second)
        scene.gateway.enter(
            AddKey(KeyOffer(key: new.verificationKey, scopes: [.all], pop: pop)),
            by: scene.stranger,
            at: scene.clock.now)
        scene.gateway.enter(
            RetireKey(scene.stranger.key.verificationKey.thumbprint), by: second,
            at: scene.clock.now)
        scene.grant(by: second)
        scene.grant(by: scene.stranger)
        let stranger = try await scene.session.participant(scene.stranger.handle)
        let answer = try await scene.session.connection.entries(
            Query.sign(
                .entries, from: 0, limit: 10, by: scene.own, at: scene.clock.now,
                jti: LyingGateway.jti()))
        let checkpoint = try await scene.session.keeper.accept(answer.checkpoint)
        let grants = try answer.entries.map { try LocatedStatement($0, under: checkpoint) }
            .filter { $0.statement.kind == .grant }
        let stood = grants.map { (try? stranger.checkSignature(of: $0)) != nil }
        #expect(stood == [false, true, false])
    }

    /// Who was admitted by somebody else than an authority is nobody.
    @Test func onlyAuthoritiesAdmit() async throws {
        let scene = try await Scene()
        let intruder = try Scene.other(
            "intruder", .lender, scene.gateway, scene.clock.now, admittedBy: scene.stranger)
        await #expect(throws: LogFault.participant(intruder.handle, .issuer(.notAuthority))) {
            try await scene.session.participant(intruder.handle)
        }
    }

    @Test func statementsOfAnotherLogAreRefused() async throws {
        let scene = try await Scene()
        scene.grant(
            by: Signer(
                origin: scene.own.origin, handle: scene.own.handle, log: Digest(hashing: [9]),
                key: scene.own.key))
        await #expect(throws: LogFault.otherLog(index: 4)) { try await scene.session.sync() }
    }

    @Test func entriesStandWhereTheyAreSaidTo() async throws {
        let scene = try await Scene()
        scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        scene.show(5) {
            LoggedStatement(
                index: 6, jws: $0.jws, disclosures: $0.disclosures, proof: $0.proof)
        }
        await #expect(throws: LogFault.self) { try await scene.session.sync() }
        scene.show(4) {
            LoggedStatement(index: 4, jws: $0.jws, disclosures: $0.disclosures, proof: [])
        }
        await #expect(throws: LogFault.self) { try await scene.session.sync() }
        scene.gateway.show { $0.reversed() }
        await #expect(throws: LogFault.outOfOrder(index: 4)) { try await scene.session.sync() }
        scene.gateway.show { $0 + $0.suffix(1) }
        await #expect(throws: LogFault.outOfOrder(index: 5)) { try await scene.session.sync() }
    }

    /// The disclosures are the statement's own, and all of them, or said to be erased.
    @Test func disclosuresBelongToTheirStatement() async throws {
        let scene = try await Scene()
        scene.grant(by: scene.own)
        scene.grant(by: scene.own)
        scene.gateway.show { entries in
            var entries = entries
            let (first, second) = (entries[4], entries[5])
            entries[4] = LoggedStatement(
                index: 4, jws: first.jws, disclosures: second.disclosures, proof: first.proof)
            return entries
        }
        await #expect(throws: LogFault.disclosures(index: 4)) { try await scene.session.sync() }
        scene.show(4) { entry in
            let disclosures = Disclosure.split(entry.disclosures) ?? []
            return LoggedStatement(
                index: 4, jws: entry.jws,
                disclosures: Disclosure.join(Array(disclosures.dropLast())), proof: entry.proof)
        }
        await #expect(throws: LogFault.disclosures(index: 4)) { try await scene.session.sync() }
    }

    /// A number of an own book that is left out, or there twice, is a finding.
    @Test(arguments: [[2], [1, 3], [1, 1]]) func ownBooksAreWhole(numbers: [Int64]) async throws {
        let scene = try await Scene()
        for number in numbers { scene.record(number, by: scene.own) }
        let book = BookName(series: .invoices, month: Month("2026-01")!)
        await #expect(throws: LogFault.ownBook(book, number: numbers[numbers.count - 1])) {
            try await scene.session.sync()
        }
    }

    /// What its issuer has no say in changes nothing here, signed and logged as it may be.
    @Test func whoHasNoSayChangesNothing() async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        let fetch = Fetch.sign(
            grant: grant, fields: ["due_date"], ranges: [], by: scene.lender, at: scene.clock.now,
            jti: LyingGateway.jti())
        var random = SystemRandomNumberGenerator()
        scene.gateway.enter(
            Access(grant: grant),
            selective: AccessTerms(fetch: fetch, served: .init(fields: [], ranges: [], books: []))
                .disclosures(using: &random),
            by: scene.stranger, at: scene.clock.now)
        scene.gateway.enter(
            Revoke(grant: grant, .resolved), by: scene.stranger, at: scene.clock.now)
        scene.gateway.enter(
            Rekey(grant: grant, envelope: Digest(hashing: [7])),
            selective: [
                Disclosure(salt: .init(using: &random), name: "epochs", value: [.integer(5)])
            ], by: scene.stranger, at: scene.clock.now)
        scene.record(1, by: scene.stranger)
        scene.grant(by: scene.stranger)
        let record = await scene.session.view.records.keys.first
        if let record {
            scene.gateway.enter(
                Erase(.record(record), .unspecified), by: scene.stranger, at: scene.clock.now)
        }
        let view = try await scene.session.sync()
        #expect(view.accesses.isEmpty)
        #expect(view.grants.count == 1)
        #expect(view.grants[grant]?.revocation == nil)
        #expect(view.grants[grant]?.epochs == [0])
        #expect(view.records.count == 1)
        #expect(view.records.values.allSatisfy { !$0.erased })
        // The host's own access, and the grantee giving back, do count.
        scene.gateway.enter(
            Access(grant: grant),
            selective: AccessTerms(fetch: fetch, served: .init(fields: [], ranges: [], books: []))
                .disclosures(using: &random),
            by: scene.gateway.host, at: scene.clock.now)
        scene.gateway.enter(
            Revoke(grant: grant, .givenBack), by: scene.lender, at: scene.clock.now)
        scene.gateway.show { $0.filter { $0.index >= 11 } }
        let later = try await scene.session.sync()
        #expect(later.accesses.map(\.grant) == [grant])
        #expect(later.grants[grant]?.revocation?.by == scene.lender.handle)
    }
}
