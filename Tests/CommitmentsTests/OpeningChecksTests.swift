import Testing

@testable import Commitments
@testable import Curve

/// Openings that are checked together hold exactly where each of them does.
struct OpeningChecksTests {
    private static func opening(_ number: Int) -> Opening {
        let blinding = Scalar(reducing: [UInt8](repeating: UInt8(number % 251), count: 64))
        let value = Int64(number) &* 7_919 - 40_000
        guard number % 5 == 0 else { return Opening(value: value, blinding: blinding) }
        return Opening(.residue(blinding * Scalar(value)), blinding: blinding)
    }

    /// Few are summed up in another way than many.
    @Test(arguments: [0, 1, 2, 40, 300]) func theyHoldTogetherAsOneByOne(count: Int) {
        let openings = (0..<count).map { Self.opening($0) }
        let commitments = openings.map { Pedersen.commit($0) }
        var checks = OpeningChecks()
        for (opening, commitment) in zip(openings, commitments) {
            #expect(Pedersen.opens(commitment, opening))
            checks.add(opening, of: commitment)
        }
        #expect(checks.hold())
        #expect(checks.count == count)
        for wrong in Set([0, count / 2, count - 1]).filter({ (0..<count).contains($0) }) {
            var checks = OpeningChecks()
            for number in 0..<count {
                let other = number == wrong ? Self.opening(number + 1000) : openings[number]
                checks.add(other, of: commitments[number])
            }
            #expect(!checks.hold())
        }
    }

    /// Two faults that would cancel each other out without weights.
    @Test func faultsDoNotCancelOut() {
        let (one, two) = (Self.opening(1), Self.opening(2))
        var checks = OpeningChecks()
        checks.add(one, of: Pedersen.commit(two))
        checks.add(two, of: Pedersen.commit(one))
        #expect(!checks.hold())
        #expect(!Pedersen.opens(Pedersen.commit(two), one))
    }

    @Test func severalAreOneList() {
        var (first, second) = (OpeningChecks(), OpeningChecks())
        first.add(Self.opening(3), of: Pedersen.commit(Self.opening(3)))
        second.add(Self.opening(4), of: Pedersen.commit(Self.opening(3)))
        #expect(first.hold() && !second.hold())
        first.add(second)
        #expect(first.count == 2 && !first.hold())
    }
}
