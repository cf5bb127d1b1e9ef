public import Wire

/// A participant retires one of its signing keys.
public struct RetireKey: KindForm {
    public static let isAboutParticipants = true
    public static let kind = Kind.retireKey

    /// The key's thumbprint.
    public let key: Digest<Digested.Key>
    public let reason: Reason

    public init(_ key: Digest<Digested.Key>, _ reason: Reason) {
        self.key = key
        self.reason = reason
    }

    public static let shape = Shape<RetireKey>(
        RetireKey.init(_:_:),
        .required("kid", \.key, .digest()), .required("reason", \.reason, .code))

    public var pointers: Set<Reference> { [.key(key)] }
}
