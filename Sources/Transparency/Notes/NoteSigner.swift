public import Wire

/// A log's key, with the name it signs notes under.
public struct NoteSigner: Sendable {
    /// What verifies its signatures.
    public let verifierKey: VerifierKey
    private let key: SigningKey

    public init(name: KeyName, key: SigningKey) {
        self.key = key
        verifierKey = VerifierKey(log: name, key: key.verificationKey)
    }

    /// An Ed25519 signature over `text` (C2SP signed-note).
    public func signature(of text: [UInt8]) -> NoteSignature {
        NoteSignature(
            name: verifierKey.name, keyID: verifierKey.id, signature: key.signature(of: text))
    }
}

/// A witness's key, with the name it cosigns checkpoints under.
public struct Cosigner: Sendable {
    /// What verifies its cosignatures.
    public let verifierKey: VerifierKey
    private let key: SigningKey

    public init(name: KeyName, key: SigningKey) {
        self.key = key
        verifierKey = VerifierKey(witness: name, key: key.verificationKey)
    }

    /// A cosignature over `checkpoint` (C2SP tlog-cosignature, Ed25519).
    ///
    /// It states that `checkpoint` is the largest one of its log that the witness has seen at
    /// `timestamp`, in POSIX seconds, at most 2⁶³ − 1, and that all before are consistent with it.
    public func cosignature(of checkpoint: Checkpoint, at timestamp: UInt64) -> NoteSignature {
        precondition(
            timestamp <= TimestampedSignature.maximumTimestamp, "a time is below 2^63 seconds")
        let signature = TimestampedSignature(
            timestamp: timestamp,
            signature: key.signature(
                of: TimestampedSignature.message(checkpoint.text, at: timestamp)))
        return NoteSignature(
            name: verifierKey.name, keyID: verifierKey.id, signature: signature.bytes)
    }
}

/// An Ed25519 cosignature: a time, and a signature over it and a checkpoint's text
/// (C2SP tlog-cosignature).
struct TimestampedSignature {
    /// POSIX seconds.
    let timestamp: UInt64
    /// 64 bytes.
    let signature: [UInt8]

    /// The specification's limit.
    static var maximumTimestamp: UInt64 { UInt64(Int64.max) }

    var bytes: [UInt8] { Array(bigEndian: timestamp) + signature }

    /// What is signed.
    static func message(_ text: [UInt8], at timestamp: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(timestamp)\n".utf8) + text
    }
}

extension TimestampedSignature {
    init?(parsing bytes: [UInt8]) {
        guard bytes.count == 8 + 64, let timestamp = UInt64(bigEndian: bytes.prefix(8)),
            timestamp <= Self.maximumTimestamp
        else { return nil }
        self.init(timestamp: timestamp, signature: Array(bytes.dropFirst(8)))
    }
}
