import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// How a log moves to later rules. The rules 2 of these tests decide as rules 1 do.
@Suite struct UpgradeTests {
    private static let week: Int64 = 7 * 86_400

    private func announced(from: Int64) -> Chain {
        var chain = Chain()
        #expect(chain.submit(chain.sign(Upgrade(rules: 2, from: from), by: .authority)) == nil)
        return chain
    }

    private func move(_ chain: inout Chain, by seconds: Int64) {
        chain.now = chain.now.advanced(by: seconds)
        #expect(chain.submit(chain.sign(chain.moving, by: .host)) == nil)
    }

    private func unknown(at index: Int64) -> Refusal {
        .place(.rulesUnknown(UnknownRules(rules: 2, index: index)))
    }

    @Test func leadsToTheNextVersion() {
        var chain = Chain()
        for rules: Int64 in [1, 3] {
            #expect(
                chain.submit(chain.sign(Upgrade(rules: rules, from: 1000), by: .authority))
                    == .governance(.wrongRules(have: rules, next: 2)))
        }
        for from in 1...chain.size {
            #expect(
                chain.submit(chain.sign(Upgrade(rules: 2, from: from), by: .authority))
                    == .governance(.tooSoon(first: chain.size + 1)))
        }
        #expect(
            chain.submit(chain.sign(Upgrade(rules: 2, from: chain.size + 1), by: .authority))
                == nil)
    }

    /// Not before the index, and not before seven days of log time.
    @Test func takesEffectAtTheIndexAndNotBeforeTheTime() {
        // The index is there at once; the time isn't.
        var chain = Chain()
        let first = chain.size + 1
        #expect(chain.submit(chain.sign(Upgrade(rules: 2, from: first), by: .authority)) == nil)
        move(&chain, by: Self.week - 1)
        #expect(chain.log?.rules == 1 && chain.log?.unknownRules(at: chain.size) == nil)
        move(&chain, by: 1)
        #expect(chain.log?.unknownRules(at: chain.size)?.index == chain.size)
        #expect(chain.submit(chain.request()) == unknown(at: chain.size))
        // The time is there; the index isn't.
        var other = Chain()
        let from = other.size + 4
        #expect(other.submit(other.sign(Upgrade(rules: 2, from: from), by: .authority)) == nil)
        move(&other, by: Self.week)
        while other.size < from { #expect(other.submit(other.request()) == nil) }
        #expect(other.submit(other.request()) == unknown(at: from))
    }

    /// Who knows them goes on, and the log is under them from there.
    @Test func whoKnowsThemGoesOn() {
        var chain = announced(from: 20)
        move(&chain, by: Self.week)
        while chain.size < 20 { #expect(chain.submit(chain.request()) == nil) }
        #expect(chain.submit(chain.request()) == unknown(at: 20))
        Rules.$known.withValue(1...2) {
            #expect(chain.submit(chain.request()) == nil)
            #expect(chain.log?.rules == 2 && chain.log?.upgrade == nil)
            // Log time doesn't go back to before they began.
            let began = chain.log?.rulesSince ?? Chain.start
            #expect(began == Chain.start.advanced(by: Self.week))
            #expect(
                chain.submit(chain.sign(chain.moving, by: .authority, at: began.advanced(by: -1)))
                    == .place(.tooOld(issuedAt: began.advanced(by: -1), logTime: began)))
            #expect(chain.submit(chain.sign(chain.moving, by: .authority, at: began)) == nil)
            chain.now = began
            #expect(chain.submit(chain.request()) == nil)
            #expect(
                chain.submit(
                    chain.sign(Upgrade(rules: 2, from: 1000), by: .authority, at: began))
                    == .governance(.wrongRules(have: 2, next: 3)))
        }
        #expect(chain.submit(chain.request()) == unknown(at: chain.size))
    }

    /// Until then the authorities can put it off.
    @Test func aLaterAnnouncementReplacesIt() {
        var chain = announced(from: 9)
        #expect(chain.submit(chain.sign(Upgrade(rules: 2, from: 1000), by: .authority)) == nil)
        move(&chain, by: Self.week)
        #expect(chain.submit(chain.request()) == nil)
    }

    /// A log that begins under rules that aren't known can't be judged at all.
    @Test func foundedUnderThem() {
        var chain = Chain(empty: ())
        let founding = chain.founding(rules: 2)
        #expect(chain.submit(founding) == unknown(at: 0))
        Rules.$known.withValue(1...2) { #expect(chain.submit(founding) == nil) }
    }
}
