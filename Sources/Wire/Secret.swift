import CSodium

/// Secret bytes: fixed in memory, wiped when the last reference goes, never printed or encoded.
///
/// Reading them is the explicit verb ``withBytes(_:)``.
public final class Secret: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
    // Immutable after initialisation, which is what makes sharing between threads safe.
    private let storage: UnsafeMutableRawBufferPointer

    public let count: Int

    /// Copies `bytes`. The caller's own copy is the caller's to wipe.
    public init(copying bytes: some Collection<UInt8>) {
        storage = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
        storage.copyBytes(from: bytes)
        count = bytes.count
    }

    deinit {
        sodium_memzero(storage.baseAddress!, storage.count)
        storage.deallocate()
    }

    /// `count` bytes from `random`, which must be cryptographically secure.
    public static func random(
        count: Int, using random: inout some RandomNumberGenerator
    ) -> Secret {
        var bytes = RandomBytes.make(count, using: &random)
        defer { bytes.wipe() }
        return Secret(copying: bytes)
    }

    /// Lends the bytes to `body`, which must not keep them.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Random bytes from a generator that the caller passes in.
public enum RandomBytes {
    public static func make(
        _ count: Int, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, written in
            while written < count {
                var word = random.next()
                for _ in 0..<min(8, count - written) {
                    output[written] = UInt8(truncatingIfNeeded: word)
                    word >>= 8
                    written += 1
                }
            }
        }
    }
}

extension Array where Element == UInt8 {
    /// Overwrites the bytes with zeros in a way the compiler doesn't remove.
    public mutating func wipe() {
        withUnsafeMutableBytes { if let base = $0.baseAddress { sodium_memzero(base, $0.count) } }
    }
}
