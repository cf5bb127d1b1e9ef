import Foundation
import PDF
import Sharing
import Testing

@testable import Importing

/// The inputs from which `make fuzz` begins, and those that it found: each is read or refused, the same way
/// each time, and cut anywhere it still is.
struct CorpusTests {
    private static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Corpus")
    }

    static var names: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted()
    }

    private func outcome(_ bytes: [UInt8]) -> ImportOutcome {
        let known = InvoiceText.identifiers(
            "vat:DE000400001", "account:DE00100000000000000123", "gln:0000000400026")
        let mapping = try? Mapping(parsing: Array(CSVReaderTests.mapping.utf8))
        return Importer.records(
            from: bytes, named: "input", for: known, by: [mapping].compactMap(\.self),
            through: { pdf in
                do throws(PDFFault) { return .success(try EmbeddedInvoice.xml(in: pdf)) } catch {
                    return .failure(.damaged)
                }
            })
    }

    @Test("there are inputs of each format") func isThere() {
        #expect(Self.names.count >= 12)
        let endings = Set(Self.names.map { $0.split(separator: ".").last.map(String.init) ?? "" })
        #expect(endings.isSuperset(of: ["xml", "sta", "csv", "pdf", "json"]))
    }

    @Test("each is read or refused, also in part", arguments: names)
    func reads(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appendingPathComponent(name)))
        let first = outcome(bytes)
        let second = outcome(bytes)
        #expect(first.refusal == second.refusal)
        #expect((try? first.get()) == (try? second.get()))
        for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            _ = outcome(Array(bytes.prefix(count)))
            _ = outcome(Array(bytes.dropFirst(count)))
        }
    }
}
