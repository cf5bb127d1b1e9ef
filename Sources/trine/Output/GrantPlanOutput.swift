import Client
import Sharing
import Wire

/// A grant that was planned, as it is shown before and after it is given.
extension GrantPlan {
    /// What is said of it in JSON, whether it was given or not.
    var members: [String: JSON] {
        var members: [String: JSON] = [
            "exp": .integer(expires.seconds), "fetches": .integer(terms.fetches),
            "grantee": .string(grantee.text), "nbf": .integer(notBefore.seconds),
            "purpose": .string(purpose.rawValue), "scope": terms.scope.json,
        ]
        guard let proof else {
            members["fields"] = .texts(terms.fieldNames)
            return members
        }
        members["at"] = .integer(proof.at.size)
        members["right"] = .string(Right.prove.rawValue)
        members["warnings"] = .texts(warnings.map(\.words))
        members["statements"] = .array(
            proof.statements.enumerated().map {
                [
                    "statement": .string($1.description),
                    "true": .bool(!proof.untrue.contains($0)),
                ]
            })
        return members
    }

    /// What would happen.
    var json: JSON {
        var members = members
        members["dry_run"] = true
        members["data_life"] = .integer(terms.dataLife)
        members["public"] = .texts(publicClaims)
        members["permitted_by"] = .texts(permitting)
        members["records"] = .texts(covered.flatMap(\.records).map(\.name))
        if let proof {
            members["proof_bytes"] = .number(proof.proofBytes)
        } else {
            members["disclosed"] = .texts(fields.map(\.text))
        }
        return .object(members)
    }

    /// What happened, without its end.
    func done(to grantee: String) -> String {
        guard let proof else {
            return "Granted \(grantee) \(counted(terms.fieldNames.count, "field")) of "
                + terms.scope.words
        }
        return "Proved \(grantee) \(counted(proof.statements.count, "statement")) about "
            + "\(counted(recordCount, "record")),"
    }

    func words(naming name: (Handle) -> String) -> String {
        let grantee = name(grantee)
        let what = proof.map { wordsOfProof($0, grantee) } ?? wordsOfFields(grantee)
        return """
            \(what)
            Anybody could see: that you gave a grant to \(proof == nil ? "read" : "prove"), when, \
            for \(purpose.rawValue), from \(notBefore) to \(expires).
            Only you, the grantee, the host and a regulator: to whom, which records, which \
            \(proof == nil ? "fields" : "statements"), how often, for how long kept.
            Permitted by: \(permitting.joined(separator: ", ")).
            """
    }

    private func wordsOfFields(_ grantee: String) -> String {
        var table = Table(["FIELD", "TERM", "WHAT IT IS"])
        for name in terms.fieldNames {
            guard let field = type.field(name) else { continue }
            table.add([name, field.businessTerm ?? "", field.about])
        }
        var future = ""
        if case .months(_, let months) = terms.scope {
            future =
                " and whatever is registered in \(months.lowerBound)..\(months.upperBound) later"
        }
        return """
            Nothing was signed. This is what would happen:

            \(grantee) could read, until \(expires), up to \(terms.fetches) times, \
            for \(purpose.rawValue), and keep it for \(days):

            \(table.text)

            of \(counted(recordCount, "record")) now\(future)\
            \(books.isEmpty ? "" : "\n\n" + books.text)

            """
    }

    private func wordsOfProof(_ proof: ProofPlan, _ grantee: String) -> String {
        var table = Table(["TRUE", "STATEMENT"])
        for (position, statement) in proof.statements.enumerated() {
            table.add([proof.untrue.contains(position) ? "no" : "yes", statement.description])
        }
        let outcome =
            proof.untrue.isEmpty
            ? "Nothing was signed. This is what would happen:"
            : "Nothing was signed, and nothing would be: not everything here is true."
        return """
            \(outcome)

            \(grantee) could know, until \(expires), for \(purpose.rawValue), \
            and keep for \(days), that these are true:

            \(table.text)

            of \(counted(recordCount, "record")), as of the first \(proof.at.size) entries of \
            the log:

            \(books.text)

            No amount would be shown, and no key of one given; \
            the proof has \(proof.proofBytes) bytes.
            """
    }

    private var books: Table {
        var books = Table(["BOOK", "RECORDS"], numeric: [1])
        for (book, records) in covered { books.add([book.description, "\(records.count)"]) }
        return books
    }

    private var days: String {
        terms.dataLife % 86_400 == 0
            ? "\(terms.dataLife / 86_400) days" : "\(terms.dataLife / 3600) hours"
    }
}

extension GrantTerms {
    /// The fields that can be read, without commitments.
    var fieldNames: [String] {
        if case .fields(let names) = subject { names.map(\.text) } else { [] }
    }
}
