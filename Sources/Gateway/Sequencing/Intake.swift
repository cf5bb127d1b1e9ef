import Storage
import Synchronization

/// Where work waits, and what wakes who decides it. Whoever sends never waits for a decision that is
/// being made.
final class Intake: Sendable {
    fileprivate struct State {
        var queue: FairQueue
        /// Somebody decides, or sleeps until there is something to do.
        var isRunning = false
        var isStopping = false
        /// A commit has ended since that was last looked at.
        var isNudged = false
        /// Who sleeps until so many statements wait; `nil` for until a commit has ended.
        var sleeper: (wanted: Int?, continuation: CheckedContinuation<Void, Never>)?
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var drain = DrainRate()
        /// When a commit last failed, if none has succeeded since.
        var failed: ContinuousClock.Instant?
    }

    private let state: Mutex<State>

    init(_ bounds: FairQueue.Bounds = .init()) {
        state = Mutex(State(queue: FairQueue(bounds)))
    }

    /// What became of something new.
    enum Taken {
        case waits
        /// It waits, and nobody decides yet.
        case begins
        /// There is no room; there will be in so many seconds.
        case full(seconds: Int)
        case stopped
    }

    func add(_ work: Work) -> Taken {
        let (taken, sleeper) = state.withLock {
            state -> (Taken, CheckedContinuation<Void, Never>?) in
            guard !state.isStopping else { return (.stopped, nil) }
            do throws(FairQueue.Full) { try state.queue.add(work) } catch {
                return (.full(seconds: state.drain.seconds(for: error.ahead)), nil)
            }
            guard state.isRunning else {
                state.isRunning = true
                return (.begins, nil)
            }
            return (.waits, state.hasWork ? state.takeSleeper() : nil)
        }
        sleeper?.resume()
        return taken
    }

    /// Gives back what was decided in vain, before everything else.
    func putBack(_ works: [Work]) { state.withLock { $0.queue.putBack(works) } }

    /// What the next batch is made of; nothing where fewer statements wait than `least`.
    func take(atLeast least: Int) -> [Work] {
        state.withLock { state in
            guard state.queue.statements >= least else { return [] }
            return state.queue.take(
                statements: GatewayLimits.batchStatements, bytes: GatewayLimits.batchBytes)
        }
    }

    /// A commit has ended, well or not.
    func nudge() {
        let sleeper = state.withLock { state in
            state.isNudged = true
            return state.takeSleeper()
        }
        sleeper?.resume()
    }

    /// Returns when a commit has ended, or when at least `wanted` statements wait.
    func sleep(wanting wanted: Int?) async {
        await withCheckedContinuation { continuation in
            let hasSomething = state.withLock { state in
                defer { state.isNudged = false }
                state.sleeper = (wanted, continuation)
                guard state.isNudged || state.hasWork else { return false }
                state.sleeper = nil
                return true
            }
            if hasSomething { continuation.resume() }
        }
    }

    /// Whether nobody needs to decide any more: whoever adds something then begins anew.
    func rest() -> Bool {
        let ended = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
            guard state.queue.isEmpty else { return nil }
            state.isRunning = false
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        ended?.forEach { $0.resume() }
        return ended != nil
    }

    /// Takes nothing more, and returns when all that waited has ended.
    func stop() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isStopping = true
                if state.isRunning { state.waitingForEnd.append(continuation) }
                return !state.isRunning
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: How it goes

    /// So many statements were decided and stored, which took so long.
    func ended(_ statements: Int, took: Duration) {
        state.withLock { state in
            state.failed = nil
            state.drain.count(statements, took: took, at: .now)
        }
    }

    func failed() { state.withLock { $0.failed = .now } }

    /// Whether it makes sense to send something: not while it stops, and not for a while after a
    /// commit failed. Then it is worth trying again.
    var isWell: Bool {
        let (isStopping, failed) = state.withLock { ($0.isStopping, $0.failed) }
        guard !isStopping else { return false }
        return failed.map { ContinuousClock.now - $0 > GatewayLimits.pauseAfterFault } ?? true
    }
}

extension Intake.State {
    /// Whether as many statements wait as the sleeper wants.
    fileprivate var hasWork: Bool {
        sleeper?.wanted.map { !queue.isEmpty && queue.statements >= $0 } ?? false
    }

    fileprivate mutating func takeSleeper() -> CheckedContinuation<Void, Never>? {
        guard let sleeper else { return nil }
        self.sleeper = nil
        isNudged = false
        return sleeper.continuation
    }
}

/// How many statements come to an end in a second, as measured over the last seconds.
struct DrainRate {
    private var since: ContinuousClock.Instant?
    private var counted = 0
    private var perSecond: Double?
    /// Seconds that a batch takes. What waits is taken in whole batches.
    private var batch: Double = 0

    /// So long is counted before the rate follows.
    private static let interval: Duration = .milliseconds(500)
    /// The rate that is assumed before any was measured: what a slow disk commits one by one.
    private static let assumed: Double = 100

    mutating func count(_ statements: Int, took: Duration, at now: ContinuousClock.Instant) {
        batch = (batch + took / .seconds(1)) / 2
        guard let begin = since else {
            since = now
            return
        }
        counted += statements
        let time = now - begin
        guard time >= Self.interval else { return }
        let rate = Double(counted) / (time / .seconds(1))
        // A pause in which nothing was sent says nothing of how fast it goes.
        perSecond =
            time < Self.interval * 10 ? (perSecond.map { ($0 + rate) / 2 } ?? rate) : perSecond
        since = now
        counted = 0
    }

    /// When so many more will have ended, in whole seconds, 1 to 60.
    func seconds(for statements: Int) -> Int {
        let seconds = max(Double(statements) / (perSecond ?? Self.assumed), 2 * batch)
        return Int(min(60, max(1, seconds.rounded(.up))))
    }
}
