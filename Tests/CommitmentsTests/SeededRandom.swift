import CSodium

@testable import Commitments
@testable import Curve

/// Reproducible random numbers: the ChaCha20 key stream of a 32-byte seed, nonce zero.
struct SeededRandom: RandomNumberGenerator {
    private let seed: [UInt8]
    private var buffer: [UInt8] = []
    private var position = 0
    private var block: UInt64 = 0

    init(seed: [UInt8]) {
        precondition(seed.count == 32)
        self.seed = seed
    }

    init(_ number: UInt8) {
        self.init(seed: [UInt8](repeating: number, count: 32))
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            if position == buffer.count { refill() }
            let part = buffer[position...].prefix(count - result.count)
            result += part
            position += part.count
        }
        return result
    }

    mutating func next() -> UInt64 {
        bytes(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func scalar() -> Scalar { Scalar(reducing: bytes(64)) }

    mutating func opening(_ value: Int64) -> Opening {
        Opening(value: value, blinding: scalar())
    }

    private mutating func refill() {
        buffer = [UInt8](repeating: 0, count: 4096)
        let nonce = [UInt8](repeating: 0, count: 8)
        let zeros = buffer
        crypto_stream_chacha20_xor_ic(&buffer, zeros, UInt64(zeros.count), nonce, block, seed)
        block += 64
        position = 0
    }
}
