import CSodium
public import Commitments
public import Wire

/// The commitment that stands beside a numeric field: C = v·B + r·B̃ over the value in units of
/// 10^−scale, with r derived from the value disclosure's salt.
///
/// Whoever is shown the value recomputes C; so a value and a commitment that disagree, both signed,
/// prove a contradiction.
public struct NumericCommitment: Hashable, Sendable {
    public let commitment: Commitment
    public let scale: Int
    public let unit: String

    /// Commits to `amount` as disclosed under `salt` in `field`.
    public init(_ amount: Amount, salt: Disclosure.Salt, field: String) {
        commitment = Pedersen.commit(Self.opening(of: amount, salt: salt, field: field))
        (scale, unit) = (amount.scale, amount.currency)
    }

    /// What opens the commitment; proofs are made from it.
    public static func opening(
        of amount: Amount, salt: Disclosure.Salt, field: String
    ) -> Opening {
        // HKDF-Expand for 64 bytes, which is one block of HMAC-SHA512.
        let message = DomainSeparated(.blinding).appending(field).bytes + [1]
        var wide = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha512_BYTES))
        defer { wide.wipe() }
        crypto_auth_hmacsha512(&wide, message, UInt64(message.count), salt.bytes)
        return wide.withUnsafeBytes {
            Opening(value: amount.units, blinding: Scalar(reducing: $0))
        }
    }

    public var json: JSON {
        [
            "c": .string(Base64URL.encode(commitment.encoding)), "scale": .integer(Int64(scale)),
            "unit": .string(unit),
        ]
    }

    /// Reads what ``json`` gives; `nil` for anything else, non-canonical points included.
    public init?(json: JSON) {
        guard case .object(let members) = json, members.count == 3,
            let bytes = members["c"]?.text.flatMap({ Base64URL.decode($0) }),
            let commitment = try? Commitment(parsing: bytes),
            let scale = members["scale"]?.int, let unit = members["unit"]?.text,
            unit.utf8.count == 3, let expected = Currency.scale(of: unit), Int64(expected) == scale
        else { return nil }
        (self.commitment, self.scale, self.unit) = (commitment, expected, unit)
    }
}
