import Rules
import Sharing
import Transparency
public import Wire

extension AuditReport {
    /// The report as JSON: facts, and every finding with its evidence.
    public var json: JSON {
        [
            "checkpointed": newest.map { .integer(Int64(clamping: $0.size)) } ?? .null,
            "facts": facts.json, "finding_counts": Self.counts(findingCounts),
            "findings": .array(findings.map(\.json)), "root": .string(root.base64),
            "size": .integer(Int64(clamping: size)),
            "stopped": stopped.map {
                ["index": .integer($0.index), "rules": .integer($0.rules)]
            } ?? .null,
        ]
    }

    static func counts(_ counts: [String: Int]) -> JSON {
        .object(counts.mapValues { .integer(Int64($0)) })
    }
}

extension AuditFacts {
    public var json: JSON {
        var members: [String: JSON] = [
            "accesses": [
                "by_grantee": count(accesses) { $0.text },
                "undisclosed": .integer(Int64(accessesOfUnknown)),
            ],
            "books": [
                "closed": .integer(Int64(booksClosed)),
                "months": byMonth {
                    [
                        "closed": .integer(Int64($0.booksClosed)),
                        "opened": .integer(Int64($0.booksOpened)),
                    ]
                }, "open": .integer(Int64(booksOpen)),
            ],
            "charters": .array(
                charters.map {
                    [
                        "authorities": .array($0.what.authorities.map { .string($0.text) }),
                        "from": .integer($0.index), "threshold": .integer($0.what.threshold),
                    ]
                }),
            "entries": count(kinds) { $0.rawValue },
            "erased": [
                "records": .integer(Int64(erasedRecords)),
                "statements": .integer(Int64(erasedStatements)),
            ],
            "fully_checked": .integer(Int64(complete)),
            "grants": [
                "by_purpose": count(purposes) { $0.rawValue },
                "expired": .integer(Int64(expired)), "live": .integer(Int64(liveGrants)),
                "revoked": .integer(Int64(revoked)),
            ],
            "months": byMonth { count($0.kinds) { $0.rawValue } },
            "participants": .integer(Int64(participants)),
            "policies": .array(
                policies.map { ["from": .integer($0.index), "set": .digest($0.what)] }),
            "types": .array(
                types.map {
                    [
                        "digest": .digest($0.what.digest), "from": .integer($0.index),
                        "name": .string($0.what.name), "version": .integer($0.what.version),
                    ]
                }),
            "suspended": .array(suspended.sorted().map { .string($0.text) }),
            "upgrades": .array(
                upgrades.map {
                    [
                        "announced": .integer($0.index), "from": .integer($0.what.from),
                        "rules": .integer($0.what.rules),
                    ]
                }),
            "time": time.map { .integer($0.seconds) } ?? .null,
        ]
        if !otherCounts.isEmpty { members["counts"] = AuditReport.counts(otherCounts) }
        return .object(members)
    }

    private func byMonth(_ value: (AuditCalendar.Count) -> JSON) -> JSON {
        .object(
            Dictionary(
                uniqueKeysWithValues: calendar.months.map { ($0.description, value($1)) }))
    }

    private func count<Key>(_ counts: [Key: Int], _ name: (Key) -> String) -> JSON {
        AuditReport.counts(
            Dictionary(uniqueKeysWithValues: counts.map { (name($0.key), $0.value) }))
    }
}

extension AuditFinding {
    /// Where, what, and the evidence: an entry's JWS, checkpoints as signed.
    public var json: JSON {
        var members: [String: JSON] = [
            "detail": .string(what.detail), "index": index.map { .integer($0) } ?? .null,
            "what": .string(what.name),
        ]
        if let entry = evidence.entry {
            // What isn't ASCII is no statement either; base64url shows any bytes.
            members["entry"] = .string(Base64URL.encode(entry))
        }
        if !evidence.checkpoints.isEmpty {
            members["checkpoints"] = .array(
                evidence.checkpoints.map { .string(String(decoding: $0.bytes, as: UTF8.self)) })
        }
        return .object(members)
    }
}
