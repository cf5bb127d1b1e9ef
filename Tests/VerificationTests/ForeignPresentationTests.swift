import Sharing
import TestSupport
import Testing
import Verification
import Wire

/// SD-JWTs as others may write them: structures, decoys, headers and mistakes of RFC 9901.
@Suite struct ForeignPresentationTests {
    /// Writes SD-JWTs with spaces, other headers and whatever payload a test wants.
    struct Issuer {
        let key: SigningKey
        var header: JSON = ["alg": "EdDSA", "typ": "example+sd-jwt", "x5t": "abc"]

        init(seed: UInt64 = 1) {
            var random = SeededGenerator(seed: seed)
            key = SigningKey(seed: .random(count: 32, using: &random))
        }

        func jwt(_ payload: JSON) -> [UInt8] {
            var bytes = Base64URL.encodedBytes(
                Array(" \(header.canonicalText) ".utf8))
            bytes.append(0x2e)
            bytes += Base64URL.encodedBytes(Array("\n\(payload.canonicalText)".utf8))
            let signature = key.signature(of: bytes)
            return bytes + [0x2e] + Base64URL.encodedBytes(signature)
        }

        func presentation(_ payload: JSON, _ disclosures: [JSON]) throws -> Presentation {
            var bytes = jwt(payload)
            for disclosure in disclosures { bytes += [0x7e] + Self.text(disclosure) }
            return try Presentation(parsing: bytes + [0x7e])
        }

        static func text(_ disclosure: JSON) -> [UInt8] {
            Base64URL.encodedBytes(Array(" \(disclosure.canonicalText)".utf8))
        }

        static func digest(_ disclosure: JSON) -> JSON {
            .digest(Digest<Digested.Blob>(hashing: text(disclosure)))
        }
    }

    static let now = Timestamp(seconds: 1_800_000_000)!
    let issuer = Issuer()

    func claims(_ payload: JSON, _ disclosures: [JSON]) throws(PresentationRefusal) -> JSON {
        let presentation: Presentation
        do { presentation = try issuer.presentation(payload, disclosures) } catch {
            preconditionFailure("\(error)")
        }
        return try presentation.verify(
            by: issuer.key.verificationKey, at: Self.now
        ).claims
    }

    func refusal(_ payload: JSON, _ disclosures: [JSON]) -> PresentationRefusal? {
        do {
            _ = try claims(payload, disclosures)
            return nil
        } catch { return error }
    }

    @Test func nestedObjectsAndLists() throws {
        // An address within a disclosed person, one street within it, and elements of a list.
        let street: JSON = ["s1", "street", "Main Road 1"]
        let address: JSON = [
            "s2", "address", ["country": "DE", "_sd": [Issuer.digest(street), "decoy"]],
        ]
        let french: JSON = ["s3", "FR"]
        let hidden: JSON = ["s4", "XX"]
        let inner: JSON = ["s5", ["a", ["...": Issuer.digest(french)]]]
        let payload: JSON = [
            "iss": "x", "_sd_alg": "sha-256", "_sd": [Issuer.digest(address)],
            "nationalities": [
                "DE", ["...": Issuer.digest(french)], ["...": Issuer.digest(hidden)],
            ],
        ]
        #expect(
            try claims(payload, [address, street, french])
                == [
                    "iss": "x", "address": ["country": "DE", "street": "Main Road 1"],
                    "nationalities": ["DE", "FR"],
                ])
        #expect(
            try claims(payload, [address])
                == ["iss": "x", "address": ["country": "DE"], "nationalities": ["DE"]])
        #expect(try claims(payload, []) == ["iss": "x", "nationalities": ["DE"]])
        // The street without the address that refers to it.
        #expect(refusal(payload, [street]) == .strayDisclosure(number: 0))
        let lists: JSON = ["list": [["...": Issuer.digest(inner)]]]
        #expect(try claims(lists, [inner, french]) == ["list": [["a", "FR"]]])
    }

    @Test func digestsMetTwice() {
        let one: JSON = ["s", "a", 1]
        #expect(
            refusal(["_sd": [Issuer.digest(one), Issuer.digest(one)]], [one]) == .digestTwice)
        #expect(
            refusal(["_sd": [Issuer.digest(one)], "b": ["_sd": [Issuer.digest(one)]]], [one])
                == .digestTwice)
        #expect(refusal(["_sd": ["decoy"], "b": ["_sd": ["decoy"]]], []) == .digestTwice)
        #expect(refusal(["_sd": [Issuer.digest(one)]], [one, one]) == .digestTwice)
    }

    @Test func claimsMetTwiceOrReserved() {
        let one: JSON = ["s", "a", 1]
        let other: JSON = ["t", "a", 2]
        #expect(
            refusal(["a": 0, "_sd": [Issuer.digest(one)]], [one]) == .claimTwice(name: "a"))
        #expect(
            refusal(["_sd": [Issuer.digest(one), Issuer.digest(other)]], [one, other])
                == .claimTwice(name: "a"))
        for name in ["_sd", "..."] {
            let reserved: JSON = ["s", .string(name), 1]
            #expect(
                refusal(["_sd": [Issuer.digest(reserved)]], [reserved]) == .malformedDigests)
        }
    }

    @Test func disclosuresAtTheWrongPlace() {
        let member: JSON = ["s", "a", 1]
        let element: JSON = ["s", 1]
        #expect(
            refusal(["list": [["...": Issuer.digest(member)]]], [member])
                == .malformedDisclosure(number: 0))
        #expect(
            refusal(["_sd": [Issuer.digest(element)]], [element])
                == .malformedDisclosure(number: 0))
    }

    @Test func malformedDisclosuresAndDigests() {
        for disclosure: JSON in [
            "text", ["s"], ["s", "a", 1, 2], [1, "a", 2], ["s": "a"],
        ] {
            #expect(
                refusal(["_sd": [Issuer.digest(disclosure)]], [disclosure])
                    == .malformedDisclosure(number: 0))
        }
        let unnamed: JSON = ["s", 1, 2]
        #expect(
            refusal(["_sd": [Issuer.digest(unnamed)]], [unnamed])
                == .malformedDisclosure(number: 0))
        for payload: JSON in [
            ["_sd": "x"], ["_sd": [1]], ["_sd": ["a": 1]], ["a": ["...": "x"]],
            ["a": [["...": 1]]], ["a": [["...": "x", "b": 1]]],
        ] {
            #expect(refusal(payload, []) == .malformedDigests)
        }
        #expect(refusal(["_sd_alg": "sha-512"], []) == .unknownHash)
        #expect(refusal(["_sd_alg": 1], []) == .unknownHash)
    }

    /// Disclosures within disclosures end the reader's patience, not its stack.
    @Test func depth() {
        var disclosures: [JSON] = [["s", "a", 1]]
        for _ in 0..<200 {
            disclosures.append(["s", "a", ["_sd": [Issuer.digest(disclosures.last!)]]])
        }
        #expect(refusal(["_sd": [Issuer.digest(disclosures.last!)]], disclosures) == .tooDeep)
    }

    @Test func dates() {
        #expect(refusal(["exp": 1_800_000_001], []) == nil)
        #expect(refusal(["exp": 1_800_000_000], []) == .expired)
        #expect(refusal(["nbf": 1_800_000_000], []) == nil)
        #expect(refusal(["nbf": .real(1_800_000_000.5)], []) == .notYetValid)
        #expect(refusal(["exp": "soon"], []) == .jwt(.issuer, .malformed))
    }

    @Test func headers() throws {
        func refusal(_ header: JSON) throws -> PresentationRefusal? {
            var issuer = issuer
            issuer.header = header
            let presentation = try issuer.presentation(["a": 1], [])
            do {
                _ = try presentation.verify(by: issuer.key.verificationKey, at: Self.now)
                return nil
            } catch { return error }
        }
        #expect(try refusal(["alg": "Ed25519"]) == nil)
        #expect(try refusal(["alg": "none"]) == .jwt(.issuer, .algorithm))
        #expect(try refusal(["alg": "ES256"]) == .jwt(.issuer, .algorithm))
        #expect(try refusal([:]) == .jwt(.issuer, .algorithm))
        #expect(try refusal(["alg": "EdDSA", "crit": ["b64"]]) == .jwt(.issuer, .critical))
        let other = Issuer(seed: 2)
        let presentation = try other.presentation(["a": 1], [])
        #expect(throws: PresentationRefusal.jwt(.issuer, .signature)) {
            try presentation.verify(by: issuer.key.verificationKey, at: Self.now)
        }
    }

    @Test func shapes() throws {
        for text in ["", "a", "~", "a.b.c", "a~~", "~b~"] {
            #expect(throws: PresentationRefusal.malformed) {
                try Presentation(parsing: Array(text.utf8))
            }
        }
        let many = String(repeating: "b~", count: 1025)
        #expect(throws: PresentationRefusal.tooManyDisclosures) {
            try Presentation(parsing: Array("a~\(many)".utf8))
        }
        #expect(throws: PresentationRefusal.tooLarge(bytes: Presentation.maximumBytes + 1)) {
            try Presentation(
                parsing: [UInt8](repeating: 0x41, count: Presentation.maximumBytes + 1))
        }
        for text in ["a~", "a.b~", "a.b.c.d~", "=.=.=~"] {
            let presentation = try Presentation(parsing: Array(text.utf8))
            #expect(throws: PresentationRefusal.jwt(.issuer, .malformed)) {
                try presentation.verify(by: issuer.key.verificationKey, at: Self.now)
            }
        }
    }
}
