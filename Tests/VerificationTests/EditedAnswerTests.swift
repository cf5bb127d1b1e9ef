import Sharing
import TestSupport
import TestWorld
import Testing
import Verification
import Wire

/// A fetch answer that the gateway, or someone in between, changed.
@Suite struct EditedAnswerTests {
    let story: Story
    let answer: FetchAnswer

    init() throws {
        story = try Self.shared.get()
        answer = try story.answer()
    }

    private static let shared = Result { try Story() }

    func refusal(_ answer: FetchAnswer, key: DecryptionKey? = nil, fetch: JWS? = nil) -> String {
        do {
            _ = try answer.open(
                with: [key ?? story.northbank.decryption], under: story.log.trust,
                expecting: fetch ?? story.fetch)
            return "accepted"
        } catch { return error.label }
    }

    @Test func envelopeChangedOrForAnother() throws {
        let granted = try #require(answer.granted)
        var bytes = granted.envelope.bytes
        bytes[1500] ^= 1
        #expect(
            refusal(answer.with(granted: granted.with(envelope: Envelope(bytes: bytes))))
                == "carrier otherEnvelope")
        #expect(refusal(answer, key: story.acme.decryption) == "carrier envelopeClosed")
        // The grant's own envelope digest isn't the rekey's.
        #expect(
            refusal(
                answer.with(
                    granted: .init(
                        access: granted.access, grant: granted.grant, rekey: nil,
                        envelope: granted.envelope)))
                == "grant otherEnvelope")
    }

    @Test func answerToAnotherFetch() throws {
        var random = SeededGenerator(seed: 3)
        let other = Fetch.sign(
            grant: story.grant.jti, fields: Story.fields, ranges: [],
            by: Signer(
                origin: story.log.origin, handle: story.northbank.handle, log: story.log.log,
                key: story.northbank.key),
            at: story.log.now, jti: JTI(using: &random), opener: FetchOpener(using: &random)
        ).jws
        #expect(refusal(answer, fetch: other) == "access notTheFetchSent")
    }

    @Test func ciphertexts() throws {
        func edited(_ number: Int, _ edit: ([FieldCiphertext]) -> [FieldCiphertext]) -> String {
            refusal(
                answer.with(
                    records: answer.records.replacing(number) {
                        .init(logged: $0.logged, fields: edit($0.fields))
                    }))
        }
        #expect(edited(0) { $0 } == "accepted")
        #expect(edited(0) { Array($0.dropLast()) } == "records/0 wrongFields")
        #expect(edited(0) { _ in answer.records[2].fields } == "records/0 fields")
        #expect(edited(1) { _ in answer.records[0].fields } == "records/1 notServed")
        for position in [0, 30, 60] {
            #expect(
                edited(0) {
                    $0.replacing(1) {
                        var bytes = $0.bytes
                        bytes[position] ^= 1
                        return FieldCiphertext(name: $0.name, bytes: bytes)
                    }
                } == "records/0 fields")
        }
        #expect(
            edited(0) { $0.replacing(1) { FieldCiphertext(name: $0.name, bytes: []) } }
                == "records/0 fields")
    }

    @Test func nothingGranted() throws {
        let own = try story.ownAnswer()
        #expect(refusal(own) == "grant nothingGranted")
    }

    @Test func ownRecordsOfAnother() throws {
        let own = try story.ownAnswer()
        func refusal(_ answer: FetchAnswer, _ party: Person, _ fields: [FieldName]) -> String {
            do {
                _ = try answer.openOwn(
                    as: party.handle, with: story.log.schedule(party), fields: fields,
                    under: story.log.trust)
                return "accepted"
            } catch { return error.label }
        }
        let fields: [FieldName] = ["buyer_name", "payable_amount"]
        #expect(refusal(own, story.acme, fields) == "accepted")
        #expect(refusal(own, story.mallory, fields) == "records/0 otherIssuer")
        #expect(refusal(own, story.acme, ["buyer_name"]) == "records/0 wrongFields")
        // The gateway has ciphertexts, and nobody else's disclosures to add.
        let shown = try story.opened().package.records[0].disclosures
        let added = own.with(
            records: own.records.replacing(0) {
                .init(logged: $0.logged.with(disclosures: shown), fields: $0.fields)
            })
        #expect(refusal(added, story.acme, fields) == "records/0 notServed")
    }
}

extension FetchAnswer.Granted {
    func with(envelope: Envelope) -> FetchAnswer.Granted {
        .init(access: access, grant: grant, rekey: rekey, envelope: envelope)
    }
}
