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

    private func refusal(
        _ application: Application, to alliance: Alliance
    ) async throws -> String {
        let answer = try await alliance.send(
            "/applications", application.bytes, type: "application/json")
        return try Problem(parsing: answer.bytes).name
    }

    @Test func anAuthorityRejects() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let lender = try await alliance.admit("northbank", [.lender])
        let authority = try await alliance.session("authority")
        let invitation = try await alliance.invite("southbank", by: authority)
        let first = try alliance.application(with: invitation)
        let second = try alliance.application(with: invitation)
        #expect(try await apply(first, to: alliance) == 202)
        // The same again is no other application; another one is.
        #expect(try await apply(first, to: alliance) == 202)
        #expect(try await refusal(second, to: alliance) == "invitation-used")
        // Only an authority can reject it.
        let own = Rejection.sign(
            first.handle, Digest(hashing: first.bytes), by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI())
        let refused = try await alliance.send("/rejections", own.bytes, type: "application/jose")
        #expect(try Problem(parsing: refused.bytes).name == "not-entitled")
        #expect(try await Authority(authority).pending().count == 1)
        #expect(try await Authority(authority).reject(first.handle) == first)
        #expect(try await Authority(authority).pending().isEmpty)
        // The invitation went with it.
        #expect(try await refusal(second, to: alliance) == "not-invited")
        let again = try alliance.application(
            with: try await alliance.invite("southbank", by: authority))
        #expect(try await apply(again, to: alliance) == 202)
        for session in [lender, authority] { await session.close() }
        await alliance.stop()
    }

    /// Nobody takes a handle, or room, without an authority's word.
    @Test func onlyWhoIsInvitedApplies() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let lender = try await alliance.admit("northbank", [.lender])
        let invitation = try await alliance.invite("southbank")
        let before = try await alliance.fingerprint()
        var random = SystemRandomNumberGenerator()
        let guessed = InvitationSecret(.random(count: 16, using: &random))!
        for (handle, secret) in [
            ("southbank", guessed), ("westbank", invitation.secret), ("northbank", guessed),
        ] {
            let forged = Invitation(to: alliance.log, as: Handle(handle)!, secret: secret)
            #expect(
                try await refusal(try alliance.application(with: forged), to: alliance)
                    == (handle == "northbank" ? "handle-taken" : "not-invited"))
        }
        // Who isn't an authority invites nobody, and nobody is invited as somebody who is there.
        for (session, handle, name) in [
            (lender, "westbank", "not-entitled"),
            (try await alliance.session("authority"), "northbank", "handle-taken"),
        ] {
            let call = InvitationCall.sign(
                Handle(handle)!, Digest(hashing: [1]), by: try session.signer(.all),
                at: session.now, jti: session.newJTI())
            let answer = try await alliance.send(
                "/invitations", call.bytes, type: "application/jose")
            #expect(try Problem(parsing: answer.bytes).name == name)
            await session.close()
        }
        #expect(try await alliance.fingerprint() == before)
        // A second invitation for a handle ends the first.
        let later = try await alliance.invite("southbank")
        let early = try alliance.application(with: invitation)
        #expect(try await refusal(early, to: alliance) == "not-invited")
        #expect(try await apply(try alliance.application(with: later), to: alliance) == 202)
        await alliance.stop()
    }

    /// A rejection that is played again doesn't drop what came after it under the same handle.
    @Test func aRejectionIsForOneApplication() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let first = try alliance.application(
            with: try await alliance.invite("southbank", by: authority))
        #expect(try await apply(first, to: alliance) == 202)
        let call = Rejection.sign(
            first.handle, Digest(hashing: first.bytes), by: try authority.signer(.all),
            at: authority.now, jti: authority.newJTI())
        func reject() async throws -> Int {
            try await alliance.send("/rejections", call.bytes, type: "application/jose").status
        }
        #expect(try await reject() == 204)
        #expect(try await reject() == 404)
        let second = try alliance.application(
            with: try await alliance.invite("southbank", by: authority))
        #expect(try await apply(second, to: alliance) == 202)
        #expect(try await reject() == 404)
        #expect(try await Authority(authority).pending().map(\.application) == [second])
        await #expect(throws: ClientError.noApplication(Handle("westbank")!)) {
            try await Authority(authority).reject(Handle("westbank")!)
        }
        await authority.close()
        await alliance.stop()
    }

    @Test func invitationsAndApplicationsExpire() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let late = try alliance.application(
            with: try await alliance.invite("westbank", by: authority))
        alliance.clock.advance(by: InvitationClaims.validSeconds - 60)
        let timely = try alliance.application(
            with: try await alliance.invite("southbank", by: authority))
        #expect(try await apply(timely, to: alliance) == 202)
        alliance.clock.advance(by: 60)
        #expect(try await refusal(late, to: alliance) == "not-invited")
        alliance.clock.advance(by: InvitationClaims.validSeconds - 120)
        #expect(try await Authority(authority).pending().count == 1)
        alliance.clock.advance(by: 60)
        #expect(try await Authority(authority).pending().isEmpty)
        #expect(try await alliance.store.applications().isEmpty)
        await authority.close()
        await alliance.stop()
    }

    /// An invitation lives for its time in all: an application at its end doesn't double that.
    @Test func anApplicationDoesNotProlongItsInvitation() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        let invitation = try await alliance.invite("southbank", by: authority)
        alliance.clock.advance(by: InvitationClaims.validSeconds - 60)
        let last = try alliance.application(with: invitation)
        #expect(try await apply(last, to: alliance) == 202)
        #expect(try await Authority(authority).pending().count == 1)
        alliance.clock.advance(by: 60)
        #expect(try await Authority(authority).pending().isEmpty)
        #expect(try await refusal(last, to: alliance) == "not-invited")
        await authority.close()
        await alliance.stop()
    }

    /// Whoever has the call of an invitation can't make it good again after the rejection, put an earlier
    /// invitation in the place of a later one, or keep one open.
    @Test func anInvitationIsNotPlayedAgain() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let authority = try await alliance.session("authority")
        func call(_ invitation: Invitation) throws -> JWS {
            InvitationCall.sign(
                invitation.handle, Digest(hashing: invitation.secret.token(for: authority.log)),
                by: try authority.signer(.all), at: authority.now, jti: authority.newJTI())
        }
        func play(_ call: JWS) async throws -> Int {
            try await alliance.send("/invitations", call.bytes, type: "application/jose").status
        }
        let first = try await alliance.invite("southbank", by: authority)
        let firstCall = try call(first)
        #expect(try await play(firstCall) == 204, "the same token again changes nothing")
        let application = try alliance.application(with: first)
        #expect(try await apply(application, to: alliance) == 202)
        #expect(try await play(firstCall) == 204)
        #expect(try await Authority(authority).reject(application.handle) == application)
        #expect(try await play(firstCall) != 204)
        #expect(try await refusal(application, to: alliance) == "not-invited")

        alliance.clock.advance(by: 1)
        let second = try await alliance.invite("southbank", by: authority)
        #expect(try await play(firstCall) != 204)
        #expect(try await refusal(application, to: alliance) == "not-invited")
        let later = try alliance.application(with: second)
        #expect(try await apply(later, to: alliance) == 202)
        // Once the call is too old by itself, nothing is kept of a rejected one.
        #expect(try await Authority(authority).reject(later.handle) == later)
        alliance.clock.advance(by: Limits.callSeconds + 1)
        #expect(try await Authority(authority).pending().isEmpty)
        #expect(try await alliance.store.applications().isEmpty)
        #expect(try await play(firstCall) != 204)
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
        let invitation = try await alliance.invite("southbank", by: authority)
        let good = try alliance.application(with: invitation)
        let name = "Bank" + controls
        #expect(LegalIdentifier(scheme: .vat, id: name) == nil)
        // A program of somebody else would send it all the same.
        let identity = ApplicantIdentity(name: name, identifiers: [], country: "DE")
        var random = SystemRandomNumberGenerator()
        let evil = zip(good.disclosures, identity.disclosures(using: &random)).reduce(
            String(decoding: good.bytes, as: UTF8.self)
        ) { text, pair in
            text.replacing(
                String(decoding: pair.0.text, as: UTF8.self),
                with: String(decoding: pair.1.text, as: UTF8.self))
        }
        let answer = try await alliance.send(
            "/applications", Array(evil.utf8), type: "application/json")
        #expect(answer.status == 400)
        let before = try await alliance.fingerprint()
        let hold = HoldTerms(
            holder: Handle("authority")!, books: nil, until: nil, caseReference: name)
        let bad = LegalIdentity(identity)
        let worse = LegalIdentity(good.identity, dueDiligence: name)
        for answer in [
            try await submit(good.claims, bad, by: authority, alliance),
            try await submit(good.claims, worse, by: authority, alliance),
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
