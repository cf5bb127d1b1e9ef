import ArgumentParser
import Client
import Importing
import Sharing
import Verification
import Wire

struct ImportCommand: HomeCommand {
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

    func prepare() throws {
        let added = identifiers.compactMap {
            RegisteredIdentifier(scheme: $0.scheme.rawValue, id: $0.id)
        }
        if !added.isEmpty { try common.directory.add(added) }
    }

    func outcome(in session: Session) async throws -> Outcome {
        Interruption.announceImport()
        let report = try await Enterprise(session).importDocuments(paths) { progress in
            Terminal.progress(
                progress.read < progress.files
                    ? "\(progress.read) of \(progress.files) files read, "
                        + "\(progress.registered) registered"
                    : "\(progress.registered) of \(progress.files) registered")
        }
        let contacts = try await session.names()
        let notes = report.rekeyed.map { rekeying in
            rekeying.warning(contacts)
                ?? "\(contacts.shown(rekeying.grant.terms.to)) got new keys under grant "
                + "\(rekeying.grant.jti), because another grant has ended"
        }
        let missing = report.lacksIdentifiers ? session.configuration.hint : []
        return Outcome(report.members) { report.words }
            .noting(notes + missing + report.leftOutNotes)
            .ending(well: report.refused == 0)
    }
}

extension ImportReport {
    fileprivate var words: String {
        let books = Table([
            .init("BOOK") { $0.book }, .init("IMPORTED") { $0.numbers.count },
            .init("NUMBERS") { $0.range },
        ]).text(numbersByBook)
        let others = Table<(file: String, result: String)>([
            .init("FILE") { $0.file }, .init("RESULT") { $0.result },
        ]).text(otherLines)
        let sum = "\(imported) imported, \(duplicates) registered already, \(refused) refused."
        return [books, others, sum].compactMap(\.self).joined(separator: "\n\n")
    }

    /// Results that many files share stand once, with the first of them.
    private var otherLines: [(file: String, result: String)] {
        let others = lines.filter { $0.imported == nil }
        let groups = Dictionary(grouping: others) { $0.outcome.words }
        var told: Set<String> = []
        return others.compactMap { line in
            let words = line.outcome.words
            let count = groups[words]?.count ?? 1
            guard count > Self.repeated else { return (line.file, words) }
            guard told.insert(words).inserted else { return nil }
            return ("\(line.file) and \(count - 1) more", words)
        }
    }

    private static let repeated = 5

    /// What wasn't looked at, and why.
    fileprivate var leftOutNotes: [String] {
        var notes = LeftOutFile.Reason.allCases.compactMap { reason -> String? in
            let some = leftOut.filter { $0.reason == reason }
            guard let first = some.first else { return nil }
            let others = some.count == 1 ? "" : " and \(some.count - 1) more"
            return "left out, because \(reason.words): \(first.path.onOneLine)\(others)"
        }
        if lines.isEmpty { notes.append("there was no file to import") }
        return notes
    }

    /// Whether documents were of nobody known here.
    fileprivate var lacksIdentifiers: Bool {
        lines.contains { line in
            if case .refused(let refusal) = line.outcome {
                refusal.reason == .notAParty
            } else {
                false
            }
        }
    }

    private var numbersByBook: [(book: BookName, numbers: [Int64], range: String)] {
        Dictionary(grouping: lines.compactMap(\.imported), by: \.book).map { book, imported in
            let numbers = imported.map(\.number).sorted()
            return (
                book, numbers,
                numbers.count == 1
                    ? "\(numbers[0])" : "\(numbers[0])–\(numbers[numbers.count - 1])"
            )
        }.sorted { $0.book < $1.book }
    }

    fileprivate var members: Members {
        let members: Members = [
            "duplicates": duplicates, "files": lines.map(\.members), "imported": imported,
            "left_out": leftOut.map(\.path),
            "refused": refused,
        ]
        return members.merging(rekeyed.members) { $1 }
    }
}

extension LeftOutFile.Reason {
    fileprivate var words: String {
        switch self {
        case .hidden: "its name begins with a dot"
        case .link: "links in folders aren't followed"
        case .noFile: "it isn't a file"
        }
    }
}

extension ImportReport.Line {
    fileprivate var imported: (book: BookName, number: Int64, index: Int64)? {
        guard case .imported(let book, let number, let index) = outcome else { return nil }
        return (book, number, index)
    }

    fileprivate var members: Members {
        switch outcome {
        case .imported(let book, let number, let index):
            [
                "file": file, "index": index, "record": "\(book)#\(number)",
                "result": "imported",
            ]
        case .duplicate(let of): ["file": file, "of": of, "result": "duplicate"]
        case .refused(let refusal):
            [
                "file": file, "result": "refused", "reason": "\(refusal.reason)",
                "place": refusal.place.map { ["line": $0.line, "path": $0.path] as Members },
            ]
        case .unreadable, .rejected, .notTried, .noOpenBook, .tooLarge, .notShared:
            ["file": file, "place": JSON.null, "reason": outcome.words, "result": "refused"]
        }
    }
}

extension ImportReport.Outcome {
    fileprivate var words: String {
        switch self {
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
        case .notShared: "this device wasn't given the keys of its month"
        }
    }
}

extension Configuration {
    /// By what this home knows its enterprise on documents.
    fileprivate var hint: [String] {
        let known = identifiers.map(\.description).joined(separator: ", ")
        return [
            known.isEmpty
                ? "this home knows no identifier of its enterprise" : "this home knows: \(known)",
            "add the one that stands on the documents: --id vat:DE123456789",
        ]
    }
}
