/// Which logs a verifier accepts, which witnesses it knows, and which of them have to agree
/// (C2SP tlog-policy). It is the verifier's own file, and never taken from what is verified.
public struct TrustPolicy: Hashable, Sendable {
    /// A log whose checkpoints are accepted; its key's name is the origin.
    public struct Log: Hashable, Sendable {
        public let key: VerifierKey
        public let url: PolicyWord?
    }

    /// A witness, and what it is called in the policy.
    public struct Witness: Hashable, Sendable {
        public let name: PolicyWord
        public let key: VerifierKey
        public let url: PolicyWord?
    }

    /// At most ``maximumLogs``; none where no log is known yet, and then no checkpoint is accepted.
    public let logs: [Log]
    /// At most ``maximumWitnesses``.
    public let witnesses: [Witness]
    /// Which cosignatures are enough.
    public let quorum: Quorum
    /// The policy file.
    public let file: [UInt8]

    /// Room for every log and witness with the longest key.
    public static var maximumBytes: Int { 512 * 1024 }
    /// Twice what every implementation should accept.
    public static var maximumLogs: Int { 64 }
    public static var maximumWitnesses: Int { 64 }
    public static var maximumGroups: Int { 64 }

    /// Reads a policy file; throws ``PolicyFileError``.
    public init(parsing file: some Collection<UInt8>) throws(PolicyFileError) {
        guard file.count <= Self.maximumBytes else {
            throw PolicyFileError(line: 0, reason: .tooLarge(bytes: file.count))
        }
        var parser = PolicyFileParser()
        var lines = Lines(file)
        while let line = lines.next() { try parser.read(line) }
        guard lines.rest.isEmpty else { throw parser.error(.noFinalNewline) }
        let quorum = try parser.finish()
        logs = parser.logs
        witnesses = parser.witnesses
        self.quorum = quorum
        self.file = Array(file)
    }

    /// The policy that accepts one log without any witness.
    public init(trusting log: VerifierKey) {
        guard let policy = try? TrustPolicy(parsing: "log \(log)\nquorum none\n".utf8),
            policy.logs.first?.key == log
        else { preconditionFailure("a log's key makes a policy") }
        self = policy
    }

    /// Checks a checkpoint: signed by an accepted log whose key bears the origin's name, and
    /// cosigned by a quorum.
    ///
    /// Throws ``PolicyError``; a bad signature of any known key refuses the whole note.
    public func verify(
        _ note: some Collection<UInt8>
    ) throws(PolicyError) -> VerifiedCheckpoint {
        let parsed: Note
        do { parsed = try Note(parsing: note) } catch { throw .note(error) }
        return try verify(parsed)
    }

    /// Checks a checkpoint that was read as a note.
    public func verify(_ note: Note) throws(PolicyError) -> VerifiedCheckpoint {
        let verified: VerifiedNote
        do {
            verified = try note.verified(by: logs.map(\.key) + witnesses.map(\.key))
        } catch { throw .note(error) }
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(parsing: verified.text) } catch {
            throw .checkpoint(error)
        }

        let signers = verified.signatures.map(\.key)
        guard
            let log = logs.map(\.key).first(where: { log in
                log.name.names(checkpoint.origin) && signers.contains(log)
            })
        else { throw .unknownLog(origin: checkpoint.origin) }

        let cosignatures = cosignatures(in: verified)
        let tally = quorum.tally(Set(cosignatures.map(\.witness)))
        guard tally.isMet else { throw .quorumNotMet(have: tally.have, need: tally.need) }
        return VerifiedCheckpoint(
            checkpoint: checkpoint, note: note, log: log, cosignatures: cosignatures)
    }

    /// One cosignature for each witness: its latest.
    private func cosignatures(in note: VerifiedNote) -> [Cosignature] {
        witnesses.compactMap { witness in
            note.signatures
                .filter { $0.key == witness.key }
                .compactMap(\.timestamp).max()
                .map { Cosignature(witness: witness.name, key: witness.key, timestamp: $0) }
        }
    }
}

/// Why a checkpoint isn't accepted under a policy.
public enum PolicyError: Error, Hashable, Sendable {
    case note(NoteError)
    case checkpoint(CheckpointError)
    /// No log of this origin in the policy signed it.
    case unknownLog(origin: String)
    /// Of the quorum's members, `have` cosigned of `need`.
    case quorumNotMet(have: Int, need: Int)
}

/// A name or URL in a policy file: opaque bytes without spaces.
public struct PolicyWord: Hashable, Sendable {
    public let bytes: [UInt8]

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    init(_ text: String) { self.init(text.utf8) }
}

extension PolicyWord: CustomStringConvertible {
    /// For people: what isn't UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
