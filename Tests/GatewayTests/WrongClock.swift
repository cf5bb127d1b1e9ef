import Gateway
import Synchronization
import Wire

/// A host's clock, and the time that really goes by.
final class WrongClock: Sendable {
    private let times = Mutex((time: Int64(1_800_000_000), uptime: Int64(5)))

    func pass(_ seconds: Int64) {
        times.withLock {
            $0.time += seconds
            $0.uptime += seconds
        }
    }

    /// Somebody sets the clock, or a wrong source of time does.
    func set(ahead seconds: Int64) { times.withLock { $0.time += seconds } }

    var now: Timestamp { Timestamp(clamping: times.withLock { $0.time }) }

    func host(isTrustedAtStart: Bool = false) -> HostClock {
        HostClock(
            now: { self.now }, uptime: { self.times.withLock { $0.uptime } },
            isTrustedAtStart: isTrustedAtStart)
    }
}
