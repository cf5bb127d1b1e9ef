import Client
import Sharing
import Wire

extension Outcome {
    /// The grants that a participant gave or got, with who is at the other end.
    static func grants(
        _ grants: [KnownGrant], _ heading: String, in session: Session,
        other: @escaping (KnownGrant) -> Handle
    ) throws -> Outcome {
        let contacts = try session.contacts()
        let now = session.now
        return .list(
            "grants", grants, none: "No grants.",
            .init("GRANT", "grant") { $0.jti }, .init(heading) { contacts.shown(other($0)) },
            .init("WHAT", "scope") { $0.terms.scope }, .init("FIELDS") { $0.terms.subject.words },
            .init("PURPOSE", "purpose") { $0.claims.purpose },
            .init("UNTIL") { $0.claims.expires.date },
            .init("READ") { "\($0.accesses)/\($0.terms.fetches)" },
            .init("STATE") { $0.state(at: now) }, .init { $0.terms.subject.members },
            .init {
                [
                    "accesses": $0.accesses, "data_life": $0.terms.dataLife,
                    "enterprise": $0.issuer, "exp": $0.claims.expires,
                    "fetches": $0.terms.fetches, "grantee": $0.terms.to, "index": $0.index,
                    "nbf": $0.claims.notBefore, "revoked": $0.revocation?.index,
                    "stands": $0.isLive(at: now),
                ]
            })
    }
}

extension KnownGrant {
    fileprivate func state(at time: Timestamp) -> String {
        if let revocation {
            return revocation.isReturn
                ? "given back \(revocation.at.date)" : "revoked \(revocation.at.date)"
        }
        if time >= claims.expires { return "ended" }
        return time < claims.notBefore ? "not begun" : "stands"
    }
}

extension Rekeying {
    /// That the grantee gets no keys of what is registered from now on, because policy forbids it.
    func warning(_ contacts: Contacts) -> String? {
        guard case .forbidden(let policies, _) = outcome else { return nil }
        return "\(contacts.shown(grant.terms.to)) gets no new keys under grant \(grant.jti): "
            + (policies.isEmpty
                ? "no policy permits it"
                : "policy forbids it: \(policies.joined(separator: ", "))")
    }
}

extension [Rekeying] {
    /// The grants that got new keys, and those that policy forbids to give any.
    var members: Members {
        [
            "not_rekeyed": filter { !$0.isRegistered }.map(\.grant.jti),
            "rekeyed": filter(\.isRegistered).map(\.grant.jti),
        ]
    }
}

/// As people write it: `invoices 2026-01..2026-12`.
extension Scope: Shown {
    var words: String {
        switch self {
        case .months(let series, let months): "\(series.rawValue) \(months.words)"
        case .records(let ranges): ranges.summary
        }
    }
}

extension ClosedRange<Month> {
    fileprivate var words: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)..\(upperBound)" }
}

extension RecordRange: Shown {
    var words: String { from == to ? "\(book)#\(from)" : "\(book)#\(from)..\(to)" }
}

extension [RecordRange] {
    /// Few ranges as they are, many only by how much they are.
    var summary: String {
        guard count > Self.most, let first = map(\.book.month).min(),
            let last = map(\.book.month).max()
        else { return map(\.words).joined(separator: " ") }
        let records = reduce(0) { $0 + $1.to - $1.from + 1 }
        return "\(records) records in \(Set(map(\.book)).count) books, \(first)..\(last)"
    }

    private static var most: Int { 3 }
}

extension GrantSubject {
    /// Fields with commas between, statements with semicolons.
    var words: String {
        switch self {
        case .fields(let names): names.words
        case .statements(let texts): texts.joined(separator: "; ")
        }
    }

    var members: Members {
        switch self {
        case .fields(let names): ["fields": names]
        case .statements(let texts):
            ["fields": JSON.null, "right": Right.prove, "statements": texts]
        }
    }
}
