public import Sharing
import Wire

/// A field in which a document says something else than the record that is there.
public struct FieldDifference: Sendable, Hashable {
    public let field: FieldName
    /// As it is registered.
    public let old: FieldValue
    /// As the document has it.
    public let new: FieldValue
}

extension Record {
    /// Fields that tell in which file something stands, and not what happened: the same bank entry has
    /// others in a report and in a statement.
    private static let ofTheFile: Set<FieldName> = [
        "source_digest", "statement_id", "sequence", "entry_reference", "servicer",
    ]

    /// The fields that are compared with those of a record of the same business key.
    private var compared: [FieldDefinition] {
        type.fields.filter { $0.kind != .document && !Self.ofTheFile.contains($0.name) }
    }

    /// What this says otherwise than a record with `values`. Of what banks say one source may say more
    /// than another: there only fields that both have are compared.
    func differences(from values: [FieldName: FieldValue]) -> [FieldDifference] {
        compared.compactMap { field in
            let old = values[field.name] ?? .null
            let new = self[field.name]
            let isMore = type.direction == .own && (old == .null || new == .null)
            return old == new || isMore
                ? nil : FieldDifference(field: field.name, old: old, new: new)
        }
    }

    /// A digest of what is compared: two records with the same one don't differ.
    var contentDigest: Digest<Digested.Blob> {
        let values = compared.map { ($0.name.text, self[$0.name].json) }
        let json = JSON.object(Dictionary(values, uniquingKeysWith: { first, _ in first }))
        return Digest(hashing: json.canonicalBytes)
    }
}
