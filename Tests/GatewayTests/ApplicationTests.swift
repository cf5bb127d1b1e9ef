import Client
import Interface
import Sharing
import Storage
import Testing
import Wire

@testable import Client
@testable import Gateway

/// Applications end: by an authority's word, or by time. Nobody fills the gateway with them for ever.
@Suite struct ApplicationTests {
    private func apply(_ application: Application, to alliance: Alliance) async throws -> Int {
        try await alliance.send("/applications", application.bytes, type: "application/json").status
    }

    @Test func anAuthorityRejects() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let lender = try await alliance.admit("northbank", [.lender])
        let authority = try await alliance.session("authority")
        let squatter = try alliance.application("southbank", log: authority.log)
        let honest = try alliance.application("southbank", log: authority.log)
        #expect(try await apply(squatter, to: alliance) == 202)
        #expect(try await apply(honest, to: alliance) == 409)
        // Only an authority can do it.
        let own = Rejection.sign(
            squatter.handle, Digest(hashing: squatter.bytes), by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI())
        let refused = try await alliance.send("/rejections", own.bytes, type: "application/jose")
        #expect(try Problem(parsing: refused.bytes).name == "not-entitled")
        #expect(try await Authority(authority).pending().count == 1)
        #expect(try await Authority(authority).reject(squatter.handle) == squatter)
        #expect(try await Authority(authority).pending().isEmpty)
        #expect(try await apply(honest, to: alliance) == 202)
        for session in [lender, authority] { await session.close() }
        await alliance.stop()
    }

    /// A rejection that is played again doesn't drop what came after it under the same handle.
    @Test func aRejectionIsForOneApplication() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let first = try alliance.application("southbank", log: authority.log)
        #expect(try await apply(first, to: alliance) == 202)
        let call = Rejection.sign(
            first.handle, Digest(hashing: first.bytes), by: try authority.signer(.all),
            at: authority.now, jti: authority.newJTI())
        func reject() async throws -> Int {
            try await alliance.send("/rejections", call.bytes, type: "application/jose").status
        }
        #expect(try await reject() == 204)
        #expect(try await reject() == 404)
        let second = try alliance.application("southbank", log: authority.log)
        #expect(try await apply(second, to: alliance) == 202)
        #expect(try await reject() == 404)
        #expect(try await Authority(authority).pending().map(\.application) == [second])
        await #expect(throws: ClientError.noApplication(Handle("westbank")!)) {
            try await Authority(authority).reject(Handle("westbank")!)
        }
        await authority.close()
        await alliance.stop()
    }

    @Test func applicationsExpire() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        #expect(
            try await apply(
                try alliance.application("southbank", log: authority.log), to: alliance) == 202)
        alliance.clock.advance(by: GatewayLimits.applicationSeconds - 60)
        #expect(try await Authority(authority).pending().count == 1)
        let other = try alliance.application("southbank", log: authority.log)
        #expect(try await apply(other, to: alliance) == 409)
        alliance.clock.advance(by: 60)
        #expect(try await Authority(authority).pending().isEmpty)
        #expect(try await alliance.store.applications().isEmpty)
        #expect(try await apply(other, to: alliance) == 202)
        await authority.close()
        await alliance.stop()
    }

    /// What moves a terminal's cursor or turns the direction of writing isn't taken, in a name or an
    /// identifier, whether it is sent by an applicant or signed by an authority.
    @Test(arguments: [
        "\u{1b}[2J", "\r\n", "\u{9b}2J", "\u{202e}", "\u{feff}", "\u{e0041}", "\u{fffe}",
    ])
    func namesWithControlsAreRefused(controls: String) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let good = try alliance.application("southbank", log: authority.log)
        let name = "Bank" + controls
        #expect(LegalIdentifier(scheme: .vat, id: name) == nil)
        let bad = Application(
            handle: good.handle, roles: good.roles, legalName: name, legalIdentifiers: [],
            country: good.country, keys: good.keys, encryptionKey: good.encryptionKey)
        #expect(try await apply(bad, to: alliance) == 400)
        let before = try await alliance.fingerprint()
        let hold = HoldTerms(
            holder: Handle("authority")!, books: nil, until: nil, caseReference: name)
        for answer in [
            try await submit(good.claims, bad.identity(dueDiligence: nil), by: authority, alliance),
            try await submit(
                good.claims, good.identity(dueDiligence: name), by: authority, alliance),
            try await submit(LegalHold(), hold, by: authority, alliance),
        ] {
            #expect(answer.status == 422)
            #expect(try Problem(parsing: answer.bytes).name == "wrong-disclosures")
        }
        #expect(try await alliance.fingerprint() == before)
        await authority.close()
        await alliance.stop()
    }

    /// Signs and sends what a program of somebody else may send.
    private func submit(
        _ claims: some KindForm, _ selective: some SelectiveClaims, by session: Session,
        _ alliance: Alliance
    ) async throws -> TransportAnswer {
        var random = SystemRandomNumberGenerator()
        let signed = Statement.sign(
            claims, selective: selective.disclosures(using: &random), by: try session.signer(.all),
            at: session.now, jti: session.newJTI())
        let frame = Frame(
            jws: signed.statement.jws.bytes, disclosures: Disclosure.join(signed.disclosures),
            blob: [])
        return try await alliance.send("/statements", frame.bytes)
    }
}
