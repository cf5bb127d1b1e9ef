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

extension Home {
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
                home: self, policy: try trust().policy, connection: connection)
            let comparison = try await keeper.compare(note, offline: offline)
            await connection.shutDown()
            return comparison
        } catch {
            await connection.shutDown()
            throw error
        }
    }
}
