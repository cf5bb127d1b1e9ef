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
}
