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
        subcommands: [
            AuditCommand.self, Grants.self, Accesses.self, Requests.self, Holds.self,
            Erasures.self, HoldCommand.self, ReleaseCommand.self,
        ])
}

struct AuditCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Replay the whole log: every signature, rule and policy decision.",
        discussion: """
            The exit code is 0 where nothing is found, 1 where something is, and 9 where the log goes \
            on under rules that this program doesn't know. The JSON report has \
            every finding with its evidence: the entry, the checkpoints.

            With --html the report is a page with names, period and lists of who was granted and read \
            what, and the signature of this home's key is written beside it: trine verify checks it. \
            What an audit can't see stands on the page.

            Example: trine regulator audit --html audit.html
            """)

    @Option(
        help: ArgumentHelp(
            "Also write the report as one HTML page, to be filed and read without the network.",
            valueName: "file"), completion: .file())
    var html: String?

    @OptionGroup var common: CommonOptions

    func prepare() throws {
        guard let html else { return }
        try OutputFile.check(html)
        try OutputFile.check(html + VerifyCommand.signatureEnding)
    }

    func outcome(in session: Session) async throws -> Outcome {
        let report = try await Regulator(session).audit(
            keeping: try await session.replayState(), progress: Terminal.entries)
        if let html { try await write(report, to: html, session) }
        let words = report.words
        let outcome = Outcome(json: report.json) { [html] in
            words + (html.map { "\n\nWritten as \($0), and signed." } ?? "")
        }.ending(well: report.isClean)
        guard let stopped = report.stopped else { return outcome }
        return outcome.ending(with: .update).noting(stopped.complaint.notes)
    }
}

extension AuditCommand {
    private func write(
        _ report: AuditReport, to file: String, _ session: Session
    ) async throws {
        let view = try await session.sync()
        let names = try await session.names()
        let page = AuditPage(
            report, of: session.configuration.origin, genesis: session.trust.genesis,
            by: session.handle, naming: names.shown, with: Trine.configuration.version,
            lists: try view.lists(names, at: session.now), made: session.now)
        let bytes = Array(page.html.utf8)
        let paper = try await session.signed(
            bytes, about: "audit of \(report.size) entries of \(session.configuration.origin)")
        try OutputFile.write(bytes, to: file)
        try OutputFile.write(paper.bytes, to: file + VerifyCommand.signatureEnding)
    }
}

extension View {
    /// What happened one by one, for the page of an audit. Times are UTC there, whoever reads it.
    fileprivate func lists(_ names: Names, at now: Timestamp) throws -> [AuditPage.List] {
        let known = try grants
        let grants = known.values.sorted { $0.index < $1.index }
        return [
            .init(
                title: "Participants",
                headings: ["handle", "name", "roles", "admitted", "state"],
                rows: participants.map { one in
                    [
                        one.handle.text, names.name(one.handle) ?? "", words(forRolesOf: one),
                        "\(one.at)", one.state(at: now),
                    ]
                }),
            .init(
                title: "Grants",
                headings: ["grant", "from", "to", "what", "of", "purpose", "until", "state"],
                rows: grants.map { one in
                    [
                        one.jti.text, names.shown(one.issuer), names.shown(one.terms.to),
                        one.terms.subject.words, one.terms.scope.words,
                        one.claims.purpose.rawValue, "\(one.claims.expires)",
                        one.state(at: now, in: self),
                    ]
                }),
            .init(
                title: "Accesses", headings: ["entry", "when", "who", "whose", "records", "grant"],
                rows: try accesses.map { one in
                    let grant = known[one.grant]
                    return [
                        "\(one.index)", "\(one.at)",
                        grant.map { names.shown($0.terms.to) } ?? "",
                        grant.map { names.shown($0.issuer) } ?? "",
                        (one.served?.ranges ?? []).summary, one.grant.text,
                    ]
                }),
            .init(
                title: "Legal holds", headings: ["entry", "laid", "whose", "case", "by", "state"],
                rows: holds.map { one in
                    [
                        "\(one.index)", "\(one.at)", names.shown(one.terms.holder),
                        one.terms.caseReference, names.shown(one.by), one.state(at: now),
                    ]
                }),
            .init(
                title: "Erasures", headings: ["entry", "when", "by", "what", "reason"],
                rows: erasures.map { one in
                    [
                        "\(one.index)", "\(one.at)", names.shown(one.by),
                        one.record ?? "\(one.kind.rawValue) \(one.jti)", one.reason?.rawValue ?? "",
                    ]
                }),
        ]
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
            parts.append("No finding before entry \(stopped.index).")
        } else {
            parts.append("No finding.")
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
