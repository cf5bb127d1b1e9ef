/// The permutation Keccak-f[1600] (FIPS 202, section 3.3).
struct Keccak: Sendable, BitwiseCopyable {
    /// 25 lanes; lane x + 5y at row y.
    private(set) var lanes = InlineArray<25, UInt64>(repeating: 0)

    @inline(__always)
    mutating func xor(_ byte: UInt8, at position: Int) {
        lanes[position &>> 3] ^= UInt64(byte) &<< UInt64((position & 7) &* 8)
    }

    @inline(__always)
    func byte(at position: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: lanes[position &>> 3] &>> UInt64((position & 7) &* 8))
    }

    @inline(__always)
    mutating func xor(_ lane: UInt64, atLane index: Int) { lanes[index] ^= lane }

    /// Applies the permutation's 24 rounds.
    mutating func permute() {
        for constant in Keccak.roundConstants { round(constant) }
    }

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808b, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800a, 0x8000_0000_8000_000a, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}

extension Keccak {
    /// The steps θ, ρ, π, χ and ι, unrolled.
    @inline(__always)
    private mutating func round(_ constant: UInt64) {
        let c0 = lanes[0] ^ lanes[5] ^ lanes[10] ^ lanes[15] ^ lanes[20]
        let c1 = lanes[1] ^ lanes[6] ^ lanes[11] ^ lanes[16] ^ lanes[21]
        let c2 = lanes[2] ^ lanes[7] ^ lanes[12] ^ lanes[17] ^ lanes[22]
        let c3 = lanes[3] ^ lanes[8] ^ lanes[13] ^ lanes[18] ^ lanes[23]
        let c4 = lanes[4] ^ lanes[9] ^ lanes[14] ^ lanes[19] ^ lanes[24]
        let d0 = c4 ^ Keccak.rotate(c1, 1)
        let d1 = c0 ^ Keccak.rotate(c2, 1)
        let d2 = c1 ^ Keccak.rotate(c3, 1)
        let d3 = c2 ^ Keccak.rotate(c4, 1)
        let d4 = c3 ^ Keccak.rotate(c0, 1)
        let b0 = lanes[0] ^ d0
        let b1 = Keccak.rotate(lanes[6] ^ d1, 44)
        let b2 = Keccak.rotate(lanes[12] ^ d2, 43)
        let b3 = Keccak.rotate(lanes[18] ^ d3, 21)
        let b4 = Keccak.rotate(lanes[24] ^ d4, 14)
        let b5 = Keccak.rotate(lanes[3] ^ d3, 28)
        let b6 = Keccak.rotate(lanes[9] ^ d4, 20)
        let b7 = Keccak.rotate(lanes[10] ^ d0, 3)
        let b8 = Keccak.rotate(lanes[16] ^ d1, 45)
        let b9 = Keccak.rotate(lanes[22] ^ d2, 61)
        let b10 = Keccak.rotate(lanes[1] ^ d1, 1)
        let b11 = Keccak.rotate(lanes[7] ^ d2, 6)
        let b12 = Keccak.rotate(lanes[13] ^ d3, 25)
        let b13 = Keccak.rotate(lanes[19] ^ d4, 8)
        let b14 = Keccak.rotate(lanes[20] ^ d0, 18)
        let b15 = Keccak.rotate(lanes[4] ^ d4, 27)
        let b16 = Keccak.rotate(lanes[5] ^ d0, 36)
        let b17 = Keccak.rotate(lanes[11] ^ d1, 10)
        let b18 = Keccak.rotate(lanes[17] ^ d2, 15)
        let b19 = Keccak.rotate(lanes[23] ^ d3, 56)
        let b20 = Keccak.rotate(lanes[2] ^ d2, 62)
        let b21 = Keccak.rotate(lanes[8] ^ d3, 55)
        let b22 = Keccak.rotate(lanes[14] ^ d4, 39)
        let b23 = Keccak.rotate(lanes[15] ^ d0, 41)
        let b24 = Keccak.rotate(lanes[21] ^ d1, 2)
        lanes[0] = b0 ^ (~b1 & b2) ^ constant
        lanes[1] = b1 ^ (~b2 & b3)
        lanes[2] = b2 ^ (~b3 & b4)
        lanes[3] = b3 ^ (~b4 & b0)
        lanes[4] = b4 ^ (~b0 & b1)
        lanes[5] = b5 ^ (~b6 & b7)
        lanes[6] = b6 ^ (~b7 & b8)
        lanes[7] = b7 ^ (~b8 & b9)
        lanes[8] = b8 ^ (~b9 & b5)
        lanes[9] = b9 ^ (~b5 & b6)
        lanes[10] = b10 ^ (~b11 & b12)
        lanes[11] = b11 ^ (~b12 & b13)
        lanes[12] = b12 ^ (~b13 & b14)
        lanes[13] = b13 ^ (~b14 & b10)
        lanes[14] = b14 ^ (~b10 & b11)
        lanes[15] = b15 ^ (~b16 & b17)
        lanes[16] = b16 ^ (~b17 & b18)
        lanes[17] = b17 ^ (~b18 & b19)
        lanes[18] = b18 ^ (~b19 & b15)
        lanes[19] = b19 ^ (~b15 & b16)
        lanes[20] = b20 ^ (~b21 & b22)
        lanes[21] = b21 ^ (~b22 & b23)
        lanes[22] = b22 ^ (~b23 & b24)
        lanes[23] = b23 ^ (~b24 & b20)
        lanes[24] = b24 ^ (~b20 & b21)
    }

    @inline(__always)
    private static func rotate(_ x: UInt64, _ by: UInt64) -> UInt64 {
        x &<< by | x &>> (64 &- by)
    }
}
