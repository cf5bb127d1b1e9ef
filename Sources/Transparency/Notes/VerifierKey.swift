public import Wire

/// The kinds of note signatures that concern logs and witnesses (C2SP signed-note).
public enum SignatureKind: UInt8, Hashable, Sendable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// Ed25519 over a time and a checkpoint, by a witness.
    case ed25519Cosignature = 0x04
    /// ML-DSA-44 over a time and a checkpoint. It is recognised, but cannot be verified here: its
    /// signatures are ignored, like those of unknown keys.
    case mlDSA44Cosignature = 0x06

    var publicKeyBytes: Int {
        switch self {
        case .ed25519, .ed25519Cosignature: 32
        case .mlDSA44Cosignature: 1_312
        }
    }
}

/// A key that verifies notes, with the name it signs under: a *vkey* (C2SP signed-note).
public struct VerifierKey: Hashable, Sendable {
    public let name: KeyName
    /// The first four bytes of `SHA-256(name ‖ 0x0A ‖ kind ‖ public key)`, big-endian.
    public let id: UInt32
    public let kind: SignatureKind
    public let publicKey: [UInt8]
    private let key: VerificationKey?

    /// The longest vkey: a name, an identifier and an ML-DSA-44 key, in bytes.
    public static var maximumTextBytes: Int { KeyName.maximumBytes + 10 + 1_752 }

    /// The key with which a log signs its checkpoints.
    public init(log name: KeyName, key: VerificationKey) {
        self.init(name: name, kind: .ed25519, publicKey: key.bytes, key: key)
    }

    /// The key with which a witness cosigns checkpoints.
    public init(witness name: KeyName, key: VerificationKey) {
        self.init(name: name, kind: .ed25519Cosignature, publicKey: key.bytes, key: key)
    }

    /// Reads `<name>+<id, 8 hex digits>+<base64 of kind and public key>`.
    ///
    /// Throws ``VerifierKeyError``, also where the id isn't that of the name and key.
    public init(parsing text: some StringProtocol) throws(VerifierKeyError) {
        try self.init(parsing: Array(text.utf8))
    }

    init(parsing text: some Collection<UInt8>) throws(VerifierKeyError) {
        guard text.count <= Self.maximumTextBytes else { throw .malformed }
        // The base64 may contain a plus too.
        let parts = text.split(
            separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = try? KeyName(parsing: parts[0]),
            let id = UInt32(lowercaseHex: parts[1]), let material = Base64.decode(parts[2]),
            let byte = material.first
        else { throw .malformed }
        guard let kind = SignatureKind(rawValue: byte) else { throw .unknownKind(byte) }
        let publicKey = Array(material.dropFirst())
        guard publicKey.count == kind.publicKeyBytes else { throw .invalidPublicKey }
        var key: VerificationKey?
        if kind != .mlDSA44Cosignature {
            guard let point = VerificationKey(bytes: publicKey) else { throw .invalidPublicKey }
            key = point
        }
        self.init(name: name, kind: kind, publicKey: publicKey, key: key)
        guard id == self.id else { throw .wrongID(have: id, need: self.id) }
    }

    /// The vkey as text.
    public var text: String {
        let hex = String(id, radix: 16)
        let padded = String(repeating: "0", count: 8 - hex.count) + hex
        let material = Base64.encode([kind.rawValue] + publicKey)
        return "\(name)+\(padded)+\(String(decoding: material, as: UTF8.self))"
    }

    /// Whether this code can check signatures of the kind.
    public var isVerifiable: Bool { key != nil }

    /// Whether a signature line names this key.
    func made(_ signature: NoteSignature) -> Bool {
        signature.keyID == id && signature.name == name
    }

    /// Throws ``NoteError/badSignature(_:)``.
    func verify(
        _ line: NoteSignature, of text: [UInt8]
    ) throws(NoteError) -> VerifiedSignature {
        switch kind {
        case .ed25519:
            guard let key, key.isValid(signature: line.signature, of: text) else {
                throw .badSignature(name)
            }
            return VerifiedSignature(key: self, timestamp: nil)
        case .ed25519Cosignature:
            guard let key, let cosignature = TimestampedSignature(parsing: line.signature),
                key.isValid(
                    signature: cosignature.signature,
                    of: TimestampedSignature.message(text, at: cosignature.timestamp))
            else { throw .badSignature(name) }
            return VerifiedSignature(key: self, timestamp: cosignature.timestamp)
        case .mlDSA44Cosignature:
            throw .badSignature(name)
        }
    }

    private init(name: KeyName, kind: SignatureKind, publicKey: [UInt8], key: VerificationKey?) {
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        self.key = key
        let digest = Digest<Digested.Key>(
            hashing: Array(name.text.utf8) + [newline, kind.rawValue] + publicKey)
        id = digest.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension VerifierKey: CustomStringConvertible {
    public var description: String { text }
}

/// That a known key signed a note, and when, if the kind says so.
public struct VerifiedSignature: Hashable, Sendable {
    public let key: VerifierKey
    /// POSIX seconds, in a cosignature.
    public let timestamp: UInt64?
}

/// Why a text isn't a verifier key.
public enum VerifierKeyError: Error, Hashable, Sendable {
    case malformed
    case unknownKind(UInt8)
    /// The public key has the wrong length, or isn't a point of the curve.
    case invalidPublicKey
    case wrongID(have: UInt32, need: UInt32)
}

extension UInt32 {
    /// Reads eight hexadecimal digits in lower case; `nil` for anything else.
    fileprivate init?(lowercaseHex text: some Collection<UInt8>) {
        guard text.count == 8 else { return nil }
        self = 0
        for character in text {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                self = self << 4 | UInt32(character - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                self = self << 4 | UInt32(character - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
    }
}
