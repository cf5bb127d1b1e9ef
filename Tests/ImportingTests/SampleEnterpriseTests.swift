import Demo
import Importing
import Sharing
import Testing
import Wire

/// The sample documents are the same for ever, and all of them import.
struct SampleEnterpriseTests {
    @Test("two years, byte for byte as they were first made")
    func frozen() {
        let documents = SampleEnterprise.documents()
        var everything: [UInt8] = []
        for document in documents { everything += Array(document.name.utf8) + [0] + document.xml }
        #expect(documents.count == 397)
        #expect(
            Digest<Digested.Blob>(hashing: everything).text
                == "bshm0K3v3zkFAMIZZMjxSpSnaPvOmSrdf6bkHWSXpH4")
    }

    @Test("a month is the same, whatever is asked for beside it")
    func months() throws {
        let month = try #require(Month("2026-03"))
        let alone = SampleEnterprise.documents(months: month...month)
        let all = SampleEnterprise.documents()
        for document in alone {
            #expect(all.contains { $0.name == document.name && $0.xml == document.xml })
        }
        let other = SampleEnterprise.documents(seed: 18, months: month...month)
        #expect(other.map(\.xml) != alone.map(\.xml))
    }

    @Test("all import: invoices, bills and credit notes on both sides, each once")
    func imports() throws {
        var counts: [String: Int] = [:]
        var keys: Set<BusinessKey> = []
        var rates: Set<String> = []
        let documents = SampleEnterprise.documents()
        for document in documents {
            let records = try Importer.records(
                from: document.xml, named: document.name, for: SampleEnterprise.identifiers
            ).get()
            for record in records {
                let kind = try #require(record.businessKey["document_kind"])
                counts["\(record.type.name) \(kind)", default: 0] += 1
                keys.insert(record.businessKey)
                for group in record["tax_breakdown"].json.elements ?? [] {
                    rates.insert(group["tax_rate"]?.text ?? "")
                }
            }
        }
        #expect(keys.count == documents.count)
        #expect(rates == ["0", "7", "19"])
        #expect((200...300).contains(counts["invoice invoice"] ?? 0))
        #expect(counts["bill invoice"] == 24 * 6)
        #expect((counts["invoice credit_note"] ?? 0) > 5)
        #expect((counts["bill credit_note"] ?? 0) > 1)
        #expect(Set(documents.map(\.name)).count == documents.count)
    }
}
