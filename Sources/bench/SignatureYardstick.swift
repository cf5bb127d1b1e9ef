import Sharing
import Wire

/// Verifying the signatures of a log's entries, by their issuers' keys, by libsodium and nothing else,
/// on one core. Fetches inside accesses, which are signed too, aren't counted.
struct SignatureYardstick: Sendable {
    private let signed: [Signed]

    private struct Signed: Sendable {
        let signature: [UInt8]
        let bytes: [UInt8]
        let key: VerificationKey
    }

    init(_ leaves: [[UInt8]]) throws {
        var keys: [Digest<Digested.Key>: VerificationKey] = [:]
        var signed: [Signed] = []
        for leaf in leaves {
            let statement = try Statement(parsing: leaf)
            let named = statement.claims.offeredKeys
            for key in named { keys[key.thumbprint] = key }
            guard let key = keys[statement.jws.kid] else {
                preconditionFailure("a log names the keys that sign in it")
            }
            let jws = statement.jws
            signed.append(
                Signed(signature: jws.signature, bytes: Array(jws.signedBytes), key: key))
        }
        self.signed = signed
    }

    /// Seconds for all entries, and for one.
    func measure() async -> (all: Double, perEntry: Double) {
        var valid = 0
        let all = await shortest(of: 5) {
            valid = signed.count {
                $0.key.isValidByLibsodium(signature: $0.signature, of: $0.bytes)
            }
        }
        precondition(valid == signed.count, "every signature of the log is valid")
        return (all, all / Double(max(1, signed.count)))
    }
}
