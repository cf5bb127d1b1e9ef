import Rules
import Sharing
import Synchronization
import Wire

/// A policy set that remembers what it answered last to those who enter one record after another. The
/// same question has the same answer; of a set that never asks for the time, at any time.
///
/// Only questions are kept that tell the policies nothing but the time of what is done: nothing in them
/// is confidential.
final class RecentAnswers: Policies {
    private struct Asker: Hashable {
        let handle: Handle
        let action: PolicyAction
        let series: Series?
    }

    /// How many are kept, one for each participant, action and series.
    static let limit = 1024

    private let policies: any Policies
    private let answers = Mutex<[Asker: (asked: PolicyRequest, answer: PolicyDecision)]>([:])

    init(of policies: any Policies) { self.policies = policies }

    var digest: Digest<Digested.Policies> { policies.digest }
    var asksForTime: Bool { policies.asksForTime }

    var count: Int { answers.withLock { $0.count } }

    func decide(_ request: PolicyRequest) -> PolicyDecision {
        guard request.tellsOnlyTime else { return policies.decide(request) }
        // Of more than what is compared no answer may depend.
        let told = request.told
        var asked = told
        if !asksForTime { asked.time = Self.anyTime }
        let asker = Asker(
            handle: asked.principal.handle, action: asked.action, series: asked.series)
        if let last = answers.withLock({ $0[asker] }), last.asked == asked { return last.answer }
        let answer = policies.decide(told)
        answers.withLock { answers in
            if answers.count >= Self.limit { answers.removeAll(keepingCapacity: true) }
            answers[asker] = (asked, answer)
        }
        return answer
    }

    private static let anyTime = Timestamp(clamping: 0)
}
