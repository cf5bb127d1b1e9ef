import Testing

@testable import Commitments
@testable import Curve

private let euros = SampleAssertion.euros
private typealias Sample = SampleAssertion

struct AssertionTests {
    /// Statements that are true of 120.00, −20.00, 50.00 and 120.00.
    private static let amounts: [Int64] = [12_000, -2_000, 5_000, 12_000]
    private static let weighted = LinearForm(
        terms: [.init(value: 0, weight: 3), .init(value: 2, weight: -7)], units: .common(euros))
    private static let score = LinearForm(
        terms: [.init(value: 1, weight: -1), .init(value: 3, weight: 2)],
        units: .perTerm([euros, euros]))

    private static let trueStatements: [ValueStatement] = [
        Sample.sum(4, .atLeast(27_000)),
        Sample.sum(4, .atLeast(-.max)),
        Sample.sum(4, .exactly(27_000)),
        Sample.sum(4, .atMost(27_000)),
        Sample.sum(4, .atMost(.max)),
        Sample.sum(4, .between(27_000, 27_000)),
        Sample.sum(4, .between(-.max, .max)),
        .linear(weighted, .exactly(1_000)),
        .linear(weighted, .atLeast(999)),
        .linear(score, .atLeast(26_000)),
        .each([1, 2], euros, .atMost(5_000)),
        .each([0, 2, 3], euros, .atLeast(5_000)),
        .each([0, 1, 2, 3], euros, .between(-2_000, 12_000)),
        .each([0, 3], euros, .exactly(12_000)),
        .equal(0, 3), .difference(0, 1, 14_000...14_000), .difference(1, 0, -14_000...0),
        .difference(2, 3, -.max ... .max), all([.equal(0, 3), .difference(2, 1, 7_000...7_001)]),
        all([all([Sample.sum(4, .exactly(27_000))]), .each([0], euros, .atMost(12_000))]),
    ]

    private static func all(_ parts: [ValueStatement]) -> ValueStatement { .all("these", parts) }

    private static let untrueStatements: [ValueStatement] = [
        Sample.sum(4, .atLeast(27_001)),
        Sample.sum(4, .atLeast(.max)),
        Sample.sum(4, .exactly(26_999)),
        Sample.sum(4, .atMost(26_999)),
        Sample.sum(4, .atMost(-.max)),
        Sample.sum(4, .between(27_001, 28_000)),
        Sample.sum(4, .between(26_000, 26_999)),
        .linear(weighted, .exactly(-1_000)),
        .linear(score, .atLeast(26_001)),
        .each([1, 2], euros, .atMost(4_999)),
        .each([0, 2, 3], euros, .atLeast(5_001)),
        .each([0, 1, 2, 3], euros, .between(-1_999, 12_000)),
        .each([0, 2], euros, .exactly(12_000)),
        .equal(0, 1), .difference(0, 1, 14_001...20_000), .difference(0, 1, 0...13_999),
        .difference(0, 1, -.max ... -14_000), all([.equal(0, 3), .equal(0, 1)]),
        all([.difference(2, 1, 7_001...7_002), .equal(0, 3)]),
    ]

    @Test(arguments: trueStatements)
    func trueStatementsAreProven(statement: ValueStatement) throws {
        var sample = Sample(AssertionTests.amounts, [statement])
        let proof = try sample.prove()
        let assertion = try sample.assertion()
        #expect(proof.count == assertion.proofSize)
        let verified = try assertion.verify(proof)
        #expect(verified.statements == [statement])
        #expect(verified.values == sample.values)
        #expect(verified.context == sample.context)
        #expect(try assertion.untrueStatements(sample.openings).isEmpty)
    }

    @Test(arguments: untrueStatements)
    func untrueStatementsAreNotProven(statement: ValueStatement) throws {
        var sample = Sample(AssertionTests.amounts, [Sample.sum(4, .atLeast(0)), statement])
        #expect(throws: AssertionProvingError.untrue(statement: 1)) { try sample.prove() }
        #expect(try sample.assertion().untrueStatements(sample.openings) == [1])
    }

    @Test func allStatementsTogetherTakeOneProof() throws {
        var sample = Sample(AssertionTests.amounts, AssertionTests.trueStatements)
        let proof = try sample.prove()
        _ = try sample.assertion().verify(proof)
        // 31 ranges, filled up to 32, and one proof for all equalities.
        #expect(proof.count == 1 + 64 + 32 * (9 + 2 * 12))
    }

    @Test func proofOfOneThresholdIsSmall() throws {
        var sample = Sample(AssertionTests.amounts, [Sample.sum(4, .atLeast(20_000))])
        #expect(try sample.prove().count == 673)
        var equality = Sample(AssertionTests.amounts, [.equal(0, 3)])
        #expect(try equality.prove().count == 65)
    }

    @Test func valuesUpToTheLimit() throws {
        let largest = AssertionLimits.magnitude - 1
        var sample = Sample(
            [largest, -largest], [Sample.sum(2, .exactly(0)), Sample.sum(2, .atMost(0))])
        _ = try sample.assertion().verify(sample.prove())
        let heavy = LinearForm(
            terms: [.init(value: 0, weight: 1 << 15), .init(value: 1, weight: -(1 << 15))],
            units: .common(euros))
        let most = largest * (1 << 16)
        sample.statements = [
            .linear(heavy, .exactly(most)), .linear(heavy, .between(most, .max)),
            .linear(heavy, .atLeast(-.max)),
        ]
        _ = try sample.assertion().verify(sample.prove())
        for value in [largest + 1, -largest - 1, .min, .max] {
            var beyond = Sample([0, value], [Sample.sum(2, .atLeast(-.max))])
            #expect(throws: AssertionProvingError.valueOutOfRange(value: 1)) {
                try beyond.prove()
            }
        }
    }

    @Test func openingsMustFitTheCommitments() throws {
        var sample = Sample(AssertionTests.amounts, [Sample.sum(4, .atLeast(0))])
        let openings = sample.openings
        sample.openings[2] = Opening(value: 5_001, blinding: openings[2].blinding)
        #expect(throws: AssertionProvingError.openingMismatch(value: 2)) { try sample.prove() }
        sample.openings[2] = Opening(value: 5_000, blinding: openings[1].blinding)
        #expect(throws: AssertionProvingError.openingMismatch(value: 2)) { try sample.prove() }
        sample.openings = Array(openings.dropLast())
        #expect(throws: AssertionProvingError.openingCount(have: 3, expected: 4)) {
            try sample.prove()
        }
    }

    @Test func commitmentsThatCancelOutAreRefused() throws {
        var sample = Sample(AssertionTests.amounts, [.equal(0, 3)])
        sample.openings[3] = sample.openings[0]
        sample.values[3].commitment = sample.values[0].commitment
        #expect(throws: AssertionProvingError.identityCombination(statement: 0)) {
            try sample.prove()
        }
        #expect(throws: AssertionRefusal.identityCombination(statement: 0)) {
            let proof = [1] + Pedersen.valueBase.encoding + Scalar.one.encoding
            _ = try sample.assertion().verify(proof)
        }
    }

    @Test func batches() throws {
        var batch: [(assertion: ValueAssertion, proof: [UInt8])] = []
        for (index, statement) in AssertionTests.trueStatements.enumerated() {
            var sample = Sample(AssertionTests.amounts, seed: UInt8(50 + index), [statement])
            let proof = try sample.prove()
            batch.append((try sample.assertion(), proof))
        }
        #expect(try ValueAssertion.verify(batch: batch).count == batch.count)
        #expect(try ValueAssertion.verify(batch: []).isEmpty)
        // Two proofs of one shape exchanged: either alone is refused, and so are both together.
        var swapped = batch
        swapped[0].proof = batch[1].proof
        swapped[1].proof = batch[0].proof
        #expect(throws: AssertionRefusal.proof(.equationFails)) {
            try ValueAssertion.verify(batch: swapped)
        }
    }

    @Test func moreRangesThanOneProofHolds() throws {
        let amounts = (0..<66).map { Int64($0) }
        var sample = Sample(
            amounts, [.each(Array(0..<66), euros, .atLeast(0))])
        let proof = try sample.prove()
        // 64 ranges in one proof, two in another.
        #expect(proof.count == 1 + 32 * (9 + 2 * 12) + 32 * (9 + 2 * 7))
        let assertion = try sample.assertion()
        _ = try assertion.verify(proof)
        // The second proof depends on the last scalars of the first.
        var bent = proof
        bent[1 + 32 * (9 + 2 * 12) - 32] ^= 1
        #expect(throws: AssertionRefusal.proof(.equationFails)) { try assertion.verify(bent) }
    }

    @Test func manyRecords() throws {
        let amounts = (0..<1_000).map { Int64($0 * 37 % 991 - 100) }
        let total = amounts.reduce(0, +)
        var sample = Sample(amounts, [Sample.sum(1_000, .atLeast(total))])
        let proof = try sample.prove()
        #expect(proof.count == 673)
        _ = try sample.assertion().verify(proof)
    }
}
