import Sharing
import Transparency
import Wire

/// The checkpoints of an audit: each is compared with the tree when its last entry is in.
struct CheckpointTrail: Sendable {
    private struct Kept: Sendable {
        let checkpoint: VerifiedCheckpoint
        /// The auditor's own, from its previous audit.
        let isOwn: Bool

        var evidence: AuditFinding.Evidence { .init(checkpoints: [checkpoint.note]) }
    }

    /// Descending by size: the next one to be reached is the last.
    private var ahead: [Kept] = []
    /// The one that was dated last of those that were reached: the log didn't have what follows then.
    private(set) var dated: DatedCheckpoint?
    /// The host's, as entry 0 names it.
    var clock: VerifierKey?
    /// All of them, to tell a rollback.
    private var all: [VerifiedCheckpoint] = []
    /// The one that matched at this size, to tell a fork from a wrong root.
    private var matched: VerifiedCheckpoint?
    /// The largest one whose root was found right.
    private(set) var newest: VerifiedCheckpoint?
    private var forked: VerifiedCheckpoint?

    init(last: VerifiedCheckpoint?) {
        ahead = last.map { [Kept(checkpoint: $0, isOwn: true)] } ?? []
        all = last.map { [$0] } ?? []
    }

    mutating func add(
        _ checkpoint: VerifiedCheckpoint, replayed size: UInt64,
        into findings: inout FindingList
    ) {
        all.append(checkpoint)
        let kept = Kept(checkpoint: checkpoint, isOwn: false)
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
        findRollbacks(into: &findings)
    }

    /// By the host's dates no checkpoint is smaller than one before it.
    private func findRollbacks(into findings: inout FindingList) {
        let dated = all.compactMap(dated(_:)).sorted { ($0.time, $0.size) < ($1.time, $1.size) }
        for (before, after) in zip(dated, dated.dropFirst()) {
            guard let proof = Rollback(before, after) else { continue }
            findings.add(
                Int64(clamping: after.size), .rolledBack(from: before.size),
                .init(checkpoints: [proof.before, proof.after].map(\.checkpoint.note)))
        }
    }

    private func dated(_ checkpoint: VerifiedCheckpoint) -> DatedCheckpoint? {
        clock.flatMap { try? checkpoint.dated(by: $0) }
    }

    private mutating func pass(_ kept: Kept) {
        matched = kept.checkpoint
        newest = kept.checkpoint
        if let later = dated(kept.checkpoint), dated.map({ $0.time < later.time }) ?? true {
            dated = later
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
