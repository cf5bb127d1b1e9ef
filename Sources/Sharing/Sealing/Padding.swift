/// Hides the length of short values: ISO/IEC 7816-4 padding to a few lengths.
///
/// Up to 4 KiB the lengths are the field's minimum times a power of two; above, Padmé (Nikitin et
/// al., PETS 2019), which adds at most 12 % and leaves O(log log n) bits of the length visible.
public enum Padding {
    /// Above this, doubling would cost too much.
    static let doublingLimit = 4096

    /// The padded length of `count` bytes; there is always room for the marker byte.
    public static func paddedCount(_ count: Int, minimum: Int) -> Int {
        precondition(minimum > 0, "a minimum is positive")
        var target = minimum
        while target < count + 1 && target < doublingLimit { target *= 2 }
        return target >= count + 1 ? target : padme(count + 1)
    }

    /// `bytes`, 0x80, and zeros up to the padded length.
    public static func pad(_ bytes: [UInt8], minimum: Int) -> [UInt8] {
        let target = paddedCount(bytes.count, minimum: minimum)
        return bytes + [0x80] + [UInt8](repeating: 0, count: target - bytes.count - 1)
    }

    /// What stood before the padding; `nil` where there is none.
    public static func unpad(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        guard let marker = bytes.lastIndex(where: { $0 != 0 }), bytes[marker] == 0x80 else {
            return nil
        }
        return bytes[..<marker]
    }

    /// The next length whose binary floating-point mantissa has as many bits as its exponent.
    static func padme(_ count: Int) -> Int {
        let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
        let exponentBits = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = (1 << (exponent - exponentBits)) - 1
        return (count + mask) & ~mask
    }
}
