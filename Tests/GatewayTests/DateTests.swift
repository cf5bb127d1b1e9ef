import Client
import Foundation
import Interface
import Rules
import Sharing
import Storage
import Synchronization
import TestGateway
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Every checkpoint that a gateway shows bears the time at which it is the newest, and no two of them
/// contradict each other: neither after a restart, nor under a wrong clock, nor over an older store.
@Suite struct DateTests {
    /// A log with an authority, and all that its gateway ever showed.
    private struct Scene {
        let clock = WrongClock()
        let keys: HostKeys
        let authority: Signer
        private(set) var store: any Store
        private(set) var sequencer: Sequencer
        private(set) var shown: [DatedCheckpoint] = []

        static let freshness: Int64 = 8_000

        init(on store: any Store = MemoryStore()) async throws {
            var random = SystemRandomNumberGenerator()
            func key() -> SigningKey { SigningKey(seed: .random(count: 32, using: &random)) }
            let origin = Origin("trine.example/dates")!
            let (handle, own) = (Handle("authority")!, key())
            keys = HostKeys(
                log: NoteSigner(name: try KeyName(origin.text), key: key()),
                clock: Cosigner(name: try KeyName(origin.text), key: key()), host: key())
            let genesis = Statement.sign(
                Genesis(
                    origin: origin, rules: Rules.version, logKey: keys.log.verifierKey.text,
                    clockKey: keys.clock.verifierKey.text,
                    charter: .init(
                        authorities: [.init(handle: handle, key: own.verificationKey)],
                        freshness: Self.freshness),
                    host: .init(handle: Handle("host")!, key: keys.host.verificationKey),
                    policies: CedarPolicies.standard.digest,
                    types: RecordTypes.standard.published(origin: origin)),
                by: Signer(origin: origin, handle: handle, log: nil, key: own), at: clock.now,
                jti: JTI(using: &random)
            ).statement
            authority = Signer(
                origin: origin, handle: handle, log: genesis.digest.relabelled(), key: own)
            self.store = store
            try await Founding.begin(with: genesis, in: store, keys: keys)
            sequencer = try await Sequencer.load(
                store: store, keys: keys, clock: clock.host(isTrustedAtStart: true))
        }

        mutating func restart(on other: (any Store)? = nil) async throws {
            if let other { store = other }
            sequencer = try await Sequencer.load(
                store: store, keys: keys, clock: clock.host(isTrustedAtStart: true))
        }

        func submit() async throws -> Outcome {
            var random = SystemRandomNumberGenerator()
            let set = CedarPolicies.standard
            let log = try #require(try await store.value(of: LogState.key))
            let signed = Statement.sign(
                PublishPolicies(set: set.digest, files: set.texts.claims), by: authority,
                at: max(log.time, clock.now), jti: JTI(using: &random))
            return await sequencer.submit(
                Submission(signed, selective: NoSelectiveClaims(), policies: set))
        }

        /// What is shown now, with the date that it bears.
        @discardableResult
        mutating func look() async throws -> DatedCheckpoint {
            let head = try #require(try await store.head())
            let policy = TrustPolicy(trusting: keys.log.verifierKey)
            let dated = try policy.verify(head.checkpoint).dated(by: keys.clock.verifierKey)
            shown.append(dated)
            return dated
        }

        /// No two of all that was shown prove anything.
        func expectNoProof() {
            for (index, one) in shown.enumerated() {
                for other in shown[..<index] { #expect(Rollback(one, other) == nil) }
            }
        }
    }

    @Test func aDateIsRenewedWhileNothingIsEntered() async throws {
        var scene = try await Scene()
        #expect(try await scene.look().time == UInt64(scene.clock.now.seconds))
        // Asked often, it is renewed now and then only; after a quarter of the limit it always was.
        var dates: Set<UInt64> = []
        for _ in 0..<80 {
            scene.clock.pass(100)
            await scene.sequencer.renewDate()
            let dated = try await scene.look()
            #expect(dated.size == 1)
            #expect(Int64(dated.time) >= scene.clock.now.seconds - Scene.freshness / 4)
            dates.insert(dated.time)
        }
        #expect(dates.count == 9)
        // Entries have dates of their own.
        scene.clock.pass(1)
        guard case .registered(_, let batch) = try await scene.submit() else {
            Issue.record("not entered")
            return
        }
        #expect(try await scene.store.head() == batch.head)
        #expect(try await scene.look().time == UInt64(scene.clock.now.seconds))
        scene.expectNoProof()
    }

    /// A clock that somebody sets back, or that is wrong for a while, moves no date back, and what the
    /// host states is never older than what it dated.
    @Test func aWrongClockMakesNoProof() async throws {
        var scene = try await Scene()
        for shift in [-5_000, 200, -250, 90_000, -90_000, -3] as [Int64] {
            scene.clock.pass(2_100)
            await scene.sequencer.renewDate()
            try await scene.look()
            scene.clock.set(ahead: shift)
            _ = try await scene.submit()
            try await scene.look()
            scene.clock.pass(30)
            await scene.sequencer.renewDate()
            try await scene.look()
            scene.clock.set(ahead: -shift)
            try await scene.restart()
            _ = try await scene.submit()
            try await scene.look()
        }
        #expect(Set(scene.shown.map(\.size)).count > 5)
        scene.expectNoProof()
        try await expectNothingBackdated(scene)
    }

    /// The authorities' word about log time lasts: the host's clock, right again, doesn't lead it to where
    /// the host had dated. And nobody accuses the host for what it states from then on.
    @Test func theAuthoritiesTimeLasts() async throws {
        var scene = try await Scene()
        func time() async throws -> Timestamp? {
            try await scene.store.value(of: LogState.key)?.time
        }
        scene.clock.pass(7_200)
        scene.clock.set(ahead: 90_000)
        try await scene.restart()
        _ = try await scene.submit()
        try await scene.look()
        #expect(try await time() == scene.clock.now)
        scene.clock.set(ahead: -90_000)
        try await scene.restart()
        var random = SystemRandomNumberGenerator()
        let log = try #require(try await scene.store.value(of: LogState.key))
        let back = Statement.sign(
            MoveTime(from: log.time, number: 0), by: scene.authority, at: scene.clock.now,
            jti: JTI(using: &random))
        guard
            case .registered = await scene.sequencer.submit(
                Submission(back, selective: NoSelectiveClaims()))
        else {
            Issue.record("not set back")
            return
        }
        #expect(try await time() == scene.clock.now)
        try await scene.look()
        for isRestarted in [false, true] {
            scene.clock.pass(7_200)
            if isRestarted { try await scene.restart() }
            guard case .registered = try await scene.submit() else {
                Issue.record("not entered")
                return
            }
            #expect(try await time() == scene.clock.now)
            try await scene.look()
        }
        scene.expectNoProof()
        try await expectNoAccusation(scene, excused: 5)
        // What is dated later than they set back from counts again.
        scene.clock.pass(180_000)
        await scene.sequencer.renewDate()
        let renewed = try await scene.look()
        let state = try #require(try await scene.store.value(of: LogState.key))
        let late = Statement.sign(
            MoveTime(from: state.time, number: 1), by: scene.authority,
            at: scene.clock.now.advanced(by: -400), jti: JTI(using: &random)
        ).statement
        #expect(renewed.backdating(late, in: state) == 400)
    }

    /// Whoever has seen everything that was shown accuses the host of nothing; of so many pairs of a
    /// statement of the host and a date, only because the authorities set log time back.
    private func expectNoAccusation(_ scene: Scene, excused: Int) async throws {
        var state = StateInMemory()
        var found = 0
        for (index, leaf) in try await scene.store.leaves(0..<Int64.max >> 1).enumerated() {
            let statement = try Statement(parsing: leaf)
            let log = state[LogState.key]
            for dated in scene.shown where dated.size <= UInt64(index) {
                guard statement.issuer == log?.host, dated.isAfter(statement) else { continue }
                found += 1
                #expect(dated.backdating(statement, in: log) == nil, "entry \(index)")
            }
            _ = try state.admit(
                Candidate(statement, selective: nil, index: Int64(index)),
                under: UnjudgedPolicies(types: TextShelf(), all: false)
            ).get()
        }
        #expect(found == excused)
    }

    private func expectNothingBackdated(_ scene: Scene) async throws {
        let leaves = try await scene.store.leaves(0..<Int64.max >> 1)
        for (index, leaf) in leaves.enumerated() {
            let statement = try Statement(parsing: leaf)
            guard statement.claims is MoveTime else { continue }
            for dated in scene.shown where dated.size <= UInt64(index) {
                #expect(statement.issuedAt.seconds >= Int64(dated.time) - 300, "entry \(index)")
            }
        }
    }

    /// Whatever is put back, and whatever the clock shows then, nothing is published that contradicts
    /// what was; until time has caught up nothing is.
    @Test func anOlderStoreUnderAnOlderClockPublishesNothing() async throws {
        let directory = NSTemporaryDirectory() + "/dates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/published"
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: path))
        func open(_ name: String) async throws -> (SQLiteStore, any Store) {
            let store = try SQLiteStore(opening: directory + "/" + name)
            return (
                store,
                try await RememberingStore(
                    store, try PublishedCheckpoint(at: path), acceptingLoss: false)
            )
        }
        var (files, store) = try await open("store")
        var scene = try await Scene(on: store)
        try await scene.look()
        try files.close()
        try FileManager.default.copyItem(
            atPath: directory + "/store", toPath: directory + "/older")
        // Nothing is entered, but the date is renewed.
        (files, store) = try await open("store")
        try await scene.restart(on: store)
        scene.clock.pass(5_000)
        await scene.sequencer.renewDate()
        let renewed = try await scene.look()
        try files.close()
        // The older store has as many entries, and the clock is set back.
        (files, store) = try await open("older")
        scene.clock.set(ahead: -4_000)
        try await scene.restart(on: store)
        try await scene.look()
        guard case .unavailable(.failed(.datedBefore(let published))) = try await scene.submit()
        else {
            Issue.record("entered")
            return
        }
        #expect(published == renewed.time)
        #expect(try await scene.look().size == 1)
        scene.clock.set(ahead: 4_000)
        try await scene.restart()
        guard case .registered = try await scene.submit() else {
            Issue.record("not entered")
            return
        }
        try await scene.look()
        scene.expectNoProof()
        try files.close()
    }

    /// The last date is on disk before it is shown.
    @Test func aRenewedDateIsNoted() async throws {
        let path = NSTemporaryDirectory() + "/published-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(PublishedCheckpoint.empty).write(to: URL(fileURLWithPath: path))
        let published = try PublishedCheckpoint(at: path)
        let store = try await RememberingStore(MemoryStore(), published, acceptingLoss: false)
        var scene = try await Scene(on: store)
        let first = try await scene.look()
        #expect(published.last?.date == first.time)
        scene.clock.pass(3_000)
        await scene.sequencer.renewDate()
        #expect(published.last?.date == first.time + 3_000)
        #expect(try PublishedCheckpoint(at: path).last == published.last)
    }

    /// All that a gateway answers with bears a date, and a client that is shown yesterday's goes no
    /// further.
    @Test func aFrozenHostIsRefused() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        await (try alliance.admit("bearings", [.enterprise])).close()
        let proxy = FreezingProxy(alliance.transport())
        let session = try await alliance.session("bearings") { _ in proxy }
        _ = try await session.sync()
        proxy.freeze()
        alliance.clock.advance(by: 86_000)
        _ = try await session.sync()
        alliance.clock.advance(by: 401)
        do {
            _ = try await session.sync()
            Issue.record("a frozen log was taken for the newest")
        } catch LogFault.frozen(_, let limit) { #expect(limit == 86_400) }
        // Thawed, it was never anything but the same log.
        proxy.thaw()
        _ = try await session.sync()
        await session.close()
        await alliance.stop()
    }
}

/// The charter that says how old a checkpoint may be is the one in force under it.
extension DateTests {
    @Test(arguments: [(3_600, 7_200, true), (604_800, 90_000, false)] as [(Int64, Int64, Bool)])
    func theCharterInForceSaysWhatIsFrozen(
        _ freshness: Int64, _ later: Int64, _ isFrozen: Bool
    ) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        await (try alliance.admit("bearings", [.enterprise])).close()
        let proxy = FreezingProxy(alliance.transport())
        let session = try await alliance.session("bearings") { _ in proxy }
        _ = try await session.sync()
        let authority = try await alliance.session("authority") { _ in proxy }
        var charter = try await authority.charter()
        charter = Charter(
            authorities: charter.authorities, threshold: charter.threshold, freshness: freshness,
            witnesses: charter.witnesses)
        let governing = try await Authority(authority)
        _ = try await governing.submit(try governing.propose(ChangeCharter(charter)))
        _ = try await authority.sync()
        proxy.freeze()
        alliance.clock.advance(by: later)
        if isFrozen {
            do {
                _ = try await session.sync()
                Issue.record("a frozen log was taken for the newest")
            } catch LogFault.frozen(_, let limit) { #expect(limit == freshness) }
        } else {
            _ = try await session.sync()
        }
        for session in [session, authority] { await session.close() }
        await alliance.stop()
    }

    /// A host whose clock was ahead has dated ahead, and nobody believes it; the authorities mend log time
    /// all the same.
    @Test func theAuthoritiesMendAClock() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        alliance.clock.advance(by: 10 * 86_400)
        let lender = try await alliance.admit("northbank", [.lender])
        alliance.clock.advance(by: -10 * 86_400)
        let authority = try await alliance.session("authority")
        for session in [lender, authority] {
            do {
                try await session.sync()
                Issue.record("what is dated in the future was believed")
            } catch LogFault.timeAhead {}
        }
        let governing = try await Authority(authority)
        _ = try await governing.submit(try await governing.settingTime())
        let time = try #require(try await alliance.store.value(of: LogState.key)?.time)
        #expect(abs(time.seconds - alliance.clock.now.seconds) < 600)
        // What else they decide goes on too.
        _ = try await governing.suspend(lender.handle, .unspecified)
        _ = try await governing.forget(lender.handle, .retentionEnded)
        let state = try await alliance.store.value(of: ParticipantState.key(lender.handle))
        #expect(state?.forgotten == true)
        for session in [lender, authority] { await session.close() }
        await alliance.stop()
    }
}

/// Answers every question for the checkpoint as it did first, once told to.
private final class FreezingProxy: Transport {
    private let gateway: any Transport
    private let state = Mutex((isFrozen: false, note: TransportAnswer?.none))

    init(_ gateway: any Transport) { self.gateway = gateway }

    func freeze() { state.withLock { $0.isFrozen = true } }
    func thaw() { state.withLock { $0 = (false, nil) } }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        guard request.path == "/checkpoint", state.withLock({ $0.isFrozen }) else {
            let answer = try await gateway.send(request)
            if request.path == "/checkpoint" { state.withLock { $0.note = answer } }
            return answer
        }
        if let note = state.withLock({ $0.note }) { return note }
        let answer = try await gateway.send(request)
        state.withLock { $0.note = answer }
        return answer
    }

    func shutDown() async {}
}
