import CSodium

/// Arithmetic of points and of numbers modulo ℓ by libsodium, on encodings.
enum Group {
    /// ℓ, little-endian.
    static let order: [UInt8] =
        [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14,
        ] + [UInt8](repeating: 0, count: 15) + [0x10]

    static let zero = [UInt8](repeating: 0, count: 32)

    /// scalar · B; the encoding of the neutral element for zero, which libsodium doesn't multiply with.
    static func multiple(_ scalar: [UInt8]) -> [UInt8] {
        guard scalar.contains(where: { $0 != 0 }) else { return SmallOrder.canonical[0] }
        var result = [UInt8](repeating: 0, count: 32)
        precondition(crypto_scalarmult_ed25519_base_noclamp(&result, scalar) == 0)
        return result
    }

    static func sum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        precondition(crypto_core_ed25519_add(&result, left, right) == 0)
        return result
    }

    /// A number of 64 bytes modulo ℓ.
    static func reduced(_ wide: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        crypto_core_ed25519_scalar_reduce(&result, wide)
        return result
    }

    /// r + k · a modulo ℓ.
    static func response(_ r: [UInt8], _ k: [UInt8], _ a: [UInt8]) -> [UInt8] {
        var product = [UInt8](repeating: 0, count: 32)
        var result = product
        crypto_core_ed25519_scalar_mul(&product, k, a)
        crypto_core_ed25519_scalar_add(&result, r, product)
        return result
    }

    /// k: the SHA-512 of R, A and the message, modulo ℓ.
    static func challenge(_ r: [UInt8], _ a: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 64)
        let text = r + a + message
        crypto_hash_sha512(&digest, text, UInt64(text.count))
        return reduced(digest)
    }

    /// The sum as integers of 256 bits; what is carried beyond them is lost.
    static func integerSum(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var carry: UInt16 = 0
        return zip(left, right).map {
            let sum = UInt16($0) + UInt16($1) + carry
            carry = sum >> 8
            return UInt8(truncatingIfNeeded: sum)
        }
    }
}
