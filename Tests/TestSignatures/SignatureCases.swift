import TestSupport

/// Signatures under one key whose secret is known.
struct SignatureCases {
    /// What is registered as a public key.
    let key: [UInt8]
    /// The number a with A = a · B, up to a point of small order.
    private let secret: [UInt8]
    private var random: SeededGenerator
    /// Numbers r, and the encodings of r · B plus each point of small order. The first r is zero.
    private let nonces: [(r: [UInt8], points: [[UInt8]])]

    init(random: SeededGenerator) {
        var random = random
        (secret, key) = Self.key(&random)
        nonces = (0..<4).map { index in
            let r = index == 0 ? Group.zero : Group.reduced(random.bytes(64))
            let point = Group.multiple(r)
            return (r, SmallOrder.canonical.map { Group.sum(point, $0) })
        }
        self.random = random
    }

    /// Half of the keys are as they should be, a quarter have a part of small order, and the others are
    /// of small order, not canonical or any 32 bytes.
    private static func key(_ random: inout SeededGenerator) -> (secret: [UInt8], key: [UInt8]) {
        let secret = Group.reduced(random.bytes(64))
        switch random.number(0...15) {
        case 0...7: return (secret, Group.multiple(secret))
        case 8...12:
            let part = SmallOrder.canonical[random.number(1...7)]
            return (secret, Group.sum(Group.multiple(secret), part))
        case 13: return (Group.zero, any(SmallOrder.canonical + SmallOrder.others, &random))
        case 14: return (Group.zero, any(SmallOrder.unreduced, &random))
        default: return (Group.zero, random.bytes(32))
        }
    }

    private static func any(_ list: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        list[random.number(0...(list.count - 1))]
    }

    /// The next signature and the message that it is about.
    mutating func next() -> (signature: [UInt8], message: [UInt8]) {
        let nonce = nonces[random.number(0...3)]
        // Without a part of small order in A, only R without one satisfies the equation.
        let part = random.chance(50) ? 0 : random.number(0...7)
        var point = nonce.points[part]
        if random.chance(10) {
            point =
                switch random.number(0...3) {
                case 0: Self.any(SmallOrder.others, &random)
                case 1: Self.any(SmallOrder.unreduced, &random)
                case 2: Self.any(SmallOrder.canonical, &random)
                default: random.bytes(32)
                }
        }
        let length = random.chance(2) ? random.number(0...3000) : random.number(0...80)
        var message = random.bytes(length)
        let k = Group.challenge(point, key, message)
        let s = changed(Group.response(nonce.r, k, secret))
        var signature = point + s
        switch random.number(0...19) {
        case 0...2:
            signature[random.number(0...63)] ^= 1 << UInt8(random.number(0...7))
        case 3 where !message.isEmpty:
            message[random.number(0...(message.count - 1))] ^= 1 << UInt8(random.number(0...7))
        default: break
        }
        return (signature, message)
    }

    /// Mostly S as it is; else S plus multiples of ℓ, or a number around ℓ, zero or 2²⁵⁶.
    private mutating func changed(_ s: [UInt8]) -> [UInt8] {
        switch random.number(0...19) {
        case 0: return Group.integerSum(s, Group.order)
        case 1:
            return (0..<random.number(1...15)).reduce(s) { sum, _ in
                Group.integerSum(sum, Group.order)
            }
        case 2:
            var number = Group.order
            number[0] &+= UInt8(random.number(0...4))
            number[0] &-= 2
            return number
        case 3: return [UInt8(random.number(0...2))] + [UInt8](repeating: 0, count: 31)
        case 4: return [UInt8](repeating: 0xff, count: 31) + [UInt8(random.number(0...255))]
        case 5: return random.bytes(32)
        case 6:
            var number = s
            number[31] |= UInt8(random.number(1...15)) << 4
            return number
        default: return s
        }
    }
}
