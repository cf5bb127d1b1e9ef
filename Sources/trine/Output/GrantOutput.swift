import Client
import Sharing
import Wire

extension KnownGrant {
    func state(at time: Timestamp) -> String {
        if let revocation {
            return revocation.by == issuer
                ? "revoked \(revocation.at.date)" : "given back \(revocation.at.date)"
        }
        if time >= claims.expires { return "ended" }
        return time < claims.notBefore ? "not begun" : "stands"
    }

    func json(at time: Timestamp) -> JSON {
        let members: [String: JSON] = [
            "accesses": .integer(accesses), "data_life": .integer(terms.dataLife),
            "enterprise": .string(issuer.text), "exp": .integer(claims.expires.seconds),
            "fetches": .integer(terms.fetches), "grant": .string(jti.text),
            "grantee": .string(terms.to.text), "index": .integer(index),
            "nbf": .integer(claims.notBefore.seconds), "purpose": .string(claims.purpose.rawValue),
            "revoked": revocation.map { .integer($0.index) } ?? .null, "scope": terms.scope.json,
            "stands": .bool(isLive(at: time)),
        ]
        return .object(members.merging(terms.subject.json) { $1 })
    }

    /// That its grantee gets no keys of what is registered from now on, because policy forbids it.
    func withoutKeys(_ grantee: String, _ policies: [String]) -> String {
        "\(grantee) gets no new keys under grant \(jti): "
            + (policies.isEmpty
                ? "no policy permits it"
                : "policy forbids it: \(policies.joined(separator: ", "))")
    }
}

extension [Rekeying] {
    /// The grants that got new keys, and those that policy forbids to give any.
    var members: [String: JSON] {
        [
            "not_rekeyed": .texts(filter { !$0.isRegistered }.map(\.grant.jti.text)),
            "rekeyed": .texts(filter(\.isRegistered).map(\.grant.jti.text)),
        ]
    }
}
