import Commitments
import Foundation
import Sharing
import Wire

/// Invoices and the entries that pay them, one for each, within some days of their due date: what it
/// takes to prove that, and to verify it with the commitments parsed before.
struct LinkedPairs {
    private let records: [ProofRecord]
    private let openings: [[String: Opening]]
    private let statement: ProofStatement
    private let list: LinkList

    init(count: Int) throws {
        var random = SystemRandomNumberGenerator()
        var records: [ProofRecord] = []
        var openings: [[String: Opening]] = []
        var groups: [LinkedGroup] = []
        for number in 1...count {
            let due = CalendarDate(daysSince1970: 20_500 + number % 90)
            let amount = try Amount(units: Int64(number) * 1_234, currency: "EUR")
            let sides: [(String, [(FieldName, FieldValue)])] = [
                ("invoices", [("payable_amount", .amount(amount)), ("due_date", .date(due))]),
                (
                    "bank",
                    [
                        ("amount", .amount(amount)),
                        (
                            "booking_date",
                            .date(CalendarDate(daysSince1970: due.daysSince1970 + number % 60))
                        ),
                    ]
                ),
            ]
            var places: [RecordNumber] = []
            for (series, values) in sides {
                let (record, opened) = try Self.record(series, number, values, &random)
                records.append(record)
                openings.append(opened)
                if let place = RecordNumber(record.name) { places.append(place) }
            }
            groups.append(LinkedGroup([places[0]], [places[1]]))
        }
        self.records = records
        self.openings = openings
        list = LinkList(groups, using: &random)
        guard let asked = LinkedStatement(.settles, days: -3650...60),
            let listed = asked.listing(list)
        else { preconditionFailure("a statement of these many groups") }
        statement = .linked(listed)
    }

    private static func record(
        _ series: String, _ number: Int, _ values: [(FieldName, FieldValue)],
        _ random: inout SystemRandomNumberGenerator
    ) throws -> (ProofRecord, [String: Opening]) {
        guard let book = BookName("\(series)/2026-03"),
            let types = RecordTypes.standard.fields(of: book.series)
        else { preconditionFailure("a series with a type") }
        var commitments: [String: FieldCommitment] = [:]
        var openings: [String: Opening] = [:]
        for (name, value) in values {
            guard let field = types.field(name) else { preconditionFailure("a field") }
            let salt = Disclosure.Salt(using: &random)
            commitments[name.text] = FieldCommitment(value, of: field, salt: salt)
            openings[name.text] = FieldCommitment.opening(of: value, of: field, salt: salt)
        }
        let jti = JTI(using: &random)
        return (
            ProofRecord(
                book: book, number: Int64(number), jti: jti, digest: Digest(hashing: jti.bytes),
                standing: .current, commitments: commitments), openings
        )
    }

    private func assembly() throws -> ProofAssembly {
        guard let grantee = Handle("northbank") else { preconditionFailure("a handle") }
        return try ProofAssembly(
            [statement], links: [list], of: records,
            for: ProofTerms(
                log: Digest(hashing: [1]), at: .init(size: 1, root: Digest(hashing: [2])),
                grantee: grantee, grant: records[0].jti, purpose: .creditAssessment,
                expires: Timestamp(clamping: 1_790_000_000)))
    }

    private func prove() throws -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        let assembly = try assembly()
        return try assembly.assertion.prove(
            assembly.places.compactMap { openings[$0.record][$0.field] }, using: &random)
    }

    func measure(_ yardstick: (name: String, amount: Double)) throws -> [Measurement] {
        let proof = try prove()
        let proving = try processorTime(of: 3) { _ = try prove() }
        let verifying = try processorTime(of: 10) { _ = try assembly().assertion.verify(proof) }
        let what = "\(list.groups.count) linked pairs with days, \(proof.count) bytes"
        return [
            Measurement(
                name: "prove \(what)", amount: proving, yardstick: yardstick, mostSeconds: 10),
            Measurement(
                name: "verify \(what)", amount: verifying, yardstick: yardstick,
                mostSeconds: 0.400),
        ]
    }
}
