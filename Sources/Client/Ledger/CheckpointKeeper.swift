import Custody
import Foundation
import Sharing
public import Transparency
public import Wire

/// Knows the last checkpoint that was believed, and believes another only if one of the two extends
/// the other.
///
/// So a gateway that once showed this participant a history can't show it a different one unseen,
/// not even an older one: whatever it shows later is a part or a continuation of the same.
public actor CheckpointKeeper {
    private let policy: TrustPolicy
    /// The key with which the host dates what it publishes.
    private let clock: VerifierKey
    private let connection: GatewayConnection
    private let home: Home
    /// The checkpoint is synced to the disk by this actor.
    private let executor = QueueExecutor("trine.checkpoints")
    /// Owned by this actor; on disk before anything follows from it.
    public private(set) var last: VerifiedCheckpoint?
    /// Dated checkpoints that were believed, by size and time; the last is ``last``.
    public private(set) var trail: DatedTrail

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Takes up what the home remembers. Throws ``HomeError``, and ``LogFault/checkpoint(_:)`` where
    /// that isn't accepted under the policy (any more).
    init(
        home: Home, policy: TrustPolicy, clock: VerifierKey, connection: GatewayConnection
    ) throws {
        self.home = home
        self.policy = policy
        self.clock = clock
        self.connection = connection
        if let note = try home.read(.checkpoint) {
            do { last = try policy.verify(note) } catch { throw LogFault.checkpoint(error) }
        }
        trail = try home.trail(policy, clock)
    }

    /// The log's checkpoint of this moment: at least as new as any that was believed before, and
    /// dated at most `freshness` seconds before `now`.
    ///
    /// Throws what ``newest(at:freshness:)`` and ``DatedCheckpoint/requireCurrent(at:freshness:)`` do.
    public func latest(at now: Timestamp, freshness: Int64) async throws -> VerifiedCheckpoint {
        let newest = try await newest(at: now, freshness: freshness)
        try newest.requireCurrent(at: now, freshness: freshness)
        return newest.checkpoint
    }

    /// The newest checkpoint that the gateway shows: past caches too, where it isn't dated within
    /// `freshness` seconds. How old it may be, only the charter says that is in force under it.
    ///
    /// Throws ``ConnectionError`` and ``LogFault``: ``LogFault/stale(size:known:)`` where the gateway
    /// shows an older one than was believed before, and ``LogFault/frozen(dated:limit:)`` where it is
    /// older than any charter allows.
    func newest(at now: Timestamp, freshness: Int64) async throws -> DatedCheckpoint {
        let known = last?.size ?? 0
        let isCurrent = { (shown: DatedCheckpoint) in
            shown.size >= known && now.seconds - shown.timestamp.seconds <= freshness
        }
        var shown = try await dated(try await connection.checkpoint())
        if !isCurrent(shown) {
            shown = try await dated(try await connection.checkpoint(pastCaches: true))
        }
        guard shown.size >= known else {
            throw LogFault.stale(size: shown.size, known: known)
        }
        try shown.requireFresh(at: now, Limits.freshnessSeconds.upperBound)
        return shown
    }

    /// Checks a checkpoint that came with an answer: its signatures under the policy, and that it
    /// belongs to the history known so far.
    ///
    /// Throws ``LogFault``, ``ConnectionError`` where the tiles for the proof can't be had, and
    /// ``HomeError``.
    public func accept(_ note: Note) async throws -> VerifiedCheckpoint {
        try await dated(note).checkpoint
    }

    /// The same, with its date.
    private func dated(_ note: Note) async throws -> DatedCheckpoint {
        let dated = try DatedCheckpoint(verifying: note, policy, clock)
        let checkpoint = dated.checkpoint
        // Other calls may move `last` while the tiles are fetched, and other processes the file, so it
        // is looked at anew until nothing moved.
        while true {
            try refuseRollback(dated)
            if let known = last {
                try await prove(known, checkpoint)
                guard last == known else { continue }
                guard trail.last.map({ $0.isBefore(dated) }) ?? true else { return dated }
            }
            if try keep(dated) { return dated }
        }
    }

    /// Two dates of the host's that contradict each other are proof, whatever else it still shows.
    private func refuseRollback(_ shown: DatedCheckpoint) throws {
        for known in trail.notes {
            guard let proof = Rollback(known, shown) else { continue }
            try keep(known.checkpoint, shown.checkpoint, as: "rolled-back")
            throw LogFault.rolledBack(
                size: proof.after.size, known: proof.before.size, isProven: true)
        }
    }

    /// `false` where another process kept a later one meanwhile: that is what is known from now on.
    private func keep(_ dated: DatedCheckpoint) throws -> Bool {
        try home.changingFiles {
            if try takeUpLater() { return false }
            var trail = trail
            trail.add(dated)
            try home.replace(.trail, with: trail.bytes)
            try home.replace(.checkpoint, with: dated.checkpoint.note.bytes)
            self.trail = trail
            last = dated.checkpoint
            return true
        }
    }

    /// Takes up what another process of this home believed later than this one, if any did.
    private func takeUpLater() throws -> Bool {
        guard let note = try home.read(.trail), note != trail.bytes else { return false }
        let kept = try home.trail(policy, clock)
        guard let latest = kept.last, trail.last.map({ $0.isBefore(latest) }) ?? true else {
            return false
        }
        trail = kept
        last = latest.checkpoint
        return true
    }

    private func prove(_ known: VerifiedCheckpoint, _ shown: VerifiedCheckpoint) async throws {
        let isOneHistory: Bool
        do {
            isOneHistory = try await self.isOneHistory(known, shown)
        } catch ConnectionError.refused where shown.size < known.size {
            // The tiles of a tree that was signed are there, or it was taken back.
            try keep(known, shown, as: "rolled-back")
            throw LogFault.rolledBack(size: shown.size, known: known.size, isProven: false)
        }
        guard isOneHistory else { throw try splitView(known, shown) }
    }

    /// Whether the smaller tree is the beginning of the larger, by the log's tiles.
    private func isOneHistory(
        _ one: VerifiedCheckpoint, _ other: VerifiedCheckpoint
    ) async throws -> Bool {
        let (old, new) = one.size <= other.size ? (one, other) : (other, one)
        if old.size == new.size { return old.root == new.root }
        guard old.size > 0 else { return true }
        let tiles = try await self.tiles(
            try ConsistencyProof.tiles(oldSize: old.size, newSize: new.size))
        do {
            let proof = try ConsistencyProof.build(
                oldSize: old.size, newSize: new.size, reading: tiles)
            _ = try new.extending(old, proof: proof.hashes)
            return true
        } catch let error as TileError {
            throw LogFault.tile(error)
        } catch {
            return false
        }
    }

    /// How a checkpoint from elsewhere, such as a package's or another participant's, stands to the
    /// last one that was believed. That stays what it is: only the gateway's own word moves it.
    ///
    /// Throws ``LogFault``: ``LogFault/splitView(size:otherSize:)`` where they aren't of one history,
    /// with both notes kept in the home. Without the log's tiles sizes that differ aren't decided.
    func compare(_ note: Note, offline: Bool = false) async throws -> CheckpointComparison {
        let dated = try DatedCheckpoint(verifying: note, policy, clock)
        try refuseRollback(dated)
        let other = dated.checkpoint
        guard let known = last else { return .nothingKnown(size: other.size) }
        guard other.size == known.size || !offline else {
            return .undecided(size: other.size, known: known.size, nil)
        }
        let isOneHistory: Bool
        do { isOneHistory = try await self.isOneHistory(known, other) } catch let error
            as ConnectionError
        { return .undecided(size: other.size, known: known.size, error) }
        guard isOneHistory else { throw try splitView(known, other) }
        if other.size == known.size { return .same(size: known.size) }
        return other.size < known.size
            ? .earlier(size: other.size, known: known.size)
            : .later(size: other.size, known: known.size)
    }

    /// The hashes that prove that the tree of `old` leaves is the beginning of that of `new`, from
    /// the log's tiles. Whoever uses them checks them.
    func consistency(from old: UInt64, to new: UInt64) async throws -> [Hash] {
        do {
            let tiles = try await tiles(try ConsistencyProof.tiles(oldSize: old, newSize: new))
            return try ConsistencyProof.build(oldSize: old, newSize: new, reading: tiles).hashes
        } catch let error as TileError { throw LogFault.tile(error) } catch is ProofError {
            throw LogFault.outOfOrder(index: Int64(clamping: old))
        }
    }

    /// Whether the tree of `edge` is the beginning of that of `checkpoint`.
    func isBeginning(_ edge: RightEdge, of checkpoint: VerifiedCheckpoint) async throws -> Bool {
        guard edge.size < checkpoint.size else {
            return edge.size == checkpoint.size && edge.root == checkpoint.root
        }
        let proof = ConsistencyProof(
            oldSize: edge.size, newSize: checkpoint.size,
            hashes: try await consistency(from: edge.size, to: checkpoint.size))
        return (try? proof.root(extending: edge.root)) == checkpoint.root
    }

    /// Reads tiles, several at a time.
    func tiles(_ coordinates: [TileCoordinate]) async throws -> TileSet {
        let connection = connection
        return try await withThrowingTaskGroup(of: Tile.self) { group in
            var set = TileSet()
            var waiting = coordinates[...]
            for _ in 0..<Self.parallelReads {
                guard let next = waiting.popFirst() else { break }
                group.addTask { try await connection.tile(next) }
            }
            while let tile = try await group.next() {
                set.insert(tile)
                if let next = waiting.popFirst() {
                    group.addTask { try await connection.tile(next) }
                }
            }
            return set
        }
    }

    private static let parallelReads = 8

    /// Keeps both notes beside the home's files, for whoever has to be shown them.
    private func splitView(
        _ known: VerifiedCheckpoint, _ shown: VerifiedCheckpoint
    ) throws(HomeError) -> LogFault {
        try keep(known, shown, as: "split-view")
        return .splitView(size: known.size, otherSize: shown.size)
    }

    private func keep(
        _ known: VerifiedCheckpoint, _ shown: VerifiedCheckpoint, as name: String
    ) throws(HomeError) {
        let path = "\(home.directory)/\(name)-\(known.size)-\(shown.size)"
        try PrivateFile.replace(path + ".known", with: known.note.bytes)
        try PrivateFile.replace(path + ".shown", with: shown.note.bytes)
    }
}

extension DatedCheckpoint {
    /// Seconds by which the host's clock may be ahead of one's own.
    private static let ahead: Int64 = 300

    /// Throws ``LogFault/frozen(dated:limit:)`` for what was dated too long ago, and
    /// ``LogFault/timeAhead(dated:)``.
    func requireCurrent(at now: Timestamp, freshness: Int64) throws(LogFault) {
        try requireFresh(at: now, freshness)
        guard timestamp.seconds <= now.seconds + Self.ahead else {
            throw .timeAhead(dated: timestamp)
        }
    }

    fileprivate func requireFresh(at now: Timestamp, _ freshness: Int64) throws(LogFault) {
        guard now.seconds - timestamp.seconds <= freshness else {
            throw .frozen(dated: timestamp, limit: freshness)
        }
    }
}
