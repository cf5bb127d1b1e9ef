import Client
import Gateway
import Interface
import Sharing
import Storage
import TestSupport
import Testing
import Verification
import Wire

@testable import Client

/// Valid requests with random bytes changed, cut, doubled or inserted: anything may be refused, and
/// nothing may be an error of the gateway's, change the log, or keep it from answering.
@Suite struct MutationTests {
    private static let rounds = 1500

    @Test func changedRequestsChangeNothing() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        try await run(seed: seed)
    }

    private func run(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let requests = try await requests(alliance, enterprise)
        let before = try await alliance.fingerprint()
        for round in 0..<Self.rounds {
            var request = requests[Int.random(in: 0..<requests.count, using: &random)]
            let whole = Bool.random(using: &random) && Bool.random(using: &random)
            let place = "seed \(seed), round \(round), \(request.target)"
            if !whole { request.body = random.mutated(request.body) }
            request.chunked = Bool.random(using: &random)
            let bytes = whole ? random.mutated(request.bytes) : request.bytes
            let connection = try RawConnection(port: alliance.port, timeoutSeconds: 10)
            try? await connection.send(bytes)
            // A changed head may announce more than comes.
            connection.finishSending()
            let answer = try? await connection.answer()
            guard let answer else {
                #expect(whole, "\(place): no answer")
                continue
            }
            #expect(answer.status < 500 || answer.status == 501, "\(place): \(answer.status)")
            if answer.status >= 400, answer.headers["content-length"] != "0" {
                #expect(answer.headers["content-type"] == Problem.mediaType, "\(place)")
            }
            if round % 50 == 0 {
                #expect(try await alliance.fingerprint() == before, "up to \(place)")
            }
        }
        #expect(try await alliance.fingerprint() == before, "seed \(seed)")
        #expect(try await alliance.send("/health").status == 200, "seed \(seed)")
        await enterprise.close()
        await alliance.stop()
    }

    /// Requests that are answered and change nothing: what they register is there already.
    private func requests(
        _ alliance: Alliance, _ enterprise: Session
    ) async throws -> [RawRequest] {
        let frames = try [Months.first, Months.second].map {
            Frame(jws: try enterprise.closing($0).statement.jws.bytes)
        }
        let bulk = RawRequest.post(
            "/statements/bulk", "application/octet-stream", frames.flatMap(\.bytes))
        let query = Query.sign(
            .entries, from: 0, limit: 5, by: try enterprise.signer(.all), at: enterprise.now,
            jti: enterprise.newJTI())
        let fetch = Fetch.sign(
            grant: enterprise.newJTI(), fields: ["due_date"], ranges: [],
            by: try enterprise.signer(.all), at: enterprise.now, jti: enterprise.newJTI(),
            opener: .random())
        var random = SystemRandomNumberGenerator()
        let taken = Invitation(
            to: alliance.log, as: Handle("acme")!,
            secret: InvitationSecret(.random(count: 16, using: &random))!)
        let application = try alliance.application(with: taken)
        let requests = [
            bulk, .post("/statements", "application/octet-stream", frames[0].bytes),
            .post("/queries", "application/jose", query.bytes),
            .post("/fetches", "application/jose", fetch.bytes),
            .post("/applications", "application/json", application.bytes),
            .get("/tile/0/000.p/2"), .get("/entries?from=1&limit=2&kind=admit"),
            .get("/participants/acme/books?series=invoices&from=2025-01"),
        ]
        let expected = [200, 200, 200, 404, 409, 200, 200, 200]
        for (request, status) in zip(requests, expected) {
            let connection = try RawConnection(port: alliance.port)
            #expect(try await connection.exchange(request)?.status == status, "\(request.target)")
        }
        return requests
    }
}
