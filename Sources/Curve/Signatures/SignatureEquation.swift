/// The equation that a signature of Ed25519 has to satisfy (RFC 8032, section 5.1.7), for one public key
/// A: the encoding of S·B − k·A equals that of R byte by byte.
///
/// It decides as libsodium's `crypto_sign_verify_detached` does, which also refuses an S that isn't
/// below ℓ, an A that isn't canonical, and an A or R of small order. There is no factor 8: a signature
/// that holds only up to a point of small order is refused. Variable time; everything is public.
package struct SignatureEquation: Sendable {
    /// The multiples of −A.
    private let negatedKey: FixedMultiples

    /// Multiples of four bits: 512 points in 61 kB.
    private static let narrow = 4
    /// Multiples of eight bits: 4 096 points in half a megabyte.
    private static let wide = 8
    /// Made once.
    private static let base = FixedMultiples(.edwardsBase, width: wide)

    /// Makes the multiples of a public key, which takes as long as some four verifications by
    /// libsodium; those of one that is `wide` as long as some thirty. `nil` for bytes under which
    /// libsodium accepts no signature.
    package init?(publicKey: [UInt8], wide: Bool = false) {
        guard publicKey.count == 32 else { return nil }
        let point = publicKey.withUnsafeBytes { bytes -> Point? in
            let encoding = Limbs(littleEndian: bytes)
            guard encoding.hasCanonicalY, !encoding.hasSmallOrder else { return nil }
            return Point(edwards: bytes)
        }
        guard let point else { return nil }
        negatedKey = FixedMultiples(-point, width: wide ? Self.wide : Self.narrow)
    }

    /// Both sides for one signature: what is left to do is to encode the sum.
    package struct Sides: Sendable {
        fileprivate let sum: Point
        fileprivate let r: Limbs
    }

    /// Both sides for a signature of 64 bytes, R and S, and the digest of 64 bytes that is k before its
    /// reduction; `nil` for an S or an R that no signature has.
    package func sides(
        signature: UnsafeRawBufferPointer, digest: UnsafeRawBufferPointer
    ) -> Sides? {
        precondition(signature.count == 64 && digest.count == 64)
        let r = Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: signature[..<32]))
        let s = Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: signature[32...]))
        guard s.isBelowOrder, !r.hasSmallOrder else { return nil }
        let k = Limbs.reduced(
            low: Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: digest[..<32])),
            high: Limbs(littleEndian: UnsafeRawBufferPointer(rebasing: digest[32...])))
        Self.base.readAhead(s)
        negatedKey.readAhead(k)
        return Sides(sum: negatedKey.adding(k, to: Self.base.adding(s, to: .identity)), r: r)
    }

    /// Which of them are equal. Encoding many together saves a fifth of the time that each takes alone.
    package static func areEqual(_ sides: [Sides]) -> [Bool] {
        zip(Point.edwardsEncodings(of: sides.map(\.sum)), sides).map { $0 == $1.r }
    }
}

extension Limbs {
    /// low + 2²⁵⁶ · high modulo ℓ.
    fileprivate static func reduced(low: Limbs, high: Limbs) -> Limbs {
        .sum(.montgomeryProduct(low, .radix), .montgomeryProduct(high, .radixSquared))
    }
}

extension Point {
    /// B, the point with y = 4/5 and an even x.
    fileprivate static let edwardsBase: Point = {
        let encoding = [0x58] + [UInt8](repeating: 0x66, count: 31)
        guard let point = encoding.withUnsafeBytes({ Point(edwards: $0) }) else {
            preconditionFailure("the base point does not decode")
        }
        return point
    }()
}
