/// The text of files that don't say in which encoding they are.
enum PlainText {
    /// UTF-8 where it is that, with or without its mark; else Windows-1252. `nil` for bytes that are
    /// neither, and where there is a U+0000.
    static func decoded(_ bytes: [UInt8]) -> String? {
        let content = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
        guard !content.contains(0) else { return nil }
        return String(validating: content, as: UTF8.self) ?? DecodedText.windows1252(content)
    }

    /// The line of the first byte that is no text.
    static func placeOfNoText(in bytes: [UInt8]) -> ImportRefusal.Place {
        let first = bytes.firstIndex { $0 == 0 || DecodedText.unassigned.contains($0) }
        let before = bytes[..<(first ?? bytes.startIndex)]
        let text = DecodedText.windows1252(before) ?? ""
        return .init(path: "", line: max(1, lines(text + ".").count))
    }

    /// The lines, whatever ends them.
    static func lines(_ text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n" && last == "\r" {
                // It ended with the carriage return.
            } else if scalar == "\n" || scalar == "\r" {
                lines.append(String(line))
                line.removeAll()
            } else {
                line.append(scalar)
            }
            last = scalar
        }
        if !line.isEmpty { lines.append(String(line)) }
        return lines
    }
}
