import Wire

/// A compact JWS with any header that names Ed25519 (RFC 7515, RFC 8037), as others write it.
struct ForeignJWT {
    let header: JSON
    let payload: JSON
    private let signed: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// Parses a JWT whose header and payload are JSON objects. Throws ``JWTFault``.
    init(parsing bytes: [UInt8]) throws(JWTFault) {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]),
            let payload = Self.object(parts[1])
        else { throw .malformed }
        // EdDSA is RFC 8037's name, Ed25519 that of RFC 9864.
        guard let algorithm = header["alg"]?.text, ["EdDSA", "Ed25519"].contains(algorithm) else {
            throw .algorithm
        }
        guard header["crit"] == nil else { throw .critical }
        guard let signature = Base64URL.decode(parts[2]), signature.count == 64 else {
            throw .malformed
        }
        (self.header, self.payload, self.signature) = (header, payload, signature)
        signed = bytes[..<(parts[2].startIndex - 1)]
    }

    /// Throws ``JWTFault/signature``.
    func verify(by key: VerificationKey) throws(JWTFault) {
        guard key.isValid(signature: signature, of: signed) else { throw .signature }
    }

    private static func object(_ text: ArraySlice<UInt8>) -> JSON? {
        guard let bytes = Base64URL.decode(text), let json = JSON(foreign: bytes),
            case .object = json
        else { return nil }
        return json
    }
}

extension JWTFault: Error {}

extension JSON {
    /// Reads any JSON text without duplicate keys and without numbers beyond a double's range.
    init?(foreign bytes: [UInt8]) {
        guard let json = try? JSON(lenient: bytes), json.isFinite else { return nil }
        self = json
    }

    private var isFinite: Bool {
        switch self {
        case .real(let value): value.isFinite
        case .array(let elements): elements.allSatisfy(\.isFinite)
        case .object(let members): members.values.allSatisfy(\.isFinite)
        default: true
        }
    }
}

extension VerificationKey {
    /// Reads an Ed25519 JWK, whatever else it says of the key (RFC 7517 §4: to be ignored).
    init?(foreign jwk: JSON) {
        guard jwk["kty"]?.text == "OKP", jwk["crv"]?.text == "Ed25519",
            let bytes = jwk["x"]?.text.flatMap({ Base64URL.decode($0) })
        else { return nil }
        self.init(bytes: bytes)
    }
}
