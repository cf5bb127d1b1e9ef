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
            switch line.outcome {
            case .imported: continue
            case .duplicate(let of): table.add([line.file, "registered already: \(of)"])
            default: table.add([line.file, reason(line.outcome)])
            }
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
        [
            "duplicates": .integer(Int64(report.duplicates)),
            "files": .array(report.lines.map(json)),
            "imported": .integer(Int64(report.imported)),
            "refused": .integer(Int64(report.refused)),
            "not_rekeyed": Output.jtis(report.rekeyed.filter { !$0.isRegistered }.map(\.grant.jti)),
            "rekeyed": Output.jtis(report.rekeyed.filter(\.isRegistered).map(\.grant.jti)),
        ]
    }

    private static func json(_ line: ImportReport.Line) -> JSON {
        var members: [String: JSON] = ["file": .string(line.file)]
        switch line.outcome {
        case .imported(let book, let number, let index):
            members["result"] = "imported"
            members["record"] = .string("\(book)#\(number)")
            members["index"] = .integer(index)
        case .duplicate(let of):
            members["result"] = "duplicate"
            members["of"] = .string(of)
        case .refused(let refusal):
            members["result"] = "refused"
            members["reason"] = .string("\(refusal.reason)")
            members["place"] =
                refusal.place.map {
                    ["line": .integer(Int64($0.line)), "path": .string($0.path)]
                } ?? .null
        default:
            members["result"] = "refused"
            members["reason"] = .string(reason(line.outcome))
            members["place"] = .null
        }
        return .object(members)
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
        case .rejected(let problem): "refused by the gateway: \(Words.words(problem))"
        case .notTried: "not sent, because the one before was refused"
        case .noOpenBook: "its book and every later one are closed"
        case .tooLarge: "too large to be sealed"
        }
    }
}
