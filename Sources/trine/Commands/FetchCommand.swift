import ArgumentParser
import Client
import Foundation
import Sharing
import Verification
import Wire

struct FetchCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Read what a grant lets you read.",
        discussion: """
            The access is entered in the log and charged to the grant; whether the result can be \
            written is looked at before. Everything is verified before anything is shown. The package, \
            which verifies offline (trine verify), is always kept, readable by you alone: in the file \
            of -o, else in this folder under the enterprise, the grant and the day. With -o - it is \
            the result itself. With --format the values are the result, and the package is kept \
            beside them.

            Where the package can't be kept after all, run it again within a day: the same is asked for \
            again, and not charged again.

            With --since only records are asked for that no package saved before has; where there are \
            none, nothing is asked for and nothing charged. What of them was replaced or erased since is \
            told.

            Example: trine lender fetch GRANT -o northbank-2026.trine

            Example: trine lender fetch GRANT --since march.trine --since april.trine -o may.trine

            Example: trine lender fetch GRANT --format csv > northbank-2026.csv
            """)

    @Argument(help: "The grant; its first characters are enough.") var grant: String

    @Option(
        name: .shortAndLong, help: "The file to keep the package in; it must not be there yet.")
    var output: String?

    @Option(help: "Print the records as a table: csv, jsonl or json.") var format: TableFormat?

    @Option(help: "Only these of the granted fields, with commas between.") var fields:
        NameList<FieldName>?

    @Option(
        help: ArgumentHelp(
            "Only what is in none of these packages, saved before.", valueName: "file"))
    var since: [String] = []

    @OptionGroup var common: CommonOptions

    private static let standardOutput = "-"

    func validate() throws {
        guard output != Self.standardOutput || (format == nil && !common.printing.json) else {
            throw ValidationError(
                "-o - makes the package the result, which leaves room for no other")
        }
    }

    func prepare() throws {
        if let output, output != Self.standardOutput { try OutputFile.check(output) }
    }

    func outcome(in session: Session) async throws -> Outcome {
        let lender = try Lender(session)
        let grants = try await lender.grants()
        let jti = try KnownGrant.named(grant, among: grants)
        guard let known = grants.first(where: { $0.jti == jti }) else {
            throw ClientError.noGrant(jti.text)
        }
        guard format == nil || known.terms.subject.right == .read else {
            throw Complaint.usage("a grant to prove has no values to print")
                .hint("leave --format out")
        }
        let news = try await news(lender, known)
        if let news, news.fresh.isEmpty { return news.outcome.noting(news.notes) }
        let file = output ?? Self.usualFile(known, at: session.now)
        if output == nil { try OutputFile.check(file) }
        let contacts = try session.contacts()
        let package = try await ContradictionOutput.verified(
            under: session.trust, contacts, file: file == Self.standardOutput ? nil : file,
            else: "fetch again with -o FILE to keep what proves it",
            write: { try OutputFile.write($0, to: file) }
        ) {
            try await lender.fetch(jti, fields: fields?.names, ranges: news?.fresh ?? []) {
                package in
                guard file != Self.standardOutput else { return }
                try Self.keep(package, in: file)
            }
        }
        return try outcome(package, in: file, package.verdict.lines(naming: contacts.shown))
            .noting(news?.notes ?? [])
    }

    /// What is new since the packages that are named; `nil` where none is.
    private func news(_ lender: Lender, _ grant: KnownGrant) async throws -> GrantNews? {
        guard !since.isEmpty else { return nil }
        guard grant.terms.subject.right == .read else {
            throw Complaint.usage("a grant to prove is proven whole").hint("leave --since out")
        }
        let packages = try since.map { path in
            let bytes = try InputFile.bytes(path, limit: Package.maximumBytes)
            return try Package(parsing: bytes).verify(under: lender.session.trust)
        }
        return try await lender.news(of: grant.jti, since: packages)
    }

    /// `bearings-Ab3dE5g7-2026-11-22.trine`, and another one beside it where that is there.
    private static func usualFile(_ grant: KnownGrant, at now: Timestamp) -> String {
        let name = "\(grant.issuer)-\(grant.jti.text.prefix(8))-\(LocalTime.day(now))"
        return OutputFile.free(name, "trine")
    }

    private static func keep(_ package: VerifiedPackage, in file: String) throws {
        do { try OutputFile.write(package.package.bytes, to: file) } catch let error as Complaint {
            let words = [error.message, error.hint].compactMap(\.self).joined(separator: ": ")
            throw Complaint(error.exit, [words])
                .named("output-unwritable")
                .hint("make room and run it again within a day: it isn't charged again")
        }
    }

    private func outcome(
        _ package: VerifiedPackage, in file: String, _ lines: [String]
    ) throws -> Outcome {
        if file == Self.standardOutput {
            let text = String(decoding: package.package.bytes, as: UTF8.self)
            return .file(text, notes: lines)
        }
        let kept = "Saved as \(file), readable by you alone."
        if let format {
            let values = try PackageTable(package).text(format)
            let notes = [lines[0], package.verdict.completeness] + lines.suffix(2) + [kept]
            return .file(values, notes: notes)
        }
        let members: Members = [
            "records": RecordOutput.json(package.records), "saved": file,
            "verdict": package.verdict.json, "verified": true,
        ]
        let table = Table<VerifiedRecord>(
            [.init("RECORD") { $0.name }]
                + package.verdict.fields.map { field in
                    .init(field.text) { $0.fields?.values[field] }
                })
        let isShown = output == nil && package.proven == nil
        return Outcome(members) {
            let rows = table.text(package.records.filter { isShown && $0.fields != nil })
            return (rows.map { $0 + "\n\n" } ?? "") + (lines + [kept]).joined(separator: "\n")
        }
    }
}

extension Verdict {
    /// Whether all of each book is there, in a sentence.
    fileprivate var completeness: String {
        let incomplete = books.filter { !$0.isComplete }.map(\.book.description)
        guard incomplete.isEmpty else {
            return "Not complete: \(incomplete.joined(separator: ", "))."
        }
        return books.count == 1
            ? "The book is complete as far as it has got."
            : "All \(books.count) books are complete as far as they have got."
    }
}

extension GrantNews {
    fileprivate var outcome: Outcome {
        Outcome(["new": 0]) { "Nothing is new: nothing was asked for, and nothing charged." }
    }

    fileprivate var notes: [String] {
        replaced.map { "\($0.words) was replaced since: it doesn't count any more" }
            + erased.map { "\($0.words) was erased since: what was saved of it is to be deleted" }
    }
}
