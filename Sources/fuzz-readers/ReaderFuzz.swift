import Foundation
import Importing
import PDF
import Sharing

// Feeds inputs to everything that reads files of others, and ends where one of them crashes.
//
// Built with `--sanitize fuzzer -Xswiftc -DFUZZING` it is a coverage-guided fuzzer with the options of
// libFuzzer, `trine-fuzz-readers -max_total_time=60 FOLDER`. Built without, it reads the files that it is
// given, each once: what was found is tried again so.

#if FUZZING
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ input: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
    ) -> CInt
#endif

@main enum ReaderFuzz {
    static func main() {
        #if FUZZING
            var count = CommandLine.argc
            var arguments = CommandLine.unsafeArgv
            exit(
                runDriver(&count, &arguments) { start, count in
                    Doors.enter(Array(UnsafeBufferPointer(start: start, count: count)))
                    return 0
                })
        #else
            for path in CommandLine.arguments.dropFirst() {
                guard let data = FileManager.default.contents(atPath: path) else {
                    FileHandle.standardError.write(Data("can't read \(path)\n".utf8))
                    exit(2)
                }
                Doors.enter(Array(data))
            }
        #endif
    }
}

/// Every way in for bytes of others.
enum Doors {
    static func enter(_ bytes: [UInt8]) {
        if case .success(let records) = Importer.records(
            from: bytes, named: "input", for: known, by: mappings,
            through: { pdf in
                do throws(PDFFault) { return .success(try EmbeddedInvoice.xml(in: pdf)) } catch {
                    return .failure(.damaged)
                }
            })
        {
            for record in records { precondition(record.book.series == record.type.series) }
        }
        _ = Importer.parties(in: bytes)
        if let type = RecordTypes.standard.type("bank-entry", 1),
            let proposal = try? TableProposal(bytes, named: "input", as: type)
        {
            _ = try? Importer.preview(
                bytes, named: "input", by: proposal.mapping, of: .standard)
        }
        _ = try? Mapping(parsing: bytes)
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
        return (try? Mapping(parsing: Array(text.utf8))).map { [$0] } ?? []
    }()
}
