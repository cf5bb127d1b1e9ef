/// The escapes of string and pattern literals.
enum StringLiteral {
    /// What a literal stands for; `nil` where an escape is none.
    static func text(_ raw: ArraySlice<UInt8>) -> Text? {
        if !raw.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\r") }) {
            return Text(String(decoding: raw, as: UTF8.self))
        }
        var unescaped = String.UnicodeScalarView()
        var reader = EscapeReader(raw)
        while let next = reader.next() {
            guard case .scalar(let scalar) = next else { return nil }
            unescaped.append(scalar)
        }
        return reader.failed ? nil : Text(String(unescaped))
    }

    /// What a pattern stands for: `*` is the wildcard, `\*` the star itself.
    static func pattern(_ raw: ArraySlice<UInt8>) -> Pattern? {
        var elements: [Pattern.Element] = []
        var reader = EscapeReader(raw)
        while let next = reader.next() {
            switch next {
            case .scalar("*"): elements.append(.wildcard)
            case .scalar(let scalar): elements.append(.character(scalar))
            case .escapedStar: elements.append(.character("*"))
            }
        }
        return reader.failed ? nil : Pattern(elements)
    }

    /// A literal that stands for `text`.
    static func written(_ text: Text) -> String {
        var literal = "\""
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case "\"": literal += #"\""#
            case "\\": literal += #"\\"#
            case "\n": literal += #"\n"#
            case "\r": literal += #"\r"#
            case "\t": literal += #"\t"#
            case "\0": literal += #"\0"#
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                literal += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}

private struct EscapeReader {
    enum Element { case scalar(Unicode.Scalar), escapedStar }

    private var scalars: String.UnicodeScalarView.SubSequence
    private(set) var failed = false

    init(_ raw: ArraySlice<UInt8>) {
        scalars = String(decoding: raw, as: UTF8.self).unicodeScalars[...]
    }

    mutating func next() -> Element? {
        guard let scalar = scalars.popFirst() else { return nil }
        // A carriage return must be written as an escape.
        if scalar == "\r" { return fail() }
        if scalar != "\\" { return .scalar(scalar) }
        switch scalars.popFirst() {
        case "n": return .scalar("\n")
        case "r": return .scalar("\r")
        case "t": return .scalar("\t")
        case "0": return .scalar("\0")
        case "\\": return .scalar("\\")
        case "\"": return .scalar("\"")
        case "'": return .scalar("'")
        case "*": return .escapedStar
        case "x": return byte()
        case "u": return codePoint()
        default: return fail()
        }
    }

    private mutating func fail() -> Element? {
        failed = true
        return nil
    }

    /// `\xHH`, up to 7F.
    private mutating func byte() -> Element? {
        guard let high = hexDigit(), let low = hexDigit(), high < 8,
            let scalar = Unicode.Scalar(high << 4 | low)
        else { return fail() }
        return .scalar(scalar)
    }

    /// `\u{…}`, one to six digits, underscores allowed behind the first.
    private mutating func codePoint() -> Element? {
        guard scalars.popFirst() == "{", var value = hexDigit() else { return fail() }
        var digits = 1
        while scalars.first != "}" {
            if scalars.first == "_" {
                scalars.removeFirst()
            } else {
                guard digits < 6, let digit = hexDigit() else { return fail() }
                value = value << 4 | digit
                digits += 1
            }
        }
        scalars.removeFirst()
        guard let scalar = Unicode.Scalar(value) else { return fail() }
        return .scalar(scalar)
    }

    private mutating func hexDigit() -> UInt32? {
        scalars.popFirst().flatMap { UInt8(exactly: $0.value) }.flatMap(Identifier.hexDigit)
            .map(UInt32.init)
    }
}
