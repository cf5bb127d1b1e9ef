public import PolicyTools
public import Rules
import Sharing
import Synchronization
import Verification
public import Wire

/// What a policy set would have decided otherwise on a log.
public struct PolicyComparison: Sendable {
    public struct Change: Sendable {
        public let index: Int64
        public let request: PolicyRequest
        public let was: PolicyDecision
        public let wouldBe: PolicyDecision
    }

    /// Changes that are kept; all of them are counted.
    public static let maximumKept = 10_000

    public fileprivate(set) var decisions = 0
    public fileprivate(set) var changeCount = 0
    public fileprivate(set) var changes: [Change] = []
}

/// One decision that was made on an entry, under one set.
public struct EntryDecision: Sendable {
    public let set: Digest<Digested.Policies>
    public let explanation: PolicyExplanation
}

/// A library whose sets tell what they are asked and answer, in the order of the replay.
struct ObservedPolicies: PublishedTexts {
    let shelf: TextShelf
    let observe: @Sendable (PolicyRequest, PolicyDecision, Digest<Digested.Policies>) -> Void

    private struct Observed: Policies {
        let set: any Policies
        let observe: @Sendable (PolicyRequest, PolicyDecision, Digest<Digested.Policies>) -> Void

        var digest: Digest<Digested.Policies> { self.set.digest }

        func decide(_ request: PolicyRequest) -> PolicyDecision {
            let decision = set.decide(request)
            observe(request, decision, digest)
            return decision
        }
    }

    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        shelf.policies(digest).map { Observed(set: $0, observe: observe) }
    }

    func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool { shelf.isInvalid(digest) }
    func type(_ digest: Digest<Digested.RecordType>) -> RecordType? { shelf.type(digest) }
}

extension Regulator {
    /// Replays the log and puts every question to `set` as well. A grant's own older set isn't asked
    /// twice: a question counts once for each set that decided it then.
    public func compare<State: StateSource & Sendable>(
        with set: CedarPolicies, keeping state: State,
        progress: @escaping @Sendable (_ done: UInt64, _ all: UInt64) -> Void = { _, _ in }
    ) async throws -> PolicyComparison {
        let place = Mutex<Int64>(0)
        let result = Mutex(PolicyComparison())
        let observed = ObservedPolicies(shelf: try await session.publishedTexts()) {
            request, was, _ in
            let wouldBe = set.decide(request)
            let index = place.withLock { $0 }
            result.withLock { result in
                result.decisions += 1
                guard was.permitted != wouldBe.permitted else { return }
                result.changeCount += 1
                guard result.changes.count < PolicyComparison.maximumKept else { return }
                result.changes.append(
                    .init(index: index, request: request, was: was, wouldBe: wouldBe))
            }
        }
        try await replay(
            under: observed, keeping: state,
            at: { index in place.withLock { $0 = index } }, progress
        ).requireWhole()
        return result.withLock { $0 }
    }

    /// What the policies were asked about entry `index`, and why they answered so.
    public func decisions<State: StateSource & Sendable>(
        at index: Int64, keeping state: State
    ) async throws -> [EntryDecision] {
        let place = Mutex<Int64>(0)
        let found = Mutex<[EntryDecision]>([])
        let shelf = try await session.publishedTexts()
        let observed = ObservedPolicies(shelf: shelf) { request, _, digest in
            guard place.withLock({ $0 }) == index,
                let set = shelf.policies(digest) as? CedarPolicies
            else { return }
            found.withLock {
                $0.append(
                    EntryDecision(
                        set: digest, explanation: PolicyExplanation(of: request, under: set)))
            }
        }
        try await replay(
            under: observed, keeping: state,
            at: { index in place.withLock { $0 = index } }
        ).requireWhole()
        return found.withLock { $0 }
    }
}

extension AuditReport {
    /// Throws ``LogFault/update(_:)`` where the replay ended before the log did.
    fileprivate func requireWhole() throws(LogFault) {
        if let stopped { throw .update(stopped) }
    }
}
