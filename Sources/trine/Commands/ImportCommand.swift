import ArgumentParser
import Client
import Importing
import Sharing
import Verification
import Wire

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Seal and register business documents.",
        discussion: """
            Files are UBL 2.1 invoices and credit notes, whatever their names; of a folder all files \
            are taken. A document that is registered already is recognised, whatever file it comes \
            in. What can't be imported is listed with place and reason, and the rest goes on; the \
            exit code is then 1.

            Example: trine enterprise import invoices/ bill-17.xml
            """)

    @Argument(help: "Files and folders.") var paths: [String]

    @Option(
        name: .customLong("id"),
        help: "A further identifier of the enterprise, vat:DE123456789; it is remembered.")
    var identifiers: [LegalIdentifier] = []

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("name files or folders to import") }
    }

    func run() async throws {
        if !identifiers.isEmpty {
            try common.directory.add(
                identifiers.compactMap {
                    RegisteredIdentifier(scheme: $0.scheme.rawValue, id: $0.id)
                })
        }
        let report = try await common.session { session in
            try await Enterprise(session).importDocuments(paths) { progress in
                Terminal.progress(
                    "\(progress.read) of \(progress.files) files read, "
                        + "\(progress.registered) registered")
            }
        }
        Terminal.clearProgress()
        common.print(Self.json(report)) { Self.words(report) }
        let contacts = try common.directory.contacts()
        for rekeying in report.rekeyed {
            let grantee = contacts.shown(rekeying.grant.terms.to)
            switch rekeying.outcome {
            case .registered:
                Terminal.note(
                    "\(grantee) got new keys under grant \(rekeying.grant.jti), because another "
                        + "grant has ended")
            case .forbidden(let policies, _):
                Terminal.note(rekeying.grant.withoutKeys(grantee, policies))
            }
        }
        if report.refused > 0 { throw ExitCode(Exit.refused.rawValue) }
    }

    private static func words(_ report: ImportReport) -> String {
        var table = Table(["FILE", "RESULT"])
        for line in report.lines {
            if case .imported = line.outcome { continue }
            table.add([line.file, reason(line.outcome)])
        }
        var books = Table(["BOOK", "IMPORTED", "NUMBERS"], numeric: [1])
        for (book, numbers) in numbersByBook(report) {
            let range =
                numbers.count == 1 ? "\(numbers[0])" : "\(numbers[0])–\(numbers[numbers.count - 1])"
            books.add([book.description, "\(numbers.count)", range])
        }
        var parts: [String] = []
        if !books.isEmpty { parts.append(books.text) }
        if !table.isEmpty { parts.append(table.text) }
        parts.append(
            "\(report.imported) imported, \(report.duplicates) registered already, "
                + "\(report.refused) refused.")
        return parts.joined(separator: "\n\n")
    }

    private static func numbersByBook(_ report: ImportReport) -> [(BookName, [Int64])] {
        var numbers: [BookName: [Int64]] = [:]
        for line in report.lines {
            guard case .imported(let book, let number, _) = line.outcome else { continue }
            numbers[book, default: []].append(number)
        }
        return numbers.map { ($0.key, $0.value.sorted()) }.sorted { $0.0 < $1.0 }
    }

    private static func json(_ report: ImportReport) -> JSON {
        let members: [String: JSON] = [
            "duplicates": .number(report.duplicates),
            "files": .array(report.lines.map(json)), "imported": .number(report.imported),
            "refused": .number(report.refused),
        ]
        return .object(members.merging(report.rekeyed.members) { $1 })
    }

    private static func json(_ line: ImportReport.Line) -> JSON {
        switch line.outcome {
        case .imported(let book, let number, let index):
            [
                "file": .string(line.file), "index": .integer(index),
                "record": .string("\(book)#\(number)"), "result": "imported",
            ]
        case .duplicate(let of):
            ["file": .string(line.file), "of": .string(of), "result": "duplicate"]
        case .refused(let refusal): refused(line, "\(refusal.reason)", at: refusal.place)
        case .unreadable, .rejected, .notTried, .noOpenBook, .tooLarge:
            refused(line, reason(line.outcome), at: nil)
        }
    }

    private static func refused(
        _ line: ImportReport.Line, _ reason: String, at place: ImportRefusal.Place?
    ) -> JSON {
        [
            "file": .string(line.file),
            "place": place.map { ["line": .number($0.line), "path": .string($0.path)] } ?? .null,
            "reason": .string(reason), "result": "refused",
        ]
    }

    private static func reason(_ outcome: ImportReport.Outcome) -> String {
        switch outcome {
        case .imported: "imported"
        case .duplicate(let of): "registered already: \(of)"
        case .refused(let refusal):
            (refusal.place.map { place in
                "line \(place.line)" + (place.path.isEmpty ? "" : ", \(place.path)") + ": "
            } ?? "") + "\(refusal.reason)"
        case .unreadable: "can't be read"
        case .rejected(let problem): "refused by the gateway: \(problem.words)"
        case .notTried: "not sent, because the one before was refused"
        case .noOpenBook: "its book and every later one are closed"
        case .tooLarge: "too large to be sealed"
        }
    }
}
