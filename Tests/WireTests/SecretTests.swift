import Synchronization
import TestSupport
import Testing

@testable import Wire

@Suite struct SecretTests {
    @Test func keepsToItself() {
        let secret = Secret(copying: [0x61, 0x62, 0x63])
        let key = SigningKey.test(0x61)
        for text in ["\(secret)", String(reflecting: secret), String(describing: secret)] {
            #expect(!text.contains("97") && !text.contains("abc"))
        }
        var dumped = ""
        dump(secret, to: &dumped)
        dump(key, to: &dumped)
        #expect(!dumped.contains("97, 97") && !dumped.contains("- 97\n      - 97"))
        #expect(dumped.contains("(secret)"))
    }

    @Test func lendsItsBytes() {
        let secret = Secret(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.withBytes { Array($0) } == [1, 2, 3])
        #expect(Secret(copying: []).withBytes { $0.count } == 0)
    }

    @Test func wipes() {
        var bytes: [UInt8] = [1, 2, 3]
        bytes.wipe()
        #expect(bytes == [0, 0, 0])
        var none: [UInt8] = []
        none.wipe()
        #expect(none.isEmpty)
    }

    @Test func randomBytesAreTheGenerators() {
        var first = SeededGenerator(seed: 1)
        var second = SeededGenerator(seed: 1)
        let bytes = RandomBytes.make(19, using: &first)
        #expect(bytes.count == 19)
        #expect(Secret.random(count: 19, using: &second).withBytes { Array($0) } == bytes)
        #expect(Set(bytes).count > 8)
    }

    /// A generator that fills bytes is asked once, and gives what it would give in words.
    @Test func fillingGenerator() {
        struct Counting: ByteGenerator {
            let calls: @Sendable () -> Void
            func fill(_ bytes: UnsafeMutableRawBufferPointer) {
                calls()
                for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index) }
            }
            mutating func next() -> UInt64 { 0x0706_0504_0302_0100 }
        }
        struct Words: RandomNumberGenerator {
            mutating func next() -> UInt64 { 0x0706_0504_0302_0100 }
        }
        let calls = Mutex(0)
        var counting = Counting { calls.withLock { $0 += 1 } }
        var words = Words()
        #expect(RandomBytes.make(19, using: &counting) == Array(0..<19))
        #expect(RandomBytes.make(11, using: &words) == Array(0..<8) + [0, 1, 2])
        #expect(calls.withLock { $0 } == 1)
        #expect(JTI(using: &words).bytes == (0..<8).reversed() + (0..<8).reversed())
        var system = SystemRandomNumberGenerator()
        #expect(RandomBytes.make(32, using: &system) != RandomBytes.make(32, using: &system))
    }
}
