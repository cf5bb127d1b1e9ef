import Synchronization

/// A number of turns, taken by those who wait in the order in which they asked.
///
/// A turn that is given back goes straight to whoever has waited longest.
final class Turns: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
        /// When its patience ends.
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var free: Int
        /// Those who wait, the longest first.
        var waiting: [Waiter] = []
        var nextNumber = 0
        /// When the next alarm rings, which sends away those whose time is over.
        var alarm: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    /// How many wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Takes a turn, which must be given back.
    ///
    /// Throws ``GatewayFault/busy`` where none is had within `patience`, and `CancellationError`
    /// where the task is cancelled before.
    func take(within patience: Duration) async throws {
        let number = state.withLock { state in
            defer { state.nextNumber += 1 }
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { enqueue($0, number, patience) }
        } onCancel: {
            dismiss(number, CancellationError())
        }
    }

    func giveBack() {
        let next = state.withLock { state -> Waiter? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume()
    }

    private func enqueue(
        _ continuation: CheckedContinuation<Void, any Error>, _ number: Int, _ patience: Duration
    ) {
        let answer = state.withLock { state -> Result<Void, any Error>? in
            // A cancellation that comes later finds the waiter in the queue.
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.free > 0 {
                state.free -= 1
                return .success(())
            }
            let deadline = ContinuousClock.now + patience
            state.waiting.append(
                Waiter(number: number, continuation: continuation, deadline: deadline))
            setAlarm(at: deadline, &state)
            return nil
        }
        if let answer { continuation.resume(with: answer) }
    }

    /// One alarm is for all who wait: most have their turn long before it rings.
    private func setAlarm(at time: ContinuousClock.Instant, _ state: inout State) {
        if let alarm = state.alarm, alarm <= time { return }
        state.alarm = time
        Task {
            try? await Task.sleep(until: time, clock: .continuous)
            ring(time)
        }
    }

    private func ring(_ time: ContinuousClock.Instant) {
        let over = state.withLock { state -> [Waiter] in
            let over = state.waiting.filter { $0.deadline <= time }
            state.waiting.removeAll { $0.deadline <= time }
            // An earlier one was set since, and that one sets the next.
            guard state.alarm == time else { return over }
            state.alarm = nil
            if let next = state.waiting.map(\.deadline).min() { setAlarm(at: next, &state) }
            return over
        }
        for waiter in over { waiter.continuation.resume(throwing: GatewayFault.busy) }
    }

    /// Sends a waiter away; one who has a turn already keeps it.
    private func dismiss(_ number: Int, _ error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.waiting.remove(at: place)
        }
        waiter?.continuation.resume(throwing: error)
    }
}
