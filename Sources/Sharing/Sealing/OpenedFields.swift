import Wire

/// Fields of one record that were decrypted and found to be what the record committed to. There is
/// no other way to make one.
public struct OpenedFields: Sendable {
    public let record: Statement
    public let claims: RegisterRecord
    public let type: RecordType
    /// The disclosures, ascending by name.
    public let disclosures: [Disclosure]
    public let values: [String: FieldValue]
    public let commitments: [String: NumericCommitment]

    /// Checks `disclosures` against `record`: each digest is one of the record's, each name a field
    /// of its type, each value well-formed, and each value that comes with its commitment equal to it.
    ///
    /// Throws ``OpeningError``; a numeric value without its commitment is refused too.
    public init(_ record: Statement, disclosures: [Disclosure]) throws(OpeningError) {
        guard let claims = record.claims as? RegisterRecord,
            let type = RecordType(vct: claims.vct, origin: record.origin)
        else { throw .malformed(field: "vct") }
        var values: [String: FieldValue] = [:]
        var commitments: [String: NumericCommitment] = [:]
        var seen: Set<String> = []
        for disclosure in disclosures {
            let name = disclosure.name
            guard record.commits(to: disclosure.digest) else { throw .notCommitted(field: name) }
            guard seen.insert(name).inserted else { throw .malformed(field: name) }
            if let field = type.field(name) {
                guard let value = try? FieldValue(json: disclosure.value, as: field) else {
                    throw .malformed(field: name)
                }
                values[name] = value
            } else if type.field(committedAs: name) != nil {
                if disclosure.value == .null { continue }
                guard let commitment = NumericCommitment(json: disclosure.value) else {
                    throw .malformed(field: name)
                }
                commitments[name] = commitment
            } else {
                throw .malformed(field: name)
            }
        }
        try Self.compare(disclosures, values, commitments, seen, type)
        (self.record, self.claims, self.type) = (record, claims, type)
        self.disclosures = disclosures.sorted { $0.name < $1.name }
        (self.values, self.commitments) = (values, commitments)
    }

    /// The commitments by the name of the amount that each is to.
    public var commitmentsByField: [String: NumericCommitment] {
        var byField: [String: NumericCommitment] = [:]
        for (name, commitment) in commitments {
            if let field = type.field(committedAs: name) { byField[field.name.text] = commitment }
        }
        return byField
    }

    /// Recomputes the commitment of every disclosed amount.
    private static func compare(
        _ disclosures: [Disclosure], _ values: [String: FieldValue],
        _ commitments: [String: NumericCommitment], _ seen: Set<String>, _ type: RecordType
    ) throws(OpeningError) {
        for disclosure in disclosures {
            guard let name = type.field(disclosure.name)?.commitmentName else { continue }
            guard seen.contains(name) else { throw .notCommitted(field: name) }
            switch values[disclosure.name] {
            case .amount(let amount):
                let expected = NumericCommitment(
                    amount, salt: disclosure.salt, field: disclosure.name)
                guard commitments[name] == expected else {
                    throw .contradiction(field: disclosure.name)
                }
            default:
                guard commitments[name] == nil else {
                    throw .contradiction(field: disclosure.name)
                }
            }
        }
    }
}

extension RecordType {
    /// `names` with the commitment of every numeric field among them, ascending; `nil` where one
    /// isn't a field of this type.
    public func withCommitments(_ names: some Sequence<String>) -> [String]? {
        var complete: Set<String> = []
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
