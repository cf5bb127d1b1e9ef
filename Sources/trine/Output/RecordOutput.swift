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
        case .quantity(let quantity): "\(quantity.text) \(quantity.unit)"
        case .json(let json): json.canonicalText
        case .document(let mediaType, let bytes): "\(mediaType), \(bytes.count) bytes"
        }
    }
}

/// What records say, for other programs. Those that come without fields are left out.
enum RecordOutput {
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

    /// In quotes, as in RFC 4180, on one line and without control characters. What a spreadsheet would
    /// take for a formula gets an apostrophe in front.
    ///
    /// All of it looks at code points: as characters, a quote or an equals sign with a combining mark
    /// behind it is neither.
    static func quoted(_ cell: String) -> String {
        let guarded = isFormula(cell.unicodeScalars) ? "'" + cell : cell
        var quoted = "\""
        for scalar in guarded.replacingControls().unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        quoted.unicodeScalars.append("\"")
        return quoted
    }

    /// Whether a spreadsheet could compute with it, or skip to something that it computes with. Numbers
    /// with a minus sign are none.
    private static func isFormula(_ text: String.UnicodeScalarView) -> Bool {
        guard let first = text.first else { return false }
        if first.isControl { return true }
        let rest = text.drop { $0 == " " || $0 == "\u{a0}" || $0 == "\u{3000}" }
        guard let start = rest.first else { return false }
        if start == "-" {
            return !rest.dropFirst().allSatisfy { ("0"..."9").contains($0) || $0 == "." }
        }
        return formulaSigns.contains(start)
    }

    /// The last four are the same signs in full width, which some spreadsheets take for them.
    private static let formulaSigns: Set<Unicode.Scalar> = [
        "=", "+", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
    ]
}
