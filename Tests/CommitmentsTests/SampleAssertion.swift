@testable import Commitments

/// An assertion about made-up records, with the openings to prove it.
struct SampleAssertion {
    static let euros = ValueUnit(code: "EUR", scale: 2)

    var context: ProofContext
    var values: [PresentedValue]
    var openings: [Opening]
    var statements: [ValueStatement]
    var random: SeededRandom

    /// One value in each record, in euro cents.
    init(_ amounts: [Int64], seed: UInt8 = 9, _ statements: [ValueStatement]) {
        var random = SeededRandom(seed)
        openings = amounts.map { random.opening($0) }
        context = SampleAssertion.context(records: amounts.count)
        values = openings.enumerated().map { index, opening in
            PresentedValue(
                record: index, field: "tax_exclusive_amount", unit: SampleAssertion.euros,
                commitment: Pedersen.commit(opening))
        }
        self.statements = statements
        self.random = random
    }

    static func context(records: Int) -> ProofContext {
        ProofContext(
            log: [UInt8](repeating: 1, count: 32), treeSize: 1_000,
            treeRoot: [UInt8](repeating: 2, count: 32),
            records: (0..<records).map { index in
                ProofContext.Record(
                    identifier: "record-\(index)",
                    digest: UInt64(index).littleEndianBytes + [UInt8](repeating: 3, count: 24),
                    standing: .current)
            },
            grantee: "northbank", grant: "grant-1", purpose: "credit", expiry: 1_900_000_000)
    }

    /// Σ of all values within the bound.
    static func sum(_ count: Int, _ bound: ValueStatement.Bound) -> ValueStatement {
        .linear(.sum(of: 0..<count, unit: euros), bound)
    }

    func assertion() throws(AssertionRefusal) -> ValueAssertion {
        try ValueAssertion(context: context, values: values, statements: statements)
    }

    mutating func prove() throws -> [UInt8] {
        try assertion().prove(openings, using: &random)
    }
}
