import Wire

/// Puts disclosed claims in the places of their digests (RFC 9901 §7.1, step 3).
///
/// Digests without a disclosure are decoys, or claims that aren't shown, and disappear.
struct DisclosedClaims {
    private struct Opened {
        let number: Int
        let parts: [JSON]
    }

    /// By the base64url text of the digest.
    private var disclosures: [String: Opened] = [:]
    private var used: Set<Int> = []
    private var digests: Set<String> = []

    /// Objects and lists within one another, those in disclosures within disclosures counted.
    static let maximumDepth = 64

    /// The claims of `payload` with everything disclosed in its place. Throws
    /// ``PresentationRefusal``.
    static func claims(
        of payload: JSON, disclosures texts: [[UInt8]]
    ) throws(PresentationRefusal) -> JSON {
        guard case .object(var members) = payload else { throw .jwt(.issuer, .malformed) }
        if let algorithm = members.removeValue(forKey: "_sd_alg") {
            guard algorithm.text == "sha-256" else { throw .unknownHash }
        }
        var process = DisclosedClaims()
        try process.read(texts)
        let claims = try process.resolve(.object(members), depth: 0)
        if let stray = texts.indices.first(where: { !process.used.contains($0) }) {
            throw .strayDisclosure(number: stray)
        }
        return claims
    }

    private mutating func read(_ texts: [[UInt8]]) throws(PresentationRefusal) {
        for (number, text) in texts.enumerated() {
            guard let bytes = Base64URL.decode(text),
                case .array(let parts)? = JSON(foreign: bytes), (2...3).contains(parts.count),
                parts[0].text != nil
            else { throw .malformedDisclosure(number: number) }
            let digest = Digest<Digested.Disclosure>(hashing: text).text
            let opened = Opened(number: number, parts: parts)
            guard disclosures.updateValue(opened, forKey: digest) == nil else {
                throw .digestTwice
            }
        }
    }

    private mutating func resolve(
        _ value: JSON, depth: Int
    ) throws(PresentationRefusal) -> JSON {
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        switch value {
        case .object(let members): return try object(members, depth: depth)
        case .array(let elements):
            var result: [JSON] = []
            for element in elements {
                if let element = try self.element(element, depth: depth + 1) {
                    result.append(element)
                }
            }
            return .array(result)
        default: return value
        }
    }

    private mutating func object(
        _ members: [String: JSON], depth: Int
    ) throws(PresentationRefusal) -> JSON {
        guard members["..."] == nil else { throw .malformedDigests }
        var result: [String: JSON] = [:]
        for (name, value) in members where name != "_sd" {
            result[name] = try resolve(value, depth: depth + 1)
        }
        guard let list = members["_sd"] else { return .object(result) }
        guard let digests = list.elements else { throw .malformedDigests }
        for digest in digests {
            guard let opened = try take(digest) else { continue }
            guard opened.parts.count == 3, let name = opened.parts[1].text else {
                throw .malformedDisclosure(number: opened.number)
            }
            guard name != "_sd", name != "..." else { throw .malformedDigests }
            guard result[name] == nil else { throw .claimTwice(name: name) }
            result[name] = try resolve(opened.parts[2], depth: depth + 1)
        }
        return .object(result)
    }

    /// An element of a list; `nil` for a digest whose disclosure isn't shown.
    private mutating func element(
        _ element: JSON, depth: Int
    ) throws(PresentationRefusal) -> JSON? {
        guard case .object(let members) = element, let digest = members["..."] else {
            return try resolve(element, depth: depth)
        }
        guard members.count == 1 else { throw .malformedDigests }
        guard let opened = try take(digest) else { return nil }
        guard opened.parts.count == 2 else {
            throw .malformedDisclosure(number: opened.number)
        }
        return try resolve(opened.parts[1], depth: depth)
    }

    /// The disclosure that a digest refers to. No digest may be met twice.
    private mutating func take(_ digest: JSON) throws(PresentationRefusal) -> Opened? {
        guard let text = digest.text else { throw .malformedDigests }
        guard digests.insert(text).inserted else { throw .digestTwice }
        guard let opened = disclosures[text] else { return nil }
        used.insert(opened.number)
        return opened
    }
}
