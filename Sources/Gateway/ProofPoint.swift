import Rules
import Sharing
import Storage
import Transparency
import Wire

/// What only the tree can tell of a grant to prove: that the one it names is this log's, and that
/// its records were in it. A verifier refuses any other; the rules check the rest.
struct ProofPoint {
    let at: TreePoint
    let enterprise: Handle
    let ranges: [RecordRange]

    /// `nil` for any other statement, and for a grant that the rules refuse anyway.
    init?(_ submission: Submission) {
        guard let grant = submission.statement.claims as? Grant, grant.right == .prove,
            let at = grant.at, let terms = submission.selective as? GrantTerms,
            case .records(let ranges) = terms.scope
        else { return nil }
        self.at = at
        self.ranges = ranges
        enterprise = submission.statement.issuer
    }

    /// Throws ``SubmissionFault/otherTree(size:)``, ``SubmissionFault/recordAfterPoint(_:)`` and
    /// ``StoreError``.
    func check(in store: any Store) async throws {
        // A tree that isn't there yet is the rules' to refuse.
        guard let head = try await store.head(), at.size <= head.size else { return }
        let edge = try await TileEdge.load(size: UInt64(at.size), from: store)
        guard edge.root.bytes == at.root.bytes else {
            throw SubmissionFault.otherTree(size: at.size)
        }
        for range in ranges {
            // Of a book the later number is the later entry.
            let last = try await store.records(
                of: enterprise, in: range.book, range.to...range.to)
            guard last.allSatisfy({ $0.index < at.size }) else {
                throw SubmissionFault.recordAfterPoint(range)
            }
        }
    }
}
