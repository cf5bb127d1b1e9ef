/// Walks through the markup of a document before the XML parser sees it, and refuses what the parser
/// would follow or pass over in silence: document type declarations, references to entities, and
/// nesting and sizes beyond the limits.
///
/// It decides nothing about well-formedness that the parser decides too; where it cannot follow the
/// markup, the document is malformed.
struct MarkupScan {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var depth = 0
    private var elements = 0

    /// Throws a ``Finding`` with the line.
    static func check(_ text: DecodedText) throws(Finding) {
        var scan = MarkupScan(bytes: text.utf8)
        try scan.run()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() throws(Finding) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "<"): try markup()
            case UInt8(ascii: "&"): try reference()
            default: step()
            }
        }
    }

    private func refusal(_ reason: ImportRefusal.Reason) -> Finding {
        Finding(reason, at: .init(path: "", line: line))
    }

    private mutating func step(_ count: Int = 1) {
        for _ in 0..<min(count, bytes.count - position) {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    private func follows(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    /// Goes behind the next `text`. Throws where there is none.
    private mutating func skip(behind text: StaticString) throws(Finding) {
        while position < bytes.count {
            if follows(text) { return step(text.utf8CodeUnitCount) }
            step()
        }
        throw refusal(.malformed)
    }

    private mutating func markup() throws(Finding) {
        if follows("<!--") {
            step(4)
            try skip(behind: "-->")
        } else if follows("<![CDATA[") {
            step(9)
            try skip(behind: "]]>")
        } else if follows("<!") {
            let word = bytes[position...].dropFirst(2).prefix(7).map { $0 & 0xdf }
            throw refusal(word == Array("DOCTYPE".utf8) ? .documentTypeDeclaration : .malformed)
        } else if follows("<?") {
            step(2)
            try skip(behind: "?>")
        } else if follows("</") {
            depth -= 1
            try skip(behind: ">")
        } else {
            try startTag()
        }
    }

    private mutating func startTag() throws(Finding) {
        elements += 1
        depth += 1
        if elements > XMLLimits.elements {
            throw refusal(.limitExceeded(.elements, limit: XMLLimits.elements))
        }
        if depth > XMLLimits.depth {
            throw refusal(.limitExceeded(.depth, limit: XMLLimits.depth))
        }
        var attributes = 0
        step()
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ">"):
                if bytes[position - 1] == UInt8(ascii: "/") { depth -= 1 }
                return step()
            case UInt8(ascii: "<"), UInt8(ascii: "&"): throw refusal(.malformed)
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                attributes += 1
                if attributes > XMLLimits.attributes {
                    throw refusal(.limitExceeded(.attributes, limit: XMLLimits.attributes))
                }
                try attributeValue()
            default: step()
            }
        }
        throw refusal(.malformed)
    }

    private mutating func attributeValue() throws(Finding) {
        let quote = bytes[position]
        step()
        let start = position
        while position < bytes.count, bytes[position] != quote {
            if position - start >= XMLLimits.attributeBytes {
                throw refusal(.limitExceeded(.attributeLength, limit: XMLLimits.attributeBytes))
            }
            switch bytes[position] {
            case UInt8(ascii: "<"): throw refusal(.malformed)
            case UInt8(ascii: "&"): try reference()
            default: step()
            }
        }
        if position == bytes.count { throw refusal(.malformed) }
        step()
    }

    /// `&lt;` `&gt;` `&amp;` `&quot;` `&apos;`, or a character by number (XML 1.0 §4.1, §4.6). The
    /// parser leaves out whatever else is referred to, without an error.
    private mutating func reference() throws(Finding) {
        let name = bytes[(position + 1)...].prefix(12).prefix { $0 != UInt8(ascii: ";") }
        let end = position + 1 + name.count
        guard end < bytes.count, bytes[end] == UInt8(ascii: ";") else {
            throw refusal(name.first == UInt8(ascii: "#") ? .malformed : .undefinedEntity)
        }
        if name.first == UInt8(ascii: "#") {
            guard Self.isCharacterNumber(name.dropFirst()) else { throw refusal(.malformed) }
        } else if !["lt", "gt", "amp", "quot", "apos"].contains(where: {
            name.elementsEqual($0.utf8)
        }) {
            throw refusal(.undefinedEntity)
        }
        step(name.count + 2)
    }

    private static func isCharacterNumber(_ digits: ArraySlice<UInt8>) -> Bool {
        if digits.first == UInt8(ascii: "x") {
            let hex = digits.dropFirst()
            return !hex.isEmpty
                && hex.allSatisfy {
                    (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
                }
        }
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
    }
}
