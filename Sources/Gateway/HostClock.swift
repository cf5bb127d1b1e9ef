public import Wire

/// The host's clock, and whether what it says is to be believed.
///
/// Log time follows this clock. A clock that was set, by hand or by a wrong source of time, would end
/// grants that stand and refuse statements of everybody, so it moves log time only if time went by.
public struct HostClock: Sendable {
    /// The time of day.
    public let now: @Sendable () -> Timestamp
    /// Seconds since some moment; setting the clock doesn't change them.
    let uptime: @Sendable () -> Int64
    /// Whether the clock is believed at start, however long the log was silent.
    let isTrustedAtStart: Bool

    /// Times that differ by at most so many seconds count as the same.
    static let tolerance: Int64 = 300
    /// A log that was silent for longer needs an operator's word at start.
    static let silence: Int64 = 86_400

    public init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Int64,
        isTrustedAtStart: Bool
    ) {
        self.now = now
        self.uptime = uptime
        self.isTrustedAtStart = isTrustedAtStart
    }

    /// This machine's.
    public static func system(isTrustedAtStart: Bool) -> HostClock {
        let start = ContinuousClock.now
        return HostClock(
            now: { .now }, uptime: { (ContinuousClock.now - start).components.seconds },
            isTrustedAtStart: isTrustedAtStart)
    }

    /// A clock that is always right.
    public init(_ now: @escaping @Sendable () -> Timestamp) {
        self.init(now: now, uptime: { now().seconds }, isTrustedAtStart: true)
    }
}

/// Compares a clock with the time that went by.
struct ClockWatch {
    private let clock: HostClock
    private var seen: (time: Timestamp, uptime: Int64)
    private var isBelieved: Bool

    /// Begins to watch. `last` is when the log last moved or was dated, `nil` for one that hasn't begun.
    init(_ clock: HostClock, last: Timestamp?) {
        self.clock = clock
        let now = clock.now()
        seen = (now, clock.uptime())
        let silent = last.map { now.seconds - $0.seconds } ?? 0
        isBelieved = clock.isTrustedAtStart || silent <= HostClock.silence
    }

    /// The time now; `nil` where the clock isn't to be believed.
    mutating func time() -> Timestamp? {
        let (time, uptime) = (clock.now(), clock.uptime())
        let drift = (time.seconds - seen.time.seconds) - (uptime - seen.uptime)
        guard isBelieved, abs(drift) <= HostClock.tolerance else {
            isBelieved = false
            return nil
        }
        seen = (time, uptime)
        return time
    }
}
