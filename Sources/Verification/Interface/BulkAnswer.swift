import Sharing
public import Transparency
import Wire

/// What became of the frames of a bulk submission, in order, and the checkpoint that has them.
public struct BulkAnswer: Hashable, Sendable {
    public enum Result: Hashable, Sendable {
        /// Registered; with its inclusion proof for the checkpoint, from the leaf to the root.
        case registered(index: Int64, proof: [Hash])
        /// Refused; nothing after it was tried.
        case refused(Problem)
        case skipped
    }

    public let checkpoint: Note
    /// One for each frame.
    public let results: [Result]

    static let maximumBytes = 16 << 20

    public init(checkpoint: Note, results: [Result]) {
        (self.checkpoint, self.results) = (checkpoint, results)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        checkpoint = try members.required("checkpoint", Value.note)
        results = try members.list("results", limit: Limits.bulkFrames, Self.result)
        try members.finish()
    }

    private static func result(
        _ value: JSONValue, at place: Place
    ) throws(InterfaceError) -> Result {
        var members = try Members(value, at: place)
        let result: Result
        if try members.optional("skipped", { $0.bool == true ? true : nil }) != nil {
            result = .skipped
        } else if let problem = try members.optional("problem", { Problem(json: $0.tree) }) {
            result = .refused(problem)
        } else {
            result = .registered(
                index: try members.required("index", Value.count),
                proof: try members.required("proof", Value.proof))
        }
        try members.finish()
        return result
    }

    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: 1024 + results.count * 1024)
        writer.object {
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("results")
            $0.array(results) { writer, result in
                writer.object {
                    switch result {
                    case .registered(let index, let proof):
                        $0.key("index")
                        $0.integer(index)
                        $0.key("proof")
                        $0.proof(proof)
                    case .refused(let problem):
                        $0.key("problem")
                        $0.json(problem.json)
                    case .skipped:
                        $0.key("skipped")
                        $0.bool(true)
                    }
                }
            }
        }
        return writer.bytes
    }
}
