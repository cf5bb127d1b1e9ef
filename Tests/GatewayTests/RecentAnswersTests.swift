import Synchronization
import TestSupport
import Testing

@testable import Gateway
@testable import Rules
@testable import Sharing
@testable import Wire

/// What a gateway remembers of a policy set's answers changes none of them.
@Suite struct RecentAnswersTests {
    private static let early = Timestamp(clamping: 1_790_000_000)
    private static let late = Timestamp(clamping: 1_795_000_000)

    /// A set that asks for everything that such a question tells, or for all of it but the time.
    private func everyFact(asksForTime: Bool = true) throws -> CedarPolicies {
        let time = """
            @id("time") forbid (principal, action == Action::"seal", resource)
              when { context.time > datetime("2026-10-15") };
            """
        let text = """
            \(asksForTime ? time : "")
            @id("all") permit (principal, action, resource);
            @id("owner") forbid (principal, action == Action::"close", resource)
              unless { resource.owner == principal };
            @id("suspended") forbid (principal, action, resource) when { principal.suspended };
            @id("series") forbid (principal in Role::"host", action == Action::"seal", resource)
              when { resource has series && resource.series == "bills" };
            @id("own") forbid (principal in Role::"lender", action == Action::"close", resource)
              when { context.own has country && context.own.country == "DE" };
            """
        return try CedarPolicies(PolicyTexts([.schema, .init(name: "a.cedar", text: text)]))
    }

    private func request(using random: inout SeededGenerator) -> PolicyRequest {
        let people = ["e-workshop", "outsider", "northbank"].compactMap { Handle($0) }
        let principal = PolicyEntity(
            handle: people.randomElement(using: &random)!,
            roles: Bool.random(using: &random) ? [.enterprise] : [.enterprise, .lender],
            suspended: Int.random(in: 0..<8, using: &random) == 0,
            isHost: Bool.random(using: &random), isAuthority: false,
            found: .init(country: ["DE", "CN", nil].randomElement(using: &random)!))
        let month = Month("2026-0\(Int.random(in: 1...9, using: &random))")!
        return PolicyRequest(
            principal: principal,
            action: [.seal, .close].randomElement(using: &random)!,
            owner: Int.random(in: 0..<4, using: &random) == 0 ? people[0] : principal.handle,
            series: [.invoices, .bills].randomElement(using: &random)!, months: month...month,
            time: [Self.early, Self.late].randomElement(using: &random)!)
    }

    /// Asked many questions, some of them again, it answers each as the set does.
    @Test(arguments: [true, false])
    func everyAnswerIsThatOfTheSet(asksForTime: Bool) throws {
        var random = SeededGenerator.printed()
        let set = try everyFact(asksForTime: asksForTime)
        let recent = RecentAnswers(of: set)
        #expect(recent.digest == set.digest)
        #expect(recent.asksForTime == asksForTime)
        var answers: Set<PolicyDecision> = []
        for _ in 0..<3000 {
            let request = request(using: &random)
            for _ in 0..<2 {
                let answer = recent.decide(request)
                #expect(answer == set.decide(request), "\(request)")
                answers.insert(answer)
            }
        }
        #expect(answers.count > 6, "the questions differ in what is asked for")
    }

    /// A question is put to the set once, in whatever month the record lies.
    @Test func theSameQuestionIsPutOnce() {
        let counting = CountingPolicies()
        let recent = RecentAnswers(of: counting)
        var random = SeededGenerator(seed: 1)
        var request = request(using: &random)
        for month in 1...9 {
            request.months = Month("2026-0\(month)")!...Month("2026-0\(month)")!
            #expect(recent.decide(request).determining == ["1"])
        }
        request.time = request.time.advanced(by: 1)
        #expect(recent.decide(request).determining == ["2"])
    }

    /// Who asks about several series in turn, of a set that never asks for the time, asks for each once.
    @Test func aSetThatAsksForNoTimeIsAskedOnce() {
        let counting = CountingPolicies(asksForTime: false)
        let recent = RecentAnswers(of: counting)
        var random = SeededGenerator(seed: 1)
        var request = request(using: &random)
        for _ in 0..<3 {
            for (series, number) in [(Series.invoices, "1"), (.bills, "2")] {
                request.time = request.time.advanced(by: 1)
                request.series = series
                #expect(recent.decide(request).determining == [number])
            }
        }
    }

    /// Neither is the set told more than what the next question is compared by.
    @Test func theSetIsToldWhatIsCompared() {
        let counting = CountingPolicies()
        var random = SeededGenerator(seed: 1)
        let request = request(using: &random)
        #expect(request.months != nil)
        _ = RecentAnswers(of: counting).decide(request)
        #expect(counting.told == request.told && counting.told?.months == nil)
    }

    /// Nothing is kept of a question that tells what a grant says, and never more than the limit.
    @Test func littleIsKept() throws {
        let recent = RecentAnswers(of: CountingPolicies())
        var random = SeededGenerator(seed: 1)
        for action in PolicyAction.allCases where action.facts != [.time] {
            var confidential = request(using: &random)
            confidential.action = action
            #expect(recent.decide(confidential) != recent.decide(confidential))
        }
        #expect(recent.count == 0)
        for number in 0..<RecentAnswers.limit * 2 {
            var request = request(using: &random)
            request.principal = PolicyEntity(
                handle: try #require(Handle("e-\(number)")), roles: [], suspended: false,
                isHost: false, isAuthority: false)
            _ = recent.decide(request)
        }
        #expect(recent.count > 0 && recent.count <= RecentAnswers.limit)
    }
}

/// Names in each answer how often it was asked.
private final class CountingPolicies: Policies {
    private let asked = Mutex((count: 0, last: PolicyRequest?.none))

    let digest = Digest<Digested.Policies>(hashing: [])
    let asksForTime: Bool

    init(asksForTime: Bool = true) { self.asksForTime = asksForTime }

    var told: PolicyRequest? { asked.withLock { $0.last } }

    func decide(_ request: PolicyRequest) -> PolicyDecision {
        let number = asked.withLock { asked in
            asked.count += 1
            asked.last = request
            return asked.count
        }
        return PolicyDecision(permitted: true, determining: ["\(number)"])
    }
}
