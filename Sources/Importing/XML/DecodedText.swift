/// The text of an XML file behind its XML declaration, as UTF-8, whatever encoding the file is in.
///
/// Line ends are line feeds (XML 1.0 §2.11). Whoever reads it needs to know no encoding.
struct DecodedText {
    let utf8: [UInt8]
    /// The number of the line that the text begins in, from 1 on.
    let firstLine: Int

    /// Throws a ``Finding`` for an encoding that isn't handled, one that contradicts the bytes, and
    /// bytes that are no text in it.
    init(_ bytes: [UInt8]) throws(Finding) {
        let start = Self.starts.first { bytes.starts(with: $0.bytes) }
        let content = bytes.dropFirst(start?.markBytes ?? 0)
        let text: String?
        var declaration: XMLDeclaration
        switch start?.family {
        case .utf16, .utf16LittleEndian:
            text = Self.utf16(content, bigEndian: start?.family == .utf16)
            declaration = try XMLDeclaration(in: Array((text ?? "").utf8.prefix(512)))
            try Self.require(declaration.encoding, in: ["utf-16", "utf-16le", "utf-16be"])
        case .utf32: throw Finding(.unsupportedEncoding("UTF-32"))
        case .utf8:
            declaration = try XMLDeclaration(in: content)
            try Self.require(declaration.encoding, in: ["utf-8", "utf8"])
            text = String(validating: content, as: UTF8.self)
        case nil:
            declaration = try XMLDeclaration(in: content)
            text = try Self.decode(content, as: declaration.encoding)
        }
        guard let text, !text.utf8.contains(0) else { throw Finding(.invalidText) }
        utf8 = Self.withLineFeeds(text.utf8.dropFirst(declaration.byteCount))
        firstLine = 1 + declaration.lineFeeds
    }

    /// `text` with a line feed in place of each carriage return, alone or before a line feed.
    private static func withLineFeeds(_ text: Substring.UTF8View) -> [UInt8] {
        guard text.contains(0x0d) else { return Array(text) }
        var lines: [UInt8] = []
        lines.reserveCapacity(text.count)
        var last: UInt8 = 0
        for byte in text {
            if byte != 0x0a || last != 0x0d { lines.append(byte == 0x0d ? 0x0a : byte) }
            last = byte
        }
        return lines
    }

    private enum Family { case utf8, utf16, utf16LittleEndian, utf32 }

    /// What the first bytes say (XML 1.0, appendix F.1), and how many of them are a mark and no text.
    private static let starts: [(bytes: [UInt8], family: Family, markBytes: Int)] = [
        ([0, 0, 0xfe, 0xff], .utf32, 0), ([0xff, 0xfe, 0, 0], .utf32, 0),
        ([0, 0, 0, 0x3c], .utf32, 0), ([0x3c, 0, 0, 0], .utf32, 0),
        ([0xef, 0xbb, 0xbf], .utf8, 3), ([0xfe, 0xff], .utf16, 2),
        ([0xff, 0xfe], .utf16LittleEndian, 2), ([0, 0x3c], .utf16, 0),
        ([0x3c, 0], .utf16LittleEndian, 0),
    ]

    /// Encodings are named in any case (XML 1.0 §4.3.3).
    private static func require(_ declared: String?, in names: [String]) throws(Finding) {
        guard let declared else { return }
        guard names.contains(declared.lowercased()) else {
            throw Finding(.contradictoryEncoding(declared))
        }
    }

    private static func decode(
        _ bytes: ArraySlice<UInt8>, as declared: String?
    ) throws(Finding) -> String? {
        switch (declared ?? "utf-8").lowercased() {
        case "utf-8", "utf8": return String(validating: bytes, as: UTF8.self)
        case "us-ascii", "ascii":
            return bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
        case "iso-8859-1", "latin1": return singleByte(bytes, [:])
        case "iso-8859-15", "latin-9": return singleByte(bytes, latin9)
        case "windows-1252", "cp1252": return windows1252(bytes)
        case "utf-16", "utf-16le", "utf-16be":
            throw Finding(.contradictoryEncoding(declared ?? ""))
        default: throw Finding(.unsupportedEncoding(declared ?? ""))
        }
    }

    /// `nil` where there is a byte that Windows-1252 doesn't have.
    static func windows1252(_ bytes: ArraySlice<UInt8>) -> String? {
        bytes.contains { unassigned.contains($0) }
            ? nil : singleByte(bytes, windows1252Exceptions)
    }

    /// The bytes that Windows-1252 doesn't have.
    static let unassigned: Set<UInt8> = [0x81, 0x8d, 0x8f, 0x90, 0x9d]

    private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> String? {
        guard bytes.count % 2 == 0 else { return nil }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return bigEndian ? first << 8 | second : second << 8 | first
        }
        return String(validating: units, as: UTF16.self)
    }

    /// One byte a character: Unicode's first 256 characters, but for `exceptions`.
    private static func singleByte(
        _ bytes: ArraySlice<UInt8>, _ exceptions: [UInt8: Unicode.Scalar]
    ) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: bytes.lazy.map { exceptions[$0] ?? Unicode.Scalar($0) })
        return String(scalars)
    }

    private static let latin9: [UInt8: Unicode.Scalar] = [
        0xa4: "€", 0xa6: "Š", 0xa8: "š", 0xb4: "Ž", 0xb8: "ž", 0xbc: "Œ", 0xbd: "œ", 0xbe: "Ÿ",
    ]

    private static let windows1252Exceptions: [UInt8: Unicode.Scalar] = [
        0x80: "€", 0x82: "‚", 0x83: "ƒ", 0x84: "„", 0x85: "…", 0x86: "†", 0x87: "‡", 0x88: "ˆ",
        0x89: "‰", 0x8a: "Š", 0x8b: "‹", 0x8c: "Œ", 0x8e: "Ž", 0x91: "‘", 0x92: "’", 0x93: "“",
        0x94: "”", 0x95: "•", 0x96: "–", 0x97: "—", 0x98: "˜", 0x99: "™", 0x9a: "š", 0x9b: "›",
        0x9c: "œ", 0x9e: "ž", 0x9f: "Ÿ",
    ]
}
