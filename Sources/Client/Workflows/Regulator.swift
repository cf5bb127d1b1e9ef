import Interface
public import Rules
import Sharing
import Transparency
public import Verification
import Wire

/// What a regulator does: it replays the whole log and checks every entry and decision. It sees all
/// metadata and no field of any record.
public struct Regulator: Sendable {
    public let session: Session

    /// Throws ``ClientError/notInRole(_:have:)``.
    public init(_ session: Session) throws(ClientError) {
        let roles = session.configuration.roles
        guard roles.contains(.regulator) else { throw .notInRole(.regulator, have: roles) }
        self.session = session
    }

    /// Replays all entries up to the log's latest checkpoint: leaves from the tiles, their selective
    /// claims from queries. What is wrong with the log is in the report.
    ///
    /// Throws ``LogFault`` where not even a checkpoint can be believed, and ``ConnectionError``.
    ///
    /// The state that the entries make is kept in `state`; what is in memory beside it doesn't grow
    /// with the log.
    public func audit<State: StateSource & Sendable>(
        keeping state: State = StateInMemory(),
        progress: @Sendable (_ done: UInt64, _ all: UInt64) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        try await replay(
            under: try await session.publishedTexts(), keeping: state, at: { _ in }, progress)
    }

    /// The replay under `policies`; `entry` gets the index of each entry before it is decided.
    func replay<Library: PublishedTexts, State: StateSource & Sendable>(
        under policies: Library, keeping state: State, at entry: @Sendable (Int64) -> Void,
        _ progress: @Sendable (_ done: UInt64, _ all: UInt64) -> Void = { _, _ in }
    ) async throws -> AuditReport {
        let known = await session.keeper.trail
        let checkpoint = try await session.latest()
        var audit = Audit(
            under: session.trust, policies: policies,
            state: state, seesDisclosures: true, last: known.last?.checkpoint)
        // Those seen before say what the log didn't have yet.
        for dated in known.notes { audit.checkpoint(dated.checkpoint.note) }
        audit.checkpoint(checkpoint.note)
        let session = session
        try await audit.replay(
            Array(EntryBundleCoordinate.changed(from: 0, to: checkpoint.size)),
            load: { try await AuditPage($0, session).entries }, before: entry,
            after: { progress($0, checkpoint.size) })
        return audit.finish()
    }
}

/// Consecutive entries with what the gateway shows of their selective claims.
private struct AuditPage: Sendable {
    let entries: [(leaf: [UInt8], disclosures: ShownDisclosures)]

    init(_ coordinate: EntryBundleCoordinate, _ session: Session) async throws {
        let bundle = try await session.connection.bundle(coordinate)
        let first = Int64(clamping: coordinate.entries.lowerBound)
        let leaves = bundle.indices.map { Array(bundle[$0]) }
        // What isn't the entry's own is found by the audit, which has the entry from the tiles.
        let shown = try await session.reader.disclosures(of: leaves, from: first)
        entries = leaves.enumerated().map { ($1, shown[first + Int64($0)] ?? .withheld) }
    }
}
