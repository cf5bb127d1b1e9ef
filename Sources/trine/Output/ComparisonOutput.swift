import Client
import Transparency
import Wire

extension CheckpointComparison {
    /// In JSON: what came of it, and the sizes of the two trees.
    var members: Members {
        switch self {
        case .same(let size): Self.members("same", size, size)
        case .earlier(let size, let known): Self.members("earlier", size, known)
        case .later(let size, let known): Self.members("later", size, known)
        case .nothingKnown(let size): Self.members("not-compared", size, nil)
        case .undecided(let size, let known, _): Self.members("not-compared", size, known)
        }
    }

    private static func members(_ result: String, _ size: UInt64, _ known: UInt64?) -> Members {
        ["entries": size, "known_entries": known, "result": result]
    }

    /// What came of it, of a checkpoint that is called `name`.
    func line(about name: String) -> String {
        switch self {
        case .same(let size):
            return "\(name) of \(size) entries is the last one that this home has seen."
        case .earlier(let size, let known):
            return
                "\(name) of \(size) entries is of the history of \(known) entries that this home "
                + "has seen."
        case .later(let size, let known):
            return "\(name) of \(size) entries continues the history of \(known) entries that this "
                + "home has seen."
        case .nothingKnown(let size):
            return "\(name) of \(size) entries was compared with nothing: this home has seen none."
        case .undecided(let size, let known, let error):
            let age = size < known ? "is older" : "is newer"
            let reason = error?.complaint.message ?? "the gateway wasn't asked"
            return "\(name) of \(size) entries \(age) than the one of \(known) that this home has "
                + "seen, and was compared with nothing: \(reason)."
        }
    }
}

extension DatedComparison {
    /// What two checkpoints say together. Throws what they prove against the host.
    func outcome() throws(Complaint) -> Outcome {
        switch self {
        case .same(let size):
            return Outcome(["entries": size, "result": "same"]) {
                "Both are of the same \(size) entries."
            }
        case .grown(let from, let to):
            return Outcome(["entries": to.size, "known_entries": from.size, "result": "grown"]) {
                "\(from.words); \(to.words). Whether the second continues the first isn't decided here."
            }
        case .forked(let size):
            throw Complaint.untrusted("the log of \(size) entries has two histories")
                .hint("both are signed by the log: show them to others")
        case .rolledBack(let proof):
            throw Complaint(
                .rolledBack,
                [
                    "the log was taken back: \(proof.before.words), and \(proof.after.words), by its "
                        + "host's own signatures"
                ]
            ).hint("the two files prove it to everybody who has joined this log")
        }
    }
}

extension DatedCheckpoint {
    fileprivate var words: String {
        "on \(Timestamp(clamping: Int64(clamping: time))) it had \(size) entries"
    }
}
