import Client
import Wire

/// What it costs to say which payments settle which invoices, over ten thousand invoices and twenty
/// thousand entries of a bank: as a year has them, and as it is hardest: all of one partner, in texts that
/// are full of numbers.
struct MatchingBench: BenchGroup {
    let name = "matching"
    let title = "Matching \(Self.claimCount) invoices with \(2 * Self.claimCount) payments"

    private static let claimCount = 10_000
    private static let bound = ("ten seconds", 10.0)

    func run() async throws -> [Measurement] {
        [
            measured("a year", partners: 250, words: 4),
            measured("one partner", partners: 1, words: 24),
        ]
    }

    private func measured(_ name: String, partners: Int, words: Int) -> Measurement {
        let claims = (0..<Self.claimCount).map { Self.claim($0, of: partners) }
        let payments = claims.indices.flatMap { number in
            [
                Self.payment(2 * number, of: claims[number], saying: number, words),
                Self.payment(2 * number + 1, of: claims[number], saying: nil, words),
            ]
        }
        let clock = ContinuousClock()
        var matches = 0
        let time = clock.measure { matches = Matching(claims, payments).matches.count }
        precondition(matches >= Self.claimCount / 2, "every second payment names its invoice")
        return Measurement(
            name: name, amount: time / .seconds(1), yardstick: Self.bound, mostRatio: 1)
    }

    private static func claim(_ number: Int, of partners: Int) -> Claim {
        Claim(
            id: "invoices/2026-01#\(number)", number: "RE-2026-\(100_000 + number)",
            reference: nil, partner: "Partner \(number % partners) AG", currency: "EUR",
            units: Int64(1_000 + number * 7_919 % 2_000_000), issued: Int64(number / 28),
            due: Int64(number / 28 + 30))
    }

    /// Of the amount of the claim and with its number, or of another amount and without it.
    private static func payment(
        _ number: Int, of claim: Claim, saying place: Int?, _ words: Int
    ) -> Payment {
        var text = (0..<words).map { "\((number &* 31 &+ $0) % 100_000)" }
        if let place { text.insert("RE-2026-\(100_000 + place)", at: words / 2) }
        return Payment(
            id: "bank/2026-01#\(number)", reference: nil, text: text.joined(separator: " "),
            partner: claim.partner, currency: claim.currency,
            units: place == nil ? claim.units / 3 : claim.units, booked: claim.issued + 25)
    }
}
