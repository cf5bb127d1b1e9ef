import Client
import Importing
import PolicyTools
import Rules
import Sharing
import Verification
import Wire

/// A value as results show it: to another program as JSON, to a person in words.
protocol Shown {
    var json: JSON { get }
    var words: String { get }
}

/// The members of an object, by their names.
typealias Members = [String: any Shown]

extension Shown where Self: CustomStringConvertible {
    var json: JSON { .string(description) }
    var words: String { description }
}

extension Shown where Self: RawRepresentable<String> {
    var json: JSON { .string(rawValue) }
    var words: String { rawValue }
}

extension String: Shown {}
extension Handle: Shown {}
extension JTI: Shown {}
extension BookName: Shown {}
extension FieldName: Shown {}
extension RecordNumber: Shown {}
extension CalendarDate: Shown {}
extension Digest: Shown {}
extension LogAddress: Shown {}
extension Fingerprint: Shown {}
extension ProofStatement: Shown {}
extension Role: Shown {}
extension Right: Shown {}
extension Purpose: Shown {}
extension Reason: Shown {}
extension PolicyAction: Shown {}

extension PolicyRequest: Shown {
    var json: JSON { .string(words) }
}

extension PolicyHand: Shown {
    var json: JSON { .string(words) }
}

extension Int: Shown {
    var json: JSON { .integer(Int64(self)) }
}

extension Int64: Shown {
    var json: JSON { .integer(self) }
}

extension UInt64: Shown {
    var json: JSON { .integer(Int64(clamping: self)) }
}

extension Bool: Shown {
    var json: JSON { .bool(self) }
    var words: String { self ? "yes" : "no" }
}

extension Timestamp: Shown {
    var json: JSON { .integer(seconds) }
}

extension JSON: Shown {
    var json: JSON { self }
    var words: String { canonicalText }
}

extension LegalIdentifier: Shown {
    var words: String { "\(scheme.rawValue):\(id)" }
}

/// What isn't there is `null`, or nothing.
extension Optional: Shown where Wrapped: Shown {
    var json: JSON { self?.json ?? .null }
    var words: String { self?.words ?? "" }
}

extension Array: Shown where Element: Shown {
    var json: JSON { .array(map(\.json)) }
    var words: String { map(\.words).joined(separator: ",") }
}

extension Dictionary: Shown where Key == String, Value == any Shown {
    var json: JSON { .object(mapValues { $0.json }) }
    var words: String { json.canonicalText }
}

extension [FieldName: FieldValue] {
    /// The values as members of an object.
    var members: Members {
        Members(uniqueKeysWithValues: map { ($0.text, $1 as any Shown) })
    }
}

/// `1 record`, `2 records`.
func counted(_ number: some BinaryInteger, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
}

extension String {
    /// The same without control characters, for a terminal. Ends of lines stay.
    var withoutControls: String { replacingControls(except: ["\n"]) }

    /// The same on one line, so that nobody's name can look like a line of ours.
    var onOneLine: String { isPlainASCII ? self : replacingControls() }

    /// Whether it has printable ASCII alone, as most of what is listed: each byte is a character.
    var isPlainASCII: Bool { utf8.allSatisfy { (0x20..<0x7f).contains($0) } }
}

extension JSON {
    /// Its canonical text, in which what a terminal would obey is escaped: another spelling of the
    /// same values.
    var shownText: String {
        canonicalText.unicodeScalars.reduce(into: "") { text, scalar in
            guard scalar.isControl else { return text.unicodeScalars.append(scalar) }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}
