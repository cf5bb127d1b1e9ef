import Testing

@testable import Commitments
@testable import Curve

/// Commitments to keys: numbers modulo ℓ that two records have in common or not.
struct KeyTests {
    private static let key = ValueUnit(code: "key", scale: 0)

    /// Two values under keys, and a third in euros.
    private static func sample(
        _ first: Scalar, _ second: Scalar, _ statements: [ValueStatement]
    ) -> SampleAssertion {
        var sample = SampleAssertion([0, 0, 7], statements)
        for (index, residue) in [first, second].enumerated() {
            let blinding = sample.openings[index].blinding
            sample.openings[index] = Opening(.residue(residue), blinding: blinding)
            sample.values[index].unit = key
            sample.values[index].commitment = Pedersen.commit(sample.openings[index])
        }
        return sample
    }

    /// Far beyond 64 bits, as nearly all keys are.
    private static let large = Scalar(reducing: [UInt8](repeating: 0xe5, count: 64))
    private static let other = large + .one

    @Test func equalKeysAreProvenEqual() throws {
        var sample = Self.sample(Self.large, Self.large, [.equal(0, 1)])
        let proof = try sample.prove()
        #expect(proof.count == 65)
        _ = try sample.assertion().verify(proof)
        // The same proof about another key is none.
        let foreign = Self.sample(Self.large, Self.other, [.equal(0, 1)])
        #expect(throws: AssertionRefusal.proof(.equationFails)) {
            try foreign.assertion().verify(proof)
        }
    }

    @Test func differentKeysAreNot() throws {
        var sample = Self.sample(Self.large, Self.other, [.equal(0, 1)])
        #expect(try sample.assertion().untrueStatements(sample.openings) == [0])
        #expect(throws: AssertionProvingError.untrue(statement: 0)) { try sample.prove() }
    }

    /// With a number to compare with, whoever has a list of keys could look for the one it is.
    @Test(arguments: [
        ValueStatement.each([0], key, .exactly(5)), .each([0, 1], key, .atLeast(0)),
        .linear(.sum(of: [0], unit: key), .exactly(5)),
        .linear(.sum(of: [0, 1], unit: key), .between(0, 5)),
        .linear(
            LinearForm(
                terms: [.init(value: 2, weight: 1), .init(value: 1, weight: 1)],
                units: .perTerm([SampleAssertion.euros, key])), .atLeast(0)),
        .difference(0, 1, 0...5), .all("a", [.each([0], key, .exactly(5))]),
    ])
    func aKeyIsInNoRangeAndNoSum(_ statement: ValueStatement) {
        let sample = Self.sample(Self.large, Self.large, [statement])
        let error = #expect(throws: AssertionRefusal.self) { try sample.assertion() }
        guard case .notANumber(statement: 0, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func keysAndNumbersDoNotMix() throws {
        let mixed = Self.sample(Self.large, Self.large, [.equal(0, 2)])
        #expect(throws: AssertionRefusal.mixedUnits(statement: 0, value: 2)) {
            try mixed.assertion()
        }
        // A residue in the place of an amount is no opening of one, whatever it commits to.
        var sample = Self.sample(Self.large, Self.large, [.equal(0, 1)])
        sample.values[0].unit = SampleAssertion.euros
        sample.values[1].unit = SampleAssertion.euros
        #expect(throws: AssertionProvingError.openingMismatch(value: 0)) { try sample.prove() }
        // Days are no quantity of days.
        let days = ValueUnit(code: "day", scale: 0)
        for unit in ["DAY", "rec20/DAY", "key"] {
            var sample = SampleAssertion([3, 3], [.equal(0, 1)])
            sample.values[0].unit = days
            sample.values[1].unit = ValueUnit(code: unit, scale: 0)
            #expect(throws: AssertionRefusal.mixedUnits(statement: 0, value: 1)) {
                try sample.assertion()
            }
        }
    }
}
