import Importing
import Sharing
import Verification
import Wire

extension VerifiedRecord {
    /// `invoices/2026-11#17`.
    var name: String { "\(claims.book)#\(claims.number)" }
}

extension FieldValue: Shown {
    /// For a cell: amounts with their currency, what is long only by its size.
    var words: String {
        switch self {
        case .null: ""
        case .text(let text): text.split(whereSeparator: \.isNewline).joined(separator: " ")
        case .date(let date): date.description
        case .amount(let amount): "\(amount.text) \(amount.currency)"
        case .json(let json): json.canonicalText
        case .document(let mediaType, let bytes): "\(mediaType), \(bytes.count) bytes"
        }
    }

    /// For another program: amounts in units of the currency, documents whole.
    fileprivate var cell: String {
        switch self {
        case .amount(let amount): amount.text
        case .document(_, let bytes): Base64URL.encode(bytes)
        case .null, .text, .date, .json: words
        }
    }
}

/// What records say, for other programs. Those that come without fields are left out.
enum RecordOutput {
    /// A line each, without the commitments.
    static func csv(_ records: [VerifiedRecord], fields: [FieldName]) -> String {
        var lines = [(["record", "replaced_by"] + fields.map(\.text)).joined(separator: ",")]
        for record in records {
            guard let values = record.fields?.values else { continue }
            let cells =
                [record.name, record.replacedBy?.text ?? ""] + fields.map { values[$0]?.cell ?? "" }
            lines.append(cells.map(quoted).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func json(_ records: [VerifiedRecord]) -> JSON {
        Table<VerifiedRecord>([
            .init {
                [
                    "fields": $0.fields?.values.members, "index": $0.index,
                    "record": $0.name, "replaced_by": $0.replacedBy,
                ]
            }
        ]).json(records.filter { $0.fields != nil })
    }

    /// Quoted as in RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    private static func quoted(_ cell: String) -> String {
        var cell = cell
        if let first = cell.first, "=+@\t\r".contains(first) || isNegativeWord(cell) {
            cell = "'" + cell
        }
        guard cell.contains(where: { "\",\r\n".contains($0) }) else { return cell }
        return "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }

    private static func isNegativeWord(_ cell: String) -> Bool {
        cell.hasPrefix("-") && !cell.dropFirst().allSatisfy { $0.isNumber || $0 == "." }
    }
}
