public import Wire

/// A fetch as it is sent: the signed call, `~`, and what opens its lock in base64url.
///
/// The opener travels beside the call and is kept by nobody but who signed it. The access that answers
/// the call embeds the call alone, so that who finds it there can't send it.
public struct FetchCall: Sendable {
    /// The call as the sender signed it.
    public let jws: JWS
    public let opener: FetchOpener

    public static let maximumBytes = JWS.maximumBytes + 1 + 43

    public init(_ jws: JWS, opener: FetchOpener) {
        self.jws = jws
        self.opener = opener
    }

    public var bytes: [UInt8] {
        jws.bytes + [Self.separator] + opener.encoded
    }

    /// The two parts of what was sent; `nil` where there is no well-formed opener at its end.
    public static func parts(of bytes: [UInt8]) -> (call: [UInt8], opener: FetchOpener)? {
        guard let end = bytes.lastIndex(of: separator),
            let secret = Base64URL.decode(bytes[(end + 1)...]),
            let opener = FetchOpener(bytes: secret)
        else { return nil }
        return (Array(bytes[..<end]), opener)
    }

    private static let separator = UInt8(ascii: "~")
}

/// 32 random bytes that open the lock of one fetch.
public struct FetchOpener: Sendable {
    private let secret: Secret

    public static let byteCount = 32

    /// Takes the bytes of an opener; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = Secret(copying: bytes)
    }

    public init(using random: inout some RandomNumberGenerator) {
        secret = .random(count: Self.byteCount, using: &random)
    }

    /// As it is sent: 43 characters base64url.
    public var encoded: [UInt8] { secret.withBytes { Base64URL.encodedBytes($0) } }

    /// The lock that it opens.
    public var lock: Digest<Digested.FetchOpener> {
        Digest(hashing: secret.withBytes { DomainSeparated(.fetchLock).appending($0).bytes })
    }

    /// Whether it opens `lock`. Takes as long for every lock.
    public func opens(_ lock: Digest<Digested.FetchOpener>) -> Bool {
        zip(self.lock.bytes, lock.bytes).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
