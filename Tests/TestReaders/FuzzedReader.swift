import Importing
import PDF
import Sharing
import Wire

/// A way in for bytes of others, and what always holds of what it makes of them.
///
/// `make fuzz` feeds each with what it makes up, and the tests with what was found before.
public enum FuzzedReader: String, CaseIterable, Sendable {
    /// Everything that is neither XML nor a PDF: MT940, and what isn't recognised.
    case mt940
    /// Tables, by a mapping that is known.
    case table
    /// Tables, by the mapping that is proposed for them.
    case proposal
    /// The files of mappings.
    case mapping
    /// XML of every kind.
    case xml
    /// PDFs, with the invoice inside.
    case pdf

    /// Whether `bytes` may get beyond the first look of this reader.
    public func takes(_ bytes: [UInt8]) -> Bool {
        let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        return switch self {
        case .xml: true
        case .pdf: bytes.starts(with: "%PDF-".utf8)
        case .mapping: first == UInt8(ascii: "{")
        case .mt940, .table, .proposal: first != UInt8(ascii: "<")
        }
    }

    /// Reads `bytes`, and ends the process where what holds of all inputs doesn't hold of them.
    public func read(_ bytes: [UInt8]) {
        switch self {
        case .mt940: Self.check(records(bytes, by: []), of: bytes)
        case .table: Self.check(records(bytes, by: Self.mappings), of: bytes)
        case .proposal:
            for type in RecordTypes.standard.all {
                guard let proposal = try? TableProposal(bytes, named: "input", as: type) else {
                    continue
                }
                _ = try? Importer.preview(
                    bytes, named: "input", by: proposal.mapping, of: .standard)
            }
        case .mapping:
            guard let mapping = try? Mapping(parsing: bytes) else { return }
            // What is kept of it is read again, and is the same.
            precondition((try? Mapping(parsing: mapping.canonicalBytes)) == mapping)
        case .xml:
            Self.check(records(bytes, by: []), of: bytes)
            _ = Importer.parties(in: bytes)
        case .pdf: Self.check(records(bytes, by: []), of: bytes)
        }
    }

    private func records(_ bytes: [UInt8], by mappings: [Mapping]) -> ImportOutcome {
        Importer.records(
            from: bytes, named: "input", for: Self.known, by: mappings,
            through: self == .pdf ? Self.pdfs : nil)
    }

    private static func check(_ outcome: ImportOutcome, of bytes: [UInt8]) {
        switch outcome {
        case .success(let records):
            for record in records { precondition(record.book.series == record.type.series) }
        case .failure(let refusal):
            // A place is in the file.
            let lines = bytes.count { $0 == 0x0a || $0 == 0x0d } + 1
            if bytes.starts(with: "%PDF-".utf8) { return }
            precondition((1...lines).contains(refusal.place?.line ?? 1))
        }
    }

    private static let pdfs: PDFReader = { pdf in
        do throws(PDFFault) { return .success(try EmbeddedInvoice.xml(in: pdf)) } catch {
            return .failure(.damaged)
        }
    }

    /// Whose documents the corpus has.
    private static let known = RegisteredIdentifiers(
        ["vat:DE000400001", "account:DE00100000000000000123", "gln:0000000400026"].compactMap {
            RegisteredIdentifier($0)
        })

    private static let mappings: [Mapping] = {
        let text = #"""
            {"format": "trine-mapping/1", "name": "test", "type": "bank-entry/1",
             "encoding": "utf-8", "separator": ";", "skip": 0,
             "header": ["day", "name", "amount"], "decimal": ",", "date": "dd.MM.yyyy",
             "constants": [{"field": "account", "value": "DE00100000000000000123"},
               {"field": "currency", "value": "EUR"}],
             "columns": [{"field": "booking_date", "from": ["day"]},
               {"field": "counterpart_name", "from": ["name"]},
               {"field": "amount", "from": ["amount"]}], "ignore": []}
            """#
        guard let mapping = try? Mapping(parsing: Array(text.utf8)) else {
            preconditionFailure("the mapping of this fuzzer is one")
        }
        return [mapping]
    }()
}
