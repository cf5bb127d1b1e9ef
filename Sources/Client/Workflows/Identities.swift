import Rules
public import Sharing
public import Wire

// Whether somebody on the log is who one means.
extension Session {
    /// This participant's own fingerprint, to be told to others by another way than the gateway; `nil`
    /// for a founder, whom the log's address pins.
    public nonisolated var fingerprint: Fingerprint? { ownFingerprint }

    /// Compares the fingerprint that `handle` told by another way with what the log says of it, and
    /// remembers it: from now on nothing is granted to `handle` under another.
    ///
    /// Throws ``ClientError/noParticipant(_:)``, ``ClientError/founder(_:)`` and
    /// ``ClientError/substituted(_:)``, and what ``sync()`` does.
    public func compare(_ said: Fingerprint, with handle: Handle) async throws {
        guard let state = try await sync().state[ParticipantState.key(handle)] else {
            throw ClientError.noParticipant(handle)
        }
        guard let fingerprint = state.fingerprint else { throw ClientError.founder(handle) }
        guard Fingerprint(fingerprint) == said else { throw ClientError.substituted(handle) }
        try home.changingFiles {
            var compared = try home.comparedFingerprints()
            compared[handle] = said
            try home.replace(compared)
        }
    }

    /// Whether the fingerprint of `handle` was compared, and is what it was. Throws
    /// ``ClientError/substituted(_:)`` where it is another.
    func isCompared(_ handle: Handle) throws -> Bool {
        guard let known = try home.comparedFingerprints()[handle] else { return false }
        let fingerprint = view.state[ParticipantState.key(handle)]?.fingerprint
        guard fingerprint.map({ Fingerprint($0) }) == known else {
            throw ClientError.substituted(handle)
        }
        return true
    }
}
