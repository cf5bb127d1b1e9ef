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

    /// `count` bytes that `fill` writes in place.
    public init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        storage = .allocate(byteCount: max(count, 1), alignment: 16)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        self.count = count
        fill(UnsafeMutableRawBufferPointer(rebasing: storage[..<count]))
    }

    deinit {
        sodium_memzero(storage.baseAddress!, storage.count)
        storage.deallocate()
    }

    /// `count` bytes from `random`, which must be cryptographically secure.
    public static func random(
        count: Int, using random: inout some RandomNumberGenerator
    ) -> Secret {
        Secret(count: count) { RandomBytes.fill($0, using: &random) }
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

/// A generator that fills any number of bytes in one call; others are asked for eight at a time.
///
/// Filling doesn't change the generator: it has no state of its own, so a copy repeats nothing.
public protocol ByteGenerator: RandomNumberGenerator {
    func fill(_ bytes: UnsafeMutableRawBufferPointer)
}

/// Random bytes from a generator that the caller passes in.
public enum RandomBytes {
    public static func make(
        _ count: Int, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, written in
            let bytes = UnsafeMutableRawBufferPointer(output)
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]), using: &random)
            written = count
        }
    }

    /// Fills `bytes`: in one call, or with the generator's words, each in little-endian order.
    static func fill(
        _ bytes: UnsafeMutableRawBufferPointer, using random: inout some RandomNumberGenerator
    ) {
        if let generator = random as? any ByteGenerator {
            return generator.fill(bytes)
        }
        for start in stride(from: 0, to: bytes.count, by: 8) {
            withUnsafeBytes(of: random.next().littleEndian) { word in
                let end = min(start + 8, bytes.count)
                UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<(end - start)]))
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
