import ArgumentParser
import Client
import Sharing
import Transparency
import Verification
import Wire

struct RegulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regulator",
        abstract: "Check everything that happened, without reading a record.",
        discussion: "Example: trine regulator audit",
        subcommands: [AuditCommand.self, HoldCommand.self, ReleaseCommand.self])
}

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Replay the whole log: every signature, rule and policy decision.",
        discussion: """
            The exit code is 0 where nothing is found and 1 where something is. The JSON report has \
            every finding with its evidence: the entry, the checkpoints.

            Example: trine regulator audit --json
            """)

    @Option(
        help: ArgumentHelp(
            "Also write the report as one HTML page, to be filed and read without the network.",
            valueName: "file"))
    var html: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        if let html { try OutputFile.check(html) }
        let (report, page) = try await common.session { session in
            let regulator = try Regulator(session)
            let tell: @Sendable (UInt64, UInt64) -> Void = { done, all in
                Terminal.progress("\(done) of \(all) entries")
            }
            let report = try await regulator.audit(
                keeping: try await common.replayState(for: session), progress: tell)
            let page = AuditPage(
                report, of: session.configuration.origin, genesis: session.trust.genesis,
                by: session.handle, made: session.now)
            return (report, page)
        }
        Terminal.clearProgress()
        if let html { try OutputFile.write(Array(page.html.utf8), to: html) }
        common.print(report.json) { Self.words(report) }
        if !report.isClean { throw ExitCode(Exit.refused.rawValue) }
    }

    private static func words(_ report: AuditReport) -> String {
        let facts = report.facts
        var kinds = Table(["ENTRIES", "KIND"], numeric: [0])
        for (kind, count) in facts.kinds.sorted(by: {
            ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
        }) {
            kinds.add(["\(count)", kind.rawValue])
        }
        var parts = [
            "Replayed \(report.size) entries, root \(report.root).",
            kinds.text,
            "Grants: \(facts.liveGrants) standing, \(facts.revoked) revoked, "
                + "\(facts.expired) ended. "
                + "Books: \(facts.booksClosed) closed, \(facts.booksOpen) open.",
        ]
        if report.isClean {
            parts.append("Nothing is wrong.")
        } else {
            var findings = Table(["PLACE", "FINDING", "DETAIL"])
            for finding in report.findings {
                findings.add([
                    finding.index.map { "\($0)" } ?? "", finding.what.name, finding.what.detail,
                ])
            }
            let count = report.findingCount
            parts.append("\(count) finding\(count == 1 ? "" : "s"):\n\n\(findings.text)")
        }
        return parts.joined(separator: "\n\n")
    }
}
