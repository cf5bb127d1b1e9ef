import Testing
import Wire

@testable import trine

/// The environment says who checks signatures.
@Suite struct SignatureChoiceTests {
    @Test func libsodiumAlone() throws {
        let key = SigningKey(seed: Secret(copying: [UInt8](repeating: 9, count: 32)))
        let signature = key.signature(of: [1])
        func checkOften(with keys: PreparedKeys) {
            for _ in 0..<10 {
                #expect(
                    keys.isValid(signature: signature, of: [1], by: key.verificationKey))
            }
        }
        let ours = PreparedKeys(limit: 4)
        try SignatureChoice.take(from: [:], for: ours)
        checkOften(with: ours)
        #expect(ours.count == 1)
        let libsodiums = PreparedKeys(limit: 4)
        try SignatureChoice.take(from: ["TRINE_SIGNATURES": "libsodium"], for: libsodiums)
        checkOften(with: libsodiums)
        #expect(libsodiums.count == 0)
    }

    @Test func anotherWordIsRefused() {
        let keys = PreparedKeys(limit: 4)
        #expect(throws: (any Error).self) {
            try SignatureChoice.take(from: ["TRINE_SIGNATURES": "Libsodium"], for: keys)
        }
    }
}
