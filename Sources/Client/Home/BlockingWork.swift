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
