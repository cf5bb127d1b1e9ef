import Importing
import Sharing
import Verification
import Wire

/// Looks for values of fields outside a grant in what a grantee got.
struct UngrantedSearch {
    let granted: Set<FieldName>

    /// The shortest value worth looking for: shorter ones turn up anywhere by chance.
    private static let minimumBytes = 6

    /// The name of a field of one of `documents` whose value occurs in `package`, though it isn't among
    /// the granted ones; `nil` where there is none.
    func firstLeak(of documents: [[UInt8]], in package: VerifiedPackage) -> String? {
        let disclosures = package.records.flatMap { $0.fields?.disclosures ?? [] }
        let allowed = (RecordType.invoice.withCommitments(granted) ?? []).map(\.text)
        if let stray = disclosures.first(where: { !allowed.contains($0.name) }) {
            return stray.name
        }

        let records = documents.flatMap { document in
            let read = Importer.records(
                from: document, named: "document", for: SampleEnterprise.identifiers)
            return (try? read.get()) ?? []
        }
        var visible: Set<String> = []
        var hidden: [String: String] = [:]
        for (field, value) in records.flatMap(\.values) {
            if case .document = value { continue }
            for text in Self.texts(value.json) where text.utf8.count >= Self.minimumBytes {
                if granted.contains(field) {
                    visible.insert(text)
                } else {
                    hidden[text] = field.text
                }
            }
        }
        let shown = Array(disclosures.map(\.value.canonicalText).joined(separator: "\n").utf8)
        return hidden.first { text, _ in
            shown.contains(Array(text.utf8)) && !visible.contains { $0.contains(text) }
        }?.value
    }

    private static func texts(_ json: JSON) -> [String] {
        switch json {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(texts)
        case .object(let members): members.values.flatMap(texts)
        case .null, .bool, .integer, .real: []
        }
    }
}
