import Foundation
import Sharing
import Wire

/// The head of an order, an answer to one, a despatch or a receipt advice in UBL, as it is read.
struct TradeDraft {
    let root: Element
    let type: RecordType
    private(set) var values: [FieldName: FieldValue] = [:]

    init(_ root: Element, as type: RecordType) {
        self.root = root
        self.type = type
    }

    func term(_ field: FieldName) -> ImportRefusal.Term { .init(field, of: type) }

    func missing(_ field: FieldName, _ path: String) -> Finding {
        Finding(.missing(term(field)), at: root.place(ofMissing: path))
    }

    subscript(field: FieldName) -> FieldValue? {
        get { values[field] }
        set { values[field] = newValue }
    }

    /// The first text at one of `paths`.
    mutating func setText(_ field: FieldName, _ paths: String...) {
        for path in paths {
            if let text = root.text(path) {
                values[field] = .text(text)
                return
            }
        }
    }

    /// All texts at `path`, one below the other.
    mutating func setJoined(_ field: FieldName, _ path: String) {
        let texts = root.all(path).compactMap(\.text)
        if !texts.isEmpty { values[field] = .text(texts.joined(separator: "\n")) }
    }

    mutating func setDate(_ field: FieldName, _ paths: String...) throws(Finding) {
        for path in paths {
            if let element = root.filled(path) {
                values[field] = .date(try element.date(term(field)))
                return
            }
        }
    }

    mutating func setList(_ field: FieldName, _ list: [JSON]) {
        if !list.isEmpty { values[field] = .json(.array(list)) }
    }

    /// A measure in the field's own unit; one in another unit isn't converted, and stays in the original.
    mutating func setMeasure(_ field: FieldName, _ path: String) {
        guard let element = root.filled(path), let unit = type.field(field)?.unit,
            element.attribute("unitCode") ?? unit == unit,
            let quantity = try? Quantity(parsing: element.text ?? "", unit: unit)
        else { return }
        values[field] = .quantity(quantity)
    }

    /// The first party at one of `paths`, whose values it takes.
    mutating func setParty(
        _ fields: PartyFields, _ paths: String...
    ) throws(Finding) -> Party {
        let root = root
        guard let element = paths.compactMap({ root.first($0 + "/Party") }).first else {
            throw missing(fields.name, (paths.first ?? "") + "/Party")
        }
        var party = Party(ubl: element)
        // Some profiles name a party by its number alone.
        party.name = party.name ?? party.id
        guard party.name != nil else {
            throw Finding(
                .missing(term(fields.name)), at: element.place(ofMissing: "PartyName"))
        }
        values.merge(party.values(as: fields)) { _, new in new }
        return party
    }

    /// The draft of the document, which `author` wrote and which has a number and a date.
    mutating func draft(
        format: String, kind: String, author: Party, issuer: Party, recipient: Party
    ) throws(Finding) -> Draft {
        guard let number = try root.single("ID", term("number"))?.text else {
            throw missing("number", "ID")
        }
        guard let issued = try root.single("IssueDate", term("issue_date")) else {
            throw missing("issue_date", "IssueDate")
        }
        let date = try issued.date(term("issue_date"))
        values["number"] = .text(number)
        values["issue_date"] = .date(date)
        values["document_kind"] = .text(kind)
        return Draft(
            format: format, date: date, sides: .between(issuer: issuer, recipient: recipient),
            businessKey: [
                "document_kind": kind, "issuer": author.key, "number": BusinessNumber.key(number),
                "issue_date": "\(date)", "ordinal": "1",
            ], values: values, place: root.place)
    }
}

/// The number that a document has from who wrote it.
enum BusinessNumber {
    /// As it is in a business key: one spelling for what looks the same, and for any white space.
    static func key(_ number: String) -> String {
        number.precomposedStringWithCompatibilityMapping.split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }
}
