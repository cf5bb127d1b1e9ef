import Sharing
import Verification
public import Wire

/// What an own record says in the few fields by which people look for it.
public struct RecordSummary: Shaped, Hashable {
    public let jti: JTI
    public let number: String?
    public let issued: String?
    public let due: String?
    /// The other party of the document.
    public let partner: String?
    public let amount: String?
    public let currency: String?

    public static let shape = Shape<RecordSummary>(
        RecordSummary.init(jti:number:issued:due:partner:amount:currency:),
        .required("jti", \.jti, .jti), .optional("number", \.number, .text),
        .optional("issued", \.issued, .text), .optional("due", \.due, .text),
        .optional("partner", \.partner, .text), .optional("amount", \.amount, .text),
        .optional("currency", \.currency, .text))

    /// Whether every word of `text` stands in it, whatever its case.
    public func matches(_ text: String) -> Bool {
        let said = [number, issued, due, partner, amount].compactMap(\.self)
            .joined(separator: " ").lowercased()
        return text.lowercased().split(separator: " ").allSatisfy { said.contains($0) }
    }
}

extension Enterprise {
    /// How many records one call asks for.
    private static let recordsPerCall: Int64 = 500

    /// What the records say, by identifier: as this home knows it, and the others read from the gateway
    /// and decrypted. Erased ones aren't among them; offline those are left out that it doesn't know.
    public func summaries(of records: [OwnRecord]) async throws -> [JTI: RecordSummary] {
        var known = try await session.view.summaries(of: records)
        let missing = records.filter { !$0.erased && known[$0.jti] == nil }
        if missing.isEmpty || session.isOffline { return known }
        let byJTI = Dictionary(missing.map { ($0.jti, $0) }) { $1 }
        for (book, ownRecords) in Dictionary(grouping: missing, by: \.book) {
            for range in try Self.listed([(book, ownRecords)]) {
                for part in range.parts(of: Self.recordsPerCall) {
                    for summary in try await summaries(part) {
                        known[summary.jti] = summary
                        if let record = byJTI[summary.jti] {
                            await session.note(summary, of: record)
                        }
                    }
                }
            }
        }
        return known
    }

    private func summaries(_ range: RecordRange) async throws -> [RecordSummary] {
        guard let type = await session.view.types.fields(of: range.book.series) else { return [] }
        let partner = range.book.series == .bills ? "seller_name" : "buyer_name"
        let wanted = ["number", "issue_date", "due_date", partner, "payable_amount"]
            .compactMap { FieldName($0) }.filter { type.field($0) != nil }
        guard let names = type.withCommitments(wanted), !names.isEmpty else { return [] }
        return try await read([range], fields: names).map { record in
            let values = record.fields?.values ?? [:]
            func text(_ name: String) -> String? {
                guard let value = FieldName(name).flatMap({ values[$0] }) else { return nil }
                return switch value {
                case .text(let text): text
                case .date(let date): date.description
                case .null, .amount, .quantity, .json, .document: nil
                }
            }
            var amount: (text: String, currency: String)?
            if case .amount(let value)? = values[FieldName("payable_amount")] {
                amount = (value.text, value.currency)
            }
            return RecordSummary(
                jti: record.statement.jti, number: text("number"), issued: text("issue_date"),
                due: text("due_date"), partner: text(partner), amount: amount?.text,
                currency: amount?.currency)
        }
    }
}

extension RecordRange {
    /// The same records in ranges of at most `count`.
    fileprivate func parts(of count: Int64) -> [RecordRange] {
        stride(from: from, through: to, by: Int(count)).compactMap {
            RecordRange(book: book, from: $0, to: min(to, $0 + count - 1))
        }
    }
}
