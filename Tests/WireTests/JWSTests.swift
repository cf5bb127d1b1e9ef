import Testing

@testable import Wire

@Suite struct JWSTests {
    struct Fixture: CustomTestStringConvertible {
        let name: String
        let outcome: String
        let jws: String
        var testDescription: String { name }
    }

    /// One line per mutation of a good JWS: name, outcome, JWS (`\n` for a newline), tab-separated.
    /// They are signed by the test key 7, the signature being good wherever that isn't the point.
    static let fixtures: [Fixture] = {
        let lines = ((try? fixture("jws.txt")) ?? "").split(separator: "\n")
        return lines.map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            return Fixture(
                name: String(parts[0]), outcome: String(parts[1]),
                jws: String(parts[2]).replacing("\\n", with: "\n"))
        }
    }()

    @Test(arguments: fixtures)
    func mutation(_ fixture: Fixture) {
        let outcome: String
        do {
            _ = try JWS(parsing: fixture.jws).verified(by: SigningKey.test(7).verificationKey)
            outcome = "accepted"
        } catch { outcome = "\(error)" }
        #expect(outcome == fixture.outcome)
    }

    @Test func fixturesAreThere() { #expect(Self.fixtures.count > 40) }

    @Test func signsAndParses() throws {
        let key = SigningKey.test(7)
        let jws = JWS(signing: Array(#"{"a":1}"#.utf8), type: "trine-revoke+jwt", with: key)
        #expect(jws.text == Self.fixtures[0].jws)
        let parsed = try JWS(parsing: jws.text)
        #expect(parsed == jws)
        #expect(parsed.type == "trine-revoke+jwt")
        #expect(parsed.kid == key.verificationKey.thumbprint)
        #expect(parsed.payload == Array(#"{"a":1}"#.utf8))
        #expect(try parsed.verified(by: key.verificationKey).jws == jws)
        #expect(throws: JWSError.wrongKey) {
            try parsed.verified(by: SigningKey.test(8).verificationKey)
        }
    }

    /// Every change of a single bit is refused, by the form or by the signature.
    @Test func everyBitCounts() throws {
        let key = SigningKey.test(7).verificationKey
        let good = Array(Self.fixtures[0].jws.utf8)
        for place in 0..<(good.count * 8) {
            var bytes = good
            bytes[place / 8] ^= 1 << (place % 8)
            #expect(throws: JWSError.self) { try JWS(parsing: bytes).verified(by: key) }
        }
    }

    @Test func limitsLength() throws {
        let key = SigningKey.test(7)
        let empty = JWS(signing: [], type: "a", with: key)
        let room = (JWS.maximumBytes - empty.bytes.count) / 4 * 3
        let largest = JWS(signing: [UInt8](repeating: 0, count: room), type: "a", with: key)
        #expect(largest.bytes.count <= JWS.maximumBytes)
        #expect(try JWS(parsing: largest.bytes) == largest)
        let dot = try #require(largest.bytes.lastIndex(of: UInt8(ascii: ".")))
        let longer =
            largest.bytes[..<dot] + [UInt8](repeating: 0x41, count: 4) + largest.bytes[dot...]
        #expect(throws: JWSError.tooLong(limit: 65_535)) { try JWS(parsing: Array(longer)) }
    }
}
