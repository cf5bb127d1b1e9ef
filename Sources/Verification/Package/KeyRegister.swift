import Rules
import Sharing
import Wire

/// Step 4: which keys stood at which index, by the statements about participants that are shown.
///
/// They are decided by the rules of the log themselves, so that what is an admission here is one
/// there. Whether the policies of the day permitted it is for whoever replays the whole log: their
/// texts aren't in a package.
struct KeyRegister: Sendable {
    /// A key, and between which entries it was one.
    struct Standing: Sendable {
        let handle: Handle
        let key: VerificationKey
        let scopes: [KeyScope]
        let from: Int64
        var until: Int64?
    }

    private(set) var keys: [Digest<Digested.Key>: Standing] = [:]
    private(set) var roles: [Handle: [Role]] = [:]
    /// Ascending by index.
    private var suspensions: [Handle: [(index: Int64, suspended: Bool)]] = [:]

    init(_ entries: LocatedEntries) throws(PackageRefusal) {
        var state = Slice()
        try admit(entries.genesis, &state)
        var previous = entries.genesis
        for entry in entries.participants {
            try entry.requireAfter(previous)
            guard Self.kinds.contains(entry.statement.kind) else {
                throw entry.refusal(.unexpectedKind(entry.statement.kind))
            }
            try entry.checkDisclosures()
            try admit(entry, &state)
            previous = entry
        }
    }

    /// Checks that the statement is signed by a key of its issuer that stood at its index and has
    /// the scope. Throws ``PackageRefusal``.
    func checkSignature(of entry: LocatedEntry, scope: KeyScope) throws(PackageRefusal) {
        do {
            try check(
                entry.statement.jws, by: entry.statement.issuer, at: entry.index, scope: scope)
        } catch { throw entry.refusal(error) }
    }

    func check(
        _ jws: JWS, by handle: Handle, at index: Int64, scope: KeyScope
    ) throws(PackageRefusal.Reason) {
        guard let standing = keys[jws.kid] else { throw .unknownKey }
        guard standing.handle == handle else { throw .keyOfAnother }
        guard standing.from < index, standing.until.map({ index < $0 }) ?? true else {
            throw .keyNotStanding
        }
        guard standing.scopes.contains(scope) || standing.scopes.contains(.all) else {
            throw .scopeMissing(scope)
        }
        guard (try? jws.verified(byKeyNamed: standing.key)) != nil else { throw .badSignature }
    }

    func isSuspended(_ handle: Handle, at index: Int64) -> Bool {
        suspensions[handle]?.last { $0.index < index }?.suspended ?? false
    }

    private static let kinds: [Kind] = [
        .admit, .key, .retireKey, .encryptionKey, .suspend, .reinstate,
    ]

    private mutating func admit(
        _ entry: LocatedEntry, _ state: inout Slice
    ) throws(PackageRefusal) {
        let candidate = Candidate(entry.statement, selective: nil, index: entry.index)
        let admission: Admission
        do {
            admission = try Rules.decide(candidate, in: state, policies: UnjudgedPolicies())
        } catch { throw entry.refusal(.notAdmitted(error)) }
        state.apply(admission.changes)
        for (name, value) in admission.changes.values {
            switch (name, value) {
            case (.key(let thumbprint), .key(let key)): note(key, thumbprint, at: entry.index)
            case (.participant(let handle), .participant(let participant)):
                roles[handle] = participant.roles
                suspensions[handle, default: []].append((entry.index, participant.suspended))
            default: break
            }
        }
    }

    private mutating func note(
        _ key: KeyState, _ thumbprint: Digest<Digested.Key>, at index: Int64
    ) {
        if key.retired {
            keys[thumbprint]?.until = index
        } else {
            // Entry 0 itself is signed by a key it names.
            keys[thumbprint] = Standing(
                handle: key.handle, key: key.key, scopes: key.scopes, from: index, until: nil)
        }
    }
}

extension PackageRefusal.Reason: Error {}
