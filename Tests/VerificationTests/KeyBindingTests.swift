import Sharing
import TestWorld
import Testing
import Verification
import Wire

/// One of our records, bound by the enterprise to a verifier's question.
@Suite struct KeyBindingTests {
    let story: Story
    let presentation: Presentation
    let statement: Statement
    let demand = KeyBindingDemand(nonce: "n-17", audience: "https://bank.example")

    init() throws {
        story = try Self.shared.get()
        let record = story.records[0].statement
        statement = record
        let package = try Self.opened.get().package
        let logged = package.records.first { $0.jws == record.jws.bytes }!
        presentation = Presentation(record, disclosures: Disclosure.split(logged.disclosures)!)
    }

    private static let shared = Result { try Story(perBook: 1, changes: false) }
    private static let opened = Result { try shared.get().opened() }

    func verify(
        _ presentation: Presentation, _ demand: KeyBindingDemand? = nil, at offset: Int64 = 0
    ) throws(PresentationRefusal) -> VerifiedPresentation {
        try presentation.verify(
            by: story.acme.key.verificationKey, at: story.log.now.advanced(by: offset),
            demanding: demand)
    }

    func bound() throws -> Presentation {
        try presentation.bound(to: demand, at: story.log.now, with: story.acme.key)
    }

    @Test func aRecordIsAnSDJWTWithItsFields() throws {
        let verified = try verify(presentation)
        #expect(verified.type == "dc+sd-jwt")
        #expect(verified.claims["payable_amount"] == ["unit": "EUR", "value": "123.45"])
        #expect(verified.claims["_sd"] == nil)
        #expect(verified.claims["buyer_name"] == nil)
        #expect(verified.holder == story.acme.key.verificationKey)
        #expect(verified.bound == nil)
        #expect(try Presentation(parsing: presentation.bytes) == presentation)
    }

    @Test func boundToTheQuestion() throws {
        let bound = try bound()
        #expect(try Presentation(parsing: bound.bytes) == bound)
        #expect(try verify(bound, demand).bound == story.log.now)
        // Who demands none doesn't look at it.
        #expect(try verify(bound).bound == nil)
        let bare = try Presentation(statement, disclosures: [])
            .bound(to: demand, at: story.log.now, with: story.acme.key)
        #expect(try verify(bare, demand).bound == story.log.now)
    }

    @Test func otherQuestions() throws {
        let bound = try bound()
        #expect(throws: PresentationRefusal.otherNonce) {
            try verify(bound, KeyBindingDemand(nonce: "n-18", audience: demand.audience))
        }
        #expect(throws: PresentationRefusal.otherAudience) {
            try verify(bound, KeyBindingDemand(nonce: demand.nonce, audience: "https://other"))
        }
        for offset: Int64 in [-300, 300] { _ = try verify(bound, demand, at: offset) }
        for offset: Int64 in [-301, 301] {
            #expect(throws: PresentationRefusal.staleKeyBinding) {
                try verify(bound, demand, at: offset)
            }
        }
        #expect(throws: PresentationRefusal.keyBindingMissing) {
            try verify(presentation, demand)
        }
    }

    @Test func otherContents() throws {
        let bound = try bound()
        let binding = try #require(bound.keyBinding)
        let fewer = Presentation(statement, disclosures: []).sdJWT + binding
        #expect(throws: PresentationRefusal.otherPresentation) {
            try verify(Presentation(parsing: fewer), demand)
        }
        for position in [3, binding.count / 2, binding.count - 2] {
            let changed = binding.replacing(position) { $0 == 0x41 ? 0x42 : 0x41 }
            let presentation = try Presentation(parsing: presentation.sdJWT + changed)
            let refusal = #expect(throws: PresentationRefusal.self) {
                try verify(presentation, demand)
            }
            guard case .jwt(.keyBinding, _)? = refusal else {
                Issue.record("\(refusal as Any)")
                return
            }
        }
    }

    @Test func onlyTheHolderBinds() throws {
        #expect(throws: PresentationRefusal.noHolderKey) {
            try presentation.bound(to: demand, at: story.log.now, with: story.mallory.key)
        }
        // Another key's signature, and a statement signed by the right key that is no key binding.
        let payload: JSON = [
            "aud": .string(demand.audience), "nonce": .string(demand.nonce),
            "iat": .integer(story.log.now.seconds),
            "sd_hash": .digest(Digest<Digested.Blob>(hashing: presentation.sdJWT)),
        ]
        let forged = JWS(signing: payload.canonicalBytes, type: "kb+jwt", with: story.mallory.key)
        #expect(throws: PresentationRefusal.jwt(.keyBinding, .signature)) {
            try verify(Presentation(parsing: presentation.sdJWT + forged.bytes), demand)
        }
        let untyped = JWS(signing: payload.canonicalBytes, type: "jwt", with: story.acme.key)
        #expect(throws: PresentationRefusal.jwt(.keyBinding, .type)) {
            try verify(Presentation(parsing: presentation.sdJWT + untyped.bytes), demand)
        }
    }
}
