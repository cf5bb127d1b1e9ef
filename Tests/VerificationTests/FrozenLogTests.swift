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

    static func text(_ name: String) throws -> String {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Fixtures/\(name)"), encoding: .utf8)
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
        let parts = try Self.text(file).split(separator: "\n", omittingEmptySubsequences: false)
        let steps = parts.prefix { !$0.isEmpty }
        var state = StateInMemory()
        var rows: [String: String] = [:]
        for (index, entry) in try Self.entries.get().enumerated() {
            let shown = entry.statement.kind != .record && (disclosed || entry.disclosures.isEmpty)
            let candidate = Candidate(
                entry.statement,
                selective: shown ? try entry.statement.opened(with: entry.disclosures) : nil,
                index: Int64(index))
            let admission = try Rules.decide(
                candidate, in: state.slice(for: candidate), policies: PolicyShelf.standard)
            state.apply(admission.changes)
            let changed = admission.changes.values.sorted { $0.key.text < $1.key.text }
                .map { key, value in
                    let text = value.map { String(decoding: $0.bytes, as: UTF8.self) }
                    rows[key.text] = text
                    return "\(key.text) \(text ?? "-")"
                }
            let digest = Digest<Digested.Blob>(hashing: Array(changed.joined(separator: "\n").utf8))
            #expect(digest.text == steps[index], "entry \(index), \(entry.statement.kind)")
        }
        let all = rows.map { "\($0.key) \($0.value)" }.sorted()
        #expect(
            all == parts.dropFirst(steps.count + 1).filter { !$0.isEmpty }.map(String.init).sorted()
        )
    }

    @Test(arguments: [(true, "audit-1.json"), (false, "audit-public-1.json")])
    func audit(disclosed: Bool, file: String) throws {
        let entries = try Self.entries.get()
        let trust = Trust(
            genesis: entries[0].statement.digest.relabelled(),
            policy: TrustPolicy(trusting: try VerifierKey(parsing: Self.text("key-1.txt"))))
        var audit = Audit(
            under: trust, policies: PolicyShelf.standard, state: StateInMemory(),
            seesDisclosures: disclosed)
        audit.checkpoint(try Note(parsing: Array(Self.text("checkpoint-1.txt").utf8)))
        let keys = OfferedKeys()
        for entry in entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes,
                    disclosed ? .shown(Disclosure.join(entry.disclosures)) : .withheld, keys: keys))
        }
        let report = audit.finish()
        #expect(report.isClean)
        #expect(report.json.canonicalText + "\n" == (try Self.text(file)))
    }
}
