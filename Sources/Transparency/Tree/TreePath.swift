/// The way from a subtree up to the root of a tree that contains it.
///
/// All proofs are this one way. An inclusion proof (RFC 6962 §2.1.1) starts from the subtree of a
/// single leaf; a consistency proof (RFC 6962 §2.1.2) from the subtree of all leaves of the older
/// tree. Where the recursion of RFC 6962 §2.1 splits the older tree's leaves, the subtree isn't a
/// node of the newer tree; then the way starts from its rightmost part, the *seed*, and rebuilds
/// both roots from there.
struct TreePath {
    /// One level up.
    struct Step {
        let sibling: Subtree
        let isLeft: Bool
        /// Whether the sibling is a part of the subtree that the path starts from.
        let isInside: Bool
    }

    /// From the subtree to the root.
    let steps: [Step]

    /// The part of the subtree where the path starts, where that isn't the whole of it.
    let seed: Subtree?

    /// `subtree` isn't empty, and ends within the `size` leaves of the tree.
    init(from subtree: Subtree, size: UInt64) {
        precondition(!subtree.isEmpty && subtree.end <= size, "the subtree lies in the tree")
        var target = subtree
        var node = Subtree(size: size)
        var steps: [Step] = []
        while node != target {
            let split = node.split
            let left = Subtree(derived: node.start..<split)
            let right = Subtree(derived: split..<node.end)
            if target.end <= split {
                steps.append(Step(sibling: right, isLeft: false, isInside: false))
                node = left
            } else if split <= target.start {
                steps.append(Step(sibling: left, isLeft: true, isInside: false))
                node = right
            } else {
                // The alignment of subtrees makes both start here, so `left` is inside.
                steps.append(Step(sibling: left, isLeft: true, isInside: true))
                target = Subtree(derived: split..<target.end)
                node = right
            }
        }
        self.steps = steps.reversed()
        seed = target == subtree ? nil : target
    }

    /// The subtrees whose hashes a proof consists of, in the order of RFC 6962.
    var proof: [Subtree] { (seed.map { [$0] } ?? []) + steps.map(\.sibling) }

    /// The root of the tree, given the subtree's hash and the proof.
    ///
    /// Throws ``ProofError/wrongHashCount(have:need:)``, and ``ProofError/rootMismatch`` where the
    /// proof is made of another subtree than `hash` is of.
    func root(from hash: Hash, proof: [Hash]) throws(ProofError) -> Hash {
        let need = steps.count + (seed == nil ? 0 : 1)
        guard proof.count == need else { throw .wrongHashCount(have: proof.count, need: need) }
        let start = seed == nil ? hash : proof[0]
        var inner = start
        var outer = start
        for (step, sibling) in zip(steps, proof.suffix(steps.count)) {
            outer = step.isLeft ? Hash.node(sibling, outer) : Hash.node(outer, sibling)
            if step.isInside { inner = Hash.node(sibling, inner) }
        }
        guard inner == hash else { throw .rootMismatch(computed: inner, expected: hash) }
        return outer
    }
}
