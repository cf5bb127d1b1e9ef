import Client
import Foundation
import Gateway
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// Whatever is sent to an endpoint, the answer is the precise problem, and nothing has changed.
@Suite struct HostileInputTests {
    /// One request, and what must come of it.
    struct Case {
        let name: String
        let request: RawRequest
        let status: Int
        let problem: String

        init(_ name: String, _ request: RawRequest, _ status: Int, _ problem: String) {
            (self.name, self.request) = (name, request)
            (self.status, self.problem) = (status, problem)
        }
    }

    /// A log with an enterprise, a lender, and a book that was closed.
    private struct Scene {
        let alliance: Alliance
        let enterprise: Session
        let lender: Session
        /// Is in the log.
        let registered: Frame
        let statements: Forge
        let calls: Forge

        init() async throws {
            alliance = try await Alliance(on: MemoryStore(), listening: true)
            enterprise = try await alliance.admit("acme", [.enterprise])
            lender = try await alliance.admit("northbank", [.lender])
            let signed = try enterprise.closing(Months.first)
            registered = Frame(jws: signed.statement.jws.bytes)
            let answer = try await alliance.send("/statements", registered.bytes)
            #expect(answer.status == 201)
            statements = try Forge(
                enterprise, type: "trine-close-book+jwt",
                [
                    "book": .string(BookName(series: .bills, month: Months.first).description),
                    "count": 0, "root": .digest(BookState().root),
                ])
            calls = try Forge(
                enterprise, type: Query.type, ["from": 0, "limit": 10, "subject": "entries"])
        }

        func close() async {
            await enterprise.close()
            await lender.close()
            await alliance.stop()
        }

        /// Sends every case, and compares what is there after each.
        func play(_ cases: [Case]) async throws {
            let before = try await alliance.fingerprint()
            for item in cases {
                let connection = try RawConnection(port: alliance.port)
                let answer = try await connection.exchange(item.request)
                guard let answer else {
                    Issue.record("\(item.name): no answer")
                    continue
                }
                let problem = try? Problem(parsing: answer.body)
                #expect(
                    answer.status == item.status && problem?.name == item.problem,
                    "\(item.name): \(answer.status) \(problem?.json.canonicalText ?? "-")")
                #expect(answer.headers["content-type"] == Problem.mediaType, "\(item.name)")
                #expect(problem?.status == Int64(item.status), "\(item.name)")
                #expect(try await alliance.fingerprint() == before, "\(item.name)")
            }
            let last = try await alliance.send("/health")
            #expect(last.status == 200)
        }
    }

    // MARK: Every endpoint that takes a body

    @Test func bodiesThatAreNoBodies() async throws {
        let scene = try await Scene()
        let endpoints: [(path: String, type: String, limit: Int, problem: String)] = [
            ("/statements", "application/octet-stream", Frame.maximumBytes, "malformed"),
            ("/statements/bulk", "application/octet-stream", Limits.bulkBytes, "malformed"),
            ("/fetches", "application/jose", FetchCall.maximumBytes, "malformed-call"),
            ("/queries", "application/jose", JWS.maximumBytes, "malformed-call"),
            (
                "/applications", "application/json", GatewayLimits.applicationBytes, "malformed"
            ),
        ]
        var cases: [Case] = []
        for (path, type, limit, problem) in endpoints {
            func add(_ name: String, _ request: RawRequest, _ status: Int, _ problem: String) {
                cases.append(Case("\(path) \(name)", request, status, problem))
            }
            add("nothing", .post(path, type, []), 400, problem)
            add("zeros", .post(path, type, [UInt8](repeating: 0, count: 100)), 400, problem)
            add("ones", .post(path, type, [UInt8](repeating: 0xff, count: 100)), 400, problem)
            add("not UTF-8", .post(path, type, [0xc0, 0x80, 0xff]), 400, problem)
            for other in [nil, "text/plain", "application/json-x", "", type + "x"] {
                add(
                    "as \(other ?? "nothing")", .post(path, other, [1]), 415, "wrong-media-type")
            }
            var coded = RawRequest.post(path, type, [1])
            coded.headers.append(("content-encoding", "gzip"))
            add("compressed", coded, 415, "wrong-media-type")
            var declared = RawRequest.post(path, type, [])
            declared.declared = limit + 1
            add("declared too large", declared, 413, "body-too-large")
            var chunked = RawRequest.post(
                path, type, [UInt8](repeating: 0x41, count: limit + 1))
            chunked.chunked = true
            add("too large without saying so", chunked, 413, "body-too-large")
            for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
                add(
                    "by \(method)", RawRequest(method: method, target: path), 405,
                    "method-not-allowed")
            }
            add("by PROPFIND", RawRequest(method: "PROPFIND", target: path), 501, "method-unknown")
        }
        try await scene.play(cases)
        await scene.close()
    }

    /// One that is exactly as large as allowed is read to its end.
    @Test func theLimitItselfIsAllowed() async throws {
        let scene = try await Scene()
        let limit = GatewayLimits.applicationBytes
        try await scene.play([
            Case(
                "as large as allowed",
                .post("/applications", "application/json", [UInt8](repeating: 0x20, count: limit)),
                400, "malformed")
        ])
        await scene.close()
    }

    // MARK: Statements

    @Test func statementsThatAreNone() async throws {
        let scene = try await Scene()
        let forge = scene.statements
        func frame(
            _ jws: [UInt8], disclosures: [UInt8] = [], blob: [UInt8] = []
        ) -> RawRequest {
            .post(
                "/statements", "application/octet-stream",
                Frame(jws: jws, disclosures: disclosures, blob: blob).bytes)
        }
        var cases = try forge.malformed().map {
            Case($0.name, frame($0.jws), 400, "malformed-statement")
        }
        let valid = forge.jws()
        cases += [
            Case("with disclosures", frame(valid, disclosures: [0x41]), 422, "wrong-disclosures"),
            Case(
                "with a disclosure of nothing", frame(valid, disclosures: Array("WyJhIl0~".utf8)),
                422, "wrong-disclosures"),
            Case("with a blob", frame(valid, blob: [1]), 422, "wrong-blob"),
            Case(
                "signature of other bytes", frame(forge.jws(signedOver: ["count": 1])), 401,
                "bad-signature"),
            Case("a stranger's key", frame(forge.jws(by: Forge.stranger)), 401, "unknown-key"),
            Case(
                "another participant's key",
                frame(forge.jws(by: try scene.lender.signer(.all).key)),
                401, "key-of-another"),
            Case(
                "for another participant",
                frame(forge.jws(["iss": .string(scene.lender.configuration.issuer)])), 401,
                "key-of-another"),
            Case(
                "of nobody",
                frame(
                    forge.jws([
                        "iss": .string("https://\(Forge.origin)/participants/nobody")
                    ])), 401, "key-of-another"),
            Case(
                "another log's",
                frame(forge.jws(["log": .digest(Digest<Digested.Genesis>(hashing: [1]))])), 422,
                "other-log"),
            Case(
                "another origin's",
                frame(forge.jws(["iss": "https://trine.example/other/participants/acme"])), 422,
                "other-log"),
            Case(
                "from the future",
                frame(forge.jws(["iat": .integer(scene.enterprise.now.seconds + 3600)])), 422,
                "from-the-future"),
            Case(
                "from long ago",
                frame(forge.jws(["iat": .integer(scene.enterprise.now.seconds - 3600)])), 422,
                "too-old"),
            Case("a wrong count", frame(forge.jws(["count": 7])), 409, "wrong-count"),
            Case(
                "a lender's book",
                frame(
                    try Forge(
                        scene.lender, type: "trine-close-book+jwt", forge.claims
                    ).jws()), 403, "wrong-role"),
            Case(
                "the log's own beginning",
                frame(try await scene.alliance.store.leaves(0..<1)[0]), 403, "not-submittable"),
        ]
        // Other bytes under a jti that is taken.
        let taken = try Statement(parsing: scene.registered.jws).jti
        cases.append(
            Case(
                "a jti that is taken", frame(forge.jws(["jti": .string(taken.text)])), 409,
                "jti-taken"))
        try await scene.play(cases)
        try await self.replays(scene)
        await scene.close()
    }

    /// The same bytes again: the same receipt, and nothing new.
    private func replays(_ scene: Scene) async throws {
        let before = try await scene.alliance.fingerprint()
        let request = RawRequest.post(
            "/statements", "application/octet-stream", scene.registered.bytes)
        let connection = try RawConnection(port: scene.alliance.port)
        let first = try #require(try await connection.exchange(request))
        let second = try #require(try await connection.exchange(request))
        #expect(first.status == 200 && second.status == 200)
        #expect(first.body == second.body)
        #expect(try await scene.alliance.fingerprint() == before)
    }

    @Test func framesThatAreNone() async throws {
        let scene = try await Scene()
        let whole = scene.registered.bytes
        var cases: [Case] = []
        func add(_ name: String, _ body: [UInt8]) {
            for path in ["/statements", "/statements/bulk"] {
                let request = RawRequest.post(path, "application/octet-stream", body)
                cases.append(Case("\(path) \(name)", request, 400, "malformed"))
            }
        }
        for count in [1, 3, 4, 5, 100, whole.count - 8, whole.count - 5, whole.count - 1] {
            add("cut at \(count)", Array(whole.prefix(count)))
        }
        add("one byte more", whole + [0])
        add("a prefix more", whole + [0, 0, 0])
        func prefixed(_ length: UInt32) -> [UInt8] {
            withUnsafeBytes(of: length.bigEndian) { Array($0) } + whole.dropFirst(4)
        }
        for length in [UInt32(whole.count), 65_536, 1 << 24, 1 << 31, .max] {
            add("a length of \(length)", prefixed(length))
        }
        let many = Array(repeating: Frame(jws: [0x41]), count: Limits.bulkFrames + 1)
        cases.append(
            Case(
                "257 frames",
                .post("/statements/bulk", "application/octet-stream", many.flatMap(\.bytes)), 400,
                "malformed"))
        cases.append(
            Case(
                "two frames for one",
                .post("/statements", "application/octet-stream", whole + whole), 400, "malformed"))
        try await scene.play(cases)
        // Whole frames of nonsense are refused one by one: the first of them, the rest is skipped.
        let before = try await scene.alliance.fingerprint()
        let connection = try RawConnection(port: scene.alliance.port)
        let answer = try #require(
            try await connection.exchange(
                .post(
                    "/statements/bulk", "application/octet-stream",
                    many.dropLast().flatMap(\.bytes))))
        let results = try BulkAnswer(parsing: answer.body).results
        #expect(results.count == Limits.bulkFrames)
        guard case .refused(let problem) = results[0] else {
            Issue.record("not refused")
            return
        }
        #expect(problem.name == "malformed-statement")
        #expect(results.dropFirst().allSatisfy { $0 == .skipped })
        #expect(try await scene.alliance.fingerprint() == before)
        await scene.close()
    }

    // MARK: Calls

    @Test func callsThatAreNone() async throws {
        let scene = try await Scene()
        func query(_ jws: [UInt8]) -> RawRequest { .post("/queries", "application/jose", jws) }
        let opener = FetchOpener.random()
        func fetch(_ jws: [UInt8]) -> RawRequest {
            let opening = Array("~".utf8) + opener.encoded
            return .post("/fetches", "application/jose", jws + opening)
        }
        let fetches = try Forge(
            scene.enterprise, type: Fetch.type,
            [
                "fields": .array(["due_date"]), "ranges": .array([]), "lock": .digest(opener.lock),
            ])
        var cases: [Case] = []
        for (path, forge, send) in [
            ("/queries", scene.calls, query), ("/fetches", fetches, fetch),
        ] {
            cases += try forge.malformed().map {
                Case("\(path) \($0.name)", send($0.jws), 400, "malformed-call")
            }
            func add(_ name: String, _ jws: [UInt8], _ status: Int, _ problem: String) {
                cases.append(Case("\(path) \(name)", send(jws), status, problem))
            }
            add("a stranger's key", forge.jws(by: Forge.stranger), 401, "unknown-key")
            add(
                "another's key", forge.jws(by: try scene.lender.signer(.all).key), 401,
                "key-of-another")
            add("a changed signature", forge.jws(signedOver: ["from": 1]), 401, "bad-signature")
            add(
                "another log's",
                forge.jws(["log": .digest(Digest<Digested.Genesis>(hashing: [1]))]), 422,
                "other-log")
            let now = scene.enterprise.now.seconds
            add("too old", forge.jws(["iat": .integer(now - 400)]), 422, "stale")
            add("too new", forge.jws(["iat": .integer(now + 400)]), 422, "stale")
        }
        let grant = scene.enterprise.newJTI()
        let ranges: JSON = .array((0..<300).map { _ in ["book": "invoices/2026-01"] })
        cases += [
            Case("a query as a fetch", fetch(scene.calls.jws()), 400, "malformed-call"),
            Case("a fetch as a query", query(fetches.jws()), 400, "malformed-call"),
            Case("a statement as a query", query(scene.statements.jws()), 400, "malformed-call"),
            Case("no page", query(scene.calls.jws(["limit": 0])), 400, "malformed-call"),
            Case("before the log", query(scene.calls.jws(["from": -1])), 400, "malformed-call"),
            Case(
                "what there isn't", query(scene.calls.jws(["subject": "secrets"])), 400,
                "malformed-call"),
            Case(
                "applications, to an enterprise",
                query(scene.calls.jws(["subject": "applications"])), 403, "not-entitled"),
            Case(
                "no opener", .post("/fetches", "application/jose", fetches.jws()), 400,
                "malformed-call"),
            Case(
                "another opener",
                fetch(fetches.jws(["lock": .digest(FetchOpener.random().lock)])), 403,
                "wrong-opener"),
            Case("no ranges", fetch(fetches.jws()), 400, "ranges-missing"),
            Case("too many ranges", fetch(fetches.jws(["ranges": ranges])), 400, "malformed-call"),
            Case(
                "no such grant", fetch(fetches.jws(["grant": .string(grant.text)])), 404,
                "unknown-grant"),
            Case(
                "a lender's own records",
                fetch(try Forge(scene.lender, type: Fetch.type, fetches.claims).jws()), 403,
                "not-entitled"),
        ]
        try await scene.play(cases)
        await scene.close()
    }

    // MARK: Applications

    /// Of many that use one invitation in the same moment one is told that it applied, and that one's
    /// keys are what an authority sees.
    @Test func oneOfManyApplicants() async throws {
        let store = FaultyStore(keepingTakes: .milliseconds(50))
        let alliance = try await Alliance(on: store)
        let invitation = try await alliance.invite("northbank")
        let applications = try (0..<12).map { _ in try alliance.application(with: invitation) }
        let accepted = try await withThrowingTaskGroup(of: Int?.self) { group in
            for (number, application) in applications.enumerated() {
                group.addTask {
                    let answer = try await alliance.send(
                        "/applications", application.bytes, type: "application/json")
                    if answer.status == 202 { return number }
                    #expect(try Problem(parsing: answer.bytes).name == "invitation-used")
                    return nil
                }
            }
            var accepted: [Int] = []
            for try await number in group { if let number { accepted.append(number) } }
            return accepted
        }
        #expect(accepted.count == 1)
        let authority = try await alliance.session("authority")
        let kept = try await Authority(authority).pending().map(\.application)
        #expect(kept == accepted.map { applications[$0] })
        await authority.close()
        await alliance.stop()
    }

    @Test func applicationsThatAreNone() async throws {
        let scene = try await Scene()
        let alliance = scene.alliance
        let invitation = try await alliance.invite("southbank")
        let application = try alliance.application(with: invitation)
        let text = String(decoding: application.bytes, as: UTF8.self)
        func send(_ text: String) -> RawRequest {
            .post("/applications", "application/json", Array(text.utf8))
        }
        let country = application.disclosures[0].text
        let disclosed = String(decoding: country, as: UTF8.self)
        let other = Disclosure(salt: application.disclosures[0].salt, name: "country", value: 7)
        let changes: [(name: String, text: String)] = [
            ("cut", String(text.dropLast())), ("with white space", " " + text),
            ("with more behind it", text + "{}"), ("a list", "[\(text)]"),
            ("a member twice", "{\"encryption_key\":\"\"," + text.dropFirst()),
            ("one member more", "{\"aaa\":1," + text.dropFirst()),
            (
                "a claim of another type",
                text.replacing(disclosed, with: String(decoding: other.text, as: UTF8.self))
            ),
            ("no country", text.replacing("\"\(disclosed)\",", with: "")),
            ("an escape", text.replacing("southbank", with: "south\\u0062ank")),
            ("a handle that is none", text.replacing("southbank", with: "South Bank")),
            ("no roles", text.replacing("[\"lender\"]", with: "[]")),
            ("another format", text.replacing("trine-application/1", with: "trine-application/2")),
            ("deep", String(repeating: "[", count: 20_000)),
        ]
        for (name, changed) in changes { #expect(changed != text, "\(name)") }
        var cases = changes.map { Case($0.name, send($0.text), 400, "malformed") }
        let elsewhere = Invitation(
            to: LogAddress(gateway: alliance.log.gateway, genesis: Digest(hashing: [1])),
            as: invitation.handle, secret: invitation.secret)
        let taken = Invitation(
            to: alliance.log, as: Handle("northbank")!, secret: invitation.secret)
        cases += [
            Case(
                "for another log",
                .post(
                    "/applications", "application/json",
                    try alliance.application(with: elsewhere).bytes), 403, "not-invited"),
            Case(
                "with another role", send(text.replacing("[\"lender\"]", with: "[\"regulator\"]")),
                422, "bad-proof-of-possession"),
            Case(
                "with the invitation of another",
                send(text.replacing("southbank", with: "westbank")), 403, "not-invited"),
            Case(
                "a handle that is taken",
                .post(
                    "/applications", "application/json",
                    try alliance.application(with: taken).bytes), 409, "handle-taken"),
        ]
        try await scene.play(cases)
        await scene.close()
    }

    // MARK: Paths and queries

    @Test func pathsThatLeadNowhere() async throws {
        let scene = try await Scene()
        let missing = [
            "/nothing", "/tile", "/tile/", "/tile/0", "/tile/8/000", "/tile/63/000", "/tile/64/000",
            "/tile/-1/000", "/tile/00/000", "/tile/+0/000", "/tile/0/0", "/tile/0/00",
            "/tile/0/0000",
            "/tile/0/000", "/tile/0/x000/000", "/tile/0/001", "/tile/0/001.p/1", "/tile/0/000.p/0",
            "/tile/0/000.p/256", "/tile/0/000.p/01", "/tile/0/000.p/+1", "/tile/0/000.p/-1",
            "/tile/0/000.p/", "/tile/0/000.p", "/tile/0/000.p/200", "/tile/0/000.p/1/",
            "/tile//0/000.p/1",
            "/tile/1/000.p/1", "/tile/0/x999/x999/x999/x999/x999/x999/999", "/tile/0/%30%30%30.p/1",
            "/tile/0/" + String(repeating: "x000/", count: 200) + "000", "/tile/data/000",
            "/tile/entries", "/tile/entries/", "/tile/entries/000", "/tile/entries/000.p/0",
            "/tile/entries/000.p/256", "/tile/entries/000.p/99", "/tile/entries/001.p/1",
            "/tile/../checkpoint", "/tile/0/..%2f..%2fcheckpoint", "/%63heckpoint", "/checkpoint/x",
            "/statements/x", "/statements/AAAAAAAAAAAAAAAAAAAAAA",
            "/statements/AAAAAAAAAAAAAAAAAAAAAB", "/statements/x/receipt",
            "/statements/AAAAAAAAAAAAAAAAAAAAAA/receipt", "/participants/NOBODY",
            "/participants/nobody", "/participants/nobody/books", "/participants/acme/secrets",
            "/policies", "/policies/x", "/policies/\(Digest<Digested.Policies>(hashing: [1]))",
        ]
        let malformed = [
            "/entries?from=-1", "/entries?from=+1", "/entries?from=01", "/entries?from=1e3",
            "/entries?from=", "/entries?from", "/entries?from=9223372036854775808",
            "/entries?from=%31", "/entries?limit=0", "/entries?limit=257", "/entries?limit=x",
            "/entries?limit=1&limit=1", "/entries?form=1", "/entries?&", "/entries?kind=x",
            "/entries?issuer=NOBODY", "/entries?issuer=", "/entries?from=1&", "/entries?=1",
            "/participants?after=NOBODY", "/participants?limit=257", "/participants?limit=-0",
            "/participants?from=1", "/participants/acme/books?series=X",
            "/participants/acme/books?from=2026-13", "/participants/acme/books?from=2026-1",
            "/participants/acme/books?from=2026-02&to=2026-01", "/participants/acme/books?month=1",
            "/entries?" + String(repeating: "a", count: 5000),
        ]
        var cases = missing.map { Case($0, .get($0), 404, "not-found") }
        cases += malformed.map { Case($0, .get($0), 400, "bad-parameter") }
        for path in ["/", "/checkpoint", "/health", "/entries", "/tile/0/000.p/1"] {
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
                cases.append(
                    Case(
                        "\(method) \(path)", RawRequest(method: method, target: path), 405,
                        "method-not-allowed"))
            }
        }
        try await scene.play(cases)
        let refused = try #require(
            try await RawConnection(port: scene.alliance.port).exchange(
                RawRequest(method: "PUT", target: "/checkpoint")))
        #expect(refused.headers["allow"] == "GET, HEAD")
        // As far as numbers go: nothing is there, and that is said.
        for path in [
            "/entries?from=9223372036854775807", "/entries?from=9223372036854775807&kind=grant",
        ] {
            let answer = try await scene.alliance.send(path)
            #expect(answer.status == 200)
            #expect(try EntriesAnswer(parsing: answer.bytes).entries.isEmpty)
        }
        await scene.close()
    }
}
