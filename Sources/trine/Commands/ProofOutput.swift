import Client
import Sharing
import Verification
import Wire

/// Makes a grant to prove, or says what it would be.
struct ProofOutput {
    let common: CommonOptions
    let contacts: Contacts

    func grant(_ wish: ProofWish, by enterprise: Enterprise, dryRun: Bool) async throws {
        let plan = try await enterprise.plan(wish)
        for warning in plan.warnings { Terminal.note("careful: \(warning.words)") }
        if dryRun {
            common.print(json(plan)) { words(plan) }
            return
        }
        let done = try await enterprise.grant(plan)
        common.print(Output.json(done, members(plan))) {
            """
            Proved \(contacts.shown(wish.to)) \(count(plan.statements.count, "statement")) about \
            \(count(plan.recordCount, "record")), until \(plan.expires).
            grant \(done.statement.jti), entry \(done.index)
            """
        }
    }

    private func words(_ plan: ProofPlan) -> String {
        var statements = Table(["TRUE", "STATEMENT"])
        for (position, statement) in plan.statements.enumerated() {
            statements.add([plan.untrue.contains(position) ? "no" : "yes", statement.description])
        }
        var books = Table(["BOOK", "RECORDS"], numeric: [1])
        for (book, records) in plan.covered {
            books.add([book.description, "\(records.count)"])
        }
        let outcome =
            plan.untrue.isEmpty
            ? "Nothing was signed. This is what would happen:"
            : "Nothing was signed, and nothing would be: not everything here is true."
        return """
            \(outcome)

            \(contacts.shown(plan.grantee.handle)) could know, until \(plan.expires), \
            for \(plan.purpose.rawValue), and keep for \(GrantCommand.days(plan.terms.dataLife)), \
            that these are true:

            \(statements.text)

            of \(count(plan.recordCount, "record")), as of the first \(plan.at.size) entries of the log:

            \(books.text)

            No amount would be shown, and no key of one given; the proof has \(plan.proofBytes) bytes.
            Anybody could see: that you gave a grant to prove, when, for \(plan.purpose.rawValue), \
            from \(plan.notBefore) to \(plan.expires).
            Only you, the grantee, the host and a regulator: to whom, which records, which statements, \
            how often, for how long kept.
            Permitted by: \(plan.permitting.joined(separator: ", ")).
            """
    }

    private func members(_ plan: ProofPlan) -> [String: JSON] {
        [
            "at": .integer(plan.at.size),
            "exp": .integer(plan.expires.seconds),
            "fetches": .integer(plan.terms.fetches),
            "grantee": .string(plan.grantee.handle.text),
            "nbf": .integer(plan.notBefore.seconds),
            "purpose": .string(plan.purpose.rawValue),
            "right": .string(Right.prove.rawValue),
            "scope": plan.terms.scope.json,
            "warnings": .array(plan.warnings.map { .string($0.words) }),
            "statements": .array(
                plan.statements.enumerated().map {
                    [
                        "statement": .string($1.description),
                        "true": .bool(!plan.untrue.contains($0)),
                    ]
                }),
        ]
    }

    private func json(_ plan: ProofPlan) -> JSON {
        var members = members(plan)
        members["dry_run"] = true
        members["data_life"] = .integer(plan.terms.dataLife)
        members["proof_bytes"] = .integer(Int64(plan.proofBytes))
        members["public"] = .array(ProofPlan.publicClaims.map { .string($0) })
        members["permitted_by"] = .array(plan.permitting.map { .string($0) })
        members["records"] = .array(plan.covered.flatMap(\.records).map { .string($0.name) })
        return .object(members)
    }

    private func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}
