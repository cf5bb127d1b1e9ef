import Foundation
import Rules
import Sharing
import TestSupport
import Testing
import Transparency
import Verification
import Wire

/// A recorded log with an entry of every kind, the state that each entry made, and its audit.
///
/// All of it is frozen: a change that fails here changes signed bytes, stored state, or what an audit
/// says about a log that exists.
@Suite struct FrozenLogTests {
    struct Entry {
        let statement: Statement
        let disclosures: [Disclosure]
    }

    static let entries = Result {
        try text("log-1.txt").split(separator: "\n").map { line in
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            return Entry(
                statement: try Statement(parsing: Array(parts[0].utf8)),
                disclosures: try #require(Disclosure.split(parts[1].utf8)))
        }
    }

    /// What the log published: its types are frozen too.
    private static let texts = Result {
        let origin = try entries.get()[0].statement.origin
        let types = try text("types-1.txt").split(separator: "\n").map {
            try RecordType(document: Array($0.utf8), origin: origin)
        }
        return TextShelf([CedarPolicies.standard], types: RecordTypes(types), of: origin)
    }

    private static func url(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)")
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: url(name), encoding: .utf8)
    }

    @Test func everyKindIsThere() throws {
        let kinds = Set(try Self.entries.get().map(\.statement.kind))
        #expect(kinds == Set(Kind.allCases))
    }

    /// What was read of each entry is written as it was signed.
    @Test func claimsAreWrittenAsTheyWereSigned() throws {
        let common: Set = ["iss", "iat", "jti", "log", "_sd", "_sd_alg"]
        for entry in try Self.entries.get() {
            guard
                case .object(let signed) = try JSON(canonical: entry.statement.jws.payload),
                case .object(let written) = entry.statement.claims.json
            else { throw StatementError.claims(.notAnObject) }
            #expect(written == signed.filter { !common.contains($0.key) })
            guard !entry.statement.hasFields else { continue }
            let opened = try entry.statement.opened(with: entry.disclosures)
            let shown = entry.disclosures.map { ($0.name, $0.value) }
            #expect(opened.json == .object(Dictionary(uniqueKeysWithValues: shown)))
        }
    }

    /// The digest of what each entry changed, and all state after the last one.
    @Test(arguments: [(true, "state-1.txt"), (false, "state-public-1.txt")])
    func stateAfterEachEntry(disclosed: Bool, file: String) throws {
        let entries = try Self.entries.get()
        let recorded = try Self.text(file).components(separatedBy: "\n")
        let made = try Self.state(after: entries, disclosed: disclosed)
            .components(separatedBy: "\n")
        for (index, entry) in entries.enumerated() where made[index] != recorded[index] {
            Issue.record("entry \(index), \(entry.statement.kind)")
        }
        #expect(made == recorded)
    }

    private static func state(after entries: [Entry], disclosed: Bool) throws -> String {
        var state = StateInMemory()
        var steps: [String] = []
        for (index, entry) in entries.enumerated() {
            let shown = entry.statement.kind != .record && (disclosed || entry.disclosures.isEmpty)
            let candidate = Candidate(
                entry.statement,
                selective: shown ? try entry.statement.opened(with: entry.disclosures) : nil,
                index: Int64(index))
            let admission = try state.admit(
                candidate, under: try texts.get()
            ).get()
            let changed = admission.changes.values.sorted { $0.key.text < $1.key.text }
                .map { key, value in
                    "\(key.text) \(value.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "-")"
                }
            steps.append(
                Digest<Digested.Blob>(hashing: Array(changed.joined(separator: "\n").utf8)).text)
        }
        let rows = state.all.map { key, value in
            "\(key.text) \(String(decoding: value.bytes, as: UTF8.self))"
        }
        return (steps + [""] + rows.sorted()).joined(separator: "\n") + "\n"
    }

    @Test(arguments: [(true, "audit-1.json"), (false, "audit-public-1.json")])
    func audit(disclosed: Bool, file: String) throws {
        let report = try Self.audit(
            try Self.entries.get(), disclosed: disclosed, key: try Self.text("key-1.txt"),
            checkpoint: try Self.text("checkpoint-1.txt"))
        #expect(report.isClean)
        #expect(report.json.canonicalText + "\n" == (try Self.text(file)))
    }

    private static func audit(
        _ entries: [Entry], disclosed: Bool, key: String, checkpoint: String
    ) throws -> AuditReport {
        let trust = Trust(
            genesis: entries[0].statement.digest.relabelled(),
            policy: TrustPolicy(trusting: try VerifierKey(parsing: key)))
        var audit = Audit(
            under: trust, policies: try texts.get(),
            state: StateInMemory(),
            seesDisclosures: disclosed)
        audit.checkpoint(try Note(parsing: Array(checkpoint.utf8)))
        let keys = OfferedKeys()
        for entry in entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes,
                    disclosed ? .shown(Disclosure.join(entry.disclosures)) : .withheld, keys: keys))
        }
        return audit.finish()
    }

    /// Writes the files of a release, once: with TRINE_RELEASE=1, and only where there is none yet.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["TRINE_RELEASE"] != nil
                && !FileManager.default.fileExists(atPath: Self.url("log-1.txt").path)))
    func release() throws {
        let log = try FrozenScene.make()
        let entries = log.entries.map {
            Entry(statement: $0.statement, disclosures: $0.disclosures)
        }
        let checkpoint = String(decoding: try log.checkpoint().bytes, as: UTF8.self)
        let key = log.signer.verifierKey.text
        func write(_ name: String, _ text: String) throws {
            try text.write(to: Self.url(name), atomically: true, encoding: .utf8)
        }
        let lines = entries.map {
            $0.statement.jws.text + " "
                + String(decoding: Disclosure.join($0.disclosures), as: UTF8.self)
        }
        try write("log-1.txt", lines.joined(separator: "\n") + "\n")
        let documents = log.published.all.map {
            String(decoding: $0.document(origin: log.origin), as: UTF8.self)
        }
        try write("types-1.txt", documents.joined(separator: "\n") + "\n")
        try write("checkpoint-1.txt", checkpoint)
        try write("key-1.txt", key)
        for (disclosed, suffix) in [(true, ""), (false, "-public")] {
            try write("state\(suffix)-1.txt", try Self.state(after: entries, disclosed: disclosed))
            let report = try Self.audit(
                entries, disclosed: disclosed, key: key, checkpoint: checkpoint)
            try write("audit\(suffix)-1.json", report.json.canonicalText + "\n")
        }
    }
}
