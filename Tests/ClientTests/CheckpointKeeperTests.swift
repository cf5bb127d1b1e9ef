import Foundation
import Synchronization
import Testing
import Transparency
import Wire

@testable import Client
@testable import Custody

/// A log of opaque leaves that serves tiles of whichever history it is told to.
private final class ScriptedLog: Transport {
    let signer: NoteSigner
    let clock: Cosigner
    private let tiles = Mutex<[TileCoordinate: Tile]>([:])
    private let notes = Mutex<(Note, pastCaches: Note)?>(nil)
    private let requests = Mutex<[TransportRequest]>([])

    init() throws {
        var random = SystemRandomNumberGenerator()
        signer = NoteSigner(
            name: try KeyName("trine.example/scripted"),
            key: SigningKey(seed: .random(count: 32, using: &random)))
        clock = Cosigner(
            name: signer.verifierKey.name,
            key: SigningKey(seed: .random(count: 32, using: &random)))
    }

    /// Larger ones are later, where nothing else is said.
    static func date(_ size: Int) -> Int64 { 1_790_000_000 + Int64(size) }

    var asked: [TransportRequest] { requests.withLock { $0 } }

    /// Serves this note as the newest one, and another to who asks past caches.
    func show(_ note: Note, pastCaches other: Note? = nil) {
        notes.withLock { $0 = (note, pastCaches: other ?? note) }
    }

    /// The note of a history of `size` leaves that differ from another's from `fork` on.
    func note(
        _ size: Int, fork: Int = .max, by other: NoteSigner? = nil, at date: Int64? = nil
    ) throws -> Note {
        let date = UInt64(date ?? Self.date(size))
        return try Note(
            parsing: checkpoint(size, fork).signed(by: other ?? signer, at: date, by: clock))
    }

    func checkpoint(_ size: Int, _ fork: Int = .max) throws -> Checkpoint {
        var edge = TileEdge()
        _ = edge.append(leaves(size, fork))
        return try Checkpoint(
            origin: "trine.example/scripted", size: UInt64(size), root: edge.root)
    }

    /// Serves the tiles of this history.
    func serve(_ size: Int, fork: Int = .max) {
        var edge = TileEdge()
        var all: [TileCoordinate: Tile] = [:]
        // Leaf by leaf, so that every partial tile there ever was can be had.
        for leaf in leaves(size, fork) {
            for tile in edge.append([leaf]) { all[tile.coordinate] = tile }
        }
        tiles.withLock { $0 = all }
    }

    private func leaves(_ size: Int, _ fork: Int) -> [Hash] {
        (0..<size).map { Hash.leaf(Array("\($0)\($0 >= fork ? " otherwise" : "")".utf8)) }
    }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        requests.withLock { $0.append(request) }
        if request.path == "/checkpoint", let notes = notes.withLock({ $0 }) {
            let note = request.pastCaches ? notes.pastCaches : notes.0
            return TransportAnswer(status: 200, mediaType: nil, bytes: note.bytes)
        }
        guard let place = try? TileCoordinate(parsing: request.path.dropFirst()),
            let tile = tiles.withLock({ $0[place] })
        else {
            return TransportAnswer(
                status: 404, mediaType: "application/problem+json", bytes: Array("{}".utf8))
        }
        return TransportAnswer(status: 200, mediaType: nil, bytes: tile.bytes)
    }

    func shutDown() async {}
}

@Suite struct CheckpointKeeperTests {
    private func keeper(
        _ home: Home, _ log: ScriptedLog
    ) throws -> CheckpointKeeper {
        if !FileManager.default.fileExists(atPath: home.directory) { try home.make() }
        return try CheckpointKeeper(
            home: home, policy: TrustPolicy(trusting: log.signer.verifierKey),
            clock: log.clock.verifierKey, connection: GatewayConnection(log))
    }

    /// Asks as of a moment after all dates.
    private func latest(_ keeper: CheckpointKeeper) async throws -> VerifiedCheckpoint {
        try await keeper.latest(
            at: Timestamp(clamping: ScriptedLog.date(1_000)), freshness: 86_400)
    }

    @Test func followsAGrowingLogAndRemembersIt() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let first = try keeper(home, log)
        log.serve(700)
        for size in [1, 2, 3, 255, 256, 257, 700] {
            #expect(try await first.accept(try log.note(size)).size == UInt64(size))
        }
        // Another session goes on from there, and older checkpoints of the same history are true too.
        let second = try keeper(home, log)
        #expect(try await second.accept(try log.note(256)).size == 256)
        #expect(await second.last?.size == 700)
        #expect(try await second.accept(try log.note(700)).size == 700)
    }

    /// Whoever showed one history can't show another: neither a longer, nor a shorter, nor one of the
    /// same size.
    @Test(arguments: [(300, 500), (300, 300), (300, 40), (1, 300), (256, 512)])
    func anotherHistoryIsRefusedAndKept(first: Int, second: Int) async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        _ = try await keeper.accept(try log.note(first))
        // All tiles are of the other history, as a gateway that lies well would have it.
        log.serve(600, fork: 0)
        await #expect(
            throws: LogFault.splitView(size: UInt64(first), otherSize: UInt64(second))
        ) { try await keeper.accept(try log.note(second, fork: 0)) }
        #expect(await keeper.last?.size == UInt64(first))
        let kept = "\(home.directory)/split-view-\(first)-\(second)"
        #expect(
            try PrivateFile.read(kept + ".shown", limit: 10_000)
                == log.note(second, fork: 0).bytes)
        #expect(try PrivateFile.read(kept + ".known", limit: 10_000) == log.note(first).bytes)
        // What it remembers on disk is the first history.
        let again = try self.keeper(home, log)
        #expect(await again.last?.size == UInt64(first))
    }

    /// A log that lost entries which it once signed was taken back; a copy that lags behind wasn't.
    @Test func lessThanWasSeenIsTold() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        log.serve(300)
        _ = try await keeper.accept(try log.note(300))
        log.show(try log.note(40))
        await #expect(throws: LogFault.stale(size: 40, known: 300)) {
            try await latest(keeper)
        }
        #expect(log.asked.filter(\.pastCaches).count == 1)
        log.show(try log.note(40), pastCaches: try log.note(300))
        #expect(try await latest(keeper).size == 300)
        log.show(try log.note(40))
        log.serve(40)
        await #expect(throws: LogFault.rolledBack(size: 40, known: 300, isProven: false)) {
            try await latest(keeper)
        }
        let kept = "\(home.directory)/rolled-back-300-40"
        #expect(try PrivateFile.read(kept + ".shown", limit: 10_000) == log.note(40).bytes)
        #expect(try PrivateFile.read(kept + ".known", limit: 10_000) == log.note(300).bytes)
        #expect(await keeper.last?.size == 300)
    }

    // MARK: Dates

    /// A gateway that goes on showing what was true once is asked past caches, and refused.
    @Test func aFrozenLogIsRefused() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let keeper = try keeper(scratch.home("home"), log)
        log.serve(300)
        let now = Timestamp(clamping: ScriptedLog.date(300) + 3_600)
        log.show(try log.note(300))
        #expect(try await keeper.latest(at: now, freshness: 3_600).size == 300)
        #expect(log.asked.filter(\.pastCaches).isEmpty)
        let dated = Timestamp(clamping: ScriptedLog.date(300))
        await #expect(throws: LogFault.frozen(dated: dated, limit: 3_599)) {
            try await keeper.latest(at: now, freshness: 3_599)
        }
        #expect(log.asked.filter(\.pastCaches).count == 1)
        // The same tree, dated anew, is what stands now. It is remembered with its date.
        let renewed = try log.note(300, at: now.seconds)
        log.show(try log.note(300), pastCaches: renewed)
        #expect(try await keeper.latest(at: now, freshness: 60).note == renewed)
        #expect(await keeper.last?.note == renewed)
    }

    @Test func aLogOfTheFutureIsRefused() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let keeper = try keeper(scratch.home("home"), log)
        log.show(try log.note(300))
        let dated = Timestamp(clamping: ScriptedLog.date(300))
        #expect(try await keeper.latest(at: dated.advanced(by: -300), freshness: 60).size == 300)
        await #expect(throws: LogFault.timeAhead(dated: dated)) {
            try await keeper.latest(at: dated.advanced(by: -301), freshness: 60)
        }
    }

    /// Every note bears the host's date, and no other key's.
    @Test func aNoteWithoutItsDateIsRefused() async throws {
        let (scratch, log, other) = (try Scratch(), try ScriptedLog(), try ScriptedLog())
        let keeper = try keeper(scratch.home("home"), log)
        let checkpoint = try log.checkpoint(300)
        for note in [
            checkpoint.signed(by: log.signer),
            checkpoint.signed(by: log.signer, at: 1_790_000_300, by: other.clock),
        ] {
            await #expect(throws: LogFault.undated(size: 300)) {
                try await keeper.accept(try Note(parsing: note))
            }
        }
        let line = log.clock.cosignature(of: checkpoint, at: 1_790_000_300)
        let moved = try log.checkpoint(299).signed(by: log.signer) + line.line
        await #expect(
            throws: LogFault.checkpoint(.note(.badSignature(log.signer.verifierKey.name)))
        ) { try await keeper.accept(try Note(parsing: moved)) }
    }

    /// Dates that contradict each other are proof, though every tile is still served: a log that is
    /// smaller later, and one that was larger before.
    @Test(arguments: [(40, 400), (500, 200)])
    func datesProveARollback(size: Int, date: Int) async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        log.serve(600)
        _ = try await keeper.accept(try log.note(300))
        let note = try log.note(size, at: ScriptedLog.date(date))
        let sizes = [300, UInt64(size)]
        let fault = LogFault.rolledBack(
            size: sizes.min()!, known: sizes.max()!, isProven: true)
        await #expect(throws: fault) { try await keeper.accept(note) }
        await #expect(throws: fault) { try await keeper.compare(note, offline: true) }
        let kept = "\(home.directory)/rolled-back-300-\(size)"
        #expect(try PrivateFile.read(kept + ".shown", limit: 10_000) == note.bytes)
        #expect(try PrivateFile.read(kept + ".known", limit: 10_000) == log.note(300).bytes)
        // Another session remembers all dates, not only the last.
        _ = try await keeper.accept(try log.note(600))
        let again = try self.keeper(home, log)
        await #expect(throws: fault) { try await again.accept(note) }
    }

    /// However often a home looks, it remembers some dates of each time, and the last.
    @Test func theTrailStaysShort() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        log.serve(300)
        for date in 0..<300 {
            _ = try await keeper.accept(try log.note(300, at: ScriptedLog.date(date)))
        }
        let trail = try self.keeper(home, log)
        let dates = await trail.trail.notes.map(\.time)
        #expect(dates.count <= DatedTrail.maximumNotes && dates.count > 60)
        #expect(dates == dates.sorted())
        #expect(dates.first == UInt64(ScriptedLog.date(0)))
        #expect(dates.last == UInt64(ScriptedLog.date(299)))
    }

    /// What a package or another participant shows is compared with what the home knows, and changes
    /// nothing of it.
    @Test func aCheckpointFromElsewhereIsCompared() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        #expect(try await keeper.compare(try log.note(40)) == .nothingKnown(size: 40))
        log.serve(600)
        _ = try await keeper.accept(try log.note(300))
        let asked = log.asked.count
        #expect(try await keeper.compare(try log.note(300)) == .same(size: 300))
        #expect(
            try await keeper.compare(try log.note(40), offline: true)
                == .undecided(size: 40, known: 300, nil))
        #expect(log.asked.count == asked)
        #expect(try await keeper.compare(try log.note(40)) == .earlier(size: 40, known: 300))
        #expect(try await keeper.compare(try log.note(500)) == .later(size: 500, known: 300))
        // The gateway doesn't have what would decide: that is no verdict.
        log.serve(300)
        guard case .undecided(500, 300, .refused?) = try await keeper.compare(try log.note(500))
        else { throw LogFault.noFounding(nil) }
        #expect(await keeper.last?.size == 300)
        await #expect(throws: LogFault.self) {
            try await keeper.compare(try log.note(300, by: try ScriptedLog().signer))
        }
    }

    /// The fork of one history that somebody else was shown is found out, and kept; with equal sizes
    /// nobody needs to be asked.
    @Test(arguments: [(300, true), (300, false), (40, false), (500, false)])
    func aForkFromElsewhereIsFoundOut(size: Int, offline: Bool) async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        log.serve(600)
        _ = try await keeper.accept(try log.note(300))
        await #expect(throws: LogFault.splitView(size: 300, otherSize: UInt64(size))) {
            try await keeper.compare(try log.note(size, fork: 30), offline: offline)
        }
        let kept = "\(home.directory)/split-view-300-\(size)"
        #expect(
            try PrivateFile.read(kept + ".shown", limit: 10_000)
                == log.note(size, fork: 30).bytes)
        #expect(try PrivateFile.read(kept + ".known", limit: 10_000) == log.note(300).bytes)
        #expect(await keeper.last?.size == 300)
    }

    @Test func onlyTheTrustedKeySigns() async throws {
        let (scratch, log, other) = (try Scratch(), try ScriptedLog(), try ScriptedLog())
        let home = scratch.home("home")
        let keeper = try keeper(home, log)
        await #expect(throws: LogFault.self) {
            try await keeper.accept(try log.note(3, by: other.signer))
        }
        #expect(await keeper.last == nil)
        // A remembered checkpoint counts only as long as the policy accepts it.
        _ = try await keeper.accept(try log.note(3))
        #expect(throws: LogFault.self) {
            try CheckpointKeeper(
                home: home, policy: TrustPolicy(trusting: other.signer.verifierKey),
                clock: log.clock.verifierKey, connection: GatewayConnection(log))
        }
    }

    @Test func missingTilesAreNoProof() async throws {
        let (scratch, log) = (try Scratch(), try ScriptedLog())
        let keeper = try keeper(scratch.home("home"), log)
        _ = try await keeper.accept(try log.note(5))
        await #expect(throws: ConnectionError.self) { try await keeper.accept(try log.note(9)) }
        #expect(await keeper.last?.size == 5)
    }
}
