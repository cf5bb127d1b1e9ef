import Foundation
import Importing
import Rules
import Sharing
import TestSupport
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

/// Devices of a participant: how they come, what they can, and how they end.
@Suite struct EnrolmentTests {
    private static let months = Month("2026-02")!...Month("2026-03")!
    private static let fields: [FieldName] = ["due_date", "payable_amount"]

    /// Enrols a device, with `change` on what is carried to and fro.
    private func enrol(
        _ name: String, as preset: DevicePreset, _ owner: Session, in log: TestLog,
        months: ClosedRange<Month>? = months, until: Timestamp? = nil
    ) async throws -> Home {
        let home = log.scratch.home(name)
        let offer = try await owner.offer(
            name, of: nil, as: preset, preset.opensMonths ? [.invoices, .bills] : [],
            preset.opensMonths ? months : nil, until: until)
        let request = try await home.enrol(
            try DeviceOffer(parsing: offer.bytes), under: TestLog.protection,
            surroundings: log.clock.surroundings, transport: { _ in log.transport() })
        let (reveal, words) = try await owner.take(
            try DeviceRequest(parsing: request.bytes), for: name)
        #expect(try home.words(after: DeviceReveal(parsing: reveal.bytes)) == words)
        #expect(words.count == 4 && words.allSatisfy(WordList.words.contains))
        let share = try await owner.enrol(name, saying: words).share
        let device = try await log.open(home)
        try await device.take(try ShareFile(parsing: share.bytes))
        await device.close()
        return home
    }

    private func records(_ session: Session, _ month: String) async throws -> [OwnRecord] {
        try await session.view.records.values.filter {
            $0.book.month == Month(month) && $0.book.series == .invoices
        }.sorted { $0.number < $1.number }
    }

    private func shows(_ record: OwnRecord, _ session: Session) async -> Bool {
        guard let place = RecordNumber(record.name) else { return false }
        return (try? await Enterprise(session).show(place, fields: Self.fields))?.fields != nil
    }

    /// A bookkeeper's machine, dumped whole: it seals and reads her months and none other, and signs
    /// nothing else that is admitted.
    @Test func aBookkeeperHasHerMonths() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            _ = try await log.participant("northbank", [.lender])
            let owner = try await log.open(home)
            _ = try await Enterprise(owner).importDocuments([try log.documents("2026-01")])
            let hers = try await enrol("li", as: .bookkeeper, owner, in: log)
            let li = try await log.open(hers)
            let report = try await Enterprise(li).importDocuments([
                try log.documents("2026-02")
            ])
            #expect(report.imported > 0 && report.refused == 0)
            let january = try #require(try await records(li, "2026-01").first)
            let february = try #require(try await records(li, "2026-02").first)
            #expect(await shows(february, li))
            #expect(await !shows(january, li))
            // The owner reads what she sealed, and the other way round.
            try await owner.sync()
            #expect(await shows(february, owner))
            let foreign = try await Enterprise(li).importDocuments([try log.documents("2026-04")])
            #expect(foreign.imported == 0 && foreign.refused > 0)

            // Every field of every other month, with everything that is in her home.
            let schedule = try await li.schedule()
            #expect(!schedule.isWhole)
            for field in RecordType.invoice.sealedNames {
                for number in 0..<Month.count {
                    let month = try #require(Month(number: number))
                    let key = schedule.monthKey(
                        type: "invoice", field: field, epoch: 0, month: month)
                    #expect((key != nil) == Self.months.contains(month), "\(field) \(month)")
                }
            }
            #expect(li.keyring.eraCount == 0 && li.decryptionKeysAreNone())

            for scope in [KeyScope.grant, .revoke, .erase, .request, .fetch, .all] {
                #expect(throws: KeyringError.noKey(scope)) { try li.signer(scope) }
            }
            // A patched client signs all the same; the rules refuse it.
            let forged = try li.signer(.seal)
            var random = SystemRandomNumberGenerator()
            await #expect(throws: ConnectionError.self) {
                try await li.register(
                    Statement.sign(
                        RetireKey(
                            try owner.keyring.signingKey(.all).verificationKey.thumbprint,
                            .unspecified), selective: [], by: forged, at: li.now,
                        jti: li.newJTI()))
            }
            await #expect(throws: ConnectionError.self) {
                try await li.register(
                    Statement.sign(
                        Erase(.record(january.jti)),
                        selective: StatedReason(.enteredInError).disclosures(using: &random),
                        by: forged,
                        at: li.now, jti: li.newJTI()))
            }
            await li.close()
            await owner.close()
        }
    }

    /// A left bookkeeper: her key signs nothing more, and what is sealed later in her months opens with
    /// nothing that she took; a standing lender reads it all the same.
    @Test func leavingEndsIt() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let bank = try await log.participant("northbank", [.lender])
            let owner = try await log.open(home)
            let hers = try await enrol("li", as: .bookkeeper, owner, in: log)
            let li = try await log.open(hers)
            _ = try await Enterprise(li).importDocuments([try log.documents("2026-02")])
            try await owner.sync()
            let plan = try await Enterprise(owner).plan(
                GrantWish(
                    to: Handle("northbank")!, scope: .months(.invoices, Self.months),
                    fields: Self.fields, purpose: .creditAssessment, lifetime: 30 * 86_400,
                    fetches: 100, dataLife: 86_400))
            let grant = try await Enterprise(owner).grant(plan).statement.jti

            // Another process of the owner's home, at work meanwhile.
            let importing = try await log.open(home)
            try await importing.sync()

            let lost = try await owner.lost("li")
            #expect(lost.opens > 0 && !lost.needsNewEra && lost.lastAct?.kind == .record)
            #expect(lost.scopes == [.close, .open, .query, .seal].sorted())
            let done = try await owner.giveUp(lost, .unspecified)
            #expect(done.retired != nil && done.rekeyed.map(\.grant.jti) == [grant])
            let again = try await owner.giveUp(try await owner.lost("li"), .unspecified)
            #expect(again.retired == nil && again.raised.isEmpty && again.rekeyed.isEmpty, "once")
            await owner.endOperation()

            let late = try? await Enterprise(li).importDocuments([try log.documents("2026-03")])
            #expect((late?.imported ?? 0) == 0)
            let report = try await Enterprise(importing).importDocuments([
                try log.documents("2026-03")
            ])
            #expect(report.imported > 0)
            await importing.close()
            try await owner.sync()
            let march = try #require(try await records(owner, "2026-03").first)
            #expect(march.epoch == 1)
            let taken = try await li.schedule()
            for field in RecordType.invoice.sealedNames {
                #expect(
                    taken.monthKey(
                        type: "invoice", field: field, epoch: march.epoch, month: march.book.month)
                        == nil)
            }
            let lender = try await log.open(bank)
            let package = try await Lender(lender).fetch(grant)
            #expect(package.records.contains { $0.statement.jti == march.jti })
            await lender.close()
            await li.close()
            await owner.close()
        }
    }

    /// Whoever carries the files can put keys of its own into any of them: the words differ, or it is
    /// refused, and nothing is registered.
    @Test(arguments: ["offer", "request", "reveal", "again"])
    func aMaliciousCarrierIsFoundOut(changing file: String) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let owner = try await log.open(home)
            var random = SystemRandomNumberGenerator()
            var offer = try await owner.offer(
                "li", of: nil, as: .alarm, [], nil, until: nil)
            let genuine = offer
            // The carrier's own commitment, of which it knows the nonce.
            let carriers = EnrolmentNonce(using: &random)
            if file == "offer" {
                offer = DeviceOffer(
                    gateway: offer.gateway, genesis: offer.genesis, handle: offer.handle,
                    fingerprint: offer.fingerprint, roles: offer.roles,
                    identifiers: offer.identifiers, introducer: offer.introducer,
                    scopes: offer.scopes, until: nil, commitment: carriers.commitment)
            }
            let device = log.scratch.home("li")
            let asked = try await device.enrol(
                offer, under: TestLog.protection, surroundings: log.clock.surroundings,
                transport: { _ in log.transport() })
            let own = try DeviceRequest(
                answering: genuine, with: Keyring(deviceFor: genuine.scopes, using: &random),
                using: &random)
            let carried = file == "request" || file == "offer" ? own : asked
            let (reveal, words) = try await owner.take(carried, for: "li")
            switch file {
            case "reveal":
                #expect(throws: ClientError.enrolment(.wrongReveal)) {
                    try device.words(after: DeviceReveal(nonce: carriers))
                }
            case "again":
                await #expect(throws: ClientError.enrolment(.secondRequest)) {
                    try await owner.take(own, for: "li")
                }
            default:
                let shown = try device.words(
                    after: file == "offer" ? DeviceReveal(nonce: carriers) : reveal)
                #expect(shown != words)
                await #expect(throws: ClientError.enrolment(.otherWords)) {
                    try await owner.enrol("li", saying: shown)
                }
            }
            #expect(
                try await owner.sync().state[ParticipantState.key(owner.handle)]?.keys.count == 3)
            await owner.close()
        }
    }

    /// A request for more than was offered isn't taken, whatever its proof says.
    @Test func aRequestIsForWhatWasOffered() async throws {
        try await TestLog.serving { log in
            let owner = try await log.open(try await log.enterprise())
            var random = SystemRandomNumberGenerator()
            let offer = try await owner.offer("li", of: nil, as: .alarm, [], nil, until: nil)
            let more = DeviceOffer(
                gateway: offer.gateway, genesis: offer.genesis, handle: offer.handle,
                fingerprint: offer.fingerprint, roles: offer.roles,
                identifiers: offer.identifiers, introducer: offer.introducer, scopes: [.all],
                until: nil, commitment: offer.commitment)
            let asked = try DeviceRequest(
                answering: more, with: Keyring(deviceFor: [.all], using: &random), using: &random)
            let relabelled = DeviceRequest(
                offer: Digest(hashing: offer.bytes), key: asked.key, deviceKey: asked.deviceKey,
                nonce: asked.nonce)
            for request in [asked, relabelled] {
                await #expect(throws: ClientError.enrolment(.wrongRequest)) {
                    try await owner.take(request, for: "li")
                }
            }
            await owner.close()
        }
    }

    /// A bank's night job fetches and opens what was granted, and can do nothing else.
    @Test func aNightJobOnlyFetches() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let bank = try await log.participant("northbank", [.lender])
            let owner = try await log.open(home)
            _ = try await Enterprise(owner).importDocuments([try log.documents("2026-02")])
            let plan = try await Enterprise(owner).plan(
                GrantWish(
                    to: Handle("northbank")!, scope: .months(.invoices, Self.months),
                    fields: Self.fields, purpose: .creditAssessment, lifetime: 30 * 86_400,
                    fetches: 100, dataLife: 86_400))
            let grant = try await Enterprise(owner).grant(plan).statement.jti
            let lender = try await log.open(bank)
            let job = try await log.open(
                try await enrol("night", as: .fetcher, lender, in: log))
            #expect(try await Lender(job).fetch(grant).records.isEmpty == false)
            await #expect(throws: KeyringError.noKey(.revoke)) {
                try await Lender(job).giveBack(grant)
            }
            for scope in [KeyScope.request, .grant, .seal, .all] {
                #expect(throws: KeyringError.noKey(scope)) { try job.signer(scope) }
            }
            #expect(try await lender.lost("night").needsNewEra)
            for session in [owner, lender, job] { await session.close() }
        }
    }

    /// An adviser's key ends by itself; another owner's device has everything, of all eras.
    @Test func advisersEndAndOwnersHaveAll() async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let owner = try await log.open(home)
            _ = try await Enterprise(owner).importDocuments([try log.documents("2026-02")])
            _ = try await owner.beginEra(
                with: log.kits.kit(of: owner.handle), .unspecified)
            let adviser = try await log.open(
                try await enrol(
                    "adviser", as: .adviser, owner, in: log,
                    until: log.clock.now.advanced(by: 1800)))
            let second = try await log.open(try await enrol("second", as: .owner, owner, in: log))
            try await second.sync()
            let old = try #require(try await records(second, "2026-02").first)
            #expect(await shows(old, second))
            #expect(await shows(old, adviser), "of the era before, in its months")
            #expect(second.keyring.eraCount == 2)
            #expect(throws: KeyringError.noKey(.present)) { try adviser.signer(.present) }
            log.clock.advance(3600)
            _ = try await Enterprise(owner).importDocuments([try log.documents("2026-03")])
            let ended = try? await Enterprise(adviser).importDocuments([
                try log.documents("2026-03.2026-04")
            ])
            #expect((ended?.imported ?? 0) == 0)
            // A share of the era before isn't taken for this one's.
            let late = try await owner.share(for: "adviser")
            _ = try await owner.beginEra(with: log.kits.kit(of: owner.handle), .unspecified)
            await #expect(throws: ClientError.share(.otherEra(have: 2, want: 3))) {
                try await second.take(late)
            }
            for session in [owner, adviser, second] { await session.close() }
        }
    }
}

extension Session {
    fileprivate nonisolated func decryptionKeysAreNone() -> Bool {
        (try? keyring.decryptionKeys())?.isEmpty ?? true
    }
}
