import Client
import Interface
import Logging
import Rules
import Sharing
import Storage
import TestGateway
import Testing
import Transparency
import Wire

@testable import Gateway

/// A clock that is wrong doesn't end a log, and one that was silent goes on.
@Suite struct ClockTests {
    /// A log with an authority and an enterprise, decided by a sequencer.
    private struct Scene {
        let clock = WrongClock()
        let store = MemoryStore()
        let keys: HostKeys
        let authority: Signer
        private(set) var sequencer: Sequencer

        init() async throws {
            var random = SystemRandomNumberGenerator()
            func key() -> SigningKey { SigningKey(seed: .random(count: 32, using: &random)) }
            let origin = Origin("trine.example/clock")!
            let (handle, own) = (Handle("authority")!, key())
            keys = HostKeys(
                log: NoteSigner(name: try KeyName(origin.text), key: key()),
                clock: Cosigner(name: try KeyName(origin.text), key: key()), host: key())
            let genesis = Statement.sign(
                Genesis(
                    origin: origin, rules: Rules.version, logKey: keys.log.verifierKey.text,
                    clockKey: keys.clock.verifierKey.text,
                    charter: .init(
                        authorities: [.init(handle: handle, key: own.verificationKey)]),
                    host: .init(handle: Handle("host")!, key: keys.host.verificationKey),
                    policies: CedarPolicies.standard.digest,
                    types: RecordTypes.standard.published(origin: origin)),
                by: Signer(origin: origin, handle: handle, log: nil, key: own), at: clock.now,
                jti: JTI(using: &random)
            ).statement
            authority = Signer(
                origin: origin, handle: handle, log: genesis.digest.relabelled(), key: own)
            try await Founding.begin(with: genesis, in: store, keys: keys)
            sequencer = try await Sequencer.load(store: store, keys: keys, clock: clock.host())
        }

        mutating func restart(isTrustedAtStart: Bool = false) async throws {
            sequencer = try await Sequencer.load(
                store: store, keys: keys,
                clock: clock.host(isTrustedAtStart: isTrustedAtStart))
        }

        /// Submits a statement of the authority, dated by the clock of somebody who knows the time.
        func submit(at time: Timestamp) async throws -> Outcome {
            var random = SystemRandomNumberGenerator()
            let set = CedarPolicies.standard
            let signed = Statement.sign(
                PublishPolicies(set: set.digest, files: set.texts.claims), by: authority, at: time,
                jti: JTI(using: &random))
            return await sequencer.submit(
                Submission(signed, selective: NoSelectiveClaims(), policies: set))
        }

        var time: Timestamp? {
            get async throws { try await store.value(of: LogState.key)?.time }
        }
    }

    @Test func aSilentLogGoesOnByItself() async throws {
        let scene = try await Scene()
        let start = scene.clock.now
        for (days, entries) in [(1, 3), (31, 5), (90, 9)] as [(Int64, Int64)] {
            scene.clock.pass(days * 86_400)
            guard case .registered = try await scene.submit(at: scene.clock.now) else {
                Issue.record("after \(days) days")
                return
            }
            #expect(try await scene.time == scene.clock.now)
            #expect(await scene.store.head()?.size == entries)
        }
        // Within the window no time is entered.
        scene.clock.pass(1_000)
        guard case .registered = try await scene.submit(at: scene.clock.now) else {
            Issue.record("within the window")
            return
        }
        #expect(await scene.store.head()?.size == 10)
        #expect(try await scene.time == start.advanced(by: 122 * 86_400 + 1_000))
    }

    /// What is refused makes no entry, not even one of time.
    @Test func refusalsMoveNoTime() async throws {
        let scene = try await Scene()
        let start = scene.clock.now
        scene.clock.pass(10 * 86_400)
        guard case .refused(.place(.tooOld)) = try await scene.submit(at: start) else {
            Issue.record("admitted")
            return
        }
        #expect(await scene.store.head()?.size == 1)
        #expect(try await scene.time == start)
    }

    /// Ten years ahead for a minute: nothing is entered, and nothing is lost.
    @Test func aClockThatJumpsMovesNothing() async throws {
        var scene = try await Scene()
        scene.clock.pass(7_200)
        guard case .registered = try await scene.submit(at: scene.clock.now) else {
            Issue.record("before")
            return
        }
        let decade: Int64 = 3_650 * 86_400
        scene.clock.set(ahead: decade)
        let size = await scene.store.head()?.size
        guard case .clockUnsure = try await scene.submit(at: scene.clock.now) else {
            Issue.record("ten years ahead")
            return
        }
        #expect(await !scene.sequencer.isTimely())
        try await scene.restart()
        guard case .clockUnsure = try await scene.submit(at: scene.clock.now) else {
            Issue.record("ten years ahead, started anew")
            return
        }
        #expect(await scene.store.head()?.size == size)
        scene.clock.set(ahead: -decade)
        try await scene.restart()
        scene.clock.pass(7_200)
        guard case .registered = try await scene.submit(at: scene.clock.now) else {
            Issue.record("after")
            return
        }
        #expect(try await scene.time == scene.clock.now)
    }

    /// After a long silence the operator says whether the clock is right.
    @Test func aLongSilenceNeedsTheOperatorsWord() async throws {
        var scene = try await Scene()
        scene.clock.pass(3 * 86_400)
        try await scene.restart()
        guard case .clockUnsure = try await scene.submit(at: scene.clock.now) else {
            Issue.record("without a word")
            return
        }
        try await scene.restart(isTrustedAtStart: true)
        guard case .registered = try await scene.submit(at: scene.clock.now) else {
            Issue.record("with the operator's word")
            return
        }
    }
}
