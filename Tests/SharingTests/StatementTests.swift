import TestSupport
import Testing

@testable import Sharing
@testable import Wire

@Suite struct StatementTests {
    @Test(arguments: StatementSample.all)
    func roundTrip(_ sample: StatementSample) throws {
        let signed = sample.sign()
        let statement = try Statement(parsing: signed.statement.jws.bytes)
        #expect(statement.kind == sample.kind)
        #expect(statement.origin == World.origin)
        #expect(statement.issuer == World.enterprise)
        #expect(statement.issuedAt == World.time)
        #expect(statement.jti == World.jti(5))
        #expect(statement.log == (sample.kind == .genesis ? nil : World.log))
        #expect(statement.jws.type == sample.kind.type)
        #expect(statement.claims.canonicalBytes == sample.claims.canonicalBytes)
        if sample.kind != .record {
            let opened = try statement.opened(with: signed.disclosures)
            #expect(opened.canonicalBytes == sample.selective.canonicalBytes)
        }
        #expect(throws: Never.self) { try statement.jws.verified(by: World.key.verificationKey) }
        // What was received is kept, and there is no other spelling of it.
        #expect(try JSON(canonical: statement.jws.payload).canonicalBytes == statement.jws.payload)
    }

    @Test(arguments: Kind.allCases)
    func typesAndKinds(_ kind: Kind) {
        #expect(Kind(type: kind.type) == kind)
        #expect(Kind(type: "trine-\(kind.rawValue)") == nil)
        #expect(Kind(type: "trine-\(kind.rawValue)+jwt ") == nil)
    }

    @Test func foreignTypes() throws {
        #expect(Kind(type: "trine-record+jwt") == nil)
        for type in ["jwt", "trine-+jwt", "trine-fetch+jwt", "kb+jwt", "trine-Grant+jwt"] {
            #expect(Kind(type: type) == nil)
        }
        let payload = StatementSample.sample(of: .erase).sign().statement.jws.payload
        let jws = JWS(signing: payload, type: Fetch.type, with: World.key)
        #expect(throws: StatementError.unknownType(Fetch.type)) {
            try Statement(parsing: jws.bytes)
        }
        // A statement of one kind isn't one of another.
        for kind in Kind.allCases where kind != .erase {
            let jws = JWS(signing: payload, type: kind.type, with: World.key)
            #expect(throws: StatementError.self) { try Statement(parsing: jws.bytes) }
        }
    }

    @Test(arguments: [
        "https://trine.example/participants/e-7k2m9q4x/", "https://trine.example/participants/",
        "http://trine.example/alliance/participants/e-7k2m9q4x", "e-7k2m9q4x", "",
        "https:///participants/e-7k2m9q4x", "https://participants/e-7k2m9q4x",
        "https://trine.example/alliance/participant/e-7k2m9q4x",
        "https://trine.example/alliance/participants/E-7k2m9q4x",
        "https://Trine.example/alliance/participants/e-7k2m9q4x",
        "https://trine.example//participants/e-7k2m9q4x",
        "https://trine.example/alliance/participants/e-7k2m9q4x?a",
        "https://trine.example/alliance/participants/e-7k2m9q4x#a",
        " https://trine.example/alliance/participants/e-7k2m9q4x",
    ])
    func refusesIssuer(_ issuer: String) throws {
        let sample = StatementSample.sample(of: .revoke)
        guard case .object(var members) = try sample.payload else { return }
        members["iss"] = .string(issuer)
        #expect(throws: StatementError.malformedIssuer) {
            try Statement(parsing: sample.sign(.object(members)))
        }
    }

    /// The payload is read as canonical JSON only.
    @Test func refusesOtherSpellings() throws {
        let sample = StatementSample.sample(of: .revoke)
        let payload = sample.sign().statement.jws.payload
        for spelling in [
            [0x20] + payload, payload + [0x0a], payload + payload, [], Array("null".utf8),
        ] {
            let jws = JWS(signing: spelling, type: sample.kind.type, with: World.key)
            #expect(throws: StatementError.self) { try Statement(parsing: jws.bytes) }
        }
    }

    @Test func fuzz() throws {
        var random = SeededGenerator.printed()
        for sample in StatementSample.all {
            let payload = sample.sign().statement.jws.payload
            for _ in 0..<300 {
                var bytes = payload
                for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    switch Int.random(in: 0..<4, using: &random) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                    case 1: bytes.remove(at: place)
                    case 2: bytes.insert(UInt8.random(in: 0x20...0x7e, using: &random), at: place)
                    default:
                        let end = min(bytes.count, place + Int.random(in: 0...30, using: &random))
                        bytes.insert(contentsOf: bytes[place..<end], at: place)
                    }
                }
                let jws = JWS(signing: bytes, type: sample.kind.type, with: World.key)
                guard let statement = try? Statement(parsing: jws.bytes) else { continue }
                // What is accepted is canonical and says exactly what it says.
                #expect(try JSON(canonical: bytes).canonicalBytes == bytes)
                #expect(statement.kind == sample.kind)
                _ = try? statement.opened(with: sample.disclosures)
            }
        }
    }
}

extension StatementSample {
    var payload: JSON {
        get throws { try JSON(canonical: sign().statement.jws.payload) }
    }

    /// `payload` as a JWS of this sample's type by its signer.
    func sign(_ payload: JSON) -> [UInt8] {
        JWS(signing: payload.canonicalBytes, type: kind.type, with: signer.key).bytes
    }
}
