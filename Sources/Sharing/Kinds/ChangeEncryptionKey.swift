public import Wire

/// A participant names the key to which envelopes are sealed from now on.
public struct ChangeEncryptionKey: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.encryptionKey

    public let key: EncryptionKey
    public let reason: Reason

    public init(_ key: EncryptionKey, _ reason: Reason) {
        self.key = key
        self.reason = reason
    }

    public static let shape = Shape<ChangeEncryptionKey>(
        ChangeEncryptionKey.init(_:_:),
        .required("encryption_key", \.key, .encryptionKey),
        .required("reason", \.reason, .code))

    public var encryptionKey: EncryptionKey? { key }

    public var pointers: Set<Reference> { [] }
}
