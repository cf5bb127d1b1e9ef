/// A checkpoint that a ``TrustPolicy`` accepted: the evidence that a known log has this root at
/// this size, and that these witnesses say so too.
public struct VerifiedCheckpoint: Hashable, Sendable {
    public let checkpoint: Checkpoint
    /// The checkpoint as received, with all its signatures, also unknown ones.
    public let note: Note
    /// The key of the log.
    public let log: VerifierKey
    /// One for each witness of the policy that cosigned, in the policy's order.
    public let cosignatures: [Cosignature]

    public var origin: String { checkpoint.origin }
    public var size: UInt64 { checkpoint.size }
    public var root: Hash { checkpoint.root }

    /// Checks that `leaf` stands at `index`; `hashes` is an inclusion proof for this size.
    ///
    /// Throws ``ProofError``.
    public func including(
        _ leaf: Hash, at index: UInt64, proof hashes: [Hash]
    ) throws(ProofError) -> VerifiedInclusion {
        let proof = InclusionProof(index: index, size: size, hashes: hashes)
        let computed = try proof.root(of: leaf)
        guard computed == root else { throw .rootMismatch(computed: computed, expected: root) }
        return VerifiedInclusion(leaf: leaf, index: index, checkpoint: self)
    }

    /// Checks that this checkpoint's log begins with all that was in it at `old`; `hashes` is a
    /// consistency proof, empty where the sizes are equal or the old one is zero.
    ///
    /// Throws ``ExtensionError``.
    public func extending(
        _ old: VerifiedCheckpoint, proof hashes: [Hash]
    ) throws(ExtensionError) -> VerifiedExtension {
        guard old.origin.utf8.elementsEqual(origin.utf8) else {
            throw .otherLog(old: old.origin, new: origin)
        }
        if old.size == 0 {
            guard hashes.isEmpty else {
                throw .proof(.wrongHashCount(have: hashes.count, need: 0))
            }
            return VerifiedExtension(old: old, new: self)
        }
        let proof = ConsistencyProof(oldSize: old.size, newSize: size, hashes: hashes)
        let computed: Hash
        do { computed = try proof.root(extending: old.root) } catch { throw .proof(error) }
        guard computed == root else {
            throw .proof(.rootMismatch(computed: computed, expected: root))
        }
        return VerifiedExtension(old: old, new: self)
    }
}

/// That a witness of the policy cosigned a checkpoint.
public struct Cosignature: Hashable, Sendable {
    /// What the policy calls the witness.
    public let witness: PolicyWord
    public let key: VerifierKey
    /// When, in POSIX seconds, by the witness's clock.
    public let timestamp: UInt64
}

/// That a leaf stands at an index of a log, on the word of a checkpoint's signers.
public struct VerifiedInclusion: Hashable, Sendable {
    public let leaf: Hash
    public let index: UInt64
    public let checkpoint: VerifiedCheckpoint
}

/// That a log has only grown from one checkpoint to another.
public struct VerifiedExtension: Hashable, Sendable {
    public let old: VerifiedCheckpoint
    public let new: VerifiedCheckpoint
}

/// Why a checkpoint isn't a later one of the same log.
public enum ExtensionError: Error, Hashable, Sendable {
    case otherLog(old: String, new: String)
    /// Two checkpoints for which this comes with a proof of the right size are evidence that the
    /// log showed two histories.
    case proof(ProofError)
}
