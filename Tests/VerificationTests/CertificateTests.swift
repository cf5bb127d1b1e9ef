import Sharing
import Testing
import Verification
import Wire

/// An enterprise's certificate of a closed book, edited by whoever hands it on.
@Suite struct CertificateTests {
    let story: Story
    let package: Package
    let closing: LoggedStatement

    init() throws {
        story = try Self.shared.get()
        package = try story.opened().package
        let log = story.log
        let index = try #require(
            log.entries.indices.first {
                (try? log.logged($0).statement())?.claims is CloseBook
            })
        closing = try log.logged(index)
    }

    private static let shared = Result { try Story() }

    private var records: [LoggedStatement] {
        package.records.filter {
            ((try? $0.statement())?.claims as? RegisterRecord)?.book == Story.september
        }
    }

    private func certificate(
        _ records: [LoggedStatement], closing: LoggedStatement?,
        erasures: [LoggedStatement]? = nil
    ) -> Certificate {
        Certificate(
            checkpoint: package.checkpoint, genesis: package.genesis,
            participants: package.participants, types: package.types, records: records,
            erasures: erasures ?? package.erasures, closing: closing)
    }

    private func refusal(_ certificate: Certificate) -> String {
        do {
            _ = try certificate.verify(under: story.log.trust)
            return "accepted"
        } catch { return error.label }
    }

    @Test func aWholeBook() throws {
        let verified = try certificate(records, closing: closing).verify(under: story.log.trust)
        #expect(verified.closing?.book == Story.september)
        #expect(verified.closing?.count == Int64(records.count))
        #expect(verified.records.contains { $0.erasedAt != nil })
        #expect(try Certificate(parsing: verified.certificate.bytes) == verified.certificate)
    }

    @Test func nothingIsLeftOutOfABook() {
        #expect(
            refusal(certificate(Array(records.dropLast()), closing: closing))
                == "invoices/2026-09 recordsMissing")
        #expect(
            refusal(certificate(records + [records[0]], closing: closing))
                == "records/\(records.count) recordTwice")
        let all = package.records
        #expect(refusal(certificate(all, closing: closing)).hasSuffix("wrongSeries"))
    }

    @Test func onlyRecordsAndAClosing() {
        #expect(refusal(certificate([], closing: nil)).hasSuffix("nothingGranted"))
        #expect(
            refusal(certificate(records, closing: records[0]))
                == "records/\(records.count) unexpectedKind")
        #expect(refusal(certificate([closing], closing: nil)) == "records/0 unexpectedKind")
        #expect(
            refusal(certificate([records[0], package.access], closing: nil))
                == "records/1 otherIssuer")
    }

    @Test func fieldsAreThoseThatWereRegistered() throws {
        let shown = try #require(records.firstIndex { !$0.disclosures.isEmpty })
        let other = try #require(records.lastIndex { !$0.disclosures.isEmpty })
        #expect(shown != other)
        let swapped = records.replacing(shown) { _ in
            records[shown].with(disclosures: records[other].disclosures)
        }
        #expect(refusal(certificate(swapped, closing: closing)) == "records/\(shown) fields")
    }

    @Test func whatIsErasedIsntShown() {
        #expect(refusal(certificate(records, closing: closing, erasures: [])) == "accepted")
        #expect(refusal(certificate([records[0]], closing: nil)) == "erasures/0 strayErasure")
    }
}
