import Client
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

/// The HTTP surface, as strangers and other people's tools meet it.
@Suite struct InterfaceTests {
    /// A client that knows nothing but tlog-tiles rebuilds the tree and finds the checkpoint's root.
    @Test func theServedLogIsATlogTilesLog() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.second, "both")])
        let answer = try await alliance.send("/checkpoint")
        #expect(answer.mediaType == "text/plain")
        let policy = TrustPolicy(trusting: alliance.keys.log.verifierKey)
        let checkpoint = try policy.verify(try Note(parsing: answer.bytes))
        #expect(checkpoint.size > 20)
        let bundle = try EntryBundleCoordinate(index: 0, width: Int(min(checkpoint.size, 256)))
        let entries = try EntryBundle(
            parsing: try await alliance.send("/" + bundle.path).bytes, width: bundle.width)
        var edge = RightEdge()
        for hash in entries.leafHashes { edge.append(hash) }
        #expect(edge.root == checkpoint.root)
        let tile = try TileCoordinate(level: 0, index: 0, width: bundle.width)
        let served = try Tile(tile, parsing: try await alliance.send("/" + tile.path).bytes)
        #expect(served.hashes == entries.leafHashes)
        for path in [
            "/tile/0/001.p/1", "/tile/0/000.p/0", "/tile/0/000.p/256", "/tile/0/0",
            "/tile/entries/001",
            "/tile/0/000/", "/tile/../checkpoint", "/tile/64/000",
        ] {
            #expect(try await alliance.send(path).status == 404, "\(path)")
        }
        await enterprise.close()
        await alliance.stop()
    }

    @Test func strangersGetPreciseRefusals() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let before = try await alliance.store.head()
        let garbage = [UInt8](repeating: 0xff, count: 100)
        let cases: [(String, [UInt8], String, Int, String)] = [
            ("/statements", garbage, "application/octet-stream", 400, "malformed"),
            ("/statements", [], "application/octet-stream", 400, "malformed"),
            ("/statements", garbage, "text/plain", 415, "wrong-media-type"),
            ("/statements/bulk", garbage, "application/octet-stream", 400, "malformed"),
            ("/fetches", garbage, "application/jose", 400, "malformed-call"),
            ("/queries", Array("a.b.c".utf8), "application/jose", 400, "malformed-call"),
            ("/applications", Array("{}".utf8), "application/json", 400, "malformed"),
            (
                "/applications", Array("{\"a\":1,\"a\":2}".utf8), "application/json", 400,
                "malformed"
            ),
        ]
        for (path, body, type, status, name) in cases {
            let answer = try await alliance.send(path, body, type: type)
            let problem = try Problem(parsing: answer.bytes)
            #expect(answer.status == status, "\(path) \(answer.status) \(problem.name)")
            #expect(problem.name == name, "\(path)")
            #expect(answer.mediaType == Problem.mediaType)
        }
        for path in [
            "/nothing", "/statements/x", "/participants/NOBODY", "/participants/nobody",
            "/entries?from=-1", "/entries?limit=0", "/entries?limit=1000000", "/entries?kind=x",
        ] {
            let answer = try await alliance.send(path)
            #expect([400, 404].contains(answer.status), "\(path) \(answer.status)")
            #expect(answer.mediaType == Problem.mediaType, "\(path)")
        }
        #expect(try await alliance.store.head() == before)
        await alliance.stop()
    }

    /// The same bytes again get the same receipt; other bytes under the same jti don't.
    @Test func aStatementIsRegisteredOnce() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let book = BookName(series: .invoices, month: Months.first)
        let jti = enterprise.newJTI()
        let signed = Statement.sign(
            CloseBook(book, count: 0, root: BookState().root), by: try enterprise.signer(.close),
            at: enterprise.now, jti: jti)
        let frame = Frame(jws: signed.statement.jws.bytes)
        let first = try await alliance.send("/statements", frame.bytes)
        #expect(first.status == 201)
        let size = try await alliance.store.head()?.size
        let again = try await alliance.send("/statements", frame.bytes)
        #expect(again.status == 200)
        #expect(try await alliance.store.head()?.size == size)
        let receipt = try TransparencyProof(parsing: first.bytes)
        _ = try receipt.verify(
            leaf: Hash.leaf(frame.jws),
            policy: TrustPolicy(trusting: alliance.keys.log.verifierKey))
        let other = Statement.sign(
            CloseBook(
                BookName(series: .bills, month: Months.first), count: 0, root: BookState().root),
            by: try enterprise.signer(.close), at: enterprise.now, jti: jti)
        let refused = try await alliance.send(
            "/statements", Frame(jws: other.statement.jws.bytes).bytes)
        #expect(refused.status == 409)
        #expect(try Problem(parsing: refused.bytes).name == "jti-taken")
        await enterprise.close()
        await alliance.stop()
    }

    /// Bulk stops at the first refusal, and says what became of each frame.
    @Test func bulkIsInOrderAndStops() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        func closing(_ month: Month, count: Int64) throws -> Frame {
            let signed = Statement.sign(
                CloseBook(
                    BookName(series: .invoices, month: month), count: count,
                    root: BookState().root),
                by: try enterprise.signer(.close), at: enterprise.now, jti: enterprise.newJTI())
            return Frame(jws: signed.statement.jws.bytes)
        }
        let frames = [
            try closing(Months.first, count: 0), try closing(Months.second, count: 7),
            try closing(Months.second, count: 0),
        ]
        let answer = try await alliance.send("/statements/bulk", frames.flatMap(\.bytes))
        let results = try BulkAnswer(parsing: answer.bytes).results
        guard results.count == 3, case .registered = results[0],
            case .refused(let problem) = results[1],
            case .skipped = results[2]
        else {
            Issue.record("\(results)")
            return
        }
        #expect(problem.name == "wrong-count")
        await enterprise.close()
        await alliance.stop()
    }

    /// Signatures are checked some at a time: wherever a wrong one is, those before it are entered and
    /// those behind it aren't.
    @Test func aWrongSignatureEndsABulk() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        for place in [0, 1, 15, 16, 17, 31, 39] {
            let series = try #require(Series(rawValue: "s-\(place)"))
            var frames = try (0..<40).map { number in
                let month = try #require(Month(number: number))
                return Frame(jws: try enterprise.closing(month, series).statement.jws.bytes)
            }
            var bytes = frames[place].jws
            let middle = bytes.count - 43
            bytes[middle] =
                bytes[middle] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            frames[place] = Frame(jws: bytes)
            let before = try await alliance.store.head()?.size ?? 0
            let answer = try await alliance.send("/statements/bulk", frames.flatMap(\.bytes))
            let results = try BulkAnswer(parsing: answer.bytes).results
            #expect(results.count == frames.count)
            for (number, result) in results.enumerated() {
                switch result {
                case .registered: #expect(number < place)
                case .refused(let problem):
                    #expect(number == place && problem.name == "bad-signature")
                case .skipped: #expect(number > place)
                }
            }
            #expect(try await alliance.store.head()?.size ?? 0 == before + Int64(place))
        }
        await enterprise.close()
        await alliance.stop()
    }

    /// What only the gateway may enter can't be submitted, and foreign signatures get nowhere.
    @Test func forgeriesAreRefused() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        var random = SystemRandomNumberGenerator()
        let stranger = SigningKey(seed: .random(count: 32, using: &random))
        let forged = Statement.sign(
            CloseBook(
                BookName(series: .invoices, month: Months.first), count: 0,
                root: BookState().root),
            by: Signer(
                origin: enterprise.configuration.origin, handle: enterprise.handle,
                log: enterprise.log, key: stranger), at: enterprise.now, jti: enterprise.newJTI())
        let answer = try await alliance.send(
            "/statements", Frame(jws: forged.statement.jws.bytes).bytes)
        #expect(answer.status == 401)
        let suspension = Statement.sign(
            Suspend(enterprise.handle),
            selective: StatedReason(.unspecified).disclosures(using: &random),
            by: try enterprise.signer(.all), at: enterprise.now, jti: enterprise.newJTI())
        let refused = try await alliance.send(
            "/statements",
            Frame(
                jws: suspension.statement.jws.bytes,
                disclosures: Disclosure.join(suspension.disclosures)
            ).bytes)
        #expect(try Problem(parsing: refused.bytes).name == "not-authority")
        let future = Statement.sign(
            CloseBook(
                BookName(series: .invoices, month: Months.first), count: 0,
                root: BookState().root),
            by: try enterprise.signer(.close), at: enterprise.now.advanced(by: 3600),
            jti: enterprise.newJTI())
        let early = try await alliance.send(
            "/statements", Frame(jws: future.statement.jws.bytes).bytes)
        #expect(try Problem(parsing: early.bytes).name == "from-the-future")
        await enterprise.close()
        await alliance.stop()
    }
}
