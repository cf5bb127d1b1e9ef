import Rules
import Sharing
import Synchronization
import Wire

/// A policy set that remembers what it answered last to those who enter one record after another. The
/// same question has the same answer.
///
/// Only questions are kept that tell the policies nothing but the time of what is done: nothing in them
/// is confidential.
final class RecentAnswers: Policies {
    private struct Asker: Hashable {
        let handle: Handle
        let action: PolicyAction
    }

    /// How many are kept, one for each participant and action.
    static let limit = 1024

    private let policies: any Policies
    private let answers = Mutex<[Asker: (told: PolicyRequest, answer: PolicyDecision)]>([:])

    init(of policies: any Policies) { self.policies = policies }

    var digest: Digest<Digested.Policies> { policies.digest }

    var count: Int { answers.withLock { $0.count } }

    func decide(_ request: PolicyRequest) -> PolicyDecision {
        guard request.tellsOnlyTime else { return policies.decide(request) }
        let told = request.told
        let asker = Asker(handle: told.principal.handle, action: told.action)
        if let last = answers.withLock({ $0[asker] }), last.told == told { return last.answer }
        let answer = policies.decide(told)
        answers.withLock { answers in
            if answers.count >= Self.limit { answers.removeAll(keepingCapacity: true) }
            answers[asker] = (told, answer)
        }
        return answer
    }
}
