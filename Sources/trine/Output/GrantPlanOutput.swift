import Client
import Sharing
import Wire

/// A grant that was planned, as it is shown before and after it is given.
extension GrantPlan {
    /// What is said of it in JSON, whether it was given or not.
    var members: Members {
        let members: Members = [
            "exp": expires, "fetches": terms.fetches, "grantee": grantee, "nbf": notBefore,
            "purpose": purpose, "recipient": recipient.members, "scope": terms.scope,
        ]
        let subject: Members =
            if let proof {
                [
                    "at": proof.at.size, "right": Right.prove, "warnings": warnings.map(\.words),
                    "left_out": proof.leftOut.map {
                        ["record": $0.record.description, "reason": $0.reason.words] as Members
                    },
                    "statements": proof.statements.enumerated().map {
                        [
                            "because": proof.reasons(against: $0), "statement": $1,
                            "true": !proof.untrue.contains($0),
                        ] as Members
                    },
                ]
            } else {
                ["fields": terms.fieldNames]
            }
        return members.merging(subject) { $1 }
    }

    /// What would happen.
    var foreseen: Members {
        let only: Members = [
            "dry_run": true, "data_life": terms.dataLife, "public": publicClaims,
            "permitted_by": permitting, "records": covered.flatMap(\.records).map(\.name),
        ]
        let subject: Members =
            proof.map { ["proof_bytes": $0.proofBytes] } ?? ["disclosed": fields]
        return members.merging(only) { $1 }.merging(subject) { $1 }
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
            for \(purpose.rawValue), from \(LocalTime.minute(notBefore)) to \(LocalTime.minute(expires)).
            Only you, the grantee, the host and a regulator: to whom, which records, which \
            \(proof == nil ? "fields" : "statements"), how often, for how long kept.
            Permitted by: \(permitting.joined(separator: ", ")).
            """
    }

    private func wordsOfFields(_ grantee: String) -> String {
        let table = Table<FieldDefinition>([
            .init("FIELD") { $0.name }, .init("TERM") { $0.businessTerm },
            .init("WHAT IT IS") { $0.about },
        ])
        var future = ""
        if case .months(_, let months) = terms.scope {
            future =
                " and whatever is registered in \(months.lowerBound)..\(months.upperBound) later"
        }
        return """
            Nothing was signed. This is what would happen:

            \(grantee) could read, until \(LocalTime.minute(expires)), up to \(counted(terms.fetches, "time")), \
            for \(purpose.rawValue), and keep it for \(terms.daysKept):

            \(table.text(terms.fieldNames.compactMap { type.field($0) }) ?? "")

            of \(counted(recordCount, "record")) now\(future)\
            \(books.map { "\n\n" + $0 } ?? "")

            """
    }

    private func wordsOfProof(_ proof: ProofPlan, _ grantee: String) -> String {
        let table = Table<Int>([
            .init("TRUE") { !proof.untrue.contains($0) },
            .init("STATEMENT") { proof.statements[$0] },
            .init("BECAUSE") { proof.reasons(against: $0).joined(separator: "; ") },
        ])
        let outcome =
            proof.untrue.isEmpty
            ? "Nothing was signed. This is what would happen:"
            : "Nothing was signed, and nothing would be: not everything here is true."
        return """
            \(outcome)

            \(grantee) could know, until \(LocalTime.minute(expires)), for \(purpose.rawValue), \
            and keep for \(terms.daysKept), that these are true:

            \(table.text(Array(proof.statements.indices)) ?? "")

            of \(counted(recordCount, "record")), as of the first \(proof.at.size) entries of \
            the log:

            \(books ?? "")
            \(proof.leftOutWords.map { "\n" + $0 + "\n" } ?? "")
            No amount would be shown, and no key of one given; \
            the proof has \(proof.proofBytes) bytes.
            """
    }

    private var books: String? {
        Table([.init("BOOK") { $0.book }, .init("RECORDS") { $0.records.count }]).text(covered)
    }
}

extension ProofPlan {
    /// The records that are linked to nothing, statement after statement.
    fileprivate var leftOut: [LeftOut] { links.flatMap(\.leftOut) }

    /// The first of them, and why; `nil` where there are none.
    fileprivate var leftOutWords: String? {
        guard !leftOut.isEmpty else { return nil }
        let shown = leftOut.prefix(Self.leftOutShown).map { "  \($0.record): \($0.reason.words)" }
        let more = leftOut.count - shown.count
        return (["Left out:"] + shown + (more > 0 ? ["  and \(more) more"] : []))
            .joined(separator: "\n")
    }

    private static let leftOutShown = 10
}

extension GrantTerms {
    /// The fields that can be read, without commitments.
    var fieldNames: [String] {
        if case .fields(let names) = subject { names.map(\.text) } else { [] }
    }
}

/// Why the key that a grant is sealed to is believed to be the grantee's.
extension Recipient {
    var members: Members {
        ["compared": isCompared, "since": since, "signed_by": signedBy]
    }

    func notes(on handle: Handle, called name: String) -> [String] {
        var notes: [String] = []
        if !isCompared {
            notes.append(
                "you haven't compared the fingerprint of \(name): have it tell you by telephone or "
                    + "on paper, and type: trine compare \(handle) FINGERPRINT")
        }
        if let signedBy {
            notes.append(
                "what is granted is sealed to a key that \(name) has since entry \(since), "
                    + "signed with its key \(signedBy)")
        }
        return notes
    }
}
