import Custody
import Sharing
public import Transparency
import Verification

/// How a checkpoint from elsewhere stands to the last one that a home believed.
public enum CheckpointComparison: Equatable, Sendable {
    /// They are the same tree.
    case same(size: UInt64)
    /// It is a part of the history that the home knows.
    case earlier(size: UInt64, known: UInt64)
    /// It is a continuation of the history that the home knows.
    case later(size: UInt64, known: UInt64)
    /// The home has seen no checkpoint to compare it with.
    case nothingKnown(size: UInt64)
    /// The trees differ in size, and the gateway didn't show what decides, or wasn't asked.
    case undecided(size: UInt64, known: UInt64, ConnectionError?)
}

/// How two dated checkpoints stand to each other, by themselves.
public enum DatedComparison: Equatable, Sendable {
    /// They are the same tree.
    case same(size: UInt64)
    /// Of one size, and of two histories: the log was forked.
    case forked(size: UInt64)
    /// The later one is smaller: the log was taken back.
    case rolledBack(Rollback)
    /// The larger one is the later one. Whether it continues the other only the log's tiles tell.
    case grown(from: DatedCheckpoint, to: DatedCheckpoint)
}

extension Home {
    /// Compares two checkpoints of this home's log. Nothing else is needed: neither what the home has
    /// seen, nor its gateway. Throws ``HomeError``, and ``LogFault`` where one isn't the log's.
    public func compare(_ one: Note, with other: Note) throws -> DatedComparison {
        let policy = try trust().policy
        let clock = try clockKey()
        let both = try [one, other].map { (note) throws(LogFault) in
            try DatedCheckpoint(verifying: note, policy, clock)
        }
        if let proof = Rollback(both[0], both[1]) { return .rolledBack(proof) }
        guard both[0].size == both[1].size else {
            let sorted = both.sorted { $0.size < $1.size }
            return .grown(from: sorted[0], to: sorted[1])
        }
        return both[0].checkpoint.root == both[1].checkpoint.root
            ? .same(size: both[0].size) : .forked(size: both[0].size)
    }

    /// The key with which the log's host dates what it publishes. Throws ``HomeError``.
    func clockKey() throws(HomeError) -> VerifierKey {
        let founding = try genesis(try configuration()).1
        guard let key = try? VerifierKey(parsing: founding.clockKey) else {
            throw malformed(.genesis)
        }
        return key
    }

    /// The last checkpoint that was believed here; `nil` where none was. Throws ``HomeError``, and
    /// ``LogFault/checkpoint(_:)`` where the home's trust policy doesn't accept it.
    public func lastCheckpoint() throws -> VerifiedCheckpoint? {
        guard let note = try read(.checkpoint) else { return nil }
        do { return try trust().policy.verify(note) } catch let error as PolicyError {
            throw LogFault.checkpoint(error)
        }
    }

    /// How `note` stands to the last checkpoint that was believed here, which it doesn't replace.
    /// Needs no passphrase. Where sizes differ the gateway is asked for tiles, unless `offline`.
    ///
    /// Throws ``LogFault``, ``LogFault/splitView(size:otherSize:)`` above all, and ``HomeError``.
    public func compare(
        _ note: Note, offline: Bool = false,
        transport: (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> CheckpointComparison {
        let connection = GatewayConnection(transport(try configuration().gateway))
        do {
            let keeper = try CheckpointKeeper(
                home: self, policy: try trust().policy, clock: try clockKey(),
                connection: connection)
            let comparison = try await keeper.compare(note, offline: offline)
            await connection.shutDown()
            return comparison
        } catch {
            await connection.shutDown()
            throw error
        }
    }
}
