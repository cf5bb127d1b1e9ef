public import Wire

/// A participant names the key to which envelopes are sealed from now on.
public struct ChangeEncryptionKey: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.encryptionKey

    public let key: EncryptionKey

    public init(_ key: EncryptionKey) { self.key = key }

    public static let shape = Shape<ChangeEncryptionKey>(
        ChangeEncryptionKey.init(_:), .required("encryption_key", \.key, .encryptionKey))

    public var encryptionKey: EncryptionKey? { key }
}
