public import Crypto

/// What a digest can be of. A `Digest<Record>` cannot be passed for a `Digest<Leaf>`.
public enum Digested {
    /// The ASCII of a statement's JWS.
    public enum Statement {}
    /// The leaf hash of RFC 6962 §2.1 over a log entry.
    public enum Leaf {}
    /// The genesis statement, which names a log for ever.
    public enum Genesis {}
    /// One disclosure's base64url text (RFC 9901 §4.2.3).
    public enum Disclosure {}
    /// A grant's envelope as stored.
    public enum Envelope {}
    /// The Merkle root over a record's field ciphertexts.
    public enum Fields {}
    /// The Merkle root over the record digests of a closed book.
    public enum Book {}
    /// A policy set.
    public enum Policies {}
    /// One policy file.
    public enum PolicyFile {}
    /// A public key: its RFC 7638 thumbprint.
    public enum Key {}
    /// An X-Wing encryption key.
    public enum EncryptionKey {}
    /// A document's business key, keyed.
    public enum Source {}
    /// What authorities decide together: a statement but for its issuer, time and approvals.
    public enum Motion {}
    /// What opens the lock of a fetch.
    public enum FetchOpener {}
    /// Everything that was said about a participant at its admission.
    public enum Fingerprint {}
    /// The token by which a gateway knows an invitation.
    public enum InvitationToken {}
    /// The list of groups of records that a statement of a proof is about.
    public enum Links {}
    /// The document of a record type.
    public enum RecordType {}
    /// Anything else that is only compared.
    public enum Blob {}
}

/// A SHA-256 digest (FIPS 180-4) of something named by `Subject`; in JSON, 43 characters base64url.
public struct Digest<Subject>: Hashable, Sendable {
    @usableFromInline let words: (UInt64, UInt64, UInt64, UInt64)

    // What is generic is inlined where it is used: it would not be specialised there otherwise.

    public static var byteCount: Int { 32 }

    /// Takes 32 bytes as a digest; `nil` for any other count.
    @inlinable public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// Reads 43 characters of canonical base64url; `nil` for anything else.
    @inlinable public init?(text: some Collection<UInt8>) {
        guard text.count == 43, let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    public init?(text: String) { self.init(text: text.utf8) }

    /// The SHA-256 of `bytes`.
    @inlinable public init(hashing bytes: some Sequence<UInt8>) {
        let words = bytes.withContiguousStorageIfAvailable {
            DigestWords.hashing(UnsafeRawBufferPointer($0))
        }
        self.init(words: words ?? Array(bytes).withUnsafeBytes { DigestWords.hashing($0) })
    }

    public init(_ digest: SHA256.Digest) { words = DigestWords.of(digest) }

    @inlinable public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

    /// 43 characters of base64url.
    public var text: String { Base64URL.encode(bytes) }

    /// The same bytes as the digest of something else, where two names denote one thing.
    @inlinable public func relabelled<Other>(_: Other.Type = Other.self) -> Digest<Other> {
        Digest<Other>(words: words)
    }

    @inlinable init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    @inlinable public static func == (left: Self, right: Self) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    @inlinable public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.3)
    }
}

/// What doesn't depend on the subject.
@usableFromInline enum DigestWords {
    @usableFromInline typealias Words = (UInt64, UInt64, UInt64, UInt64)

    @usableFromInline static func hashing(_ bytes: UnsafeRawBufferPointer) -> Words {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return of(hasher.finalize())
    }

    static func of(_ digest: SHA256.Digest) -> Words {
        var words: Words = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { target in
            digest.withUnsafeBytes { target.copyMemory(from: $0) }
        }
        return words
    }
}

extension Digest: Comparable {
    @inlinable public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension Digest: CustomStringConvertible {
    public var description: String { text }
}

extension JSONValue {
    /// This string as a digest; `nil` for anything but canonical base64url of 32 bytes.
    @inlinable public func digest<Subject>(_: Subject.Type = Subject.self) -> Digest<Subject>? {
        plainBytes.flatMap { Digest(text: $0) }
    }
}

extension JSON {
    public static func digest<Subject>(_ digest: Digest<Subject>) -> JSON { .string(digest.text) }
}
