import Demo
import Foundation
import Importing
import Rules
import Sharing
import Storage
import TestSupport
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

/// Thieves of machines, and participants that lost theirs.
@Suite struct EraTests {
    private static let bearings = Handle("bearings")!
    private static let fields: [FieldName] = ["due_date", "payable_amount"]

    private func wish(_ lender: String) -> GrantWish {
        GrantWish(
            to: Handle(lender)!,
            scope: .months(.invoices, Month("2026-01")!...Month("2026-12")!), fields: Self.fields,
            purpose: .creditAssessment, lifetime: 30 * 86_400, fetches: 100, dataLife: 86_400)
    }

    private func first(_ month: String, _ session: Session) async throws -> OwnRecord? {
        try await session.view.records.values
            .filter { $0.book.month == Month(month) && $0.book.series == .invoices }
            .min { $0.number < $1.number }
    }

    private func show(_ record: OwnRecord, _ session: Session) async throws -> VerifiedRecord {
        let place = try #require(RecordNumber("\(record.book)#\(record.number)"))
        return try await Enterprise(session).show(place, fields: Self.fields)
    }

    /// What a thief of the home has once he knows the passphrase, and everything the home's files
    /// say: no root, no recovery key, nothing of the next era, in whatever spelling.
    @Test func theRootIsNowhereInTheHome() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            _ = try await Enterprise(session).importDocuments([try log.documents("2026-01")])
            _ = try await session.beginEra(
                with: log.kits.kit(of: Self.bearings), .unspecified)
            await session.close()
            let root = try log.kits.kit(of: Self.bearings).root
            let held = try EraTests.plaintext(home)
            let next = root.secrets(ofEra: 3)
            let never = [root.secret, root.secret.derived(.recoveryKey)] + next.all
            var files = [held]
            for case let name as String in try #require(
                FileManager.default.enumerator(atPath: home.directory))
            {
                let path = home.directory + "/" + name
                if let content = FileManager.default.contents(atPath: path) {
                    files.append(Array(content))
                }
            }
            for secret in never {
                let bytes = secret.withBytes { Array($0) }
                let spellings = [
                    bytes, Array(Base64URL.encode(bytes).utf8), Array(hex(bytes).utf8),
                    Array(Data(bytes).base64EncodedString().utf8),
                ]
                for file in files {
                    for spelling in spellings {
                        #expect(Data(file).range(of: Data(spelling)) == nil)
                    }
                }
            }
            // The search finds what is there: this era's and the first's.
            for era in [1, 2] as [Int64] {
                for secret in root.secrets(ofEra: era).all {
                    let bytes = secret.withBytes { Data($0) }
                    #expect(Data(held).range(of: bytes) != nil)
                }
            }
        }
    }

    /// What stands in the keyring file once its passphrase is known.
    private static func plaintext(_ home: Home) throws -> [UInt8] {
        let file = try home.required(.keyring)
        let open = try home.unlock(TestLog.protection.passphrase, TestLog.protection.cost)
        // The contents follow the last line of text.
        let start = try #require(Data(file).range(of: Data("\nmac ".utf8))).upperBound
        let newline = try #require(file[start...].firstIndex(of: 0x0a))
        return try #require(SecretBox.open(file[(newline + 1)...], under: open.fileKey.contents))
    }

    /// Whoever copied the home before a new era opens what was sealed before it and nothing that is
    /// sealed later, by the enterprise or for it; and recognises none of its documents.
    @Test func theftEndsWithANewEra() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            var session = try await log.open(home)
            _ = try await Enterprise(session).importDocuments([try log.documents("2026-01")])
            let plan = try await Enterprise(session).plan(wish("northbank"))
            let grant = try await Enterprise(session).grant(plan).statement.jti
            await session.close()
            let stolen = log.scratch.home("stolen")
            try FileManager.default.copyItem(atPath: home.directory, toPath: stolen.directory)

            session = try await log.open(home)
            let begun = try await session.beginEra(
                with: log.kits.kit(of: Self.bearings), .keyCompromised)
            #expect(begun.number == 2 && begun.rekeyed.map(\.grant.jti) == [grant])
            let report = try await Enterprise(session).importDocuments([
                try log.documents("2026-01"), try log.documents("2026-02"),
            ])
            // What the older era registered is recognised, though its sources are others.
            #expect(report.refused == 0 && report.imported > 0)
            #expect(report.duplicates == report.imported, "a month of each")
            let old = try #require(try await first("2026-01", session))
            let new = try #require(try await first("2026-02", session))
            #expect(old.epoch == 0 && new.epoch == 1_000_000)
            #expect(try await show(old, session).fields != nil)
            #expect(try await show(new, session).fields != nil)

            // The thief, as long as the stolen key isn't retired.
            let thief = try await log.open(stolen)
            try await thief.sync()
            await #expect(throws: KeyringError.eraMissing(2)) { try await show(new, thief) }
            let forged = try thief.keyring.schedule(log: thief.log, eras: 1)
            let fields = try #require(
                RecordTypes.standard.fields(of: .invoices)?.withCommitments(Self.fields))
            for (record, opens) in [(old, true), (new, false)] {
                let range = RecordRange(book: record.book, from: record.number, to: record.number)
                let answer = try await thief.connection.fetch(
                    Fetch.sign(
                        grant: nil, fields: fields, ranges: [try #require(range)],
                        by: try thief.signer(.all), at: thief.now, jti: thief.newJTI(),
                        opener: .random()))
                let opened = try? answer.openOwn(
                    as: thief.handle, with: forged, fields: fields, under: thief.trust)
                #expect((opened != nil) == opens)
                #expect(
                    try answer.openOwn(
                        as: thief.handle, with: await session.schedule(), fields: fields,
                        under: thief.trust
                    ).count == 1)
            }
            let key = BusinessKey(
                documentKind: "invoice", seller: "x", number: "1",
                date: CalendarDate("2026-02-01")!)
            let month = Month("2026-02")!
            let own = try await session.schedule().source(of: key, in: month)
            #expect(forged.source(of: key, in: month) != own)
            #expect(try await session.schedule().sources(of: key, in: month).contains(own))
            await thief.close()

            // The grantee reads both eras with its one envelope.
            let lender = try await log.open(lenderHome)
            let package = try await Lender(lender).fetch(grant)
            #expect(Set(package.records.map(\.claims.epoch)) == [0, 1_000_000])
            await lender.close()
            await session.close()
        }
    }

    /// A kit of another participant begins no era, and nothing is changed by the attempt.
    @Test func onlyTheKitLeadsToTheNextEra() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let keyring = try home.read(.keyring)
            let other = try log.kits.kit(of: Handle("northbank")!)
            await #expect(throws: RecoveryKitError.ofAnother(Handle("northbank")!)) {
                try await session.beginEra(with: other, .unspecified)
            }
            let own = try log.kits.kit(of: Self.bearings)
            let posing = RecoveryKit(own.configuration, other.root)
            await #expect(throws: KeyringError.otherRoot) {
                try await session.beginEra(with: posing, .unspecified)
            }
            // Of the same log and under the same handle, but from another application.
            let earlier = RecoveryKit(own.configuration.with(Self.otherFingerprint), own.root)
            await #expect(throws: RecoveryKitError.ofAnother(Self.bearings)) {
                try await session.beginEra(with: earlier, .unspecified)
            }
            #expect(try home.read(.keyring) == keyring)
            #expect(try await session.sync().era == 1)
            await session.close()
        }
    }

    private static let otherFingerprint = Fingerprint(Digest(hashing: [3]))

    /// Where the gateway is lost in the middle, the same act goes on where it was.
    @Test func aNewEraIsTakenUpAgain() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let kit = try log.kits.kit(of: Self.bearings)
            var session = try await log.open(home) {
                FaultyTransport($0, [("/statements", .unreachable)])
            }
            await #expect(throws: ConnectionError.self) {
                try await session.beginEra(with: kit, .keyCompromised)
            }
            await session.close()
            session = try await log.open(home)
            let begun = try await session.beginEra(
                with: kit, .keyCompromised)
            #expect(begun.number == 2)
            let report = try await Enterprise(session).importDocuments([
                try log.documents("2026-01")
            ])
            #expect(report.refused == 0)
            let record = try #require(try await first("2026-01", session))
            #expect(try await show(record, session).fields != nil)
            await session.close()
        }
    }

    /// A lender that changes its key reads on under the envelopes it has. Its enterprises make new
    /// ones only where the old key is in wrong hands: a burst of them would name its grants.
    @Test(arguments: [Reason.unspecified, .keyCompromised])
    func aGranteesNewKeyIsNoBurst(_ reason: Reason) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let plan = try await enterprise.plan(wish("northbank"))
            let grant = try await enterprise.grant(plan).statement.jti

            let lender = try await log.open(lenderHome)
            _ = try await lender.beginEra(
                with: log.kits.kit(of: lender.handle), reason)
            #expect(try await Lender(lender).fetch(grant).records.isEmpty == false)
            let report = try await enterprise.importDocuments([try log.documents("2026-02")])
            #expect(report.rekeyed.count == (reason == .keyCompromised ? 1 : 0))
            #expect(try await enterprise.rekeyStanding().isEmpty, "once")
            // Under the old envelope or the new one, the lender reads; a grant of now is for the new key.
            #expect(try await Lender(lender).fetch(grant).records.isEmpty == false)
            let later = try await enterprise.grant(
                try await enterprise.plan(wish("northbank"))
            ).statement.jti
            #expect(try await Lender(lender).fetch(later).records.isEmpty == false)
            await lender.close()
            await session.close()
        }
    }

    /// Everything is lost but the kit: it brings back the books of every era, and ends the keys of
    /// whoever has the old machine.
    @Test func theKitBringsEverythingBack() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            var session = try await log.open(home)
            _ = try await Enterprise(session).importDocuments([try log.documents("2026-01")])
            let kit = try log.kits.kit(of: Self.bearings)
            _ = try await session.beginEra(with: kit, .unspecified)
            _ = try await Enterprise(session).importDocuments([try log.documents("2026-02")])
            let lost = try session.signer(.all)
            await session.close()
            try FileManager.default.removeItem(atPath: home.directory)

            let new = log.scratch.home("new")
            // Where nobody agrees nothing is signed, and nothing stays.
            await #expect(throws: CancellationError.self) {
                try await new.restore(
                    from: kit, retiring: .keyCompromised, under: TestLog.protection,
                    agreeing: { machines in
                        let keys = machines.keys.map(\.thumbprint)
                        #expect(keys == [lost.key.verificationKey.thumbprint])
                        throw CancellationError()
                    }, surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            }
            #expect(!new.isInhabited)
            let restored = try await new.restore(
                from: kit, retiring: .keyCompromised, under: TestLog.protection,
                surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            #expect(restored.era == 2)
            #expect(restored.retired == [lost.key.verificationKey.thumbprint])
            session = try await log.open(new)
            let kits = kit.root.recoveryKey.verificationKey.thumbprint
            #expect(try session.recoveryKey() == kits)
            let enterprise = try Enterprise(session)
            #expect(try await enterprise.books().isEmpty == false)
            for month in ["2026-01", "2026-02"] {
                let record = try #require(try await first(month, session))
                #expect(try await show(record, session).fields != nil, "\(month)")
            }
            let report = try await enterprise.importDocuments([
                try log.documents("2026-02"), try log.documents("2026-03"),
            ])
            #expect(report.refused == 0 && report.duplicates > 0 && report.imported > 0)
            // Presented under the key of its own era, on the new machine.
            let old = try #require(try await first("2026-01", session))
            let presented = try await enterprise.present(
                try #require(RecordNumber(old.name)), fields: ["due_date"],
                to: KeyBindingDemand(nonce: "n", audience: "https://bank.example"))
            #expect(presented.keyBinding != nil)

            // The lost machine's key signs nothing any more; the recovery key isn't on the new one.
            await #expect(throws: ConnectionError.self) {
                _ = try await session.connection.fetch(
                    Fetch.sign(
                        grant: nil, fields: ["due_date"], ranges: [], by: lost, at: session.now,
                        jti: session.newJTI(), opener: .random()))
            }
            let held = Data(try Self.plaintext(new))
            let recovery = kit.root.secret.derived(.recoveryKey).withBytes { Data($0) }
            #expect(held.range(of: recovery) == nil)
            await session.close()
        }
    }

    /// The terms of an ended grant were erased, and the home was lost: nothing tells any more which
    /// epochs the grant's keys open. The restored home seals nothing that they do, though the gateway
    /// shows it nothing about the grant; and the rules admit what it seals.
    @Test func aRestoredHomeSealsNothingThatAnErasedGrantOpens() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            var session = try await log.open(home)
            var enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let granted = try await enterprise.grant(
                try await enterprise.plan(wish("northbank")))
            let ended = granted.statement.jti
            let lender = try await log.open(lenderHome)
            let key = try #require(try lender.keyring.decryptionKeys().first)
            let kept = try await log.store.attachments(of: granted.index, sections: ["envelope"])
            let envelope = Envelope(bytes: try #require(kept?.sections.first?.bytes))
            // The lender keeps what it was given.
            let keys = try envelope.open(
                with: key,
                context: .init(
                    log: session.log, statement: ended, issuer: Self.bearings,
                    grantee: lender.handle, recipient: key.encryptionKey))
            await lender.close()
            _ = try await enterprise.revoke(ended, .purposeFulfilled)
            _ = try await enterprise.forget(ended, .dataSubjectRequest)
            await session.close()
            try FileManager.default.removeItem(atPath: home.directory)

            let new = log.scratch.home("new")
            _ = try await new.restore(
                from: log.kits.kit(of: Self.bearings), retiring: nil,
                under: TestLog.protection, surroundings: log.clock.surroundings,
                transport: { _ in log.transport() })
            session = try await log.open(new)
            enterprise = try Enterprise(session)
            let report = try await enterprise.importDocuments([try log.documents("2026-02")])
            #expect(report.refused == 0 && report.imported > 0)
            let record = try #require(try await first("2026-02", session))
            let old = try #require(try await first("2026-01", session))
            for (record, opens) in [(old, true), (record, false)] {
                let key = keys.key(
                    field: "due_date", epoch: record.epoch, month: record.book.month,
                    record: record.jti)
                #expect((key != nil) == opens)
            }
            await session.close()
        }
    }

    /// A restore that the gateway interrupts is taken up; a kit with another root restores nothing.
    @Test func restoringIsTakenUpAgain() async throws {
        try await TestLog.serving { log in
            _ = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let kit = try log.kits.kit(of: Self.bearings)
            let new = log.scratch.home("new")
            await #expect(throws: ConnectionError.self) {
                try await new.restore(
                    from: kit, retiring: nil, under: TestLog.protection,
                    surroundings: log.clock.surroundings,
                    transport: { _ in
                        FaultyTransport(log.transport(), [("/statements", .unreachable)])
                    })
            }
            let again = try await new.restore(
                from: kit, retiring: nil, under: TestLog.protection,
                surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            #expect(again.era == 1 && again.retired.isEmpty)
            let session = try await log.open(new)
            try await session.sync()
            #expect(session.fingerprint == kit.configuration.fingerprint)
            await session.close()

            let other = try log.kits.kit(of: Handle("northbank")!)
            await #expect(throws: (any Error).self) {
                try await log.scratch.home("posing").restore(
                    from: RecoveryKit(kit.configuration, other.root), retiring: nil,
                    under: TestLog.protection, surroundings: log.clock.surroundings,
                    transport: { _ in log.transport() })
            }
            // Who was admitted under the kit's handle isn't who the kit was made for.
            let size = await log.store.head()?.size
            await #expect(throws: ClientError.substituted(Self.bearings)) {
                try await log.scratch.home("other").restore(
                    from: RecoveryKit(kit.configuration.with(Self.otherFingerprint), kit.root),
                    retiring: .keyCompromised, under: TestLog.protection,
                    surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            }
            #expect(await log.store.head()?.size == size)
            await #expect(throws: HomeError.alreadyThere(path: new.directory)) {
                try await new.restore(
                    from: other, retiring: nil, under: TestLog.protection,
                    surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            }
        }
    }

    /// An owner's second machine gets the era's keys in a share; a bookkeeper's gets months.
    @Test func devicesGetShares() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let session = try await log.open(home)
            var random = SystemRandomNumberGenerator()
            let device = Keyring(using: &random)
            let key = device.signingKey(generation: 1)
            let all = try await session.share(
                .everything, with: key.verificationKey.thumbprint,
                try device.deviceKey().encryptionKey)
            let months = try await session.share(
                .months([.invoice], Month("2026-11")!...Month("2027-12")!),
                with: key.verificationKey.thumbprint, try device.deviceKey().encryptionKey)
            await session.close()

            // A second machine of the same participant, with nothing but its own keyring.
            let second = log.scratch.home("second")
            try FileManager.default.copyItem(atPath: home.directory, toPath: second.directory)
            try second.replace(
                .keyring,
                with: KeyringFile.seal(
                    device, under: TestLog.protection.passphrase, cost: TestLog.protection.cost,
                    using: &random))
            // What the other machine kept is encrypted under that machine's own key.
            try? FileManager.default.removeItem(atPath: second.path(.view))
            let machine = try await log.open(second)
            await #expect(throws: (any Error).self, "unregistered") { try await machine.sync() }
            await machine.close()
            let owner = try await log.open(home)
            _ = try await owner.addKey(key, [.seal, .close, .query, .open])
            await owner.close()

            let opening = try await log.open(second)
            let root = try log.kits.kit(of: Self.bearings).root
            let vault = root.secrets(ofEra: 1).vault
            #expect(try await opening.open(all).vault?.isEqual(to: vault) == true)
            let nodes = try await opening.open(months)
            #expect(nodes.vault == nil && nodes.encryption == nil && nodes.holder == nil)
            let reach = Set(nodes.nodes.flatMap { $0.node.position.months.map(\.number) })
            #expect(reach == Set(Month("2026-11")!.number...Month("2027-12")!.number))
            await opening.close()
        }
    }
}

extension Configuration {
    fileprivate func with(_ fingerprint: Fingerprint) -> Configuration {
        Configuration(
            gateway: gateway, origin: origin, genesis: genesis, handle: handle, roles: roles,
            identifiers: identifiers, fingerprint: fingerprint)
    }
}
