import Sharing
import TestSupport
import Testing
import Wire

@testable import Client

/// Payments and what they settle.
@Suite struct MatchingTests {
    private func claim(
        _ id: String, _ units: Int64 = 1_000, number: String? = nil, reference: String? = nil,
        partner: String? = "Buyer AG", issued: Int64 = 100, due: Int64? = 130,
        currency: String = "EUR"
    ) -> Claim {
        Claim(
            id: id, number: number ?? "RE-2026-\(id)", reference: reference, partner: partner,
            currency: currency, units: units, issued: issued, due: due)
    }

    private func payment(
        _ id: String, _ units: Int64 = 1_000, text: String? = nil, reference: String? = nil,
        partner: String? = nil, booked: Int64 = 120, currency: String = "EUR"
    ) -> Payment {
        Payment(
            id: id, reference: reference, text: text, partner: partner, currency: currency,
            units: units, booked: booked)
    }

    private func words(_ matches: [Match]) -> [String] {
        matches.map { "\($0.payment)-\($0.claim) \($0.units) \($0.reason.rawValue)" }
    }

    @Test func referencesAndNumbersAreFound() {
        let claims = [claim("17"), claim("18", reference: "RF18 5390"), claim("19", 500)]
        let matching = Matching(
            claims,
            [
                payment("a", text: "Invoice RE 2026/17 of March"),
                payment("b", reference: "rf185390"), payment("c", 200, text: "re2026-19"),
                payment("d", 300, text: "rest of RE-2026-19"), payment("e", text: "gift"),
                payment("f", -1_000, text: "RE-2026-17"),
            ])
        #expect(
            words(matching.matches) == [
                "b-18 1000 reference", "a-17 1000 number", "c-19 200 part", "d-19 300 number",
            ])
        #expect(matching.open == [0, 0, 0] && matching.suggestions.isEmpty)
        #expect(matching.left == [0, 0, 0, 0, 1_000, -1_000])
    }

    @Test func severalNumbersArePaidTogetherOrNotAtAll() {
        let claims = [claim("1701", 100), claim("1702", 200)]
        let both = Matching(claims, [payment("a", 300, text: "RE-2026-1701, RE-2026-1702")])
        #expect(both.matches.map(\.claim) == ["1701", "1702"])
        let less = Matching(claims, [payment("a", 250, text: "RE-2026-1701, RE-2026-1702")])
        #expect(less.matches.isEmpty && less.open == [100, 200])
    }

    @Test func nothingIsPaidTwiceAndTiesAreLeft() {
        let once = Matching(
            [claim("17")], [payment("a", text: "RE-2026-17"), payment("b", text: "RE-2026-17")])
        #expect(once.matches.map(\.payment) == ["a"] && once.left == [0, 1_000])
        // One number of two documents, in another's text, or in another currency.
        let twins = [claim("17"), claim("18", number: "RE-2026-17")]
        #expect(Matching(twins, [payment("a", text: "RE-2026-17")]).matches.isEmpty)
        let others = [claim("17"), claim("18", partner: "Other AG")]
        #expect(
            Matching(others, [payment("a", text: "RE-2026-17", partner: "Other AG")]).matches
                .isEmpty)
        #expect(
            Matching([claim("17", currency: "SEK")], [payment("a", text: "RE-2026-17")]).matches
                .isEmpty)
        // Two sets of the same sum.
        let sets = [claim("1", 100), claim("2", 200), claim("3", 300), claim("4", 400)]
        #expect(Matching(sets, [payment("a", 500, partner: "buyer ag")]).matches.isEmpty)
        #expect(
            Matching(sets, [payment("a", 900, partner: "buyer ag")]).matches.map(\.claim)
                == ["2", "3", "4"])
    }

    @Test func whatOnlyLooksRightIsSuggested() {
        let matching = Matching(
            [claim("17"), claim("18", 2_000)],
            [
                payment("a", partner: "BUYER AG", booked: 128),
                payment("b", 1_960, text: "RE-2026-18"),
                payment("c", 900, partner: "Buyer AG"),
            ])
        #expect(matching.matches.isEmpty && matching.open == [1_000, 2_000])
        #expect(words(matching.suggestions) == ["b-18 1960 short", "a-17 1000 amount"])
        let late = Matching([claim("17")], [payment("a", partner: "Buyer AG", booked: 300)])
        #expect(late.suggestions.isEmpty)
    }

    /// A year with known truth: what is taken is right, nearly all is found, and the order in which records
    /// come changes nothing.
    @Test(arguments: [1, 2] as [UInt64]) func aYearIsMatched(seed: UInt64) {
        var year = MadeYear(seed: seed)
        year.make(2_000)
        let matching = Matching(year.claims, year.payments)
        let found = Set(matching.matches.map { $0.payment + " " + $0.claim })
        let right = found.intersection(year.truth).count
        #expect(right * 1_000 >= found.count * 995, "precision \(right) of \(found.count)")
        #expect(right * 100 >= year.truth.count * 92, "recall \(right) of \(year.truth.count)")
        let again = Matching(year.claims.reversed(), year.payments.reversed())
        #expect(again.matches == matching.matches && again.suggestions == matching.suggestions)
        // Nothing is made of nothing.
        var paid: Int64 = 0
        for match in matching.matches { paid += match.units }
        var settled: Int64 = 0
        for (claim, open) in zip(matching.claims, matching.open) { settled += claim.units - open }
        var spent: Int64 = 0
        for (payment, left) in zip(matching.payments, matching.left) {
            spent += payment.units - left
        }
        #expect(paid == settled && paid == spent)
    }
}

/// Invoices and payments of a year, and which belong to each other.
private struct MadeYear {
    private(set) var claims: [Claim] = []
    private(set) var payments: [Payment] = []
    private(set) var truth: Set<String> = []
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func below(_ limit: Int) -> Int { random.number(0...(limit - 1)) }

    mutating func make(_ count: Int) {
        for number in 0..<count {
            let twin = number > 0 && below(50) == 0
            let day = Int64(number * 365 / count)
            claims.append(
                Claim(
                    id: "c\(number)", number: "RE-2026-\(10_000 + number)",
                    reference: number % 3 == 0 ? "RF18\(500_000 + number)" : nil,
                    partner: "Partner \(below(count / 40)) AG", currency: "EUR",
                    units: twin ? claims[number - 1].units : Int64(1_000 + below(2_000_000)),
                    issued: day, due: day + 30))
        }
        for number in claims.indices { pay(number) }
    }

    private mutating func pay(_ number: Int) {
        let claim = claims[number]
        let day = claim.issued + 20 + Int64(below(40))
        switch below(100) {
        case 0..<50: add(claim.units, "Rechnung RE 2026 / \(10_000 + number)", day, number)
        case 50..<65 where claim.reference != nil:
            add(claim.units, "thanks", day, number, reference: claim.reference)
        case 65..<75:
            add(claim.units / 2, claim.number, day, number)
            add(claim.units - claim.units / 2, claim.number, day + 5, number)
        case 75..<78: add(claim.units * 98 / 100, claim.number, day, nil)
        case 78..<80: add(claim.units, "RE-2026-1x\(number)", day, number)
        default: break
        }
        if below(4) == 0 { add(Int64(100 + below(90_000)), "other \(below(99_999))", day, nil) }
    }

    private mutating func add(
        _ units: Int64, _ text: String?, _ day: Int64, _ number: Int?, reference: String? = nil
    ) {
        let id = "p\(payments.count)"
        payments.append(
            Payment(
                id: id, reference: reference, text: text,
                partner: number.map { claims[$0].partner ?? "" }, currency: "EUR", units: units,
                booked: day))
        if let number { truth.insert(id + " " + claims[number].id) }
    }
}
