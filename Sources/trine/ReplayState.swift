import Client
import Foundation
import Rules
import Storage
import Transparency

extension CommonOptions {
    /// Where a replay of the whole log keeps what its entries make: in memory, or on disk where they
    /// are many. Tests ask for the disk on short logs too.
    func replayState(for session: Session) async throws -> any StateSource & Sendable {
        let entries = try await session.keeper.latest().size
        let isForced = ProcessInfo.processInfo.environment["TRINE_TEST_AUDIT_ON_DISK"] != nil
        guard entries >= Self.fitInMemory || isForced else { return StateInMemory() }
        return try AuditState(in: directory.directory)
    }

    private static let fitInMemory: UInt64 = 200_000
}
