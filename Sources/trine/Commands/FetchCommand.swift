import ArgumentParser
import Client
import Sharing
import Verification
import Wire

struct FetchCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Read what a grant lets you read.",
        discussion: """
            The access is entered in the log and charged to the grant. Everything is verified \
            before anything is shown or saved. With -o the package is saved, which verifies offline \
            (trine verify); with --format the values are written instead, to FILE or as the result.

            Example: trine lender fetch GRANT -o northbank-2026.trine
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, csv
    }

    @Argument(help: "The grant; its first characters are enough.") var grant: String

    @Option(name: .shortAndLong, help: "The file to write; it must not be there yet.")
    var output: String?

    @Option(help: "Write the values instead of the package.") var format: Format?

    @Option(help: "Only these of the granted fields, with commas between.") var fields:
        NameList<FieldName>?

    @OptionGroup var common: CommonOptions

    func prepare() throws { try output.map(OutputFile.check) }

    func outcome(in session: Session) async throws -> Outcome {
        let lender = try Lender(session)
        let jti = try KnownGrant.named(grant, among: try await lender.grants())
        let contacts = try session.contacts()
        let package = try await ContradictionOutput.verified(
            under: session.trust, contacts, file: output,
            else: "fetch again with -o FILE to keep what proves it",
            write: { try OutputFile.write($0, to: output ?? "") }
        ) { try await lender.fetch(jti, fields: fields?.names) }
        guard format == nil || package.proven == nil else {
            throw Complaint.usage("a grant to prove has no values to write")
                .hint("leave --format out")
        }
        let values = format.map { format in
            switch format {
            case .csv: RecordOutput.csv(package.records, fields: package.verdict.fields)
            case .json: RecordOutput.json(package.records).shownText + "\n"
            }
        }
        let lines = package.verdict.lines(naming: contacts.shown)
        if let output {
            try OutputFile.write(values.map { Array($0.utf8) } ?? package.package.bytes, to: output)
        } else if let values {
            return .file(
                values, notes: [lines[0], package.verdict.completeness] + lines.suffix(2))
        }
        return outcome(package, lines.joined(separator: "\n"))
    }

    private func outcome(_ package: VerifiedPackage, _ verdict: String) -> Outcome {
        let members: Members = ["saved": output, "verdict": package.verdict.json, "verified": true]
        if let output { return Outcome(members) { "\(verdict)\nSaved as \(output)." } }
        let hint = "nothing was saved; -o FILE keeps the package"
        guard package.proven == nil else { return Outcome(members) { verdict }.noting([hint]) }
        let table = Table<VerifiedRecord>(
            [.init("RECORD") { $0.name }]
                + package.verdict.fields.map { field in
                    .init(field.text) { $0.fields?.values[field] }
                })
        return Outcome(
            members.merging(["records": RecordOutput.json(package.records)]) { $1 }
        ) {
            let rows = table.text(package.records.filter { $0.fields != nil })
            return (rows.map { $0 + "\n\n" } ?? "") + verdict
        }.noting([hint])
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
