import CSodium
public import Commitments
import Curve
public import Wire

/// The commitment that stands beside a field: C = v·B + r·B̃ to a number v made of its value, with r
/// derived from the salt of the value's disclosure.
///
/// Whoever is shown the value recomputes C; so a value and a commitment that disagree, both signed,
/// prove a contradiction.
public struct FieldCommitment: Hashable, Sendable {
    public let commitment: Commitment
    public let unit: CommittedUnit

    /// Commits to `value` as disclosed under `salt` in `field`; `nil` where there is nothing to commit
    /// to: no commitment stands beside the field, the value is null, or nothing is left of a key.
    public init?(_ value: FieldValue, of field: FieldDefinition, salt: Disclosure.Salt) {
        guard let (number, unit) = Self.number(value, of: field) else { return nil }
        commitment = Pedersen.commit(Self.opening(number, salt, field))
        self.unit = unit
    }

    /// What opens the commitment, and proofs are made from; `nil` where there is none.
    public static func opening(
        of value: FieldValue, of field: FieldDefinition, salt: Disclosure.Salt
    ) -> Opening? {
        number(value, of: field).map { opening($0.number, salt, field) }
    }

    /// Whether `commitment` is that of `value`, disclosed under `salt` in `field`; `nil` is right where
    /// values of that field have none. `check` compares an opening with a commitment, or notes both to be
    /// compared later, and then returns `true`.
    static func agrees(
        _ commitment: FieldCommitment?, _ value: FieldValue, of field: FieldDefinition,
        salt: Disclosure.Salt, check: (Opening, Commitment) -> Bool
    ) -> Bool {
        switch (number(value, of: field), commitment) {
        case (nil, nil): true
        case (.some((let number, let unit)), .some(let commitment)):
            unit == commitment.unit && check(opening(number, salt, field), commitment.commitment)
        default: false
        }
    }

    /// The number that stands for a value, and what it counts.
    private static func number(
        _ value: FieldValue, of field: FieldDefinition
    ) -> (number: CommittedNumber, unit: CommittedUnit)? {
        switch (field.committed, value) {
        case (.amount, .amount(let amount)):
            (.integer(amount.units), .currency(amount.currency))
        case (.quantity, .quantity(let quantity)):
            (.integer(quantity.thousandths), .measure(quantity.unit))
        case (.day, .date(let date)): (.integer(Int64(date.daysSince1970)), .day)
        case (.key, .text(let text)):
            KeyValue(text).map { (.residue($0.residue), .key) }
        default: nil
        }
    }

    private static func opening(
        _ number: CommittedNumber, _ salt: Disclosure.Salt, _ field: FieldDefinition
    ) -> Opening {
        // HKDF-Expand for 64 bytes, which is one block of HMAC-SHA512.
        let message = DomainSeparated(.blinding).appending(field.name.text).bytes + [1]
        var wide = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha512_BYTES))
        defer { wide.wipe() }
        crypto_auth_hmacsha512(&wide, message, UInt64(message.count), salt.bytes)
        return wide.withUnsafeBytes { Opening(number, blinding: Scalar(reducing: $0)) }
    }

    public var json: JSON {
        [
            "c": .string(Base64URL.encode(commitment.encoding)),
            "scale": .integer(Int64(unit.scale)), "unit": .string(unit.code),
        ]
    }

    /// Reads what ``json`` gives of a commitment beside `field`; `nil` for anything else,
    /// non-canonical points and units of another kind included.
    public init?(json: JSON, of field: FieldDefinition) {
        guard case .object(let members) = json, members.count == 3,
            let bytes = members["c"]?.text.flatMap({ Base64URL.decode($0) }),
            let commitment = try? Commitment(parsing: bytes),
            let unit = members["unit"]?.text.flatMap({ CommittedUnit(code: $0) }),
            let scale = members["scale"]?.int, Int64(unit.scale) == scale,
            unit.kind == field.committed
        else { return nil }
        if let fixed = field.unit, unit != .measure(fixed) { return nil }
        (self.commitment, self.unit) = (commitment, unit)
    }
}
