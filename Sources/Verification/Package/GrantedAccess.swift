import Sharing
import Wire

/// Steps 5 and 6: an enterprise granted this, and the host says that it served this under that
/// grant, because the grantee asked for it.
struct GrantedAccess: Sendable {
    let entries: LocatedEntries
    let keys: KeyRegister
    let grant: LocatedEntry
    let claims: Claims.GrantClaims
    let terms: GrantTerms
    let access: LocatedEntry
    let served: AccessTerms
    let fetch: Fetch

    var enterprise: Handle { grant.statement.issuer }

    init(_ entries: LocatedEntries, _ keys: KeyRegister) throws(PackageRefusal) {
        guard let grant = entries.grant else { throw PackageRefusal(.grant, .nothingGranted) }
        guard let access = entries.access else { throw PackageRefusal(.access, .nothingGranted) }
        (self.entries, self.keys, self.grant, self.access) = (entries, keys, grant, access)
        (claims, terms) = try Self.grant(grant, keys)
        if let carrier = entries.carrier { try Self.check(carrier, of: grant, access, keys) }
        (served, fetch) = try Self.access(access, of: grant, entries, keys, claims, terms)
        try checkServed()
    }

    /// Step 5.
    private static func grant(
        _ entry: LocatedEntry, _ keys: KeyRegister
    ) throws(PackageRefusal) -> (Claims.GrantClaims, GrantTerms) {
        guard case .grant(let claims) = entry.statement.claims else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        guard keys.roles[entry.statement.issuer]?.contains(.enterprise) == true else {
            throw entry.refusal(.notEnterprise)
        }
        try keys.checkSignature(of: entry, scope: .grant)
        guard case .grant(let terms) = try entry.opened() else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        return (claims, terms)
    }

    /// A rekey of this grant, by the same enterprise, between grant and access.
    private static func check(
        _ carrier: LocatedEntry, of grant: LocatedEntry, _ access: LocatedEntry,
        _ keys: KeyRegister
    ) throws(PackageRefusal) {
        guard case .rekey(let rekeyed, _) = carrier.statement.claims else {
            throw carrier.refusal(.unexpectedKind(carrier.statement.kind))
        }
        guard rekeyed == grant.statement.jti, carrier.statement.issuer == grant.statement.issuer
        else { throw carrier.refusal(.otherGrant) }
        try carrier.requireAfter(grant)
        try access.requireAfter(carrier)
        try keys.checkSignature(of: carrier, scope: .grant)
        try carrier.checkDisclosures()
    }

    /// Step 6, but for what was served.
    private static func access(
        _ entry: LocatedEntry, of grant: LocatedEntry, _ entries: LocatedEntries,
        _ keys: KeyRegister, _ claims: Claims.GrantClaims, _ terms: GrantTerms
    ) throws(PackageRefusal) -> (AccessTerms, Fetch) {
        guard case .access(let used) = entry.statement.claims else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        guard used == grant.statement.jti else { throw entry.refusal(.otherGrant) }
        guard entry.statement.issuer == entries.founding.host.handle else {
            throw entry.refusal(.notHost)
        }
        try entry.requireAfter(grant)
        try keys.checkSignature(of: entry, scope: .all)
        for handle in [entry.statement.issuer, grant.statement.issuer, terms.to] {
            guard !keys.isSuspended(handle, at: entry.index) else {
                throw entry.refusal(.suspended(handle))
            }
        }
        let time = entries.time(at: entry.index)
        guard claims.notBefore <= time, time < claims.expires else {
            throw entry.refusal(.outsideDates)
        }
        guard case .access(let served) = try entry.opened() else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        return (served, try fetch(served, entry, grant, entries, keys, terms))
    }

    /// The grantee itself asked, for this grant, just before.
    private static func fetch(
        _ served: AccessTerms, _ entry: LocatedEntry, _ grant: LocatedEntry,
        _ entries: LocatedEntries, _ keys: KeyRegister, _ terms: GrantTerms
    ) throws(PackageRefusal) -> Fetch {
        let fetch: Fetch
        do { fetch = try Fetch(parsing: served.fetch.bytes) } catch {
            throw entry.refusal(.fetch(error))
        }
        guard fetch.origin == entries.founding.origin, fetch.log == entry.statement.log,
            fetch.grant == grant.statement.jti, fetch.issuer == terms.to
        else { throw entry.refusal(.foreignFetch) }
        do {
            try keys.check(fetch.jws, by: terms.to, at: entry.index, scope: .all)
        } catch { throw entry.refusal(error) }
        let age = entry.statement.issuedAt.seconds - fetch.issuedAt.seconds
        guard abs(age) <= Limits.fetchSeconds else { throw entry.refusal(.staleFetch) }
        return fetch
    }

    /// Nothing was served beyond what was granted, or beyond what was asked for.
    private func checkServed() throws(PackageRefusal) {
        guard let type = terms.scope.series.flatMap({ RecordType.of($0) }),
            let granted = terms.subject.served(of: type),
            let asked = type.withCommitments(fetch.fields)
        else { throw access.refusal(.notGranted) }
        let served = served.served
        guard Set(served.fields).isSubset(of: granted) else { throw access.refusal(.notGranted) }
        guard Set(served.fields).isSubset(of: asked) else { throw access.refusal(.notAskedFor) }
        for range in served.ranges {
            guard terms.scope.covers(range) else { throw access.refusal(.notGranted) }
            let wanted = fetch.ranges.contains {
                $0.book == range.book && $0.from <= range.from && range.to <= $0.to
            }
            guard fetch.ranges.isEmpty || wanted else { throw access.refusal(.notAskedFor) }
            let count = served.books.first { $0.book == range.book }?.count ?? 0
            guard range.to <= count else {
                throw PackageRefusal(.book(range.book), .beyondBook(count: count))
            }
        }
    }
}

extension GrantSubject {
    /// The fields that may be served: those granted with their commitments; for statements the
    /// commitments alone. `nil` where a field isn't of this type.
    fileprivate func served(of type: RecordType) -> [String]? {
        switch self {
        case .fields(let names): type.withCommitments(names)
        case .statements: type.commitmentFields
        }
    }
}
