/// Why a proof is refused.
public enum ProofError: Error, Hashable, Sendable {
    /// The index lies outside the tree or subtree that ends before `end`.
    case indexOutside(index: UInt64, end: UInt64)
    /// The tree that is to contain the other one is the smaller of the two.
    case sizesOutOfOrder(old: UInt64, new: UInt64)
    /// Every tree extends the empty one, so a proof of that says nothing.
    case emptyTree
    /// `start` isn't a multiple of the smallest power of two that is at least `end − start`.
    case noSubtree(start: UInt64, end: UInt64)
    /// Index and size fix how many hashes a proof has.
    case wrongHashCount(have: Int, need: Int)
    /// The hashes that the proof is made of don't give the root it starts from, or leads to.
    case rootMismatch(computed: Hash, expected: Hash)
}
