import Commitments
import Testing

@testable import Sharing
@testable import Wire

/// What is counted without making a proof is what making one comes to.
@Suite struct ProofSizeTests {
    private static let book = BookName("invoices/2026-01")!

    private static func records(_ count: Int) throws -> [ProofRecord] {
        var random = SystemRandomNumberGenerator()
        let fields = ["a", "b", "c"]
        let field = try #require(RecordType.invoice.field("tax_amount" as FieldName))
        let amount = FieldValue.amount(try Amount(units: 5, currency: "EUR"))
        let commitment = try #require(
            FieldCommitment(amount, of: field, salt: Disclosure.Salt(using: &random)))
        let commitments = Dictionary(uniqueKeysWithValues: fields.map { ($0, commitment) })
        return (1...count).map { number in
            let bytes = (0..<16).map { UInt8((number >> (8 * ($0 % 3))) & 255) }
            return ProofRecord(
                book: book, number: Int64(number), jti: JTI(bytes: bytes)!,
                digest: Digest(hashing: bytes), standing: .current, commitments: commitments)
        }
    }

    private static let terms = ProofTerms(
        log: Digest(hashing: []), at: .init(size: 1, root: Digest(hashing: [])),
        grantee: Handle("northbank")!, grant: JTI(bytes: [UInt8](repeating: 1, count: 16))!,
        purpose: .audit, expires: Timestamp(clamping: 5))

    /// Statements, and the largest number of records that they can be about.
    static let limits: [([String], Int)] = [
        (["sum(a) between 1 and 2 EUR"], 8191),
        (["sum(a) <= 2 EUR", "sum(a) <= 3 EUR"], 8191),
        (["sum(a) <= 2 EUR", "sum(b) between 1 and 3 EUR"], 4095),
        (["each(a) between 1 and 2 EUR", "sum(b) <= 2 EUR"], 4095),
        (["each(a) = 2 EUR", "each(a) >= 1 EUR"], 16_384),
        (["score(2*a EUR, -3*b EUR) >= 1", "sum(c) = 1 EUR"], 13_107),
        (["sum(a) >= 1 EUR", "sum(b) >= 1 EUR", "sum(c) >= 1 EUR"], 43_690),
        (["sum(a) >= 1 EUR", "each(b) = 1 EUR"], 65_536),
        (
            [
                "sum(a) >= 1 EUR", "sum(b) >= 1 EUR",
                "equal(invoices/2026-01#1.c, invoices/2026-01#2.a)",
            ], 65_535
        ),
    ]

    @Test(arguments: limits) func limitsAreThoseOfTheProof(
        _ texts: [String], _ most: Int
    ) throws {
        let statements = try texts.map { try ProofStatement(canonical: $0) }
        for count in [most, most + 1] {
            let range = RecordRange(book: Self.book, from: 1, to: Int64(count))!
            let counted = (try? ProofStatement.checkSize(of: statements, about: [range])) != nil
            let records = try Self.records(count)
            let made = (try? ProofAssembly(statements, of: records, for: Self.terms)) != nil
            #expect(counted == (count == most) && made == counted, "\(count)")
        }
    }
}
