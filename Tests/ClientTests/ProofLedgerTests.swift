import Sharing
import Testing
import Wire

@testable import Client

/// What several proofs to one grantee tell it together.
@Suite struct ProofLedgerTests {
    private static let jtis = (0..<6).map { JTI(bytes: Array(repeating: UInt8($0), count: 16))! }
    private static let grant = JTI(bytes: Array(repeating: 99, count: 16))!

    private func answer(_ text: String, _ records: Range<Int>) throws -> ProofLedger.Answer {
        .init(
            grant: Self.grant, statement: try ProofStatement(parsing: text),
            records: Array(Self.jtis[records]))
    }

    private func warnings(
        after: [(String, Range<Int>)], adding texts: [String], _ records: Range<Int>
    ) throws -> [ProofWarning] {
        let names = Dictionary(uniqueKeysWithValues: Self.jtis.map { ($0, "#\($0.bytes[0])") })
        let ledger = ProofLedger(try after.map { try answer($0.0, $0.1) }, names: names)
        return ledger.warnings(
            adding: try texts.map { try ProofStatement(parsing: $0) },
            about: Array(Self.jtis[records]))
    }

    @Test func boundsThatMeetPinAValue() throws {
        let low = ("sum(a) >= 100 EUR", 0..<5)
        #expect(try warnings(after: [low], adding: ["sum(a) <= 1000 EUR"], 0..<5).isEmpty)
        #expect(
            try warnings(after: [low], adding: ["sum(a) <= 100 EUR"], 0..<5)
                == [.pinned("the sum of a over 5 records", low: "100 EUR", high: "100 EUR")])
        #expect(
            try warnings(after: [low], adding: ["sum(a) <= 100.50 EUR"], 0..<5)
                == [.pinned("the sum of a over 5 records", low: "100 EUR", high: "100.5 EUR")])
        // Of other records, another field or in another currency it is another quantity.
        #expect(try warnings(after: [low], adding: ["sum(a) <= 100 EUR"], 0..<1).isEmpty)
        #expect(try warnings(after: [low], adding: ["sum(b) <= 100 EUR"], 0..<5).isEmpty)
        #expect(try warnings(after: [low], adding: ["sum(a) <= 100 USD"], 0..<5).isEmpty)
    }

    @Test func oneAnswerCanPinByItself() throws {
        #expect(
            try warnings(after: [], adding: ["sum(a) = 7 EUR"], 0..<2)
                == [.pinned("the sum of a over 2 records", low: "7 EUR", high: "7 EUR")])
        #expect(
            try warnings(after: [], adding: ["each(a) between 7 and 7 EUR"], 0..<2)
                == [0, 1].map { .pinned("a of #\($0)", low: "7 EUR", high: "7 EUR") })
        #expect(
            try warnings(after: [("each(a) <= 7 EUR", 0..<3)], adding: ["sum(a) >= 7 EUR"], 1..<2)
                == [.pinned("a of #1", low: "7 EUR", high: "7 EUR")])
    }

    /// What was known before is no news.
    @Test func itWarnsOnce() throws {
        let known = [("sum(a) = 7 EUR", 0..<2)]
        #expect(try warnings(after: known, adding: ["sum(a) >= 5 EUR"], 0..<2).isEmpty)
    }

    @Test func setsThatDifferByFewRecords() throws {
        let known = [("sum(a) >= 100 EUR", 0..<5)]
        #expect(
            try warnings(after: known, adding: ["sum(a) >= 90 EUR"], 0..<4)
                == [.nearlySame(field: "a", grant: Self.grant, records: ["#4"])])
        #expect(try warnings(after: known, adding: ["sum(a) >= 120 EUR"], 0..<5).isEmpty)
        #expect(try warnings(after: known, adding: ["sum(a) >= 10 EUR"], 0..<1).isEmpty)
        #expect(try warnings(after: known, adding: ["sum(b) >= 90 EUR"], 0..<4).isEmpty)
    }
}
