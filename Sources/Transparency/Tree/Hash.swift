internal import Crypto
internal import Wire

/// A SHA-256 hash of a node of the Merkle tree (RFC 6962 §2.1): 32 bytes, held in place.
///
/// Leaves and inner nodes are hashed under different prefixes, so that neither can pass for the
/// other. A hash is made by hashing or taken from 32 bytes or their base64; it says nothing by
/// itself about who vouches for it.
public struct Hash: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    public static var byteCount: Int { 32 }

    /// The root of the tree without leaves: the SHA-256 of nothing.
    public static let ofEmptyTree = Hash(SHA256())

    /// Takes 32 bytes as a hash; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// Reads 44 characters of canonical base64 (RFC 4648 §4, padded); `nil` for anything else.
    public init?(base64 text: some Collection<UInt8>) {
        let hash = text.withContiguousStorageIfAvailable { Hash(base64: $0) }
        guard let hash = hash ?? Array(text).withUnsafeBufferPointer({ Hash(base64: $0) }) else {
            return nil
        }
        self = hash
    }

    private init?(base64 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.base64Count, text[text.count - 1] == Self.padding else {
            return nil
        }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let isValid = withUnsafeMutableBytes(of: &words) { bytes in
            Base64URL.decodeStandard(
                UnsafeBufferPointer(rebasing: text[..<(text.count - 1)]), into: bytes)
        }
        guard isValid else { return nil }
        self.words = words
    }

    /// The hash of a leaf, `SHA-256(0x00 ‖ entry)`.
    @inlinable public static func leaf(_ entry: some Collection<UInt8>) -> Hash {
        let hash = entry.withContiguousStorageIfAvailable { leaf(UnsafeRawBufferPointer($0)) }
        return hash ?? Array(entry).withUnsafeBytes { leaf($0) }
    }

    /// The hash of a leaf whose bytes lie in `entry`.
    public static func leaf(_ entry: UnsafeRawBufferPointer) -> Hash {
        var hasher = SHA256()
        Swift.withUnsafeBytes(of: Prefix.leaf) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: entry)
        return Hash(hasher)
    }

    /// The hash of an inner node, `SHA-256(0x01 ‖ left ‖ right)`.
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 1) { input in
            input[0] = Prefix.node
            left.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: input[1..<33]).copyMemory(from: bytes)
            }
            right.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: input[33..<65]).copyMemory(from: bytes)
            }
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(input))
            return Hash(hasher)
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The 44 characters of base64.
    public var base64: String {
        var text: [UInt8] = []
        appendBase64(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Adds the 44 characters of base64 to `output`.
    public func appendBase64(to output: inout [UInt8]) {
        withUnsafeBytes { Base64URL.appendStandard($0, to: &output) }
        output.append(Self.padding)
    }

    /// Lends the 32 bytes to `body`.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    private enum Prefix {
        static var leaf: UInt8 { 0x00 }
        static var node: UInt8 { 0x01 }
    }

    private static var base64Count: Int { 44 }
    private static var padding: UInt8 { UInt8(ascii: "=") }

    private init(_ hasher: SHA256) {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { target in
            hasher.finalize().withUnsafeBytes { target.copyMemory(from: $0) }
        }
        self.words = words
    }
}

extension Hash: CustomStringConvertible {
    public var description: String { base64 }
}

extension Array where Element == UInt8 {
    mutating func append(_ hash: Hash) {
        hash.withUnsafeBytes { append(contentsOf: $0) }
    }
}

extension Array where Element == Hash {
    /// Reads hashes that stand one after another, 32 bytes each; `nil` for another count of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count.isMultiple(of: Hash.byteCount) else { return nil }
        self = []
        reserveCapacity(bytes.count / Hash.byteCount)
        var rest = bytes[...]
        while let hash = Hash(bytes: rest.prefix(Hash.byteCount)) {
            append(hash)
            rest = rest.dropFirst(Hash.byteCount)
        }
    }

    /// The hashes one after another, 32 bytes each.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * Hash.byteCount)
        for hash in self { bytes.append(hash) }
        return bytes
    }
}
