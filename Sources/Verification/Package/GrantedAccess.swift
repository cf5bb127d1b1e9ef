import Rules
import Sharing
import Wire

/// Steps 5 and 6: an enterprise granted this, and the host says that it served this under that
/// grant, because the grantee asked for it.
struct GrantedAccess: Sendable {
    let entries: LocatedEntries
    let keys: KeyRegister
    let grant: LocatedEntry
    let claims: Grant
    let terms: GrantTerms
    let access: LocatedEntry
    let served: AccessTerms
    let fetch: Fetch

    var enterprise: Handle { grant.statement.issuer }

    init(_ entries: LocatedEntries, _ keys: KeyRegister) throws(PackageRefusal) {
        guard let grant = entries.grant else { throw PackageRefusal(.grant, .nothingGranted) }
        guard let access = entries.access else { throw PackageRefusal(.access, .nothingGranted) }
        (self.entries, self.keys, self.grant, self.access) = (entries, keys, grant, access)
        (claims, terms) = try Self.grant(grant, entries, keys)
        if let rekey = entries.rekey { try Self.check(rekey, of: grant, access, entries, keys) }
        (served, fetch) = try Self.access(access, of: grant, entries, keys, claims, terms)
        for entry in entries.typeEntries { try access.requireAfter(entry) }
        try checkServed()
    }

    /// Step 5.
    private static func grant(
        _ entry: LocatedEntry, _ entries: LocatedEntries, _ keys: KeyRegister
    ) throws(PackageRefusal) -> (Grant, GrantTerms) {
        guard let claims = entry.statement.claims as? Grant else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        guard keys.participant(entry.statement.issuer)?.roles.contains(.enterprise) == true else {
            throw entry.refusal(.notEnterprise)
        }
        try keys.checkSignature(of: entry, at: entries.logTime)
        guard let terms = try entry.opened() as? GrantTerms else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        return (claims, terms)
    }

    /// A rekey of this grant, by the same enterprise, between grant and access.
    private static func check(
        _ rekey: LocatedEntry, of grant: LocatedEntry, _ access: LocatedEntry,
        _ entries: LocatedEntries, _ keys: KeyRegister
    ) throws(PackageRefusal) {
        guard let claims = rekey.statement.claims as? Rekey else {
            throw rekey.refusal(.unexpectedKind(rekey.statement.kind))
        }
        guard claims.grant == grant.statement.jti, rekey.statement.issuer == grant.statement.issuer
        else { throw rekey.refusal(.otherGrant) }
        try rekey.requireAfter(grant)
        try access.requireAfter(rekey)
        try keys.checkSignature(of: rekey, at: entries.logTime)
        try rekey.checkDisclosures()
    }

    /// Step 6, but for what was served.
    private static func access(
        _ entry: LocatedEntry, of grant: LocatedEntry, _ entries: LocatedEntries,
        _ keys: KeyRegister, _ claims: Grant, _ terms: GrantTerms
    ) throws(PackageRefusal) -> (AccessTerms, Fetch) {
        guard let used = entry.statement.claims as? Access else {
            throw entry.refusal(.unexpectedKind(entry.statement.kind))
        }
        guard used.grant == grant.statement.jti else { throw entry.refusal(.otherGrant) }
        guard entry.statement.issuer == entries.founding.host.handle else {
            throw entry.refusal(.notHost)
        }
        try entry.requireAfter(grant)
        try keys.checkSignature(of: entry, at: entries.logTime)
        for handle in [entry.statement.issuer, grant.statement.issuer, terms.to] {
            guard !keys.isSuspended(handle, at: entry.index) else {
                throw entry.refusal(.suspended(handle))
            }
        }
        let time = entries.logTime.after(entry)
        guard claims.notBefore <= time, time < claims.expires else {
            throw entry.refusal(.outsideDates)
        }
        guard let served = try entry.opened() as? AccessTerms else {
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
        do { fetch = try served.call.get() } catch { throw entry.refusal(.fetch(error)) }
        do {
            try fetch.check(
                origin: entries.founding.origin, log: entry.statement.log,
                at: entry.statement.issuedAt)
        } catch { throw entry.refusal(.init(error)) }
        guard fetch.issuer == terms.to, fetch.grant == grant.statement.jti else {
            throw entry.refusal(.foreignFetch)
        }
        do {
            try keys.check(
                fetch.jws, by: terms.to, at: entry.index, entries.logTime.ofKeys(entry),
                scope: .fetch)
        } catch {
            throw entry.refusal(.init(error))
        }
        return fetch
    }

    /// Nothing was served beyond what was granted, what was asked for, or what the books had.
    private func checkServed() throws(PackageRefusal) {
        let served = served.served
        do { try terms.check(served, for: fetch, of: keys.types) } catch {
            throw access.refusal(.init(error))
        }
        for range in served.ranges {
            let count = served.books.first { $0.book == range.book }?.count ?? 0
            guard range.to <= count else {
                throw PackageRefusal(.book(range.book), .beyondBook(count: count))
            }
        }
    }
}

extension PackageRefusal.Reason {
    fileprivate init(_ fault: ServingFault) {
        self =
            switch fault {
            case .notGranted: .notGranted
            case .notAskedFor: .notAskedFor
            }
    }

    fileprivate init(_ fault: CarriedCallFault) {
        self =
            switch fault {
            case .otherLog: .foreignFetch
            case .stale: .staleFetch
            }
    }
}
