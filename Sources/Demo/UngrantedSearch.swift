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
        let shown = package.records.flatMap { record in
            (record.fields?.disclosures ?? []).map { $0.value.canonicalText }
        }.joined(separator: "\n")
        let names = package.records.flatMap { $0.fields?.disclosures.map(\.name) ?? [] }
        let allowed = (RecordType.invoice.withCommitments(granted) ?? []).map(\.text)
        if let name = names.first(where: { !allowed.contains($0) }) { return name }

        var visible: Set<String> = []
        var hidden: [String: String] = [:]
        for record in records(documents) {
            for (field, value) in record.values {
                for text in Self.texts(value) {
                    if granted.contains(field) {
                        visible.insert(text)
                    } else {
                        hidden[text] = field.text
                    }
                }
            }
        }
        let bytes = Array(shown.utf8)
        for (text, field) in hidden
        where text.utf8.count >= Self.minimumBytes
            && !visible.contains(where: { $0.contains(text) })
        {
            if bytes.contains(Array(text.utf8)) { return field }
        }
        return nil
    }

    private func records(_ documents: [[UInt8]]) -> [Record] {
        documents.flatMap { document in
            let read = Importer.records(
                from: document, named: "document", for: SampleEnterprise.identifiers)
            return (try? read.get()) ?? []
        }
    }

    private static func texts(_ value: FieldValue) -> [String] {
        switch value {
        case .text(let text): [text]
        case .date(let date): [date.description]
        case .amount(let amount): [amount.text]
        case .json(let json): strings(json)
        case .null, .document: []
        }
    }

    private static func strings(_ json: JSON) -> [String] {
        switch json {
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(strings)
        case .object(let members): members.values.flatMap(strings)
        default: []
        }
    }
}
