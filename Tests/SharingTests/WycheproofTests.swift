import CSodium
import Crypto
import TestSupport
import Testing

@testable import Sharing
@testable import Wire

/// Published vectors for the primitives that sealing stands on.
@Suite struct WycheproofTests {
    struct AEAD: Decodable {
        struct Group: Decodable {
            let ivSize: Int
            let tests: [Case]
        }
        struct Case: Decodable {
            let tcId: Int
            let key, iv, aad, msg, ct, tag, result: String
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    struct KeyDerivation: Decodable {
        struct Group: Decodable { let tests: [Case] }
        struct Case: Decodable {
            let tcId: Int
            let ikm, salt, info, okm, result: String
            let size: Int
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    static let aead = "vectors/wycheproof/xchacha20_poly1305_test.json"
    static let derivation = "vectors/wycheproof/hkdf_sha256_test.json"

    /// Needs the published vectors beside the package.
    @Test(.enabled(if: Shared.exists(aead)))
    func xchacha20Poly1305() throws {
        let file = try Shared.decode(Self.aead, as: AEAD.self)
        var tried = 0
        for group in file.testGroups {
            for test in group.tests {
                tried += 1
                // The interface has no other nonce length.
                guard group.ivSize == 192 else {
                    #expect(test.result == "invalid")
                    continue
                }
                let sealed = bytes(hex: test.ct) + bytes(hex: test.tag)
                let data = bytes(hex: test.aad)
                var plain = [UInt8](repeating: 0, count: max(0, sealed.count - 16))
                let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
                    &plain, nil, nil, sealed, UInt64(sealed.count), data, UInt64(data.count),
                    bytes(hex: test.iv), bytes(hex: test.key))
                #expect((status == 0) == (test.result == "valid"), "tcId \(test.tcId)")
                if status == 0 { #expect(hex(plain) == test.msg) }
            }
        }
        #expect(tried == file.numberOfTests)
    }

    /// Extract by HMAC, then the expansion that the key schedule uses.
    @Test(.enabled(if: Shared.exists(derivation)))
    func hkdf() throws {
        let file = try Shared.decode(Self.derivation, as: KeyDerivation.self)
        for test in file.testGroups.flatMap(\.tests) where test.size <= 255 * 32 {
            let salt = test.salt.isEmpty ? [UInt8](repeating: 0, count: 32) : bytes(hex: test.salt)
            let key = Array(
                HMAC<SHA256>.authenticationCode(
                    for: bytes(hex: test.ikm), using: SymmetricKey(data: salt)))
            let output = HKDF<SHA256>.expand(
                pseudoRandomKey: key, info: bytes(hex: test.info), outputByteCount: test.size)
            #expect(
                output.withUnsafeBytes { hex($0) } == test.okm, "tcId \(test.tcId)")
        }
    }
}
