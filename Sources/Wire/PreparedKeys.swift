internal import Synchronization

/// The prepared keys of this process: those whose signatures are checked again and again.
///
/// A key is prepared when it has verified as many signatures as preparing it costs, so that in the worst
/// case checking takes twice the time that it takes without. Whether a key is prepared changes no
/// verdict. The number of keys is limited; the one that wasn't used for the longest time makes way.
///
/// The few keys that check most get wider multiples, after so many checks that making these takes less
/// than a tenth of their time, also where many keys take turns.
public final class PreparedKeys: Sendable {
    /// What every check of a signature in this process uses.
    public static let shared = PreparedKeys(limit: 512)

    /// Checks by libsodium after which a key is prepared.
    static let checksBefore = 4
    /// Keys that aren't prepared and whose checks are counted.
    static let maximumCounted = 4096

    private let state: Mutex<State>

    /// Checks by a prepared key after which it gets wider multiples.
    static let checksBeforeWide = 1024
    /// Keys that have wider multiples, of 0.5 MB each.
    static let maximumWide = 32

    private struct Known {
        let narrow: PreparedKey
        var wide: PreparedKey?
        var used: UInt64
        /// Since it was prepared, or lost its wider multiples.
        var checks = 0
    }

    private struct State {
        var limit: Int
        var prepared: [VerificationKey: Known] = [:]
        var wideCount = 0
        var counts: [VerificationKey: Int] = [:]
        var clock: UInt64 = 0
    }

    /// At most `limit` keys of 61 kB each; none are kept with a limit of zero.
    public init(limit: Int) {
        state = Mutex(State(limit: limit))
    }

    /// From now on leaves every check to libsodium.
    public func leaveToLibsodium() {
        state.withLock { state in
            state.limit = 0
            state.prepared = [:]
            state.wideCount = 0
            state.counts = [:]
        }
    }

    /// Checks a detached signature with the prepared key if there is one, else by libsodium.
    public func isValid(
        signature: some Collection<UInt8>, of message: some Collection<UInt8>,
        by key: VerificationKey
    ) -> Bool {
        if let prepared = find(key) {
            return prepared.isValid(signature: signature, of: message)
        }
        return isValidUnprepared(signature, of: message, by: key)
    }

    /// Checks signatures as ``isValid(signature:of:by:)`` does each, in less time: those of prepared keys
    /// together.
    func areValid(_ all: [(jws: JWS, key: VerificationKey)]) -> [Bool] {
        var checks: [PreparedKey.Check] = []
        let verdicts = all.map { jws, key -> Bool? in
            if let prepared = find(key) {
                checks.append(.init(jws.signature, of: jws.signedBytes, by: prepared))
                return nil
            }
            return isValidUnprepared(jws.signature, of: jws.signedBytes, by: key)
        }
        var prepared = PreparedKey.areValid(checks)[...]
        return verdicts.map { $0 ?? prepared.popFirst() ?? false }
    }

    private func isValidUnprepared(
        _ signature: some Collection<UInt8>, of message: some Collection<UInt8>,
        by key: VerificationKey
    ) -> Bool {
        let isValid = key.isValidByLibsodium(signature: signature, of: message)
        if isValid { noteValid(key) }
        return isValid
    }

    /// How many keys are prepared now.
    public var count: Int { state.withLock { $0.prepared.count } }

    /// How many keys have their checks counted.
    var countedKeys: Int { state.withLock { $0.counts.count } }

    /// The prepared key, if there is one.
    func find(_ key: VerificationKey) -> PreparedKey? {
        let (found, isDue) = state.withLock { state -> (PreparedKey?, Bool) in
            guard let place = state.prepared.index(forKey: key) else { return (nil, false) }
            state.clock += 1
            state.prepared.values[place].used = state.clock
            state.prepared.values[place].checks += 1
            let known = state.prepared.values[place]
            // One thread widens it, and the others go on as before.
            let isDue = known.wide == nil && known.checks == Self.checksBeforeWide
            return (known.wide ?? known.narrow, isDue)
        }
        if isDue, let wide = key.prepared(wide: true) { widen(key, wide) }
        return found
    }

    private func widen(_ key: VerificationKey, _ wide: PreparedKey) {
        state.withLock { state in
            guard let place = state.prepared.index(forKey: key),
                state.prepared.values[place].wide == nil
            else { return }
            if state.wideCount >= Self.maximumWide,
                let oldest = state.prepared.filter({ $0.value.wide != nil })
                    .min(by: { $0.value.used < $1.value.used })
            {
                state.prepared[oldest.key]?.wide = nil
                state.prepared[oldest.key]?.checks = 0
                state.wideCount -= 1
            }
            state.prepared[key]?.wide = wide
            state.wideCount += 1
        }
    }

    /// How many keys have wider multiples now.
    var wideCount: Int { state.withLock { $0.wideCount } }

    /// Takes note that libsodium found a signature of this key valid.
    func noteValid(_ key: VerificationKey) {
        let isDue = state.withLock { state in
            guard state.limit > 0 else { return false }
            if state.counts.count >= Self.maximumCounted { state.counts = [:] }
            let count = state.counts[key, default: 0] + 1
            // One thread prepares it, and the others go on as before.
            state.counts[key] = count
            return count == Self.checksBefore
        }
        guard isDue, let prepared = key.prepared() else { return }
        state.withLock { state in
            state.counts[key] = nil
            guard state.limit > 0 else { return }
            if state.prepared.count >= state.limit,
                let oldest = state.prepared.min(by: { $0.value.used < $1.value.used })
            {
                if oldest.value.wide != nil { state.wideCount -= 1 }
                state.prepared[oldest.key] = nil
            }
            state.clock += 1
            if state.prepared[key]?.wide != nil { state.wideCount -= 1 }
            state.prepared[key] = Known(narrow: prepared, used: state.clock)
        }
    }
}
