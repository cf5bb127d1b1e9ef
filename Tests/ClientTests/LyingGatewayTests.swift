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
                Invitation(
                    to: try gateway.address, as: Handle("bearings")!,
                    secret: InvitationSecret(text: String(repeating: "A", count: 22))!),
                as: Applicant(roles: [.enterprise], legalName: nil, country: "DE", identifiers: []),
                under: TestLog.protection, keeping: { _ in }, surroundings: clock.surroundings,
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
                selective: LegalIdentity(application.identity).disclosures(
                    completing: application.disclosures, using: &random),
                by: gateway.authority, at: time)
        }

        static func other(
            _ name: String, _ role: Role, _ gateway: LyingGateway, _ time: Timestamp,
            admittedBy authority: Signer? = nil
        ) throws -> Signer {
            var random = SystemRandomNumberGenerator()
            let (key, handle) = (LyingGateway.key(), Handle(name)!)
            let log = gateway.authority.log!
            let identity = ApplicantIdentity(name: name, identifiers: [], country: "DE")
            let own = identity.disclosures(using: &random)
            gateway.enter(
                Admit.proven(
                    handle, as: [role],
                    [(KeyTerms(key: key.verificationKey, scopes: [.all]), key)],
                    try encryptionKey(of: name), own, to: log),
                selective: LegalIdentity(identity).disclosures(completing: own, using: &random),
                by: authority ?? gateway.authority, at: time)
            return Signer(origin: gateway.origin, handle: handle, log: log, key: key)
        }

        private static func encryptionKey(of name: String) throws -> EncryptionKey {
            let seed = Digest<Digested.Blob>(hashing: Array(name.utf8)).bytes
            return try DecryptionKey(seed: Secret(copying: seed)).encryptionKey
        }

        /// The key of the lender that envelopes are sealed to.
        static var recipientKey: Digest<Digested.EncryptionKey> {
            get throws { try encryptionKey(of: "northbank").digest }
        }

        /// Enters a grant to the lender.
        @discardableResult
        func grant(by signer: Signer) -> JTI {
            var random = SystemRandomNumberGenerator()
            let terms = GrantTerms(
                to: lender.handle, recipientKey: try! Self.recipientKey,
                scope: .months(.invoices, Month("2026-01")!...Month("2026-02")!),
                subject: .fields(["due_date"]), fetches: 1, dataLife: 1,
                epochs: [.init(series: .invoices, counts: [0])])
            return gateway.enter(
                Grant(
                    right: .read, purpose: .audit, notBefore: clock.now,
                    expires: clock.now.advanced(by: 86_400),
                    policies: CedarPolicies.standard.digest,
                    envelope: Digest(hashing: [2])),
                selective: terms.disclosures(using: &random), by: signer, at: clock.now
            ).jti
        }

        /// Enters an access to nothing, by the host where nobody else is named, and the counts and
        /// epochs of the books from 2026-01 on.
        func access(
            _ grant: JTI, by signer: Signer? = nil, books: [(count: Int64, epoch: Int64)] = [],
            at time: Timestamp? = nil
        ) {
            var random = SystemRandomNumberGenerator()
            let fetch = Fetch.sign(
                grant: grant, fields: ["due_date"], ranges: [], by: lender, at: clock.now,
                jti: LyingGateway.jti(), opener: .random()
            ).jws
            let served = Served(
                fields: [], ranges: [],
                books: books.enumerated().map { offset, book in
                    let month = Month(number: Month("2026-01")!.number + offset)!
                    return .init(
                        book: BookName(series: .invoices, month: month), count: book.count,
                        epoch: book.epoch, closed: false)
                })
            gateway.enter(
                Access(grant: grant),
                selective: AccessTerms(fetch: fetch, served: served)
                    .disclosures(using: &random), by: signer ?? gateway.host,
                at: time ?? clock.now)
        }

        /// Enters a record with this number, without content worth the name.
        func record(_ number: Int64, by signer: Signer) {
            var random = SystemRandomNumberGenerator()
            let claims = RegisterRecord(
                vct: RecordType.invoice.vct(origin: gateway.origin),
                integrity: RecordType.invoice.integrity(origin: gateway.origin),
                book: BookName(series: .invoices, month: Month("2026-01")!), number: number,
                epoch: 0, source: Digest(hashing: [UInt8(number)]), replaces: nil,
                fieldsRoot: Digest(hashing: [3]), holder: signer.key.verificationKey.named,
                status: StatusReference(
                    of: number, in: BookName("invoices/2026-01")!, of: signer.handle,
                    origin: gateway.origin))
            gateway.enter(
                claims,
                selective: RecordType.invoice.sealedNames.map {
                    Disclosure(salt: .init(using: &random), name: $0.text, value: "1")
                }, by: signer, at: clock.now)
        }

        /// Shows the disclosures of one entry otherwise than they are.
        func disclose(_ index: Int64, _ change: @escaping @Sendable ([Disclosure]) -> [Disclosure])
        {
            gateway.disclose {
                $0.map { entry in
                    guard entry.index == index else { return entry }
                    let disclosures = change(Disclosure.split(entry.disclosures) ?? [])
                    return .init(index: index, disclosures: Disclosure.join(disclosures))
                }
            }
        }
    }

    @Test func whatIsSoundIsTakenIn() async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        scene.record(2, by: scene.own)
        let view = try await scene.session.sync()
        #expect(try view.grants.keys.contains(grant))
        #expect(try view.records.count == 2)
        #expect(view.next == 7)
        #expect(view.refused == [])
    }

    /// An entry in the log says what its issuer says only if its issuer signed it.
    @Test func signaturesOfOthersAreRefused() async throws {
        let scene = try await Scene()
        let forged = Signer(
            origin: scene.own.origin, handle: scene.own.handle, log: scene.own.log,
            key: scene.stranger.key)
        scene.grant(by: forged)
        let view = try await scene.session.sync()
        #expect(try view.grants.isEmpty)
        #expect(view.refused == [4])
    }

    /// A key counts from when it was introduced to when it was retired.
    @Test func keysCountWhileTheyStand() async throws {
        let scene = try await Scene()
        let new = LyingGateway.key()
        let terms = KeyTerms(key: new.verificationKey, scopes: [.all])
        let pop = ProofOfPossession.sign(
            terms, for: scene.own.handle, of: scene.own.log!,
            .by(scene.own.key.verificationKey.thumbprint), with: new)
        let second = Signer(
            origin: scene.own.origin, handle: scene.own.handle, log: scene.own.log, key: new)
        scene.grant(by: second)
        scene.gateway.enter(
            AddKey(KeyOffer(terms, pop: pop)),
            by: scene.own, at: scene.clock.now)
        scene.gateway.enter(
            RetireKey(scene.own.key.verificationKey.thumbprint, .unspecified), by: second,
            at: scene.clock.now)
        let good = scene.grant(by: second)
        scene.grant(by: scene.own)
        let view = try await scene.session.sync()
        #expect(try view.grants.keys.map { $0 } == [good])
        #expect(view.refused == [4, 8])
    }

    /// Who was admitted by somebody else than an authority is nobody.
    @Test func onlyAuthoritiesAdmit() async throws {
        let scene = try await Scene()
        let intruder = try Scene.other(
            "intruder", .lender, scene.gateway, scene.clock.now, admittedBy: scene.stranger)
        await #expect(throws: ClientError.noParticipant(intruder.handle)) {
            try await scene.session.entity(intruder.handle)
        }
        #expect(await scene.session.view.refused == [4])
    }

    @Test func statementsOfAnotherLogAreRefused() async throws {
        let scene = try await Scene()
        scene.grant(
            by: Signer(
                origin: scene.own.origin, handle: scene.own.handle, log: Digest(hashing: [9]),
                key: scene.own.key))
        let view = try await scene.session.sync()
        #expect(try view.grants.isEmpty && view.refused == [4])
    }

    /// No entry can be left out, moved or exchanged: the entries make the tree of the checkpoint.
    @Test func entriesAreTheLogs() async throws {
        let scene = try await Scene()
        scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        let wrong = LogFault.entriesWrong(from: 0, to: 6)
        func expect(_ fault: LogFault, _ location: SourceLocation = #_sourceLocation) async {
            await #expect(throws: fault, sourceLocation: location) {
                try await scene.session.sync()
            }
            let view = await scene.session.view
            let isEmpty = (try? view.grants.isEmpty) == true
            #expect(view.next == 0 && isEmpty, sourceLocation: location)
        }
        let numbered = { @Sendable (entries: [EntriesAnswer.Entry]) in
            entries.enumerated().map {
                EntriesAnswer.Entry(index: Int64($0), statement: $1.statement)
            }
        }
        scene.gateway.serve { $0.reversed() }
        await expect(.outOfOrder(index: 5))
        scene.gateway.serve { numbered($0.reversed()) }
        await expect(wrong)
        scene.gateway.serve { $0 + $0.suffix(1) }
        await expect(.outOfOrder(index: 5))
        scene.gateway.serve { Array($0.dropFirst(4)) }
        await expect(.outOfOrder(index: 4))
        scene.gateway.serve { entries in
            numbered(entries.filter { $0.index != 4 } + entries.filter { $0.index == 4 })
        }
        await expect(wrong)
        scene.gateway.serve { entries in numbered(entries.map { _ in entries[1] }) }
        await expect(wrong)
        scene.gateway.serve { _ in [] }
        await expect(.outOfOrder(index: 0))
        scene.gateway.serve { $0 }
        #expect(try await scene.session.sync().grants.count == 1)
    }

    /// The host states an access. It can keep neither that from who gave the grant, nor what it served.
    @Test func anAccessCannotBeHidden() async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.access(grant)
        scene.gateway.disclose { $0.filter { $0.index != 5 } }
        await #expect(throws: LogFault.withheld(index: 5)) { try await scene.session.sync() }
        let view = await scene.session.view
        #expect(try view.accesses.map(\.grant) == [grant])
        #expect(try view.accesses[0].served == nil)
        #expect(try view.grants[grant]?.accesses == 1)
    }

    /// A host can't serve something today and date it as of last week, behind what it dated since.
    @Test(arguments: [(-300, false), (-301, true)])
    func anAccessIsNotOlderThanTheLogBeforeIt(shift: Int64, isBackdated: Bool) async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.clock.advance(1_000)
        scene.gateway.date(scene.clock.now)
        try await scene.session.sync()
        scene.access(grant, at: scene.clock.now.advanced(by: shift))
        guard isBackdated else {
            #expect(try await scene.session.sync().accesses.count == 1)
            return
        }
        for _ in 0..<2 {
            await #expect(throws: LogFault.backdated(index: 5, seconds: 301)) {
                try await scene.session.sync()
            }
        }
        let kept = scene.session.home.directory + "/backdated-5"
        let entry = try #require(try PrivateFile.read(kept + ".entry", limit: 70_000))
        #expect(try Statement(parsing: entry).claims is Access)
        let note = try Note(
            parsing: try #require(try PrivateFile.read(kept + ".note", limit: 10_000)))
        #expect(try Checkpoint(parsing: note.unverifiedText).size == 5)
    }

    /// A log of very many entries is read in parts. What was read is kept, and the end is reached.
    @Test func aLongLogIsReadInParts() async throws {
        let scene = try await Scene()
        for number in 1...9 { scene.record(Int64(number), by: scene.own) }
        let home = scene.session.home
        await scene.session.close()
        func sync() async throws -> View {
            let session = try await Session(
                home, passphrase: TestLog.protection.passphrase, cost: TestLog.protection.cost,
                surroundings: scene.clock.surroundings, entriesPerSync: 5,
                transport: { _ in scene.gateway })
            do {
                let view = try await session.sync()
                await session.close()
                return view
            } catch {
                await session.close()
                throw error
            }
        }
        for read in [5, 10] as [Int64] {
            await #expect(throws: ClientError.moreEntries(read: read, of: 13)) { try await sync() }
        }
        #expect(try await sync().records.count == 9)
        // What is known is shown without the gateway, too.
        let offline = try await Session(
            home, passphrase: TestLog.protection.passphrase, cost: TestLog.protection.cost,
            offline: true, transport: { _ in Unreachable() })
        #expect(try await offline.sync().records.count == 9)
        await offline.close()
    }

    private struct Unreachable: Transport {
        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
            throw .unreachable("nobody is there")
        }
        func shutDown() async {}
    }

    /// Others may sign long before they send.
    @Test func statementsOfParticipantsMayBeOlder() async throws {
        let scene = try await Scene()
        scene.clock.advance(1_000)
        scene.gateway.date(scene.clock.now)
        try await scene.session.sync()
        scene.clock.advance(-800)
        let grant = scene.grant(by: scene.own)
        scene.clock.advance(800)
        #expect(try await scene.session.sync().grants.keys.contains(grant))
    }

    /// The disclosures are the statement's own, and all of them, or said to be erased.
    @Test func disclosuresBelongToTheirStatement() async throws {
        let scene = try await Scene()
        scene.grant(by: scene.own)
        scene.grant(by: scene.own)
        scene.gateway.disclose { entries in
            entries.map { entry in
                guard entry.index == 4, let other = entries.first(where: { $0.index == 5 }) else {
                    return entry
                }
                return .init(index: 4, disclosures: other.disclosures)
            }
        }
        await #expect(throws: LogFault.disclosures(index: 4)) { try await scene.session.sync() }
        scene.disclose(4) { $0.dropLast() }
        await #expect(throws: LogFault.disclosures(index: 4)) { try await scene.session.sync() }
        #expect(await scene.session.view.next == 0)
    }

    /// A number of an own book that is left out, or there twice, is a finding.
    @Test(arguments: [[2], [1, 3], [1, 1]]) func ownBooksAreWhole(numbers: [Int64]) async throws {
        let scene = try await Scene()
        for number in numbers { scene.record(number, by: scene.own) }
        let view = try await scene.session.sync()
        #expect(view.refused == [3 + Int64(numbers.count)])
        #expect(try view.records.count == numbers.count - 1)
    }

    /// What its issuer has no say in changes nothing here, signed and logged as it may be.
    @Test func whoHasNoSayChangesNothing() async throws {
        let scene = try await Scene()
        let grant = scene.grant(by: scene.own)
        scene.record(1, by: scene.own)
        scene.access(grant, by: scene.stranger)
        var random = SystemRandomNumberGenerator()
        let reason = StatedReason(.resolved)
        scene.gateway.enter(
            Revoke(grant: grant), selective: reason.disclosures(using: &random), by: scene.stranger,
            at: scene.clock.now)
        scene.gateway.enter(
            Rekey(grant: grant, envelope: Digest(hashing: [7])),
            selective: RekeyTerms(
                epochs: [.init(series: .invoices, counts: [5])],
                recipientKey: try Scene.recipientKey
            )
            .disclosures(using: &random), by: scene.stranger, at: scene.clock.now)
        scene.record(1, by: scene.stranger)
        scene.grant(by: scene.stranger)
        let record = try #require(try await scene.session.sync().records.keys.first)
        scene.gateway.enter(
            Erase(.record(record)), selective: reason.disclosures(using: &random),
            by: scene.stranger, at: scene.clock.now)
        let hold = HoldTerms(
            holder: scene.own.handle, books: nil, until: nil, caseReference: "c")
        scene.gateway.enter(
            LegalHold(), selective: hold.disclosures(using: &random), by: scene.stranger,
            at: scene.clock.now)
        let view = try await scene.session.sync()
        #expect(try view.accesses.isEmpty)
        #expect(try view.grants.count == 1)
        #expect(try view.grants[grant]?.revocation == nil)
        #expect(try view.grants[grant]?.epochs == [.init(series: .invoices, counts: [0])])
        #expect(try view.records.count == 1)
        #expect(try view.records.values.allSatisfy { !$0.erased })
        #expect(view.state[HoldsState.key(scene.own.handle)] == nil)
        #expect(view.refused == [6, 7, 8, 11, 12])
        // The host's own access, and the grantee giving back, do count.
        scene.access(grant, books: [(1, 0)])
        let call = ReturnCall.sign(
            ReturnTerms(grant: grant, .givenBack), by: scene.lender, at: scene.clock.now,
            jti: LyingGateway.jti())
        scene.gateway.enter(
            Return(grant: grant),
            selective: CarriedCall<ReturnTerms>(call).disclosures(using: &random),
            by: scene.gateway.host, at: scene.clock.now)
        let later = try await scene.session.sync()
        #expect(try later.accesses.map(\.grant) == [grant])
        #expect(try later.grants[grant]?.revocation?.reason == .givenBack)
    }
}
