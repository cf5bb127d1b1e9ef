import Rules
import Storage
import Synchronization

/// A batch that is decided, and all that is needed to store it and to go on from it.
struct DecidedBatch: Sendable {
    let batch: Batch
    /// The head that it follows.
    let previous: Head?
    /// Where the log stands with it.
    let point: LogPoint
    let published: PublishedBatch
}

/// Decided works on their way to the store, and to those who wait for them.
///
/// They are answered once their batch is stored, and every batch before it. Those of which nothing is
/// entered wait too: what they were told may follow from a batch that isn't stored yet.
final class Flight: Sendable {
    enum End {
        case landed
        case failed(StoreError)
        /// The one before it failed.
        case dropped
    }

    let works: [Work]
    private let decisions: [[BatchPlan.Decision]]
    private let next: DecidedBatch?
    private let number: Int64
    private let begun = ContinuousClock.now
    private struct State {
        /// Ends when it is certain what became of the batch.
        var flying: Task<End, Never>?
        /// Ends when everybody has an answer.
        var task: Task<Void, Never>?
        var end: End?
    }

    private let state = Mutex(State())

    /// `next` is `nil` where nothing is entered.
    init(
        _ works: [Work], decisions: [[BatchPlan.Decision]], _ next: DecidedBatch?, number: Int64
    ) {
        self.works = works
        self.decisions = decisions
        self.next = next
        self.number = number
    }

    /// `nil` while it goes on.
    var end: End? { state.withLock { $0.end } }

    /// Waits until nothing of it is under way.
    func settle() async {
        let task = state.withLock { $0.task }
        await task?.value
    }

    func begin(behind previous: Flight?, of sequencer: Sequencer) {
        let before = previous?.state.withLock { $0.flying }
        let flying = Task(priority: .sequencing) { await fly(behind: before, of: sequencer) }
        let task = Task(priority: .sequencing) {
            let end = await flying.value
            // Answered before anybody takes note: whoever stops waits for the end.
            if case .landed = end { answer() }
            state.withLock { $0.end = end }
            sequencer.intake.nudge()
        }
        state.withLock { state in
            state.flying = flying
            state.task = task
        }
    }

    private func fly(behind previous: Task<End, Never>?, of sequencer: Sequencer) async -> End {
        // A processor wraps this batch while the disk takes the one before it.
        let staged = await stage(for: sequencer)
        if let previous {
            guard case .landed = await previous.value else { return .dropped }
        }
        do {
            if let next, let staged {
                try await sequencer.commit(next, try staged.get(), number: number)
            } else {
                try await sequencer.confirm()
            }
        } catch { return .failed(error) }
        sequencer.intake.ended(works.reduce(0) { $0 + $1.count }, took: .now - begun)
        return .landed
    }

    /// `nil` where nothing is entered.
    private func stage(for sequencer: Sequencer) async -> Result<StagedEntries, StoreError>? {
        guard let next else { return nil }
        do { return .success(try await sequencer.store.stage(next.batch)) } catch {
            return .failure(error)
        }
    }

    private func answer() {
        for (work, decisions) in zip(works, decisions) {
            let outcomes = decisions.map { decision -> Outcome in
                switch decision {
                case .admitted(let index):
                    guard let next else { preconditionFailure("what is admitted is in a batch") }
                    return .registered(index: index, in: next.published)
                case .refused(.place(.alreadyRegistered(let index))): return .already(index: index)
                case .refused(let refusal): return .refused(refusal)
                }
            }
            work.continuation.resume(returning: outcomes)
        }
    }
}

extension TaskPriority {
    /// The priority of deciding and storing. Many requests wait for one batch; with the priority of requests
    /// each step of the batch would wait for all requests that came in meanwhile.
    static let sequencing = TaskPriority.high
}
