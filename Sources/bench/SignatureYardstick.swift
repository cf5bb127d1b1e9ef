import Sharing
import Wire

/// Verifying the signatures of a log's entries, by their issuers' keys, and nothing else, on one
/// core. Fetches inside accesses, which are signed too, aren't counted.
struct SignatureYardstick: Sendable {
    private let signed: [(jws: JWS, key: VerificationKey)]

    init(_ leaves: [[UInt8]]) throws {
        var keys: [Digest<Digested.Key>: VerificationKey] = [:]
        var signed: [(jws: JWS, key: VerificationKey)] = []
        for leaf in leaves {
            let statement = try Statement(parsing: leaf)
            let named = statement.claims.offeredKeys
            for key in named { keys[key.thumbprint] = key }
            guard let key = keys[statement.jws.kid] else {
                preconditionFailure("a log names the keys that sign in it")
            }
            signed.append((statement.jws, key))
        }
        self.signed = signed
    }

    /// Seconds for all entries, and for one.
    func measure() async -> (all: Double, perEntry: Double) {
        var valid = 0
        let all = await shortest(of: 5) {
            valid = signed.count { (try? $0.jws.verified(byKeyNamed: $0.key)) != nil }
        }
        precondition(valid == signed.count, "every signature of the log is valid")
        return (all, all / Double(max(1, signed.count)))
    }
}
