import Sharing
public import Transparency
import Verification
public import Wire

/// What became of the frames of a bulk submission, in order, and the checkpoint that has them.
public struct BulkAnswer: Message, Hashable {
    public enum Result: Shaped, Hashable {
        /// Registered; with its inclusion proof for the checkpoint, from the leaf to the root.
        case registered(index: Int64, proof: [Hash])
        /// Refused; nothing after it was tried.
        case refused(Problem)
        case skipped
    }

    public let checkpoint: Note
    /// One for each frame.
    public let results: [Result]

    public static let maximumBytes = 16 << 20

    public init(checkpoint: Note, results: [Result]) {
        (self.checkpoint, self.results) = (checkpoint, results)
    }

    public static let shape = Shape<BulkAnswer>(
        BulkAnswer.init(checkpoint:results:),
        .required("checkpoint", \.checkpoint, .note),
        .required("results", \.results, .list(of: .object, 0...Limits.bulkFrames)))

    public var estimatedBytes: Int { 1024 + results.count * 1024 }
}

extension BulkAnswer.Result {
    public static let shape = Shape<BulkAnswer.Result>(
        { (index, problem, proof, skipped) throws(ClaimError) in
            switch (index, proof, problem, skipped) {
            case (.some(let index), .some(let proof), nil, false):
                .registered(index: index, proof: proof)
            case (nil, nil, .some(let problem), false): .refused(problem)
            case (nil, nil, nil, true): .skipped
            case (nil, .some, nil, false): throw .missing("index")
            case (.some, nil, nil, false): throw .missing("proof")
            case (nil, nil, nil, false): throw .missing("index")
            default: throw .unexpected(skipped ? "skipped" : "problem")
            }
        },
        .optional("index", \.index, .count),
        .optional("problem", \.problem, .problem),
        .optional("proof", \.proof, .hashes),
        .flag("skipped", \.isSkipped))

    private var index: Int64? { if case .registered(let index, _) = self { index } else { nil } }
    private var proof: [Hash]? { if case .registered(_, let proof) = self { proof } else { nil } }
    private var problem: Problem? { if case .refused(let problem) = self { problem } else { nil } }
    private var isSkipped: Bool { self == .skipped }
}

extension Codec where Value == Problem {
    fileprivate static let problem = Codec(
        "problem", read: { (value) throws(ClaimError) in Problem(json: value.tree) },
        write: { $1.json($0.json) })
}
