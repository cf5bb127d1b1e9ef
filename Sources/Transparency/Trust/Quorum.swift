/// Which witnesses have to cosign a checkpoint (C2SP tlog-policy).
public indirect enum Quorum: Hashable, Sendable {
    /// None.
    case none
    /// This one.
    case witness(PolicyWord)
    /// At least `threshold` of the members. No witness is in it twice.
    case group(PolicyWord, threshold: Int, members: [Quorum])

    /// How many members of a quorum agree, and how many have to.
    public struct Tally: Hashable, Sendable {
        public let have: Int
        public let need: Int
        public var isMet: Bool { have >= need }
    }

    /// Counts for a checkpoint that `witnesses` cosigned.
    public func tally(_ witnesses: Set<PolicyWord>) -> Tally {
        switch self {
        case .none:
            Tally(have: 0, need: 0)
        case .witness(let name):
            Tally(have: witnesses.contains(name) ? 1 : 0, need: 1)
        case .group(_, let threshold, let members):
            Tally(have: members.count { $0.tally(witnesses).isMet }, need: threshold)
        }
    }
}
