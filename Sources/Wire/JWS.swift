/// Why a compact JWS was refused.
public enum JWSError: Error, Equatable, Sendable {
    case tooLong(limit: Int)
    case notThreeParts
    case malformedHeader
    case malformedPayload
    case malformedSignature
    case wrongKey
    case badSignature
}

/// A compact JWS (RFC 7515 §7.1) whose header is exactly `{"alg":"EdDSA","kid":…,"typ":…}`.
///
/// The header is compared byte by byte with the one spelling it may have, so there is no algorithm
/// to be confused about. The bytes are kept as received. Parsing does not check the signature:
/// ``verified(by:)`` does and returns evidence.
public struct JWS: Sendable, Hashable {
    /// The longest JWS that can be a leaf: its length is a 16-bit number in an entry bundle.
    public static let maximumBytes = 65_535

    /// The ASCII as received.
    public let bytes: [UInt8]
    public let kid: Digest<Digested.Key>
    public let type: String
    /// The decoded payload.
    public let payload: [UInt8]
    private let signatureStart: Int

    /// Parses the ASCII of a compact JWS. Throws ``JWSError`` other than the last three.
    public init(parsing bytes: [UInt8]) throws(JWSError) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong(limit: Self.maximumBytes) }
        let dot = UInt8(ascii: ".")
        guard let first = bytes.firstIndex(of: dot),
            let last = bytes.lastIndex(of: dot), first < last,
            !bytes[(first + 1)..<last].contains(dot)
        else { throw .notThreeParts }
        (kid, type) = try Self.header(bytes[..<first])
        guard let payload = Base64URL.decode(bytes[(first + 1)..<last]) else {
            throw .malformedPayload
        }
        guard bytes.count - last - 1 == 86, Base64URL.decode(bytes[(last + 1)...]) != nil else {
            throw .malformedSignature
        }
        self.bytes = bytes
        self.payload = payload
        signatureStart = last + 1
    }

    public init(parsing text: String) throws(JWSError) { try self.init(parsing: Array(text.utf8)) }

    /// Signs `payload` as a JWS of type `typ`.
    public init(signing payload: [UInt8], type: String, with key: SigningKey) {
        let kid = key.verificationKey.thumbprint
        let header =
            Self.headerPrefix + Array(kid.text.utf8) + Self.headerMiddle + Array(type.utf8)
            + Self.headerSuffix
        var bytes = Base64URL.encodedBytes(header)
        bytes.append(UInt8(ascii: "."))
        bytes += Base64URL.encodedBytes(payload)
        let signature = key.signature(of: bytes)
        bytes.append(UInt8(ascii: "."))
        signatureStart = bytes.count
        bytes += Base64URL.encodedBytes(signature)
        precondition(bytes.count <= Self.maximumBytes, "a statement fits a leaf")
        self.bytes = bytes
        self.kid = kid
        self.type = type
        self.payload = payload
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The SHA-256 of the JWS's ASCII.
    public var digest: Digest<Digested.Statement> { Digest(hashing: bytes) }

    /// Checks that `key` is the one named by `kid` and that its signature holds.
    /// Throws ``JWSError/wrongKey`` or ``JWSError/badSignature``.
    public func verified(by key: VerificationKey) throws(JWSError) -> VerifiedJWS {
        guard key.thumbprint == kid else { throw .wrongKey }
        return try verified(byKeyNamed: key)
    }

    /// As ``verified(by:)``, for a key that was found under this very thumbprint.
    public func verified(byKeyNamed key: VerificationKey) throws(JWSError) -> VerifiedJWS {
        guard key.isValid(signature: signature, of: signedBytes) else { throw .badSignature }
        return VerifiedJWS(jws: self, key: key)
    }

    /// As ``verified(byKeyNamed:)`` for each; `nil` where its signature doesn't hold. Many take less time
    /// together.
    public static func verified(_ all: [(jws: JWS, key: VerificationKey)]) -> [VerifiedJWS?] {
        zip(all, PreparedKeys.shared.areValid(all)).map { one, isValid in
            isValid ? VerifiedJWS(jws: one.jws, key: one.key) : nil
        }
    }

    /// What is signed: header and payload, with the dot between them.
    public var signedBytes: ArraySlice<UInt8> { bytes[..<(signatureStart - 1)] }

    /// The signature, 64 bytes.
    public var signature: [UInt8] {
        guard let signature = Base64URL.decode(bytes[signatureStart...]) else {
            preconditionFailure("a JWS that was read ends in base64url")
        }
        return signature
    }

    private static let headerPrefix = Array(#"{"alg":"EdDSA","kid":""#.utf8)
    private static let headerMiddle = Array(#"","typ":""#.utf8)
    private static let headerSuffix = Array(#""}"#.utf8)

    private static func header(
        _ text: ArraySlice<UInt8>
    ) throws(JWSError) -> (Digest<Digested.Key>, String) {
        guard let header = Base64URL.decode(text) else { throw .malformedHeader }
        let kidStart = headerPrefix.count
        let typeStart = kidStart + 43 + headerMiddle.count
        let typeEnd = header.count - headerSuffix.count
        guard typeStart < typeEnd, header.starts(with: headerPrefix),
            header[(kidStart + 43)..<typeStart].elementsEqual(headerMiddle),
            header[typeEnd...].elementsEqual(headerSuffix),
            let kid = Digest<Digested.Key>(text: header[kidStart..<(kidStart + 43)])
        else { throw .malformedHeader }
        let type = header[typeStart..<typeEnd]
        let allowed = type.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d || $0 == 0x2b
        }
        guard allowed, type.count <= 40 else { throw .malformedHeader }
        return (kid, String(decoding: type, as: UTF8.self))
    }
}

/// A JWS whose signature was checked: there is no other way to get one.
public struct VerifiedJWS: Sendable {
    /// Held by reference: it goes through many hands.
    private let evidence: Evidence

    private final class Evidence: Sendable {
        let jws: JWS
        let key: VerificationKey

        init(jws: JWS, key: VerificationKey) {
            self.jws = jws
            self.key = key
        }
    }

    public var jws: JWS { evidence.jws }
    /// The key it was checked with.
    public var key: VerificationKey { evidence.key }

    fileprivate init(jws: JWS, key: VerificationKey) {
        evidence = Evidence(jws: jws, key: key)
    }
}

extension VerifiedJWS: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        one.jws == other.jws && one.key == other.key
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(jws)
        hasher.combine(key)
    }
}
