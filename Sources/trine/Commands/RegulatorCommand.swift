import ArgumentParser
import Client
import Foundation
import Rules
import Sharing
import Storage
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

struct AuditCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Replay the whole log: every signature, rule and policy decision.",
        discussion: """
            The exit code is 0 where nothing is found, 1 where something is, and 9 where the log goes \
            on under rules that this program doesn't know. The JSON report has \
            every finding with its evidence: the entry, the checkpoints.

            Example: trine regulator audit --json
            """)

    @Option(
        help: ArgumentHelp(
            "Also write the report as one HTML page, to be filed and read without the network.",
            valueName: "file"))
    var html: String?

    @OptionGroup var common: CommonOptions

    func prepare() throws { try html.map(OutputFile.check) }

    func outcome(in session: Session) async throws -> Outcome {
        let report = try await Regulator(session).audit(
            keeping: try await session.replayState(), progress: Terminal.entries)
        if let html {
            let page = AuditPage(
                report, of: session.configuration.origin, genesis: session.trust.genesis,
                by: session.handle, made: session.now)
            try OutputFile.write(Array(page.html.utf8), to: html)
        }
        let outcome = Outcome(json: report.json) { report.words }.ending(well: report.isClean)
        guard let stopped = report.stopped else { return outcome }
        return outcome.ending(with: .update).noting(stopped.complaint.notes)
    }
}

extension AuditReport {
    fileprivate var words: String {
        let kinds = facts.kinds.sorted {
            ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue)
        }
        let counts = Table<(key: Kind, value: Int)>([
            .init("ENTRIES") { $0.value }, .init("KIND") { $0.key.rawValue },
        ])
        let table = Table<AuditFinding>([
            .init("PLACE") { $0.index.map { "\($0)" } }, .init("FINDING") { $0.what.name },
            .init("DETAIL") { $0.what.detail },
        ])
        var parts = ["Replayed \(size) entries, root \(root).", counts.text(kinds) ?? ""]
        parts.append(
            "Grants: \(facts.liveGrants) standing, \(facts.revoked) revoked, "
                + "\(facts.expired) ended. "
                + "Books: \(facts.booksClosed) closed, \(facts.booksOpen) open.")
        parts += governance
        if let found = table.text(findings) {
            parts.append("\(counted(findingCount, "finding")):\n\n\(found)")
        } else if let stopped {
            parts.append("Nothing is wrong before entry \(stopped.index).")
        } else {
            parts.append("Nothing is wrong.")
        }
        return parts.joined(separator: "\n\n")
    }

    /// Who governs, where that changed, and later rules, where they were announced.
    private var governance: [String] {
        var lines: [String] = []
        if facts.charters.count > 1, let last = facts.charters.last {
            let names = last.what.authorities.map(\.text).joined(separator: ", ")
            lines.append(
                "Governed since entry \(last.index) by \(last.what.threshold) of \(names).")
        }
        if let last = facts.upgrades.last {
            lines.append(
                "Entry \(last.index) announces rules \(last.what.rules), from entry "
                    + "\(last.what.from) on at the earliest.")
        }
        return lines
    }
}

extension Session {
    /// Where a replay of the whole log keeps what its entries make: in memory, or on disk where they
    /// are many. Tests ask for the disk on short logs too.
    nonisolated func replayState() async throws -> any StateSource & Sendable {
        let entries = try await latest().size
        let isForced = ProcessInfo.processInfo.environment["TRINE_TEST_AUDIT_ON_DISK"] != nil
        guard entries >= Self.fitInMemory || isForced else { return StateInMemory() }
        return try AuditState(in: home.directory)
    }

    private static let fitInMemory: UInt64 = 200_000
}
