import Foundation

/// Runs work that waits for the disk, or keeps a processor busy for long, on threads of its own: the
/// tasks of a program that embeds the client go on meanwhile.
enum BlockingWork {
    private static let queue = DispatchQueue(label: "trine.client.work", attributes: .concurrent)

    /// The result of `work`. Throws what `work` throws.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// The results of `work` for each of `inputs`, on as many processors as there are.
    static func map<Input: Sendable, Value: Sendable>(
        _ inputs: [Input], _ work: @escaping @Sendable (Input) -> Value
    ) async throws -> [Value] {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let length = max(1, (inputs.count + processors - 1) / processors)
        let parts = stride(from: 0, to: inputs.count, by: length).map {
            inputs[$0..<min(inputs.count, $0 + length)]
        }
        return try await withThrowingTaskGroup(of: (Int, [Value]).self) { group in
            for (place, part) in parts.enumerated() {
                group.addTask { (place, try await run { part.map(work) }) }
            }
            var results = Array(repeating: [Value](), count: parts.count)
            for try await (place, values) in group { results[place] = values }
            return results.flatMap(\.self)
        }
    }
}

/// Runs an actor on a dispatch queue of its own, so that what the actor does may wait for the disk.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
