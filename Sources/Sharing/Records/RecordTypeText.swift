public import Wire

/// Why a text isn't one of a record type.
public enum RecordTypeError: Error, Equatable, Sendable {
    case json(JSONError)
    case claim(ClaimError)
    /// In the field at this place, from 1 on.
    case field(Int, ClaimError)
    /// Two fields have one name, or one has that of another's commitment.
    case repeated(field: String)
    case tooManyFields(limit: Int)
}

extension RecordType {
    /// The texts of the types that this program knows. A new type is a file and a line here.
    static let texts: [[UInt8]] = [
        PackageResources.invoice_1_json,
        PackageResources.bill_1_json,
    ]

    /// The names of the series in ``texts``, which a ``Series`` is made from.
    static var textSeries: [String] {
        texts.compactMap { text in
            (try? JSONDocument(.lenient, text))?.root.members?
                .first { $0.name == "series" }.flatMap { Self.word($0.value) }
        }
    }

    /// The types of ``texts``.
    public static let all: [RecordType] = texts.map { text in
        do { return try RecordType(parsing: text) } catch {
            preconditionFailure("a type that comes with the program: \(error)")
        }
    }

    /// Reads a type's text: JSON with exactly the members that a type has. Throws
    /// ``RecordTypeError``.
    public init(parsing bytes: [UInt8]) throws(RecordTypeError) {
        let document: JSONDocument
        do { document = try JSONDocument(.lenient, bytes) } catch { throw .json(error) }
        let list: [JSONValue]
        do {
            var reader = try ClaimReader(document.root)
            name = try reader.required("name", Self.word)
            version = try reader.required("version") {
                $0.integer.flatMap { (1...9999).contains($0) ? Int($0) : nil }
            }
            series = try reader.required("series") {
                $0.text.flatMap { Series(rawValue: $0) }
            }
            direction = try reader.required("direction") {
                $0.text.flatMap { Direction(rawValue: $0) }
            }
            about = try reader.required("about", \.text)
            importers = try reader.required("importers", Self.words)
            businessKeyParts = try reader.required("business_key") { value in
                Self.words(value).flatMap { $0.isEmpty ? nil : $0 }
            }
            list = try reader.required("fields", \.elements)
            try reader.finish()
        } catch { throw .claim(error) }
        var fields: [FieldDefinition] = []
        for (index, value) in list.enumerated() {
            do { fields.append(try FieldDefinition(value)) } catch {
                throw .field(index + 1, error)
            }
        }
        self.fields = fields
        positions = Dictionary(
            fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        commitmentFields = fields.compactMap(\.commitmentName)
        sealedNames = (fields.map(\.name) + commitmentFields).sorted()
        sealedPositions = Dictionary(
            sealedNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for (name, next) in zip(sealedNames, sealedNames.dropFirst()) where name == next {
            throw .repeated(field: name.text)
        }
        guard (1...Self.maximumFields).contains(sealedNames.count) else {
            throw .tooManyFields(limit: Self.maximumFields)
        }
    }

    /// `[a-z0-9_-]`, at most 64 of them: a name in a type's text.
    static func word(_ value: JSONValue) -> String? {
        guard let text = value.text, (1...64).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
                    || $0 == 0x2d
            })
        else { return nil }
        return text
    }

    private static func words(_ value: JSONValue) -> [String]? {
        guard let elements = value.elements else { return nil }
        let words = elements.compactMap(word)
        return words.count == elements.count && Set(words).count == words.count ? words : nil
    }
}

extension FieldDefinition {
    fileprivate init(_ value: JSONValue) throws(ClaimError) {
        var reader = try ClaimReader(value)
        name = try reader.required("name") { $0.text.flatMap { FieldName($0) } }
        kind = try reader.required("kind") { $0.text.flatMap { FieldKind(rawValue: $0) } }
        businessTerm = try reader.optional("term", \.text)
        mandatory = try reader.optional("mandatory", \.bool) ?? false
        minimumPaddedBytes = try reader.required("padding") {
            $0.integer.flatMap { Self.paddings.contains($0) ? Int($0) : nil }
        }
        about = try reader.required("about", \.text)
        try reader.finish()
        // A commitment's name is one as well.
        if kind == .amount, commitmentName == nil { throw .malformed("name") }
    }
}
