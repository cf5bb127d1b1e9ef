import Sharing
import Wire

/// The text of SWIFT messages (MT): fields that begin with `:tag:` at the start of a line.
enum SwiftMessage {
    struct Field {
        /// `61`, `60F`.
        let tag: String
        /// Its lines without the tag.
        var lines: [String]
        let line: Int

        var place: ImportRefusal.Place { .init(path: "", line: line) }
    }

    /// Whether `bytes` are a message with fields 20, 25 and one that begins with `tag`.
    static func isOne(_ bytes: [UInt8], _ tag: String) -> Bool {
        let start = bytes.prefix(4_096)
        return ["20", "25", tag].allSatisfy { tag in
            let mark = Array(":\(tag)".utf8)
            return start.indices.contains { index in
                let isLineStart =
                    index == start.startIndex || bytes[index - 1] == 0x0a
                    || bytes[index - 1] == 0x0d
                    || bytes[index - 1] == UInt8(ascii: ":") && index == 4
                return isLineStart && bytes[index...].starts(with: mark)
            }
        }
    }

    /// What a message that isn't read says of itself, and its first field; `nil` for what is none.
    static func unread(_ bytes: [UInt8]) -> (kind: Kind, field: Field)? {
        guard let fields = try? fields(of: Array(bytes.prefix(4_096))), let first = fields.first
        else { return nil }
        let text = PlainText.lines(String(decoding: bytes.prefix(4_096), as: UTF8.self))
        // A table may have such a line somewhere, and begins otherwise.
        guard
            text.prefix(first.line - 1).allSatisfy({ line in
                line.hasPrefix("{") || line.unicodeScalars.allSatisfy { $0.value <= 0x20 }
            })
        else { return nil }
        let isInterim = fields.contains { $0.tag == "13D" || $0.tag == "34F" }
        return (isInterim ? .interim : .part, first)
    }

    /// What is no statement.
    enum Kind {
        /// A report of what is booked so far, MT942.
        case interim
        /// Some fields, and not those that a statement has.
        case part
    }

    /// The fields of all messages in a file, without the blocks around them. Throws a ``Finding`` for
    /// bytes that are no text.
    static func fields(of bytes: [UInt8]) throws(Finding) -> [Field] {
        guard let text = PlainText.decoded(bytes) else {
            throw Finding(.invalidText, at: PlainText.placeOfNoText(in: bytes))
        }
        var fields: [Field] = []
        var isInside = false
        for (number, line) in PlainText.lines(text).enumerated() {
            if let (tag, rest) = Self.tag(line) {
                fields.append(Field(tag: tag, lines: [rest], line: number + 1))
                isInside = true
            } else if line.hasPrefix("-") && line.dropFirst().allSatisfy({ $0 == "}" || $0 == "X" })
            {
                isInside = false
            } else if line.hasPrefix("{") {
                isInside = false
            } else if isInside, let last = fields.indices.last {
                fields[last].lines.append(line)
            }
        }
        return fields
    }

    /// `:60F:…`, with two digits and perhaps a letter.
    private static func tag(_ line: String) -> (tag: String, rest: String)? {
        guard line.first == ":" else { return nil }
        let rest = line.dropFirst()
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        let tag = rest[..<colon]
        guard (2...3).contains(tag.utf8.count), tag.prefix(2).allSatisfy(\.isNumber),
            tag.dropFirst(2).allSatisfy({ $0.isLetter && $0.isUppercase })
        else { return nil }
        return (String(tag), String(rest[rest.index(after: colon)...]))
    }

    /// `YYMMDD`; years from 80 on are of the twentieth century.
    static func date(_ text: Substring) -> CalendarDate? {
        guard text.utf8.count == 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let year = Int(text.prefix(2)), let month = Int(text.dropFirst(2).prefix(2)),
            let day = Int(text.suffix(2))
        else { return nil }
        return CalendarDate(year: year + (year < 80 ? 2000 : 1900), month: month, day: day)
    }

    /// `000000000025,00`, `300,`.
    static func amount(
        _ text: Substring, currency: String, _ term: ImportRefusal.Term,
        at place: ImportRefusal.Place
    ) throws(Finding) -> Amount {
        let number = text.split(separator: ",", omittingEmptySubsequences: false)
        guard (1...2).contains(number.count), let whole = number.first, !whole.isEmpty,
            number.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { throw Finding(.invalidAmount(term, .notADecimal), at: place) }
        let fraction = number.count == 2 && !number[1].isEmpty ? "." + number[1] : ""
        do { return try Amount(parsing: whole + fraction, currency: currency) } catch {
            throw Finding(.invalidAmount(term, error), at: place)
        }
    }
}
