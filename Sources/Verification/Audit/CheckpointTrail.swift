import Sharing
import Transparency
import Wire

/// The checkpoints of an audit: each is compared with the tree when its last entry is in.
struct CheckpointTrail: Sendable {
    private struct Kept: Sendable {
        let checkpoint: VerifiedCheckpoint
        /// At which it was the newest one.
        let time: Timestamp?
        /// The auditor's own, from its previous audit.
        let isOwn: Bool

        var evidence: AuditFinding.Evidence { .init(checkpoints: [checkpoint.note]) }
    }

    /// Descending by size: the next one to be reached is the last.
    private var ahead: [Kept] = []
    /// The latest time for which it is known how many entries the log had, and by which checkpoint.
    private var witnessed: (time: Timestamp, note: Note)?
    /// The one that matched at this size, to tell a fork from a wrong root.
    private var matched: VerifiedCheckpoint?
    /// The largest one whose root was found right.
    private(set) var newest: VerifiedCheckpoint?
    private var forked: VerifiedCheckpoint?

    init(last: VerifiedCheckpoint?) {
        ahead = last.map { [Kept(checkpoint: $0, time: nil, isOwn: true)] } ?? []
    }

    mutating func add(
        _ checkpoint: VerifiedCheckpoint, seen: Timestamp?, replayed size: UInt64,
        into findings: inout FindingList
    ) {
        let cosigned = checkpoint.cosignatures.map(\.timestamp).max()
            .map { Timestamp(clamping: Int64(clamping: $0)) }
        let kept = Kept(checkpoint: checkpoint, time: seen ?? cosigned, isOwn: false)
        guard checkpoint.size >= size else {
            return findings.add(Int64(clamping: checkpoint.size), .unplaced, kept.evidence)
        }
        let place = ahead.firstIndex { $0.checkpoint.size <= checkpoint.size } ?? ahead.endIndex
        ahead.insert(kept, at: place)
    }

    /// Compares every checkpoint of this size with the root.
    mutating func reach(_ edge: RightEdge, into findings: inout FindingList) {
        guard let next = ahead.last, next.checkpoint.size <= edge.size else { return }
        let root = edge.root
        while let kept = ahead.last, kept.checkpoint.size <= edge.size {
            ahead.removeLast()
            if kept.checkpoint.root == root {
                pass(kept)
            } else {
                refuse(kept, computed: root, into: &findings)
            }
        }
    }

    /// How many seconds after the statement's `iat` the log still didn't have it, if that is known
    /// and more than `limit`; and the checkpoint that shows it.
    func lateness(of issuedAt: Timestamp, limit: Int64) -> (seconds: Int64, note: Note)? {
        guard let witnessed else { return nil }
        let seconds = witnessed.time.seconds - issuedAt.seconds
        return seconds > limit ? (seconds, witnessed.note) : nil
    }

    mutating func finish(replayed size: UInt64, into findings: inout FindingList) {
        if let forked {
            findings.add(
                Int64(clamping: forked.size), .fork,
                .init(checkpoints: [forked.note] + (newest.map { [$0.note] } ?? [])))
        }
        for kept in ahead.reversed() {
            findings.add(
                Int64(clamping: kept.checkpoint.size), .entriesMissing(have: size), kept.evidence)
        }
        ahead = []
    }

    private mutating func pass(_ kept: Kept) {
        matched = kept.checkpoint
        newest = kept.checkpoint
        if let time = kept.time, witnessed.map({ $0.time < time }) ?? true {
            witnessed = (time, kept.checkpoint.note)
        }
    }

    private mutating func refuse(
        _ kept: Kept, computed: Hash, into findings: inout FindingList
    ) {
        let size = Int64(clamping: kept.checkpoint.size)
        if kept.isOwn {
            forked = kept.checkpoint
        } else if let matched, matched.size == kept.checkpoint.size {
            findings.add(
                size, .fork, .init(checkpoints: [matched.note, kept.checkpoint.note]))
        } else {
            findings.add(size, .rootWrong(computed: computed), kept.evidence)
        }
    }
}
