/// A receipt: the proof, to be checked offline, that an entry is in a log (C2SP tlog-proof).
public struct TransparencyProof: Hashable, Sendable {
    /// Whatever the application adds. Nothing vouches for it.
    public let extra: [UInt8]?
    /// The entry's index.
    public let index: UInt64
    /// The inclusion proof for the checkpoint's size.
    public let hashes: [Hash]
    /// A signed checkpoint, with its cosignatures.
    public let checkpoint: Note

    /// What ``extra`` may hold, in bytes.
    public static var maximumExtraBytes: Int { 64 * 1024 }
    /// The whole proof: the checkpoint, the extra data in base64, the hashes and some words.
    public static var maximumBytes: Int {
        Note.maximumBytes + maximumExtraBytes / 3 * 4 + InclusionProof.maximumHashes * 45 + 128
    }

    /// A proof from its parts; `extra` is `nil` or not empty.
    ///
    /// Throws ``TransparencyProofError/malformedExtra``, and
    /// ``TransparencyProofError/tooManyHashes``.
    public init(
        index: UInt64, hashes: [Hash], checkpoint: Note, extra: [UInt8]? = nil
    ) throws(TransparencyProofError) {
        if let extra {
            guard 1...Self.maximumExtraBytes ~= extra.count else { throw .malformedExtra }
        }
        guard hashes.count <= InclusionProof.maximumHashes else { throw .tooManyHashes }
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a proof; throws ``TransparencyProofError``.
    public init(parsing bytes: some Collection<UInt8>) throws(TransparencyProofError) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge(bytes: bytes.count) }
        var lines = Lines(bytes)
        guard let first = lines.next(), first.elementsEqual(Self.version.utf8) else {
            throw .unknownVersion
        }
        var line = lines.next()
        var extra: [UInt8]?
        if let text = line?.removing(prefix: "extra ") {
            guard let bytes = Base64.decode(text) else { throw .malformedExtra }
            extra = bytes
            line = lines.next()
        }
        guard let number = line?.removing(prefix: "index "), let index = Decimal.parse(number)
        else { throw .malformedIndex }
        var hashes: [Hash] = []
        while true {
            guard let line = lines.next() else { throw .noCheckpoint }
            if line.isEmpty { break }
            guard let hash = Hash(base64: line) else { throw .malformedHash(number: hashes.count) }
            hashes.append(hash)
        }
        let checkpoint: Note
        do { checkpoint = try Note(parsing: lines.rest) } catch { throw .policy(.note(error)) }
        try self.init(index: index, hashes: hashes, checkpoint: checkpoint, extra: extra)
    }

    /// The proof as text; exactly what was parsed.
    public var bytes: [UInt8] {
        let note = checkpoint.bytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(note.count + 48 * hashes.count + 64)
        bytes += Self.version.utf8
        bytes.append(newline)
        if let extra { bytes += Array("extra ".utf8) + Base64.encode(extra) + [newline] }
        bytes += "index \(index)\n".utf8
        for hash in hashes {
            hash.appendBase64(to: &bytes)
            bytes.append(newline)
        }
        bytes.append(newline)
        bytes += note
        return bytes
    }

    /// Checks that the entry with the hash `leaf` is in a log that `policy` accepts.
    ///
    /// Throws ``TransparencyProofError/policy(_:)`` and ``TransparencyProofError/proof(_:)``.
    public func verify(
        leaf: Hash, policy: TrustPolicy
    ) throws(TransparencyProofError) -> VerifiedInclusion {
        let verified: VerifiedCheckpoint
        do { verified = try policy.verify(checkpoint) } catch { throw .policy(error) }
        do {
            return try verified.including(leaf, at: index, proof: hashes)
        } catch { throw .proof(error) }
    }

    private static var version: String { "c2sp.org/tlog-proof@v1" }
}

/// Why a receipt is refused.
public enum TransparencyProofError: Error, Hashable, Sendable {
    /// Longer than ``TransparencyProof/maximumBytes``.
    case tooLarge(bytes: Int)
    /// The first line isn't that of the version known here.
    case unknownVersion
    /// Not base64, empty, or longer than ``TransparencyProof/maximumExtraBytes``.
    case malformedExtra
    case malformedIndex
    /// Counted from 0.
    case malformedHash(number: Int)
    /// More than ``InclusionProof/maximumHashes``.
    case tooManyHashes
    /// No empty line and no checkpoint follow the hashes.
    case noCheckpoint
    case policy(PolicyError)
    case proof(ProofError)
}
