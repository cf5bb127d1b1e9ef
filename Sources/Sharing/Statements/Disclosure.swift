public import Wire

/// The opening of one selective claim or field: salt, name and value (RFC 9901 §4.2.1).
///
/// Its text is the base64url of a canonical JSON array; the statement carries the text's digest.
public struct Disclosure: Hashable, Sendable {
    /// The base64url text, as hashed.
    public let text: [UInt8]
    public let salt: Salt
    public let name: String
    /// The claim's value as canonical JSON.
    public let value: JSON
    public let digest: Digest<Digested.Disclosure>

    /// 256 random bits, fresh for every disclosure.
    public struct Salt: Hashable, Sendable {
        public let bytes: [UInt8]
        public init?(bytes: [UInt8]) {
            guard bytes.count == 32 else { return nil }
            self.bytes = bytes
        }
        public init(using random: inout some RandomNumberGenerator) {
            bytes = RandomBytes.make(32, using: &random)
        }
    }

    public init(salt: Salt, name: String, value: JSON) {
        let array: JSON = [.string(Base64URL.encode(salt.bytes)), .string(name), value]
        text = Base64URL.encodedBytes(array.canonicalBytes)
        (self.salt, self.name, self.value) = (salt, name, value)
        digest = Digest(hashing: text)
    }

    /// Parses a disclosure's text; `nil` unless it is canonical in every respect.
    public init?(text: some Collection<UInt8>) {
        guard text.count <= Self.maximumText, let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes, text: Array(text))
    }

    /// Parses the JSON array that a text is the base64url of; `nil` unless it is canonical in every
    /// respect.
    init?(json bytes: [UInt8]) {
        let text = Base64URL.encodedBytes(bytes)
        guard text.count <= Self.maximumText else { return nil }
        self.init(bytes, text: text)
    }

    private static let maximumText = Limits.sealedRecordBytes * 2

    private init?(_ bytes: [UInt8], text: [UInt8]) {
        guard let parts = try? JSONDocument(.canonical, bytes).root.elements, parts.count == 3,
            let salt = parts[0].plainBytes.flatMap({ Base64URL.decode($0) })
                .flatMap({ Salt(bytes: $0) }),
            let name = parts[1].text
        else { return nil }
        self.text = text
        (self.salt, self.name, self.value) = (salt, name, parts[2].tree)
        digest = Digest(hashing: text)
    }

    /// Disclosures as one text, each followed by `~`, as in an SD-JWT.
    public static func join(_ disclosures: [Disclosure]) -> [UInt8] {
        disclosures.flatMap { $0.text + [UInt8(ascii: "~")] }
    }

    /// The disclosures of a text made by ``join(_:)``; `nil` where one isn't well-formed.
    public static func split(_ text: some Collection<UInt8>) -> [Disclosure]? {
        guard !text.isEmpty else { return [] }
        var disclosures: [Disclosure] = []
        var parts = text.split(separator: UInt8(ascii: "~"), omittingEmptySubsequences: false)
        guard parts.popLast()?.isEmpty == true else { return nil }
        for part in parts {
            guard let disclosure = Disclosure(text: part) else { return nil }
            disclosures.append(disclosure)
        }
        return disclosures
    }
}
