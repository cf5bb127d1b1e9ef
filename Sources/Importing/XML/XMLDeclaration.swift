/// The XML declaration at the start of a document (XML 1.0 §2.8), where there is one.
struct XMLDeclaration {
    let encoding: String?
    /// How many bytes it takes up, in UTF-8 or any other encoding with ASCII in it; 0 where there is
    /// none.
    let byteCount: Int
    let lineFeeds: Int

    /// A declaration is never longer than this.
    static let maximumBytes = 256

    /// Reads the declaration that `bytes` start with. Throws a ``Finding`` where it isn't closed, is
    /// of another version than 1.0 or has something else in it.
    init(in bytes: some Collection<UInt8>) throws(Finding) {
        var scanner = MarkupScanner(Array(bytes.prefix(Self.maximumBytes)))
        guard scanner.skip("<?xml"), let next = scanner.next, MarkupScanner.isSpace(next) else {
            (encoding, byteCount, lineFeeds) = (nil, 0, 0)
            return
        }
        var attributes: [String: String] = [:]
        while true {
            let isSpaced = try scanner.skipSpace()
            if scanner.skip("?>") { break }
            guard isSpaced else { throw scanner.refusal(.malformed) }
            let name = try scanner.part()
            guard attributes.updateValue(try scanner.assignedValue(), forKey: name) == nil else {
                throw scanner.refusal(.malformed)
            }
        }
        let version = attributes.removeValue(forKey: "version")
        let standalone = attributes.removeValue(forKey: "standalone") ?? "no"
        encoding = attributes.removeValue(forKey: "encoding")
        byteCount = scanner.position
        lineFeeds = scanner.line - 1
        guard version == "1.0", ["yes", "no"].contains(standalone), attributes.isEmpty,
            encoding.map(Self.isEncodingName) ?? true
        else { throw scanner.refusal(.malformed) }
    }

    /// `EncName` of XML 1.0 §4.3.3, at most 40 characters.
    private static func isEncodingName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 40 else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
        return isLetter(first)
            && name.utf8.allSatisfy {
                isLetter($0) || (0x30...0x39).contains($0) || [0x2d, 0x2e, 0x5f].contains($0)
            }
    }
}
