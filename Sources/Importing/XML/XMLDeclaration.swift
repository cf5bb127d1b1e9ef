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
        let start = Array(bytes.prefix(Self.maximumBytes))
        let opening = Array("<?xml".utf8)
        guard start.starts(with: opening), start.count > opening.count,
            Self.isSpace(start[opening.count])
        else {
            (encoding, byteCount, lineFeeds) = (nil, 0, 0)
            return
        }
        guard
            let end = (opening.count..<start.count - 1).first(where: {
                start[$0] == UInt8(ascii: "?") && start[$0 + 1] == UInt8(ascii: ">")
            })
        else { throw Self.malformed }
        var attributes = try Self.attributes(start[opening.count..<end])
        guard attributes.removeValue(forKey: "version") == "1.0" else { throw Self.malformed }
        encoding = attributes.removeValue(forKey: "encoding")
        if let standalone = attributes.removeValue(forKey: "standalone"),
            standalone != "yes" && standalone != "no"
        {
            throw Self.malformed
        }
        guard attributes.isEmpty else { throw Self.malformed }
        if let encoding, !Self.isEncodingName(encoding) { throw Self.malformed }
        byteCount = end + 2
        lineFeeds = start[..<end].count { $0 == UInt8(ascii: "\n") }
    }

    private static let malformed = Finding(.malformed, at: .init(path: "", line: 1))

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(byte) }

    /// `EncName` of XML 1.0 §4.3.3, at most 40 characters.
    private static func isEncodingName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 40 else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
        return isLetter(first)
            && name.utf8.allSatisfy {
                isLetter($0) || (0x30...0x39).contains($0) || [0x2d, 0x2e, 0x5f].contains($0)
            }
    }

    /// `name = "value"` or `name = 'value'`, each after white space.
    private static func attributes(_ bytes: ArraySlice<UInt8>) throws(Finding) -> [String: String] {
        var rest = bytes
        var attributes: [String: String] = [:]
        while true {
            let spaced = rest.first.map(isSpace) ?? false
            rest = rest.drop(while: isSpace)
            if rest.isEmpty { return attributes }
            let name = rest.prefix { (0x61...0x7a).contains($0) }
            rest = rest.dropFirst(name.count).drop(while: isSpace)
            guard spaced, !name.isEmpty, rest.popFirst() == UInt8(ascii: "=") else {
                throw malformed
            }
            rest = rest.drop(while: isSpace)
            guard let quote = rest.popFirst(), quote == 0x22 || quote == 0x27,
                let end = rest.firstIndex(of: quote)
            else { throw malformed }
            let key = String(decoding: name, as: UTF8.self)
            guard attributes[key] == nil else { throw malformed }
            attributes[key] = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
        }
    }
}
