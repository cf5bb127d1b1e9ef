import Client
import Sharing
import Wire

extension Outcome {
    /// Grants, with who is at the other end; with both ends for a regulator who sees others'.
    static func grants(_ grants: [KnownGrant], _ names: Names, in session: Session) async -> Outcome
    {
        let now = session.now
        let view = await session.view
        let reader = session.handle
        let isGiver = grants.contains { $0.issuer == reader }
        let isGrantee = grants.contains { $0.terms.to == reader }
        let giver = Column<KnownGrant>("FROM") { names.shown($0.issuer) }
        let grantee = Column<KnownGrant>("TO") { names.shown($0.terms.to) }
        let columns: [Column<KnownGrant>] = [
            .init("WHAT", "scope") { $0.terms.scope }, .init("FIELDS") { $0.terms.subject.words },
            .init("PURPOSE", "purpose") { $0.claims.purpose },
            .init(LocalTime.heading("UNTIL")) { LocalTime.day($0.claims.expires) },
            .init("READ") { "\($0.accesses)/\($0.terms.fetches)" },
            .init("STATE") { $0.state(at: now, in: view) }, .init { $0.terms.subject.members },
            .init {
                [
                    "accesses": $0.accesses, "data_life": $0.terms.dataLife,
                    "enterprise": $0.issuer, "exp": $0.claims.expires,
                    "fetches": $0.terms.fetches, "grantee": $0.terms.to, "index": $0.index,
                    "nbf": $0.claims.notBefore, "request": $0.terms.request,
                    "revoked": $0.revocation?.index, "stands": $0.isLive(at: now),
                    "state": $0.state(at: now, in: view),
                ]
            },
        ]
        let table = Table<KnownGrant>(
            [.init("GRANT", "grant") { $0.jti }] + (isGiver ? [] : [giver])
                + (isGrantee ? [] : [grantee]) + columns)
        return Outcome(["grants": table.json(grants)]) { table.text(grants) ?? "No grants." }
    }

    /// Accesses under `grants`, with who read them.
    static func accesses(
        _ accesses: [KnownAccess], under grants: [JTI: KnownGrant], _ names: Names,
        as reader: Handle
    ) -> Outcome {
        func grant(_ access: KnownAccess) -> KnownGrant? { grants[access.grant] }
        let seesBoth = accesses.contains { grant($0)?.issuer != reader }
        let owner = Column<KnownAccess>("WHOSE") { grant($0).map { names.shown($0.issuer) } }
        let columns: [Column<KnownAccess>] = [
            .init("RECORDS") { ($0.served?.ranges ?? []).summary },
            .init("FIELDS") { $0.fields },
            .init("PURPOSE", "purpose") { grant($0)?.claims.purpose },
            .init("GRANT", "grant") { $0.grant },
            .init {
                [
                    "at": $0.at, "enterprise": grant($0)?.issuer, "fields": $0.served?.fields,
                    "grantee": grant($0)?.terms.to, "ranges": $0.served?.ranges,
                ]
            },
        ]
        let table = Table<KnownAccess>(
            [
                .init("ENTRY", "index") { $0.index },
                .init(LocalTime.heading("WHEN")) { LocalTime.clock($0.at) },
                .init("WHO") { grant($0).map { names.shown($0.terms.to) } },
            ] + (seesBoth ? [owner] : []) + columns)
        return Outcome(["accesses": table.json(accesses)]) {
            table.text(accesses) ?? "Nobody has read anything."
        }
    }
}

extension KnownAccess {
    /// The fields that were served, without the commitments that came with them.
    var fields: [FieldName]? {
        served?.fields.filter { !$0.text.hasSuffix(FieldDefinition.commitmentSuffix) }
    }
}

extension KnownGrant {
    /// How it stands, and what else keeps it from being used.
    func state(at time: Timestamp, in view: View) -> String {
        if let revocation {
            let day = LocalTime.day(revocation.at)
            let reason = revocation.reason.map { " (\($0.rawValue))" } ?? ""
            return (revocation.isReturn ? "given back \(day)" : "revoked \(day)") + reason
        }
        if time >= claims.expires { return "ended" }
        if time < claims.notBefore { return "not begun" }
        if accesses >= terms.fetches { return "used up" }
        for party in [terms.to, issuer]
        where view.participant(party)?.isSuspended(at: time) == true {
            return "stands, but \(party) is suspended"
        }
        return "stands"
    }
}

extension Rekeying {
    /// That the grantee gets no keys of what is registered from now on, because policy forbids it.
    func warning(_ names: Names) -> String? {
        guard case .forbidden(let policies, _) = outcome else { return nil }
        return "\(names.shown(grant.terms.to)) gets no new keys under grant \(grant.jti): "
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
    var words: String { count == 1 ? "\(lowerBound)" : "\(lowerBound)..\(upperBound)" }
}

extension RecordRange: Shown {
    var words: String {
        if isWhole { return "\(book)" }
        return from == to ? "\(book)#\(from)" : "\(book)#\(from)..\(to)"
    }
}

extension [RecordRange] {
    /// Few ranges as they are, many only by how much they are.
    var summary: String {
        guard count > Self.most, let first = map(\.book.month).min(),
            let last = map(\.book.month).max()
        else { return map(\.words).joined(separator: " ") }
        if allSatisfy(\.isWhole) {
            return Dictionary(grouping: map(\.book), by: \.series).sorted { $0.key < $1.key }
                .map { "\($0) \((($1.first?.month ?? first)...($1.last?.month ?? last)).words)" }
                .joined(separator: ", ")
        }
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
