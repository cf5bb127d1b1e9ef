/// The domain-separation labels of Trine, but for those of commitments, which stand in that module:
/// no two uses of a hash or key share one.
///
/// A label is the ASCII of its raw value. Changing one changes what signed data means; released
/// labels stay for ever.
public enum Label: String, CaseIterable, Sendable {
    // Secrets derived from the root, which is in the recovery kit.
    case vault = "trine/v1 vault"
    case encryptionKey = "trine/v1 encryption key"
    case holderKey = "trine/v1 holder key"
    case locker = "trine/v1 locker"
    case recoveryKey = "trine/v1 recovery key"

    // Secrets derived from a machine's own.
    case signingKey = "trine/v1 signing key"
    case deviceKey = "trine/v1 device encryption key"
    case outboxKey = "trine/v1 outbox key"
    case logKey = "trine/v1 log key"
    case clockKey = "trine/v1 clock key"

    // What a keyring's file is protected with.
    case keyringSlot = "trine/v1 keyring slot"
    case keyringHeader = "trine/v1 keyring header"
    case keyringContents = "trine/v1 keyring contents"
    case backup = "trine/v1 home backup"

    // Keys derived from a vault.
    case fieldRoot = "trine/v1 field root"
    case monthLeft = "trine/v1 month tree 0"
    case monthRight = "trine/v1 month tree 1"
    case fieldKey = "trine/v1 field key"
    case sourceRoot = "trine/v1 source root"

    // What is hashed, sealed or committed to.
    case source = "trine/v1 business key"
    case keyValue = "trine/v1 key value"
    case blinding = "trine/v1 commitment blinding"
    case fieldCiphertext = "trine/v1 field ciphertext"
    case fieldLeaf = "trine/v1 fields leaf"
    case envelope = "trine/v1 envelope"
    case deviceShare = "trine/v1 device share"
    case kitChecksum = "trine/v1 kit checksum"
    case policySet = "trine/v1 policy set"
    case presentation = "trine/v1 presentation"
    case wrap = "trine/v1 gateway wrap"
    case hiddenName = "trine/v1 gateway name"
    case keyTree = "trine/v1 gateway vault"
    case motion = "trine/v1 motion"
    case fetchLock = "trine/v1 fetch lock"
    case fingerprint = "trine/v1 fingerprint"

    // What two devices compare when one is enrolled.
    case enrolmentNonce = "trine/v1 enrolment nonce"
    case enrolmentWords = "trine/v1 enrolment words"

    // Keys derived from the secret of an invitation.
    case invitationSecret = "trine/v1 invitation secret"
    case invitationToken = "trine/v1 invitation token"
    case invitationMAC = "trine/v1 invitation mac"

    public var bytes: [UInt8] { Array(rawValue.utf8) }
}

/// Bytes for a hash, a MAC or associated data: a label, then parts, each prefixed with its length
/// as 32 bits big-endian, so that no two lists of parts give the same bytes.
public struct DomainSeparated: Sendable {
    public private(set) var bytes: [UInt8]

    /// Room is made for `count` bytes behind the label.
    public init(_ label: Label, reserving count: Int = 0) {
        bytes = []
        bytes.reserveCapacity(64 + count)
        append(label.rawValue.utf8)
    }

    /// Begins anew with `label`, in the room that there is.
    public mutating func begin(_ label: Label) {
        bytes.removeAll(keepingCapacity: true)
        append(label.rawValue.utf8)
    }

    public mutating func append(_ part: [UInt8]) {
        withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: part)
    }

    public mutating func append(_ part: some Collection<UInt8>) {
        withUnsafeBytes(of: UInt32(part.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes += part
    }

    public consuming func appending(_ part: [UInt8]) -> Self {
        append(part)
        return self
    }

    public consuming func appending(_ part: some Collection<UInt8>) -> Self {
        append(part)
        return self
    }

    public consuming func appending(_ part: String) -> Self { appending(part.utf8) }
}
