import CSodium

/// An integer modulo ℓ = 2²⁵² + 27742317777372353535851937790883648493, the order of ristretto255
/// (RFC 9496, section 4.4).
///
/// All operations run in constant time. The limbs hold the value times 2²⁵⁶ (Montgomery form),
/// fully reduced, so equal scalars have equal limbs.
public struct Scalar: Sendable, Hashable, BitwiseCopyable {
    var limbs: Limbs

    @inline(__always)
    init(limbs: Limbs) {
        self.limbs = limbs
    }

    /// The scalar with this little-endian encoding of 32 bytes; `nil` for an integer of ℓ or more.
    package init?(encoding bytes: some Collection<UInt8>) {
        let integer = Self.contiguously(bytes) { Limbs(littleEndian: $0) }
        guard integer.isBelowOrder else { return nil }
        self.init(limbs: .montgomeryProduct(integer, .radixSquared))
    }

    /// The residue of a little-endian integer of 64 bytes.
    ///
    /// From uniform bytes the result is uniform but for a bias below 2⁻²⁵⁰.
    public init(reducing bytes: some Collection<UInt8>) {
        precondition(bytes.count == 64)
        let (low, high) = Self.contiguously(bytes) { bytes in
            (
                Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: bytes[..<32])),
                Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: bytes[32...]))
            )
        }
        self.init(
            limbs: .sum(
                .montgomeryProduct(low, .radixSquared), .montgomeryProduct(high, .radixCubed)))
    }

    /// Works on a copy that doesn't outlive it: scalars are secrets as often as not.
    private static func contiguously<Result>(
        _ bytes: some Collection<UInt8>, _ work: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(byteCount: bytes.count, alignment: 8) { copy in
            copy.copyBytes(from: bytes)
            defer { sodium_memzero(copy.baseAddress, copy.count) }
            return work(UnsafeRawBufferPointer(copy))
        }
    }

    /// The residue of a signed integer: −1 becomes ℓ − 1.
    public init(_ value: Int64) {
        let sign = UInt64(bitPattern: value >> 63)
        let magnitude = (UInt64(bitPattern: value) ^ sign) &- sign
        let positive = Scalar(magnitude: magnitude)
        self.init(limbs: .select(positive.limbs, (-positive).limbs, sign))
    }

    package init(magnitude: UInt64) {
        self.init(limbs: .montgomeryProduct(Limbs(magnitude, 0, 0, 0), .radixSquared))
    }

    /// The canonical encoding: 32 bytes, little-endian.
    public var encoding: [UInt8] { integer.littleEndianBytes }

    /// The canonical integer, out of Montgomery form.
    var integer: Limbs { .montgomeryProduct(limbs, Limbs(1, 0, 0, 0)) }

    public static let zero = Scalar(limbs: Limbs(0, 0, 0, 0))
    public static let one = Scalar(limbs: .radix)
}

extension Scalar {
    @inline(__always)
    public static func + (left: Scalar, right: Scalar) -> Scalar {
        Scalar(limbs: .sum(left.limbs, right.limbs))
    }

    @inline(__always)
    public static func - (left: Scalar, right: Scalar) -> Scalar {
        Scalar(limbs: .difference(left.limbs, right.limbs))
    }

    @inline(__always)
    public static func * (left: Scalar, right: Scalar) -> Scalar {
        Scalar(limbs: .montgomeryProduct(left.limbs, right.limbs))
    }

    @inline(__always)
    public static prefix func - (scalar: Scalar) -> Scalar {
        zero - scalar
    }

    @inline(__always)
    public static func += (left: inout Scalar, right: Scalar) {
        left = left + right
    }

    @inline(__always)
    public static func -= (left: inout Scalar, right: Scalar) {
        left = left - right
    }

    @inline(__always)
    public static func *= (left: inout Scalar, right: Scalar) {
        left = left * right
    }
}

extension Scalar {
    /// Zero or one, without a branch.
    package static func bit(_ bit: UInt64) -> Scalar {
        Scalar(limbs: .select(Scalar.zero.limbs, Scalar.one.limbs, 0 &- bit))
    }

    /// The inverse by the power to ℓ − 2, an exponent everybody knows; zero for zero.
    package var inverted: Scalar {
        let exponent: [UInt64] = [
            0x5812_631a_5cf5_d3eb, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000,
        ]
        var result = Scalar.one
        for bit in (0..<253).reversed() {
            result *= result
            if exponent[bit >> 6] >> UInt64(bit & 63) & 1 == 1 { result *= self }
        }
        return result
    }

    /// Inverts all scalars, none of which may be zero, at the price of one inversion and three
    /// products each.
    package static func invertAll(_ scalars: inout [Scalar]) {
        var products: [Scalar] = []
        products.reserveCapacity(scalars.count)
        var product = one
        for scalar in scalars {
            products.append(product)
            product *= scalar
        }
        var inverse = product.inverted
        for index in scalars.indices.reversed() {
            let scalar = scalars[index]
            scalars[index] = inverse * products[index]
            inverse *= scalar
        }
    }
}
