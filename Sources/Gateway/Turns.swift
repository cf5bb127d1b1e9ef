import Synchronization

/// A number of turns, taken by those who wait in the order in which they asked.
///
/// A turn that is given back goes straight to whoever has waited longest.
final class Turns: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
        /// Ends the wait when its time is over.
        let alarm: Task<Void, any Error>
    }

    private struct State {
        var free: Int
        /// Those who wait, the longest first.
        var waiting: [Waiter] = []
        var nextNumber = 0
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
        next?.alarm.cancel()
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
            let alarm = Task {
                try await Task.sleep(for: patience)
                dismiss(number, GatewayFault.busy)
            }
            state.waiting.append(
                Waiter(number: number, continuation: continuation, alarm: alarm))
            return nil
        }
        if let answer { continuation.resume(with: answer) }
    }

    /// Sends a waiter away; one who has a turn already keeps it.
    private func dismiss(_ number: Int, _ error: any Error) {
        let waiter = state.withLock { state -> Waiter? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.waiting.remove(at: place)
        }
        waiter?.alarm.cancel()
        waiter?.continuation.resume(throwing: error)
    }
}
