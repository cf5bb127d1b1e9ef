public import Wire

/// The value of one field.
public enum FieldValue: Sendable, Hashable {
    /// The document doesn't have it.
    case null
    /// Words, or the word of a code.
    case text(String)
    case date(CalendarDate)
    case amount(Amount)
    case quantity(Quantity)
    /// A list of objects, objects or strings; no number but integers.
    case json(JSON)
    case document(mediaType: String, bytes: [UInt8])

    /// The value as it stands in a disclosure.
    public var json: JSON {
        switch self {
        case .null: .null
        case .text(let text): .string(text)
        case .date(let date): .string(date.description)
        case .amount(let amount): amount.json
        case .quantity(let quantity): quantity.json
        case .json(let value): value
        case .document(let mediaType, let bytes):
            ["content": .string(Base64URL.encode(bytes)), "media_type": .string(mediaType)]
        }
    }

    /// Reads a disclosed value of `field`: what ``json`` gives, and no other spelling of it.
    /// Throws ``RecordError/malformed(field:)`` for what doesn't fit the field's kind.
    public init(json: JSON, as field: FieldDefinition) throws(RecordError) {
        guard let value = Self(reading: json, kind: field.kind), value.fits(field) else {
            throw .malformed(field: field.name)
        }
        self = value
    }

    private init?(reading json: JSON, kind: FieldKind) {
        if json == .null {
            self = .null
            return
        }
        switch kind {
        case .text, .code:
            guard let text = json.text, !text.isEmpty else { return nil }
            self = .text(text)
        case .date:
            guard let date = json.text.flatMap({ CalendarDate($0) }) else { return nil }
            self = .date(date)
        case .amount:
            guard let amount = Amount(json: json) else { return nil }
            self = .amount(amount)
        case .quantity:
            guard let quantity = Quantity(json: json) else { return nil }
            self = .quantity(quantity)
        case .json:
            guard Self.isStructure(json) else { return nil }
            self = .json(json)
        case .document:
            guard case .object(let members) = json, members.count == 2,
                let mediaType = members["media_type"]?.text,
                let bytes = members["content"]?.text.flatMap({ Base64URL.decode($0) })
            else { return nil }
            self = .document(mediaType: mediaType, bytes: bytes)
        }
    }

    /// Whether this value is one that `field` can have.
    func fits(_ field: FieldDefinition) -> Bool {
        fits(field.kind, in: field.unit)
    }

    private func fits(_ kind: FieldKind, in unit: String?) -> Bool {
        switch (self, kind) {
        case (.null, _), (.date, .date), (.amount, .amount), (.document, .document): true
        case (.quantity(let quantity), .quantity): quantity.unit == unit ?? quantity.unit
        case (.text(let text), .text), (.text(let text), .code): !text.isEmpty
        case (.json(let value), .json): Self.isStructure(value)
        default: false
        }
    }

    /// A list or an object, of strings, integers and the like: nothing whose spelling could differ.
    private static func isStructure(_ json: JSON) -> Bool {
        func isPlain(_ json: JSON, depth: Int) -> Bool {
            switch json {
            case .null, .bool, .string: true
            case .integer(let value): value.magnitude <= JSON.maximumInteger.magnitude
            case .real: false
            case .array(let elements):
                depth > 0 && elements.allSatisfy { isPlain($0, depth: depth - 1) }
            case .object(let members):
                depth > 0 && members.values.allSatisfy { isPlain($0, depth: depth - 1) }
            }
        }
        switch json {
        case .array, .object: return isPlain(json, depth: maximumDepth)
        default: return false
        }
    }

    /// How deep a field's lists and objects nest at most; a disclosure adds one level.
    public static let maximumDepth = 8
}
