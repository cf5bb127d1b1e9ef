import TestSupport
import Testing

@testable import Gateway

@Suite struct RecentlyUsedTests {
    /// What fits in stays, whatever is asked for in which order; no more than the limit is ever kept.
    @Test func allThatFitsInStays() {
        var random = SeededGenerator.printed()
        var kept = RecentlyUsed<Int, Int>(limit: 1000)
        for number in 0..<100 { kept.keep(number, cost: 10, under: number) }
        for _ in 0..<5000 {
            let number = Int.random(in: 0..<100, using: &random)
            #expect(kept[number] == number)
        }
    }

    @Test func whatIsUsedOutlivesTheOthers() {
        var kept = RecentlyUsed<Int, Int>(limit: 100)
        kept.keep(-1, cost: 10, under: -1)
        for number in 0..<1000 {
            kept.keep(number, cost: 10, under: number)
            #expect(kept[-1] == -1)
        }
        #expect((0..<1000).count { kept[$0] != nil } == 9)
    }

    /// Against a dictionary: what is found is what was kept last, and the costs stay within the limit.
    @Test func itFindsWhatWasKept() {
        var random = SeededGenerator.printed()
        var kept = RecentlyUsed<Int, Int>(limit: 500)
        var known: [Int: (value: Int, cost: Int)] = [:]
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<60, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                kept.remove(key)
                known[key] = nil
            case 1..<5:
                let cost = Int.random(in: 1...600, using: &random)
                kept.keep(step, cost: cost, under: key)
                known[key] = cost > 500 ? nil : (step, cost)
                #expect((kept[key] != nil) == (cost <= 500))
            default: if let value = kept[key] { #expect(value == known[key]?.value) }
            }
            let cost = known.reduce(0) { $0 + (kept[$1.key] == nil ? 0 : $1.value.cost) }
            #expect(cost <= 500)
            #expect(kept.isEmpty == known.keys.allSatisfy { kept[$0] == nil })
        }
        kept.removeAll()
        #expect(kept.isEmpty)
    }
}
