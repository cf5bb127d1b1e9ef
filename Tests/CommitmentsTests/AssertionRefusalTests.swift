import Testing

@testable import Commitments

private typealias Sample = SampleAssertion

/// Every reason to refuse an assertion before its proof is looked at.
struct AssertionRefusalTests {
    private static let amounts: [Int64] = [12_000, -2_000, 5_000]
    private static let statement = Sample.sum(3, .atLeast(1))

    private func expect(
        _ refusal: AssertionRefusal, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout Sample) -> Void
    ) {
        var sample = Sample(AssertionRefusalTests.amounts, [AssertionRefusalTests.statement])
        change(&sample)
        #expect(throws: refusal, sourceLocation: sourceLocation) { try sample.assertion() }
    }

    @Test func limits() {
        let records = AssertionLimits.records
        expect(.tooManyRecords(have: records + 1, limit: records)) { sample in
            sample.context.records = .init(repeating: sample.context.records[0], count: records + 1)
        }
        let values = AssertionLimits.values
        expect(.tooManyValues(have: values + 1, limit: values)) { sample in
            sample.values = .init(repeating: sample.values[0], count: values + 1)
        }
        expect(.tooManyStatements(have: 65, limit: 64)) { sample in
            sample.statements = .init(repeating: AssertionRefusalTests.statement, count: 65)
        }
        let terms = AssertionLimits.terms
        expect(.tooManyTerms(statement: 0, have: terms + 1, limit: terms)) { sample in
            sample.statements = [
                .linear(
                    .sum(of: [Int](repeating: 0, count: terms + 1), unit: Sample.euros),
                    .atLeast(0))
            ]
        }
        expect(.tooManyTerms(statement: 0, have: terms + 1, limit: terms)) { sample in
            sample.statements = [
                .each([Int](repeating: 0, count: terms + 1), Sample.euros, .atLeast(0))
            ]
        }
    }

    /// What is made of others has a text and some parts, each of them checked.
    @Test func partsOfAStatement() {
        let part = AssertionRefusalTests.statement
        func all(_ text: String, _ parts: [ValueStatement]) -> @Sendable (inout Sample) -> Void {
            { $0.statements = [.all(text, parts)] }
        }
        expect(.malformedText(statement: 0), all("", [part]))
        expect(
            .malformedText(statement: 0), all(String(repeating: "a", count: 257), [part]))
        expect(.noTerms(statement: 0), all("a", []))
        let limit = AssertionLimits.parts
        expect(
            .tooManyParts(statement: 0, have: limit + 1, limit: limit),
            all("a", .init(repeating: part, count: limit + 1)))
        expect(.repeatedValue(statement: 0, value: 1), all("a", [part, .equal(1, 1)]))
        expect(.repeatedValue(statement: 0, value: 1), all("a", [.difference(1, 1, 0...1)]))
        expect(.noSuchValue(statement: 0, value: 9), all("a", [.difference(0, 9, 0...1)]))
        expect(.boundOutOfRange(statement: 0), all("a", [.difference(0, 1, .min...0)]))
    }

    /// As many as the limits say are accepted.
    @Test func limitsAreAccepted() throws {
        let fields = AssertionLimits.values / AssertionLimits.records
        var sample = Sample(AssertionRefusalTests.amounts, [])
        sample.context = Sample.context(records: AssertionLimits.records)
        sample.values = (0..<AssertionLimits.records).flatMap { record in
            (0..<fields).map { field in
                PresentedValue(
                    record: record, field: "amount-\(field)", unit: Sample.euros,
                    commitment: Pedersen.valueBase)
            }
        }
        #expect(sample.values.count == AssertionLimits.values)
        sample.statements = .init(
            repeating: .equal(0, 1), count: AssertionLimits.statements - 1)
        sample.statements.append(
            .linear(.sum(of: 0..<AssertionLimits.terms, unit: Sample.euros), .atLeast(0)))
        _ = try sample.assertion()
    }

    @Test func ranges() throws {
        func sample(_ count: Int, _ statements: ValueStatement...) -> Sample {
            var sample = Sample(AssertionRefusalTests.amounts, statements)
            sample.context = Sample.context(records: count)
            sample.values = (0..<count).map {
                PresentedValue(
                    record: $0, field: "amount", unit: Sample.euros,
                    commitment: Pedersen.valueBase)
            }
            return sample
        }
        func each(_ count: Int, _ bound: ValueStatement.Bound) -> ValueStatement {
            .each(Array(0..<count), Sample.euros, bound)
        }
        let limit = AssertionLimits.ranges
        _ = try sample(limit, each(limit, .atLeast(0))).assertion()
        _ = try sample(limit / 2, each(limit / 2, .between(0, 1))).assertion()
        #expect(throws: AssertionRefusal.tooManyRanges(have: limit + 1, limit: limit)) {
            try sample(limit + 1, each(limit + 1, .atLeast(0))).assertion()
        }
        #expect(throws: AssertionRefusal.tooManyRanges(have: limit + 2, limit: limit)) {
            try sample(limit / 2 + 1, each(limit / 2 + 1, .between(0, 1))).assertion()
        }
        #expect(throws: AssertionRefusal.tooManyRanges(have: limit + 1, limit: limit)) {
            try sample(limit, each(limit, .atMost(0)), Sample.sum(4, .atLeast(0))).assertion()
        }
        // Each value of an upper-bounded sum takes two ranges, the sum itself one; but once only.
        #expect(throws: AssertionRefusal.tooManyRanges(have: limit + 1, limit: limit)) {
            try sample(limit / 2, Sample.sum(limit / 2, .atMost(0))).assertion()
        }
        _ = try sample(
            limit / 2 - 1, Sample.sum(limit / 2 - 1, .atMost(0)),
            Sample.sum(limit / 2 - 1, .atMost(1))
        ).assertion()
    }

    @Test func contextParts() {
        let short = [UInt8](repeating: 1, count: 31)
        let long = String(repeating: "x", count: AssertionLimits.textBytes + 1)
        expect(.malformedContext(.log)) { $0.context.log = short }
        expect(.malformedContext(.log)) { $0.context.log.append(0) }
        expect(.malformedContext(.treeRoot)) { $0.context.treeRoot = short }
        expect(.malformedContext(.recordDigest(1))) { $0.context.records[1].digest = short }
        for text in ["", long] {
            expect(.malformedContext(.grantee)) { $0.context.grantee = text }
            expect(.malformedContext(.grant)) { $0.context.grant = text }
            expect(.malformedContext(.purpose)) { $0.context.purpose = text }
            expect(.malformedContext(.recordIdentifier(2))) {
                $0.context.records[2].identifier = text
            }
            expect(.malformedContext(.field(1))) { $0.values[1].field = text }
            expect(.malformedContext(.unit(1))) { $0.values[1].unit.code = text }
        }
        expect(.malformedContext(.unit(1))) { $0.values[1].unit.scale = -1 }
        expect(.malformedContext(.unit(1))) {
            $0.values[1].unit.scale = AssertionLimits.scale + 1
        }
    }

    @Test func recordsThatDoNotCount() {
        expect(.supersededRecord(1)) { $0.context.records[1].standing = .superseded }
        expect(.erasedRecord(2)) { $0.context.records[2].standing = .erased }
        expect(.duplicateRecord(2)) {
            $0.context.records[2].identifier = $0.context.records[0].identifier
        }
        expect(.duplicateRecord(2)) {
            $0.context.records[2].digest = $0.context.records[0].digest
        }
    }

    @Test func valuesThatDoNotCount() {
        expect(.nullValue(1)) { $0.values[1].commitment = nil }
        expect(.noSuchRecord(value: 1)) { $0.values[1].record = 3 }
        expect(.noSuchRecord(value: 1)) { $0.values[1].record = -1 }
        expect(.duplicateValue(2)) { $0.values[2].record = 0 }
    }

    @Test func statements() {
        func linear(_ terms: [(Int, Int64)], _ bound: ValueStatement.Bound) -> ValueStatement {
            .linear(
                LinearForm(
                    terms: terms.map { .init(value: $0, weight: $1) },
                    units: .common(Sample.euros)), bound)
        }
        expect(.noStatements) { $0.statements = [] }
        expect(.noTerms(statement: 1)) { $0.statements.append(linear([], .atLeast(0))) }
        expect(.noTerms(statement: 1)) {
            $0.statements.append(.each([], Sample.euros, .atLeast(0)))
        }
        for value in [3, -1] {
            expect(.noSuchValue(statement: 0, value: value)) {
                $0.statements = [linear([(value, 1)], .atLeast(0))]
            }
            expect(.noSuchValue(statement: 0, value: value)) {
                $0.statements = [.each([0, value], Sample.euros, .atLeast(0))]
            }
            expect(.noSuchValue(statement: 0, value: value)) { $0.statements = [.equal(0, value)] }
            expect(.noSuchValue(statement: 0, value: value)) { $0.statements = [.equal(value, 0)] }
        }
        expect(.repeatedValue(statement: 0, value: 1)) {
            $0.statements = [linear([(1, 1), (2, 1), (1, 1)], .atLeast(0))]
        }
        expect(.repeatedValue(statement: 0, value: 1)) {
            $0.statements = [.each([1, 1], Sample.euros, .atLeast(0))]
        }
        expect(.repeatedValue(statement: 0, value: 1)) { $0.statements = [.equal(1, 1)] }
        expect(.zeroWeight(statement: 0, value: 2)) {
            $0.statements = [linear([(1, 1), (2, 0)], .atLeast(0))]
        }
        for weight in [1 << 16, -(1 << 16), .max, .min] as [Int64] {
            expect(.weightsTooLarge(statement: 0)) {
                $0.statements = [linear([(1, 1), (2, weight)], .atLeast(0))]
            }
        }
        expect(.weightsTooLarge(statement: 0)) {
            $0.statements = [linear([(1, .min), (2, .min)], .atLeast(0))]
        }
    }

    @Test func bounds() {
        let bounds: [(ValueStatement.Bound, AssertionRefusal)] = [
            (.atLeast(.min), .boundOutOfRange(statement: 0)),
            (.atMost(.min), .boundOutOfRange(statement: 0)),
            (.exactly(.min), .boundOutOfRange(statement: 0)),
            (.between(.min, 0), .boundOutOfRange(statement: 0)),
            (.between(0, -1), .emptyBound(statement: 0)),
        ]
        for (bound, refusal) in bounds {
            expect(refusal) { $0.statements = [Sample.sum(3, bound)] }
            expect(refusal) { $0.statements = [.each([0], Sample.euros, bound)] }
        }
    }

    @Test func units() {
        let dollars = ValueUnit(code: "USD", scale: 2)
        let cents = ValueUnit(code: "EUR", scale: 0)
        for other in [dollars, cents] {
            expect(.mixedUnits(statement: 0, value: 1)) { $0.values[1].unit = other }
            expect(.mixedUnits(statement: 0, value: 2)) {
                $0.values[2].unit = other
                $0.statements = [.equal(0, 2)]
            }
            expect(.mixedUnits(statement: 0, value: 0)) {
                $0.statements = [.each([0], other, .atLeast(0))]
            }
        }
        let terms = [LinearForm.Term(value: 0, weight: 1), .init(value: 1, weight: 2)]
        expect(.mixedUnits(statement: 0, value: 1)) {
            $0.statements = [
                .linear(
                    LinearForm(terms: terms, units: .perTerm([Sample.euros, dollars])),
                    .atLeast(0))
            ]
        }
        expect(.unitCount(statement: 0, have: 1, expected: 2)) {
            $0.statements = [
                .linear(
                    LinearForm(terms: terms, units: .perTerm([Sample.euros])), .atLeast(0))
            ]
        }
    }

    @Test func aScoreMayMixUnitsItNames() throws {
        var sample = Sample([12_000, 3], [])
        let days = ValueUnit(code: "day", scale: 0)
        sample.values[1].unit = days
        sample.statements = [
            .linear(
                LinearForm(
                    terms: [.init(value: 0, weight: 1), .init(value: 1, weight: -1_000)],
                    units: .perTerm([Sample.euros, days])), .atLeast(9_000))
        ]
        _ = try sample.assertion().verify(sample.prove())
    }
}
