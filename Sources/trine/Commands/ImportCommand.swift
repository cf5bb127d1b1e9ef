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
            What a file is, its content tells: invoices and credit notes (UBL, CII, and PDFs with \
            either inside), UBL orders, despatch and receipt advices, bank reports, statements and notices (camt.052 to camt.054, MT940), and \
            tables with a mapping (trine enterprise mapping). Of a folder all files are taken. Documents \
            have to bear an identifier of the enterprise, files of banks its account.

            A document that is registered already is recognised, whatever file it comes in. One that says \
            otherwise than the record is shown with what differs; --replace registers it in that record's \
            place. What can't be imported is listed with place and reason, and the rest goes on; the \
            exit code is then 1. A correction that bears another number is given with the record that it \
            corrects, --replaces invoices/2026-03#4, and registered with --replace, too. With --as document \
            files are kept as they are.

            Example: trine enterprise import invoices/ bank/2026-03.xml --id account:DE02100100100006820101

            Example: trine enterprise import contract.pdf --as document --dated 2026-03-01 --kind contract
            """)

    @Argument(help: "Files and folders.", completion: .file()) var paths: [String]

    @Option(
        name: .customLong("id"),
        help: ArgumentHelp(
            """
            A further identifier of the enterprise, such as account:IBAN, 0192:NUMBER or email:ADDRESS; \
            it is remembered.
            """, valueName: "scheme:number"))
    var identifiers: [RegisteredIdentifier] = []

    @Flag(help: "Register what says otherwise than its record in the place of that.")
    var replace = false

    @Option(help: "The one document is a correction of this record, whatever number it bears.")
    var replaces: RecordNumber?

    @Option(
        help: "Read tables by this file, too: a mapping that isn't kept in the home.",
        completion: .file())
    var mapping: [String] = []

    @OptionGroup var keeping: KeepingOptions

    @OptionGroup var common: CommonOptions

    func validate() throws {
        try keeping.validate(count: paths.count)
        guard replaces == nil || paths.count == 1 else {
            throw ValidationError("--replaces is of one document")
        }
    }

    func outcome(in session: Session) async throws -> Outcome {
        let choices = ImportChoices(
            replacing: replace, documents: keeping.terms,
            mappings: try mapping.map { try MappingFile.read($0) }, pdfs: PDFReading.reader)
        let enterprise = try Enterprise(session)
        if !identifiers.isEmpty { try await enterprise.declare(identifiers) }
        Interruption.announceImport()
        let report = try await report(of: enterprise, choices)
        let contacts = try await session.names()
        let notes = report.rekeyed.map { rekeying in
            rekeying.warning(contacts)
                ?? "\(contacts.shown(rekeying.grant.terms.to)) got new keys under grant "
                + "\(rekeying.grant.jti), because another grant has ended"
        }
        let known = report.isOfStrangers ? try await enterprise.identifiers().hint : []
        return Outcome(report.members) { report.words }
            .noting(notes + report.lateness + report.hints + known + report.leftOutNotes)
            .ending(well: report.refused == 0 && report.differing == 0)
    }
}

extension ImportCommand {
    private func report(
        of enterprise: Enterprise, _ choices: ImportChoices
    ) async throws -> ImportReport {
        if let replaces { return try await enterprise.correct(replaces, with: paths[0], choices) }
        return try await enterprise.importDocuments(paths, choices) { progress in
            Terminal.progress(
                progress.read < progress.files
                    ? "\(progress.read) of \(progress.files) files read, "
                        + "\(progress.registered) registered"
                    : "\(progress.registered) of \(progress.files) registered")
        }
    }
}

/// Files that are kept as they are.
struct KeepingOptions: ParsableArguments {
    enum Shape: String, ExpressibleByArgument { case document }

    @Option(name: .customLong("as"), help: "Keep the files as they are: document.")
    var shape: Shape?
    @Option(help: "With --as document: what it is called; the file's name otherwise.")
    var title: String?
    @Option(help: "With --as document: its day, 2026-03-01.") var dated: CalendarDate?
    @Option(
        help: """
            With --as document: contract, certificate, design, photo, report, permit or other.
            """)
    var kind: DocumentTerms.Kind = .other
    @Option(help: "With --as document: a number that it goes by.") var reference: String?
    @Flag(help: "With --as document: register the digest, and not the file.")
    var digestOnly = false

    func validate(count: Int) throws {
        guard shape == nil || dated != nil else {
            throw ValidationError("--as document needs its day: --dated 2026-03-01")
        }
        guard
            shape != nil
                || (title == nil && dated == nil && reference == nil && !digestOnly
                    && kind == .other)
        else { throw ValidationError("--title, --dated and the like go with --as document") }
        guard count == 1 || (title == nil && reference == nil) else {
            throw ValidationError("--title and --reference are of one file")
        }
    }

    var terms: DocumentTerms? {
        guard shape != nil, let dated else { return nil }
        return DocumentTerms(
            title: title, dated: dated, kind: kind, reference: reference, digestOnly: digestOnly)
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
        let differing =
            differing == 0 ? "" : " \(counted(differing, "document")) of a record say otherwise."
        let sum =
            "\(imported) imported, \(duplicates) registered already, \(refused) refused."
            + differing
        let gaps = gaps.isEmpty ? nil : gaps.map(\.words).joined(separator: "\n")
        return [books, others, gaps, sum].compactMap(\.self).joined(separator: "\n\n")
    }

    /// Of which books records came too late, where those are now, and who doesn't see them there.
    fileprivate var lateness: [String] {
        let late = lines.compactMap(\.imported).filter { $0.late != nil }
        return Dictionary(grouping: late) { "\($0.late?.meant.description ?? "") \($0.book)" }
            .sorted { $0.key < $1.key }.flatMap { _, places -> [String] in
                guard let first = places.first, let late = first.late else { return [] }
                let grants = Set(places.flatMap { $0.late?.unseenUnder ?? [] })
                return [
                    "\(late.meant) is closed: \(counted(places.count, "record")) of it went into "
                        + "\(first.book)"
                ]
                    + grants.map(\.text).sorted().map {
                        "grant \($0) covers \(late.meant), and not what is in \(first.book)"
                    }
            }
    }

    /// What to do about documents that weren't imported, each once.
    fileprivate var hints: [String] {
        var hints: [String] = []
        if differing > 0 {
            hints.append("register what they say now in the place of the records: --replace")
        }
        let reasons = lines.compactMap { line -> ImportRefusal.Reason? in
            if case .refused(let refusal) = line.outcome { refusal.reason } else { nil }
        }
        if reasons.contains(.mappingNeeded) {
            hints.append("propose a mapping for a table: trine enterprise mapping propose FILE")
        }
        let isUnread = reasons.contains {
            if case .unsupportedFormat = $0 { true } else { false }
        }
        if isUnread {
            hints.append("imported are \(Importer.accepted)")
            hints.append("any file can be kept as it is: --as document --dated DAY")
        }
        return hints
    }

    /// Results that many files share stand once, with the first of them.
    private var otherLines: [(file: String, result: String)] {
        let others = lines.filter { $0.imported == nil || $0.imported?.replaces != nil }
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
    fileprivate var isOfStrangers: Bool {
        lines.contains { line in
            guard case .refused(let refusal) = line.outcome else { return false }
            return switch refusal.reason {
            case .notAParty, .anotherEntity, .notOwnAccount: true
            default: false
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
            "differing": differing, "duplicates": duplicates, "files": lines.map(\.members),
            "gaps": gaps.map(\.members), "imported": imported, "left_out": leftOut.map(\.path),
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
    fileprivate var imported: ImportReport.Place? {
        if case .imported(let place) = outcome { place } else { nil }
    }

    fileprivate var members: Members {
        switch outcome {
        case .imported(let place):
            [
                "file": file, "index": place.index, "late_for": place.late?.meant,
                "record": "\(place.book)#\(place.number)", "replaces": place.replaces,
                "result": "imported",
            ]
        case .duplicate(let of): ["file": file, "of": of, "result": "duplicate"]
        case .differs(let from, let differences):
            [
                "differences": differences.map {
                    ["field": $0.field, "new": $0.new.json, "old": $0.old.json] as Members
                }, "file": file, "of": from, "result": "differs",
            ]
        case .nothing: ["file": file, "result": "nothing"]
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
        case .imported(let place):
            "\(place.book)#\(place.number)"
                + (place.replaces.map { ", in the place of \($0)" } ?? "")
        case .duplicate(let of): "registered already: \(of)"
        case .differs(let from, let differences):
            "\(from) says otherwise: " + differences.map(\.words).joined(separator: "; ")
        case .nothing: "nothing in it is booked, so nothing becomes a record"
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

extension FieldDifference {
    fileprivate var words: String {
        "\(field) is \(Self.words(old)) there and \(Self.words(new)) here"
    }

    private static let shownCharacters = 60

    private static func words(_ value: FieldValue) -> String {
        if value == .null { return "absent" }
        let words = value.words
        return words.count > shownCharacters ? words.prefix(shownCharacters) + "…" : words
    }
}

extension BalanceGap {
    fileprivate var words: String {
        "Something is missing of account \(account): \(earlier) ends on \(closed) with \(closing.text) "
            + "\(closing.currency), and \(later) begins on \(opened) with \(opening.text) \(opening.currency)."
    }

    fileprivate var members: Members {
        [
            "account": account, "closed": closed.description, "closing": closing.text,
            "currency": closing.currency, "earlier": earlier, "later": later,
            "opened": opened.description, "opening": opening.text,
        ]
    }
}

extension RegisteredIdentifiers {
    /// By what this home knows its enterprise on documents.
    fileprivate var hint: [String] {
        let known = identifiers.sorted().map(\.description).joined(separator: ", ")
        return [
            known.isEmpty
                ? "this home knows no identifier of its enterprise" : "this home knows: \(known)",
            "add the one that stands on the documents: --id vat:DE123456789, or of a bank's files "
                + "--id account:IBAN",
        ]
    }
}
