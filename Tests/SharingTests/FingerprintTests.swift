import Testing

@testable import Sharing
@testable import Wire

@Suite struct FingerprintTests {
    /// 130 bits in base32, by Crockford's alphabet: the first 26 symbols of these bytes.
    @Test func isWrittenInBase32() throws {
        let digest = try #require(Digest<Digested.Fingerprint>(bytes: Array(0..<32)))
        #expect(Fingerprint(digest).description == "000g4-0r40m-30e20-9185g-r38e1w")
        let ones = try #require(
            Digest<Digested.Fingerprint>(bytes: [UInt8](repeating: 0xff, count: 32)))
        #expect(Fingerprint(ones).description == "zzzzz-zzzzz-zzzzz-zzzzz-zzzzzz")
    }

    @Test func isReadAsPeopleTypeIt() throws {
        let digest = try #require(Digest<Digested.Fingerprint>(bytes: Array(0..<32)))
        let fingerprint = Fingerprint(digest)
        for typed in [
            fingerprint.text, fingerprint.description, fingerprint.text.uppercased(),
            fingerprint.description.replacing("-", with: " "),
            fingerprint.text.replacing("0", with: "O").replacing("1", with: "l"),
            fingerprint.text.replacing("1", with: "I"),
        ] {
            #expect(Fingerprint(typed: typed) == fingerprint, "\(typed)")
        }
        // Whole, or not at all.
        for wrong in [
            "", String(fingerprint.text.dropLast()), fingerprint.text + "0",
            fingerprint.text.replacing("0", with: "u"), fingerprint.text + "é",
        ] {
            #expect(Fingerprint(typed: wrong) == nil, "\(wrong)")
        }
        for index in 0..<Fingerprint.characters {
            var other = Array(fingerprint.text)
            other[index] = other[index] == "z" ? "y" : "z"
            #expect(Fingerprint(typed: String(other)) != fingerprint)
        }
    }

    /// As somebody else would compute it from the leaf alone.
    @Test func isOverEverythingThatWasSaid() throws {
        let statement = StatementSample.sample(of: .admit).sign().statement
        let leaf = try JSON(canonical: statement.jws.payload)
        guard case .object(let members) = leaf, case .array(let digests) = members["_sd"],
            case .array(let keys) = members["keys"]
        else {
            Issue.record("a payload has these members")
            return
        }
        // country, due_diligence, legal_ids, legal_name, size
        let subject: JSON = [
            "encryption_key": members["encryption_key"]!,
            "identity": [digests[0], digests[2], digests[3]],
            "keys": .array(
                keys.map { key in
                    guard case .object(var offer) = key else { return .null }
                    offer["pop"] = nil
                    return .object(offer)
                }),
            "roles": members["roles"]!,
        ]
        var bytes: [UInt8] = []
        for part in [
            Array("trine/v1 fingerprint".utf8), World.log.bytes, Array(World.lender.text.utf8),
            subject.canonicalBytes,
        ] {
            bytes += [0, 0, UInt8(part.count >> 8), UInt8(part.count & 255)] + part
        }
        #expect(statement.fingerprint == Digest<Digested.Fingerprint>(hashing: bytes))
    }
}
