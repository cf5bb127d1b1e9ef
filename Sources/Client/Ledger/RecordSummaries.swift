import Sharing
import Verification
public import Wire

/// What an own record says in the few fields by which people look for it.
public struct RecordSummary: Shaped, Hashable {
    public let jti: JTI
    public let number: String?
    /// The day that it is of: on which a document was issued, an entry booked.
    public let issued: String?
    public let due: String?
    /// The other party.
    public let partner: String?
    public let amount: String?
    public let currency: String?
    /// A digest of its content, where this home made the record.
    let content: Digest<Digested.Blob>?

    public static let shape = Shape<RecordSummary>(
        RecordSummary.init(jti:number:issued:due:partner:amount:currency:content:),
        .required("jti", \.jti, .jti), .optional("number", \.number, .text),
        .optional("issued", \.issued, .text), .optional("due", \.due, .text),
        .optional("partner", \.partner, .text), .optional("amount", \.amount, .text),
        .optional("currency", \.currency, .text), .optional("content", \.content, .digest()))

    /// Whether every word of `text` stands in it, whatever its case.
    public func matches(_ text: String) -> Bool {
        let said = [number, issued, due, partner, amount].compactMap(\.self)
            .joined(separator: " ").lowercased()
        return text.lowercased().split(separator: " ").allSatisfy { said.contains($0) }
    }
}

extension RecordSummary {
    /// Of a record of a type with `fields`, which has these `values`.
    init(
        _ jti: JTI, _ values: [FieldName: FieldValue], in fields: SummaryFields,
        content: Digest<Digested.Blob>? = nil
    ) {
        func text(_ name: FieldName?) -> String? {
            guard let value = name.flatMap({ values[$0] }) else { return nil }
            return switch value {
            case .text(let text): text
            case .date(let date): date.description
            case .null, .amount, .quantity, .json, .document: nil
            }
        }
        var amount: Amount?
        if case .amount(let value)? = fields.amount.flatMap({ values[$0] }) { amount = value }
        self.init(
            jti: jti, number: text(fields.number), issued: text(fields.issued),
            due: text(fields.due), partner: text(fields.partner), amount: amount?.text,
            currency: amount?.currency, content: content)
    }
}

/// The fields of a type by which people look for its records.
struct SummaryFields {
    let number: FieldName?
    let issued: FieldName?
    let due: FieldName?
    let partner: FieldName?
    let amount: FieldName?

    init(of fields: [FieldDefinition]) {
        func first(_ names: [FieldName], _ fits: (FieldDefinition) -> Bool) -> FieldName? {
            names.first { name in fields.contains { $0.name == name } }
                ?? fields.first(where: fits)?.name
        }
        number = first(["number", "statement_id", "title"]) {
            $0.kind == .text && $0.fieldClass == .reference
        }
        issued = first([]) { $0.kind == .date && $0.mandatory } ?? first([]) { $0.kind == .date }
        due = fields.first { $0.name == "due_date" }?.name
        partner = first([]) {
            $0.kind == .text && [.counterparty, .personal].contains($0.fieldClass)
                && $0.name.text.hasSuffix("_name")
        }
        amount = first(["payable_amount", "amount", "closing_balance"]) { $0.kind == .amount }
    }

    var names: [FieldName] { [number, issued, due, partner, amount].compactMap(\.self) }
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
        let types = await session.view.types
        let byJTI = Dictionary(missing.map { ($0.jti, $0) }) { $1 }
        var found: [RecordSummary] = []
        for (series, records) in Dictionary(grouping: missing, by: \.book.series) {
            guard let type = types.fields(of: series) else { continue }
            let fields = SummaryFields(of: type.newest.fields)
            try await read(records, fields: fields.names) { record in
                found.append(
                    RecordSummary(
                        record.statement.jti, record.fields?.values ?? [:], in: fields))
            }
        }
        for summary in found {
            known[summary.jti] = summary
            if let record = byJTI[summary.jti] { await session.note(summary, of: record) }
        }
        return known
    }

    /// Reads these fields of own records, which are of one series, in calls of some hundred, and hands
    /// out each.
    func read(
        _ records: [OwnRecord], fields: [FieldName],
        _ take: (VerifiedRecord) throws -> Void
    ) async throws {
        for (book, records) in Dictionary(grouping: records, by: \.book) {
            guard let type = await session.view.types.fields(of: book.series) else { continue }
            let known = fields.filter { type.field($0) != nil }
            guard let names = type.withCommitments(known), !names.isEmpty else { continue }
            let wanted = Set(records.map(\.jti))
            for range in try Self.listed([(book, records)]) {
                for part in range.parts(of: Self.recordsPerCall) {
                    for record in try await read([part], fields: names)
                    where wanted.contains(record.statement.jti) {
                        try take(record)
                    }
                }
            }
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
