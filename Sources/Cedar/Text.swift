/// A string of the policy language: equal when its UTF-8 bytes are equal.
///
/// `String` treats canonically equivalent spellings as the same; Cedar doesn't, and two
/// implementations that disagree on equality disagree on decisions. The order is that of the bytes.
public struct Text: Sendable, Hashable, Comparable {
    /// Held by reference, with the hash computed once: texts are compared far more often than made.
    private final class Storage: Sendable {
        let string: String
        let hash: Int

        init(_ string: String) {
            var native = string
            native.makeContiguousUTF8()
            var hasher = Hasher()
            native.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            self.string = native
            hash = hasher.finalize()
        }
    }

    private let storage: Storage

    public init(_ string: String) { storage = Storage(string) }

    public var string: String { storage.string }

    /// Equal for equal texts; seeded anew in every process, so that nobody can choose collisions.
    @inline(__always)
    var storedHash: Int { storage.hash }

    public var isEmpty: Bool { storage.string.utf8.isEmpty }

    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = storage.string.utf8.withContiguousStorageIfAvailable(body) {
            return result
        }
        return Array(storage.string.utf8).withUnsafeBufferPointer(body)
    }

    @inline(__always)
    public static func == (left: Text, right: Text) -> Bool {
        if left.storage === right.storage { return true }
        guard left.storage.hash == right.storage.hash else { return false }
        // Not as strings: those compare canonically equivalent spellings as equal.
        return left.withBytes { a in
            right.withBytes { b in a.count == b.count && commonPrefix(a, b) == a.count }
        }
    }

    public static func < (left: Text, right: Text) -> Bool { order(left, right) == .before }

    public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }

    static func order(_ left: Text, _ right: Text) -> Order {
        if left.storage === right.storage { return .same }
        return left.withBytes { a in
            right.withBytes { b in
                let shared = commonPrefix(a, b)
                if shared < a.count && shared < b.count { return Order(a[shared], b[shared]) }
                return Order(a.count, b.count)
            }
        }
    }

    /// How many bytes two strings have in common at their start, eight at a time.
    @inline(__always)
    private static func commonPrefix(
        _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let count = min(a.count, b.count)
        let rawA = UnsafeRawBufferPointer(a)
        let rawB = UnsafeRawBufferPointer(b)
        if rawA.baseAddress == rawB.baseAddress { return count }
        var position = 0
        while position + 8 <= count {
            let wordA = rawA.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let wordB = rawB.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            if wordA != wordB { break }
            position += 8
        }
        while position < count && a[position] == b[position] { position += 1 }
        return position
    }
}

extension Text: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral value: String) { self.init(value) }
    public var description: String { string }
}
