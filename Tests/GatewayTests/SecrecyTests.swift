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

/// What a grant says to its parties, nobody else finds: not in the log, not in the metadata, not in
/// what is signed for, and not in the way in which it is refused.
@Suite struct SecrecyTests {
    /// Values that occur in the grant and nowhere else.
    private static let words = [
        "due_date", "tax_exclusive_amount", "791993", "8640413", Months.second.description,
        "The northbank", "\"served\"",
    ]
    private static let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]

    @Test func aGrantIsItsPartiesAlone() async throws {
        let scene = try await Scene()
        let jti = scene.grant.text
        var answers: [(place: String, bytes: [UInt8])] = []
        let head = try #require(try await scene.alliance.store.head())
        let width = Int(head.size)
        let participants = ["northbank", "southbank", "acme", "bolts", "authority", "host"]
        var paths = [
            "/", "/health", "/checkpoint", "/entries?limit=256", "/entries?issuer=northbank",
            "/entries?kind=grant", "/entries?kind=access", "/entries?kind=revoke", "/participants",
            "/statements/\(jti)", "/statements/\(jti)/receipt",
            "/statements/\(scene.access)", "/statements/\(scene.access)/receipt",
            "/tile/0/000.p/\(width)", "/tile/entries/000.p/\(width)",
        ]
        for name in participants {
            paths += ["/participants/\(name)", "/participants/\(name)/books"]
        }
        for path in paths { answers.append((path, try await scene.alliance.send(path).bytes)) }
        // What two who are admitted, and no party, sign for.
        for outsider in [scene.rival, scene.other] {
            for (name, call) in try scene.calls(of: outsider) {
                let answer = try await scene.alliance.send(
                    call.path, call.bytes, type: "application/jose")
                answers.append(("\(name) of \(outsider.handle)", answer.bytes))
            }
            for (name, claims) in scene.attempts {
                var random = SystemRandomNumberGenerator()
                let signed = Statement.sign(
                    claims, selective: StatedReason(.resolved).disclosures(using: &random),
                    by: try outsider.signer(.all), at: outsider.now, jti: outsider.newJTI())
                let frame = Frame(
                    jws: signed.statement.jws.bytes,
                    disclosures: Disclosure.join(signed.disclosures))
                let answer = try await scene.alliance.send("/statements", frame.bytes)
                #expect(answer.status >= 400, "\(name)")
                answers.append(("\(name) by \(outsider.handle)", answer.bytes))
            }
        }
        for (place, bytes) in answers {
            let text = Self.decoded(bytes)
            for word in Self.words {
                let found = text.contains(word)
                #expect(!found, "\(place) tells \(word)")
            }
        }
        // Its name stands where it is admitted and where it signs, and nowhere else.
        for (place, bytes) in answers where !place.hasPrefix("/participants") {
            for statement in Self.statements(bytes) where statement.issuer.text != "northbank" {
                if let admit = statement.claims as? Admit, admit.handle.text == "northbank" {
                    continue
                }
                let payload = String(decoding: statement.jws.payload, as: UTF8.self)
                #expect(!payload.contains("northbank"), "\(place): \(payload)")
            }
        }
        // The same search finds all of it in what the parties get: it can find.
        let own = try await scene.alliance.send(
            "/queries", try scene.calls(of: scene.lender)[0].call.bytes, type: "application/jose")
        let text = Self.decoded(own.bytes)
        for word in Self.words {
            let found = text.contains(word)
            #expect(found, "\(word)")
        }
        await scene.close()
    }

    /// Whether there is a grant that isn't for the asker, or none: the answer is the same.
    @Test func notForYouIsAsIfNotThere() async throws {
        let scene = try await Scene()
        for outsider in [scene.rival, scene.other, scene.enterprise] {
            let made = outsider.newJTI()
            var bodies: [String] = []
            for grant in [scene.grant, made] {
                let call = Fetch.sign(
                    grant: grant, fields: Self.fields, ranges: [], by: try outsider.signer(.all),
                    at: outsider.now, jti: outsider.newJTI(), opener: .random())
                let answer = try await scene.alliance.send(
                    "/fetches", call.bytes, type: "application/jose")
                #expect(answer.status == 404)
                bodies.append(
                    String(decoding: answer.bytes, as: UTF8.self)
                        .replacing(grant.text, with: "…"))
            }
            #expect(bodies[0] == bodies[1])
        }
        await scene.close()
    }

    private struct Scene {
        let alliance: Alliance
        let enterprise: Session
        let lender: Session
        /// Admitted, and no parties.
        let rival: Session
        let other: Session
        let grant: JTI
        let access: JTI

        init() async throws {
            alliance = try await Alliance(on: MemoryStore())
            enterprise = try await alliance.admit("acme", [.enterprise])
            lender = try await alliance.admit("northbank", [.lender])
            rival = try await alliance.admit("southbank", [.lender])
            other = try await alliance.admit("bolts", [.enterprise])
            _ = try await Enterprise(enterprise).importDocuments(
                [try alliance.documents(Months.first...Months.first, "first")])
            let plan = try await Enterprise(enterprise).plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
                    fields: SecrecyTests.fields, purpose: .receivablesFinancing, lifetime: 86_400,
                    fetches: 791_993, dataLife: 8_640_413))
            grant = try await Enterprise(enterprise).grant(plan).statement.jti
            let package = try await Lender(lender).fetch(grant)
            #expect(package.verdict.heads == plan.recordCount)
            let entries = try EntriesAnswer(
                parsing: try await alliance.send("/entries?kind=access").bytes
            ).entries
            access = try Statement(parsing: try #require(entries.first).statement).jti
        }

        /// Where a call is sent, and what is sent.
        typealias Sent = (path: String, bytes: [UInt8])

        func calls(of session: Session) throws -> [(name: String, call: Sent)] {
            func query(_ subject: QueryClaims.Subject, _ from: Int64) throws -> Sent {
                let call = Query.sign(
                    subject, from: from, limit: 256, by: try session.signer(.all),
                    at: session.now, jti: session.newJTI())
                return ("/queries", call.bytes)
            }
            func fetch(_ grant: JTI?, _ ranges: [RecordRange]) throws -> Sent {
                let call = Fetch.sign(
                    grant: grant, fields: [], ranges: ranges, by: try session.signer(.all),
                    at: session.now, jti: session.newJTI(), opener: .random())
                return ("/fetches", call.bytes)
            }
            func giveBack(_ grant: JTI) throws -> [UInt8] {
                ReturnCall.sign(
                    ReturnTerms(grant: grant, .givenBack), by: try session.signer(.all),
                    at: session.now, jti: session.newJTI()
                ).bytes
            }
            let book = BookName(series: .invoices, month: Months.first)
            let ranges = [RecordRange(book: book, from: 1, to: 9)].compactMap { $0 }
            return [
                ("all entries", try query(.entries, 0)),
                ("later entries", try query(.entries, 3)),
                ("applications", try query(.applications, 0)),
                ("a fetch", try fetch(grant, [])), ("a fetch of some", try fetch(grant, ranges)),
                ("a fetch of the access", try fetch(access, [])),
                ("own records", try fetch(nil, ranges)),
                ("a return", ("/returns", try giveBack(grant))),
                ("a return of the access", ("/returns", try giveBack(access))),
            ]
        }

        /// Statements about the grant that aren't the outsider's to make.
        var attempts: [(name: String, claims: any KindForm)] {
            [
                ("revoke", Revoke(grant: grant)),
                ("revoke the access", Revoke(grant: access)),
                ("erase the grant", Erase(.grant(grant, epoch: 1))),
                ("erase the access", Erase(.grant(access, epoch: 1))),
            ]
        }

        func close() async {
            for session in [enterprise, lender, rival, other] { await session.close() }
            await alliance.stop()
        }
    }

    /// The text of an answer with everything decoded that is base64url, in an entry bundle too.
    private static func decoded(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split {
            !($0.isASCII && ($0.isLetter || $0.isNumber || "-_".contains($0)))
        }
        let inner = parts.compactMap { Base64URL.decode(String($0)) }
            .map { String(decoding: $0, as: UTF8.self) }
        // A disclosure may hold a signed call, which is base64url again.
        let innermost = inner.flatMap { $0.split { "\".~,".contains($0) } }
            .compactMap { Base64URL.decode(String($0)) }
            .map { String(decoding: $0, as: UTF8.self) }
        return ([text] + inner + innermost).joined(separator: "\n")
    }

    private static func statements(_ bytes: [UInt8]) -> [Statement] {
        String(decoding: bytes, as: UTF8.self)
            .split { !($0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))) }
            .compactMap { try? Statement(parsing: Array($0.utf8)) }
    }
}
