import Testing

@testable import Sharing
@testable import Wire

@Suite struct CallsTests {
    private static let ranges = [World.range("invoices/2026-11", 1, 9)]

    private static let fetch = Fetch.sign(
        grant: World.jti(7), fields: ["due_date", "a"], ranges: ranges, by: World.signer,
        at: World.time, jti: World.jti(10), opener: World.opener
    ).jws
    private static let query = Query.sign(
        .entries, from: 0, limit: 256, by: World.signer, at: World.time, jti: World.jti(10))
    private static let terms = RequestTerms(
        .creditAssessment, to: World.lender, right: .read, scope: .records(ranges),
        subject: .fields(["due_date"]), notBefore: World.time,
        expires: World.time.advanced(by: 86_400), fetches: 3, dataLife: 60)
    private static let request = RequestCall.sign(
        terms, by: World.signer, at: World.time, jti: World.jti(10))
    private static let giveBack = ReturnCall.sign(
        ReturnTerms(grant: World.jti(7), .givenBack), by: World.signer, at: World.time,
        jti: World.jti(10))

    @Test func fetchRoundTrip() throws {
        let fetch = try Fetch(parsing: Self.fetch.bytes)
        #expect(fetch.grant == World.jti(7) && fetch.fields == ["a", "due_date"])
        #expect(fetch.ranges == Self.ranges && fetch.issuer == World.enterprise)
        #expect(fetch.log == World.log && fetch.origin == World.origin)
        #expect(fetch.jti == World.jti(10) && fetch.issuedAt == World.time)
        #expect(fetch.lock == World.opener.lock)
        let own = Fetch.sign(
            grant: nil, fields: [], ranges: [], by: World.signer, at: World.time, jti: World.jti(1),
            opener: World.opener
        ).jws
        #expect(try Fetch(parsing: own.bytes).grant == nil)
    }

    /// What is sent has the opener of the call's lock; another one doesn't open it.
    @Test func openers() throws {
        let sent = FetchCall(Self.fetch, opener: World.opener).bytes
        #expect(
            sent == Self.fetch.bytes + Array("~BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ".utf8))
        let parts = try #require(FetchCall.parts(of: sent))
        let fetch = try Fetch(parsing: parts.call)
        #expect(
            parts.opener.opens(fetch.lock)
                && !FetchOpener(bytes: [UInt8](repeating: 9, count: 32))!.opens(fetch.lock))
        // As somebody else would compute it.
        let label = Array("trine/v1 fetch lock".utf8)
        let bytes: [UInt8] =
            [0, 0, 0, 19] + label + [0, 0, 0, 32] + [UInt8](repeating: 4, count: 32)
        #expect(fetch.lock == Digest(hashing: bytes))
        for wrong in [
            Self.fetch.bytes, Array(sent.dropLast()), sent + [0x41], sent + Array("~".utf8),
            Self.fetch.bytes + Array("~".utf8),
        ] as [[UInt8]] {
            #expect(FetchCall.parts(of: Array(wrong)) == nil)
        }
    }

    @Test func queryRoundTrip() throws {
        let query = try Query(parsing: Self.query.bytes)
        #expect(query.subject == .entries && query.from == 0 && query.limit == 256)
        #expect(query.issuer == World.enterprise && query.log == World.log)
    }

    /// What a key proves to be its own has one spelling, for each way into a log.
    @Test func proofsHaveOneSpelling() throws {
        let terms = KeyTerms(
            key: World.key.verificationKey, scopes: [.grant, .seal], until: World.time)
        let x = Base64URL.encode(World.key.verificationKey.bytes)
        let jwk = #"{"crv":"Ed25519","kty":"OKP","x":"\#(x)"}"#
        let fingerprint = Digest<Digested.Fingerprint>(hashing: [7])
        func proof(_ introduction: ProofOfPossession.Introduction) -> JWS {
            ProofOfPossession.sign(
                terms, for: World.lender, of: World.log, introduction, with: World.key)
        }
        let admitted = proof(.admission(fingerprint))
        #expect(
            String(decoding: admitted.payload, as: UTF8.self)
                == #"{"fingerprint":"\#(fingerprint)","handle":"\#(World.lender)","jwk":\#(jwk),"#
                + #""log":"\#(World.log)"}"#)
        let introduced = proof(.by(World.digest(1)))
        #expect(
            String(decoding: introduced.payload, as: UTF8.self)
                == #"{"handle":"\#(World.lender)","jwk":\#(jwk),"kid":"\#(World.digest(1) as Digest<Digested.Key>)","#
                + #""log":"\#(World.log)","scopes":["seal","grant"],"until":\#(World.time.seconds)}"#
        )
        func isGiven(_ pop: JWS, _ introduction: ProofOfPossession.Introduction) -> Bool {
            ProofOfPossession.isGiven(
                by: KeyOffer(terms, pop: pop), for: World.lender, of: World.log, introduction)
        }
        #expect(isGiven(admitted, .admission(fingerprint)))
        #expect(isGiven(introduced, .by(World.digest(1))))
        #expect(!isGiven(admitted, .by(World.digest(1))))
        #expect(!isGiven(introduced, .admission(fingerprint)))
        #expect(!isGiven(admitted, .admission(Digest(hashing: [8]))))
        let otherType = JWS(signing: admitted.payload, type: Fetch.type, with: World.key)
        #expect(!isGiven(otherType, .admission(fingerprint)))
    }

    /// Schemas are closed here too, member by member.
    @Test func closedSchemas() throws {
        let optional: [String: Set<String>] = [Fetch.type: ["grant"]]
        for call in [Self.fetch, Self.query, Self.request, Self.giveBack] {
            let payload = try JSON(canonical: call.payload)
            func isAccepted(_ payload: JSON, type: String = call.type) -> Bool {
                let jws = JWS(signing: payload.canonicalBytes, type: type, with: World.key)
                return switch type {
                case Fetch.type: (try? Fetch(parsing: jws.bytes)) != nil
                case RequestTerms.type: (try? RequestCall(parsing: jws.bytes)) != nil
                case ReturnTerms.type: (try? ReturnCall(parsing: jws.bytes)) != nil
                default: (try? Query(parsing: jws.bytes)) != nil
                }
            }
            #expect(isAccepted(payload))
            for path in ClosedSchemaTests.paths(payload) {
                let isOptional = optional[call.type]?.contains(path[0]) == true && path.count == 1
                #expect(
                    isAccepted(ClosedSchemaTests.edit(payload, path) { _ in nil }) == isOptional,
                    "\(call.type): \(path)")
                for other in [.null, .bool(true), -1, "", "X", [1], ["a": 1]] as [JSON] {
                    let changed = ClosedSchemaTests.edit(payload, path) { _ in other }
                    if changed == payload { continue }
                    #expect(!isAccepted(changed), "\(call.type): \(path) = \(other.canonicalText)")
                }
            }
            for path in [[]] + ClosedSchemaTests.paths(payload) {
                let changed = ClosedSchemaTests.edit(payload, path) { value in
                    guard case .object(var members) = value else { return value }
                    members["zz"] = 1
                    return .object(members)
                }
                if changed != payload { #expect(!isAccepted(changed), "\(path)") }
            }
            for type in [
                Fetch.type, Query.type, ProofOfPossession.type, RequestTerms.type, ReturnTerms.type,
            ] where type != call.type {
                #expect(!isAccepted(payload, type: type))
            }
        }
    }

    @Test func carriedCallsRoundTrip() throws {
        let request = try RequestCall(parsing: Self.request.bytes)
        #expect(request.claims == Self.terms && request.issuer == World.enterprise)
        let giveBack = try ReturnCall(parsing: Self.giveBack.bytes)
        #expect(giveBack.grant == World.jti(7) && giveBack.reason == .givenBack)
    }

    /// A request is for fields to read, or for statements that are proven.
    @Test func theRightFitsTheSubject() throws {
        guard case .object(var members) = try JSON(canonical: Self.request.payload) else { return }
        members["right"] = "prove"
        let jws = JWS(
            signing: JSON.object(members).canonicalBytes, type: RequestTerms.type, with: World.key)
        #expect(throws: StatementError.claims(.malformed("statements"))) {
            try RequestCall(parsing: jws.bytes)
        }
    }

    @Test func typesAreNotExchangeable() {
        let asQuery = JWS(signing: Self.fetch.payload, type: Query.type, with: World.key)
        #expect(throws: StatementError.unknownType(Query.type)) {
            try Fetch(parsing: asQuery.bytes)
        }
    }

    @Test(arguments: [["b", "a"], ["a", "a"], ["A"], [""], ["a\u{301}"]] as [[String]])
    func fieldsAscend(_ names: [String]) throws {
        guard case .object(var members) = try JSON(canonical: Self.fetch.payload) else { return }
        members["fields"] = .array(names.map { .string($0) })
        let jws = JWS(
            signing: JSON.object(members).canonicalBytes, type: Fetch.type, with: World.key)
        #expect(throws: StatementError.claims(.malformed("fields"))) {
            try Fetch(parsing: jws.bytes)
        }
    }

    @Test func otherAnswers() throws {
        for text in ["", "a.b.c", String(repeating: "a", count: 70_000)] {
            #expect(throws: StatementError.self) { try Fetch(parsing: Array(text.utf8)) }
            #expect(throws: StatementError.self) { try Query(parsing: Array(text.utf8)) }
        }
    }
}
