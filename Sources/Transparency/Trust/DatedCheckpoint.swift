/// A checkpoint, and when it was the largest one of its log by the word of the log's host.
///
/// The host signs the time with a key of its own, as a witness would (C2SP tlog-cosignature). Other
/// tools ignore the line, and it counts in no quorum.
public struct DatedCheckpoint: Hashable, Sendable {
    public let checkpoint: VerifiedCheckpoint
    /// POSIX seconds by the host's clock.
    public let time: UInt64

    public var size: UInt64 { checkpoint.size }
}

extension VerifiedCheckpoint {
    /// The latest time at which `clock`, the host's key, says that this was the largest checkpoint.
    ///
    /// Throws ``NoteError/noKnownSignature`` where it doesn't say so, and
    /// ``NoteError/badSignature(_:)``.
    public func dated(by clock: VerifierKey) throws(NoteError) -> DatedCheckpoint {
        let lines = try note.verified(by: [clock]).signatures
        guard let time = lines.compactMap(\.timestamp).max() else { throw .noKnownSignature }
        return DatedCheckpoint(checkpoint: self, time: time)
    }
}

/// The proof that a log was taken back: its host dated two checkpoints, and the later one is smaller.
///
/// Whoever has the log's keys can check it, without the log. An honest host never signs such a pair.
public struct Rollback: Hashable, Sendable {
    /// The larger one, which was the newest before.
    public let before: DatedCheckpoint
    /// The smaller one, which was said to be the newest after it.
    public let after: DatedCheckpoint

    /// `nil` where the two of them, in any order, prove nothing.
    public init?(_ one: DatedCheckpoint, _ other: DatedCheckpoint) {
        let (before, after) = one.time <= other.time ? (one, other) : (other, one)
        guard before.time < after.time, before.size > after.size,
            one.checkpoint.origin.utf8.elementsEqual(other.checkpoint.origin.utf8)
        else { return nil }
        self.before = before
        self.after = after
    }
}

extension Checkpoint {
    /// The checkpoint as a note that its log signed and its host's clock dated.
    public func signed(by signer: NoteSigner, at time: UInt64, by clock: Cosigner) -> [UInt8] {
        signed(by: signer) + clock.cosignature(of: self, at: time).line
    }
}

extension Note {
    /// The latest time that a line under `name` states, by whatever key. Nobody checked it: it is for
    /// whoever wrote the note.
    public func unverifiedTime(under name: KeyName) -> UInt64? {
        signatures.filter { $0.name == name }
            .compactMap { TimestampedSignature(parsing: $0.signature)?.timestamp }.max()
    }
}
