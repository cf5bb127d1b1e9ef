import TestSupport
import Testing

@testable import Wire

@Suite struct Ed25519Tests {
    struct Wycheproof: Decodable {
        struct Group: Decodable {
            struct Key: Decodable { let pk: String }
            struct Case: Decodable {
                let tcId: Int
                let msg: String
                let sig: String
                let result: String
            }
            let publicKey: Key
            let tests: [Case]
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    static let vectors = "vectors/wycheproof/ed25519_test.json"

    /// Needs the published vectors beside the package.
    @Test(.enabled(if: Shared.exists(vectors)))
    func wycheproof() throws {
        let file = try Shared.decode(Self.vectors, as: Wycheproof.self)
        var tried = 0
        for group in file.testGroups {
            let key = VerificationKey(bytes: bytes(hex: group.publicKey.pk))
            for test in group.tests {
                let isValid =
                    key?.isValid(signature: bytes(hex: test.sig), of: bytes(hex: test.msg)) ?? false
                #expect(isValid == (test.result == "valid"), "tcId \(test.tcId)")
                tried += 1
            }
        }
        #expect(tried == file.numberOfTests)
    }

    /// RFC 8037, appendix A: key, thumbprint and signature.
    @Test func rfc8037() throws {
        let seed = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        let key = SigningKey(seed: Secret(copying: seed))
        #expect(
            key.verificationKey.jwk.canonicalText
                == #"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
        )
        #expect(
            key.verificationKey.thumbprint.text == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        #expect(
            Base64URL.encode(key.signature(of: Array(input.utf8)))
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        )
    }

    /// Points of small order, and encodings that aren't reduced: a signature under one says nothing.
    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ])
    func refusesWeakKeys(_ encoding: String) {
        #expect(VerificationKey(bytes: bytes(hex: encoding)) == nil)
    }

    @Test(arguments: [0, 31, 33, 64])
    func refusesOtherLengths(_ count: Int) {
        #expect(VerificationKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
        let key = SigningKey.test(1)
        #expect(
            !key.verificationKey.isValid(signature: [UInt8](repeating: 0, count: count), of: []))
    }

    /// One spelling of a JWK; look-alikes that Swift holds equal are none.
    @Test(arguments: [
        #"{"crv":"Ed25519","kty":"OKP"}"#, #"{"crv":"Ed25519","kty":"OKP","x":""}"#,
        #"{"crv":"Ed25519","kty":"EC","x":"$"}"#, #"{"crv":"X25519","kty":"OKP","x":"$"}"#,
        "{\"crv\":\"Ed25519\",\"kty\":\"O\u{212a}P\",\"x\":\"$\"}",
        #"{"crv":"Ed25519","d":"$","kty":"OKP","x":"$"}"#,
        #"{"crv":"Ed25519","kid":"a","kty":"OKP","x":"$"}"#, #"{"kty":"OKP","x":"$"}"#,
        #"{"crv":"Ed25519","kty":"OKP","x":"$="}"#, #"{"crv":"Ed25519","kty":"OKP","x":1}"#, "[]",
    ])
    func refusesJWK(_ text: String) throws {
        let x = Base64URL.encode(SigningKey.test(1).verificationKey.bytes)
        let document = try JSONDocument(.canonical, Array(text.replacing("$", with: x).utf8))
        #expect(VerificationKey(jwk: document.root) == nil)
    }

    @Test func readsJWK() throws {
        let key = SigningKey.test(1).verificationKey
        let document = try JSONDocument(.canonical, key.jwk.canonicalBytes)
        #expect(VerificationKey(jwk: document.root) == key)
    }
}
