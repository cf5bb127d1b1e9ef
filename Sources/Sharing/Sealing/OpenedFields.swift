public import Commitments
public import Wire

/// Fields of one record that were decrypted and found to be what the record committed to. There is
/// no other way to make one.
public struct OpenedFields: Sendable {
    public let record: Statement
    public let claims: RegisterRecord
    public let type: RecordType
    /// The disclosures, ascending by name.
    public let disclosures: [Disclosure]
    public let values: [FieldName: FieldValue]
    public let commitments: [FieldName: FieldCommitment]

    /// Checks `disclosures` against `record`, which must be of one of `types`: each name is a field of
    /// its type, each digest the one that the record has at the place of this name, each value
    /// well-formed, and each value that comes with its commitment equal to it.
    ///
    /// Throws ``OpeningError``; a value without its commitment is refused too.
    public init(
        _ record: Statement, of types: RecordTypes, disclosures: [Disclosure]
    ) throws(OpeningError) {
        try self.init(record, of: types, disclosures: disclosures) { Pedersen.opens($1, $0) }
    }

    /// The same, but for the commitments: whether they are those of the values, `checks` find out later,
    /// together with those of other records. These fields count for nothing before.
    package init(
        _ record: Statement, of types: RecordTypes, disclosures: [Disclosure],
        leaving checks: inout OpeningChecks
    ) throws(OpeningError) {
        try self.init(record, of: types, disclosures: disclosures) { opening, commitment in
            checks.add(opening, of: commitment)
            return true
        }
    }

    private init(
        _ record: Statement, of types: RecordTypes, disclosures: [Disclosure],
        check: (Opening, Commitment) -> Bool
    ) throws(OpeningError) {
        guard let claims = record.claims as? RegisterRecord,
            let type = types.type(vct: claims.vct, origin: record.origin),
            type.integrity(origin: record.origin) == claims.integrity
        else { throw .malformed(field: "vct") }
        var values: [FieldName: FieldValue] = [:]
        var commitments: [FieldName: FieldCommitment] = [:]
        var seen: Set<FieldName> = []
        for disclosure in disclosures {
            let text = disclosure.name
            guard let name = FieldName(text), let position = type.sealedPositions[name],
                seen.insert(name).inserted
            else { throw .malformed(field: text) }
            guard record.commits(to: disclosure.digest, at: position) else {
                throw .notCommitted(field: text)
            }
            if let field = type.field(name) {
                guard let value = try? FieldValue(json: disclosure.value, as: field) else {
                    throw .malformed(field: text)
                }
                values[name] = value
            } else if let field = type.field(committedAs: name) {
                if disclosure.value == .null { continue }
                guard let commitment = FieldCommitment(json: disclosure.value, of: field) else {
                    throw .malformed(field: text)
                }
                commitments[name] = commitment
            } else {
                throw .malformed(field: text)
            }
        }
        try Self.compare(disclosures, values, commitments, seen, type, check)
        self.record = record
        self.claims = claims
        self.type = type
        self.disclosures = disclosures.sorted { $0.name < $1.name }
        self.values = values
        self.commitments = commitments
    }

    /// The values as an object.
    public var json: JSON {
        .object(Dictionary(uniqueKeysWithValues: values.map { ($0.key.text, $0.value.json) }))
    }

    /// What opens the commitment to this field; `nil` where there is none, or the value isn't here.
    public func opening(_ field: String) -> Opening? {
        guard let field = type.field(field), let value = values[field.name],
            let salt = disclosures.first(where: { $0.name == field.name.text })?.salt
        else { return nil }
        return FieldCommitment.opening(of: value, of: field, salt: salt)
    }

    /// The commitments by the name of the field that each is to.
    public var commitmentsByField: [String: FieldCommitment] {
        var byField: [String: FieldCommitment] = [:]
        for (name, commitment) in commitments {
            if let field = type.field(committedAs: name) { byField[field.name.text] = commitment }
        }
        return byField
    }

    /// Every disclosed value has its commitment.
    private static func compare(
        _ disclosures: [Disclosure], _ values: [FieldName: FieldValue],
        _ commitments: [FieldName: FieldCommitment], _ seen: Set<FieldName>, _ type: RecordType,
        _ check: (Opening, Commitment) -> Bool
    ) throws(OpeningError) {
        for disclosure in disclosures {
            guard let field = type.field(disclosure.name), let name = field.commitmentName else {
                continue
            }
            guard seen.contains(name) else { throw .notCommitted(field: name.text) }
            guard let value = values[field.name],
                FieldCommitment.agrees(
                    commitments[name], value, of: field, salt: disclosure.salt, check: check)
            else { throw .contradiction(field: disclosure.name) }
        }
    }
}

extension RecordType {
    /// `names` with the commitment of every field among them that has one, ascending; `nil` where one
    /// isn't a field of this type.
    public func withCommitments(_ names: some Sequence<FieldName>) -> [FieldName]? {
        var complete: Set<FieldName> = []
        for name in names {
            if let field = field(name) {
                complete.insert(name)
                if let commitment = field.commitmentName { complete.insert(commitment) }
            } else if field(committedAs: name) != nil {
                complete.insert(name)
            } else {
                return nil
            }
        }
        return complete.sorted()
    }
}
