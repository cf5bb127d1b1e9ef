/// Absorbs a message and squeezes bytes out of it (FIPS 202, section 4).
struct Sponge {
    private var state = Keccak()
    private let rate: Int
    private var position = 0

    /// The rate is the number of bytes absorbed or squeezed between two permutations.
    private init(_ message: [UInt8], rate: Int, suffix: UInt8) {
        self.rate = rate
        for byte in message {
            state.xor(byte, at: position)
            position += 1
            if position == rate {
                state.permute()
                position = 0
            }
        }
        state.xor(suffix, at: position)
        state.xor(0x80, at: rate - 1)
        state.permute()
        position = 0
    }

    mutating func squeeze(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in
            if position == rate {
                state.permute()
                position = 0
            }
            defer { position += 1 }
            return state.byte(at: position)
        }
    }

    /// SHAKE256 of the message, an unlimited stream of bytes (FIPS 202, section 6.2).
    static func shake256(_ message: [UInt8]) -> Sponge {
        Sponge(message, rate: 136, suffix: 0x1f)
    }

    /// SHA3-512 of the message, 64 bytes (FIPS 202, section 6.1).
    static func sha3(_ message: [UInt8]) -> [UInt8] {
        var sponge = Sponge(message, rate: 72, suffix: 0x06)
        return sponge.squeeze(64)
    }
}
