import Foundation
import Interface
import Rules
import Sharing
import TestSupport
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

/// What somebody can do with a device of another: with a patched program, after it was given up, or with
/// its files alone.
@Suite struct DeviceAttackTests {
    private static let months = Month("2026-01")!...Month("2026-06")!

    /// Whatever the gateway says to a statement that this device's key signed.
    private func refusal(
        of claims: some KindForm, _ disclosures: [Disclosure] = [], by key: KeyScope,
        _ device: Session
    ) async throws -> String? {
        let signed = Statement.sign(
            claims, selective: disclosures, by: try device.signer(key), at: device.now,
            jti: device.newJTI())
        do {
            _ = try await device.register(signed)
            return nil
        } catch ConnectionError.refused(let problem) { return problem.name }
    }

    private func bookkeeper(_ owner: Session, in log: TestLog) async throws -> Session {
        let home = log.scratch.home("li")
        let offer = try await owner.offer(
            "li", of: nil, as: .bookkeeper, [.invoices, .bills], Self.months, until: nil)
        let request = try await home.enrol(
            offer, under: TestLog.protection, surroundings: log.clock.surroundings,
            transport: { _ in log.transport() })
        let (_, words) = try await owner.take(request, for: "li")
        let share = try await owner.enrol("li", saying: words).share
        let device = try await log.open(home)
        try await device.take(share)
        return device
    }

    /// A bookkeeper's device can't grant, revoke, erase, or change keys, whatever program runs on it.
    @Test func aBookkeepersKeySignsNothingMore() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let bank = try await log.participant("northbank", [.lender])
            let owner = try await log.open(home)
            _ = try await Enterprise(owner).importDocuments([try log.documents("2026-01")])
            let plan = try await Enterprise(owner).plan(
                GrantWish(
                    to: Handle("northbank")!, scope: .months(.invoices, Self.months),
                    fields: ["due_date"], purpose: .creditAssessment, lifetime: 30 * 86_400,
                    fetches: 10, dataLife: 86_400))
            let standing = try await Enterprise(owner).grant(plan).statement.jti
            let view = try await owner.sync()
            let record = try #require(try view.records.keys.first)
            let terms = try #require(try view.grant(standing)?.terms)
            let li = try await bookkeeper(owner, in: log)
            try await li.sync()
            var random = SystemRandomNumberGenerator()
            let reason = StatedReason(.unspecified).disclosures(using: &random)
            let next = view.next + 1

            let grant = Grant(
                right: .read, purpose: .creditAssessment, notBefore: li.now,
                expires: li.now.advanced(by: 86_400),
                policies: CedarPolicies.standard.digest, envelope: Digest(hashing: [2]))
            #expect(
                try await refusal(
                    of: grant, terms.disclosures(using: &random), by: .seal, li) != nil)
            #expect(
                try await refusal(of: Revoke(grant: standing), reason, by: .seal, li)
                    == "scope-missing")
            #expect(
                try await refusal(of: Erase(.record(record)), reason, by: .seal, li)
                    == "scope-missing")
            let owners = try owner.keyring.signingKey(.all).verificationKey.thumbprint
            #expect(
                try await refusal(of: RetireKey(owners, .unspecified), by: .seal, li)
                    == "scope-missing")
            let new = SigningKey(seed: .random(count: 32, using: &random))
            let keyTerms = KeyTerms(key: new.verificationKey, scopes: [.all])
            let introducer = try li.signer(.seal).key.verificationKey.thumbprint
            let offer = KeyOffer(
                keyTerms,
                pop: ProofOfPossession.sign(
                    keyTerms, for: li.handle, of: li.log, .by(introducer), with: new))
            #expect(
                try await refusal(of: AddKey(offer), by: .seal, li) == "scope-missing")
            let envelopes = try li.keyring.deviceKey().encryptionKey
            #expect(
                try await refusal(
                    of: ChangeEncryptionKey(envelopes, .unspecified), by: .seal, li)
                    == "scope-missing")
            // Nothing of it is in the log.
            #expect(try await owner.sync().next == next)
            #expect(try await Lender(try await log.open(bank)).fetch(standing).records.count > 0)
            await li.close()
            await owner.close()
        }
    }

    /// From the entry that retires it on a lost device's key signs nothing.
    @Test func aLostDevicesKeyIsRefused() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let owner = try await log.open(home)
            let li = try await bookkeeper(owner, in: log)
            let report = try await Enterprise(li).importDocuments([try log.documents("2026-01")])
            #expect(report.imported > 0)
            let book = BookName(series: .invoices, month: Month("2026-06")!)
            let closing = CloseBook(book, count: 0, root: BookState().root)
            _ = try await owner.giveUp(try await owner.lost("li"), .keyCompromised)
            #expect(try await refusal(of: closing, by: .close, li) == "key-retired")
            // What it signed before stays.
            #expect(try await owner.sync().recordCount == Int64(report.imported))
            await li.close()
            await owner.close()
        }
    }

    /// Who has a home's files and no passphrase has no key of it, and reads nothing that was sealed.
    @Test func aStolenHomeOpensNothing() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let owner = try await log.open(home)
            let li = try await bookkeeper(owner, in: log)
            _ = try await Enterprise(li).importDocuments([try log.documents("2026-01")])
            try await li.sync()
            try await li.keepView()
            let records = Array(try await li.view.records.values)
            let stolen = log.scratch.home("stolen")
            try FileManager.default.copyItem(atPath: li.home.directory, toPath: stolen.directory)

            #expect(throws: KeyringError.wrongPassphrase) {
                try stolen.unlock(
                    Passphrase(Array("another phrase".utf8))!, TestLog.protection.cost)
            }
            #expect(try stolen.unlockUnattended([:]) == nil)
            #expect(Agent.held(for: stolen.directory) == nil)
            var random = SystemRandomNumberGenerator()
            let other = FileKey(using: &random)
            #expect(throws: KeyringError.malformed) { try stolen.unlock(with: other) }

            // Neither keys nor records stand in a file as they are; the first search finds what is there.
            let seed = li.keyring.device.withBytes { Array($0) }
            var seen = Data()
            let names = try #require(FileManager.default.enumerator(atPath: stolen.directory))
            for case let name as String in names {
                guard
                    let bytes = FileManager.default.contents(
                        atPath: stolen.directory + "/" + name)
                else { continue }
                seen += bytes
            }
            #expect(seen.range(of: Data("bearings".utf8)) != nil, "the configuration is readable")
            #expect(seen.range(of: Data(seed)) == nil)
            #expect(seen.range(of: Data(Base64URL.encode(seed).utf8)) == nil)
            for record in records {
                #expect(seen.range(of: Data(record.jti.text.utf8)) == nil)
                #expect(seen.range(of: Data(record.source.text.utf8)) == nil)
            }
            await li.close()
            await owner.close()
        }
    }

    /// The kit of another participant brings nothing back here, and says whose it is or isn't.
    @Test func anothersKitIsRefused() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let owner = try await log.open(home)
            let kit = try log.kits.kit(of: owner.handle)
            let others = try log.kits.kit(of: Handle("northbank")!)
            #expect(owner.keyring.derives(from: kit.root))
            #expect(!owner.keyring.derives(from: others.root))
            await #expect(throws: RecoveryKitError.ofAnother(others.configuration.handle)) {
                try await owner.beginEra(with: others, .unspecified)
            }
            // Its words under this one's name don't pass the check; nor does a restored home with them.
            let mixed = RecoveryKit(kit.configuration, others.root)
            await #expect(throws: KeyringError.otherRoot) {
                try await owner.beginEra(with: mixed, .unspecified)
            }
            await #expect(throws: (any Error).self) {
                try await log.scratch.home("anew").restore(
                    from: mixed, retiring: nil, under: TestLog.protection,
                    surroundings: log.clock.surroundings, transport: { _ in log.transport() })
            }
            await owner.close()
        }
    }
}
