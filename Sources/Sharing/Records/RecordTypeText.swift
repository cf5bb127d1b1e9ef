public import Wire

/// Why a text isn't one of a record type.
public enum RecordTypeError: Error, Equatable, Sendable {
    /// More than ``RecordTypeText/maximumBytes``.
    case tooLarge
    case json(JSONError)
    case claim(ClaimError)
    /// Two fields have one name.
    case repeated(field: String)
    /// `claims` has something else at this place, from 1 on, than `trine` has among its fields.
    case otherClaim(Int)
    /// `vct` isn't the address of this type at this origin.
    case otherAddress(String)
}

/// What a record type's document says, but for the address where it is: SD-JWT VC Type Metadata with a
/// member `trine`.
///
/// The members are closed. So nothing in it is an address that whoever reads it would ask (`extends`,
/// `schema_uri`, `rendering`, logos): reading a type tells nobody about the reader.
public struct RecordTypeText: Shaped, Hashable {
    /// The word in the type's address.
    public let name: String
    public let description: String
    public let display: [Display]
    /// In the order of the fields of ``terms``.
    public let claims: [Claim]
    public let terms: Terms

    /// Bytes of one type's document.
    public static let maximumBytes = 64 << 10
    /// Versions that one name can have.
    public static let versions: ClosedRange<Int64> = 1...1024

    /// What the type is called in one language.
    public struct Display: Shaped, Hashable {
        public let locale: String
        public let name: String
        public let description: String

        public static let shape = Shape<Display>(
            Display.init(locale:name:description:),
            .required("locale", \.locale, .locale),
            .required("name", \.name, .label), .required("description", \.description, .meaning))
    }

    /// One field as SD-JWT VC describes a claim.
    public struct Claim: Shaped, Hashable {
        public let path: [FieldName]
        public let mandatory: Bool
        public let disclosable: Disclosable
        public let display: [Display]

        /// Every field is a disclosure of its own.
        public enum Disclosable: String, Sendable { case always }

        /// What a field is called in one language.
        public struct Display: Shaped, Hashable {
            public let locale: String
            public let label: String
            public let description: String

            public static let shape = Shape<Display>(
                Display.init(locale:label:description:),
                .required("locale", \.locale, .locale),
                .required("label", \.label, .label),
                .required("description", \.description, .meaning))
        }

        public static let shape = Shape<Claim>(
            Claim.init(path:mandatory:disclosable:display:),
            .required("path", \.path, .list(of: .plain("field name"), 1...1)),
            .flag("mandatory", \.mandatory),
            .required("sd", \.disclosable, .word("always")),
            .required("display", \.display, .languages(of: .object, \.locale)))
    }

    /// The member `trine`: what SD-JWT VC has no word for.
    public struct Terms: Shaped, Hashable {
        public let version: Int64
        public let series: Series
        public let direction: RecordType.Direction
        public let importers: [String]
        public let businessKey: [String]
        public let fields: [Field]

        public static let shape = Shape<Terms>(
            Terms.init(version:series:direction:importers:businessKey:fields:),
            .required("version", \.version, .integer(RecordTypeText.versions)),
            .required("series", \.series, .plain("series")),
            .required("direction", \.direction, .word("issued, received or own")),
            .required("importers", \.importers, .words(0...16)),
            .required("business_key", \.businessKey, .words(1...16)),
            .required("fields", \.fields, .list(of: .object, 1...Limits.fieldsPerType)))
    }

    public static let shape = Shape<RecordTypeText>(
        RecordTypeText.init(name:description:display:claims:terms:),
        .required("name", \.name, .typeName),
        .required("description", \.description, .meaning),
        .required("display", \.display, .languages(of: .object, \.locale)),
        .required("claims", \.claims, .list(of: .object, 1...Limits.fieldsPerType)),
        .required("trine", \.terms, .object))
}

extension RecordTypeText {
    /// One field among the terms.
    public struct Field: Shaped, Hashable {
        public let name: FieldName
        public let kind: FieldKind
        public let fieldClass: FieldClass
        /// Of a date or text; amounts and quantities are always committed to.
        public let commit: CommittedKind?
        /// Of a quantity.
        public let unit: String?
        public let least: Int64
        public let term: String?

        public static let shape = Shape<Field>(
            { (name, kind, fieldClass, commit, unit, least, term) throws(ClaimError) in
                let field = Field(
                    name: name, kind: kind, fieldClass: fieldClass, commit: commit, unit: unit,
                    least: least, term: term)
                if let culprit = field.culprit { throw .malformed(culprit) }
                return field
            },
            .required("name", \.name, .plain("field name")),
            .required("kind", \.kind, .word("kind")),
            .required("class", \.fieldClass, .word("class")),
            .optional("commit", \.commit, .word("day or key")),
            .optional("unit", \.unit, .unitOfMeasure),
            .required("least", \.least, .integer(FieldDefinition.paddings)),
            .optional("term", \.term, .label))

        /// What is committed to.
        var committed: CommittedKind? {
            switch kind {
            case .amount: .amount
            case .quantity: .quantity
            case .text, .date, .code, .json, .document: commit
            }
        }

        /// The member that doesn't go with the others.
        private var culprit: String? {
            switch (kind, commit) {
            case (_, nil), (.text, .key), (.date, .day): break
            default: return "commit"
            }
            if unit != nil && kind != .quantity { return "unit" }
            if least < kind.leastPaddedBytes { return "least" }
            // A field that is called like a commitment could take the place of one in a later version.
            let isTooLong = name.text.utf8.count > FieldDefinition.maximumCommittedName
            return name.text.hasSuffix(FieldDefinition.commitmentSuffix)
                || (committed != nil && isTooLong) ? "name" : nil
        }
    }
}

extension Codec where Value == String {
    /// `[a-z][a-z0-9-]{0,31}`, a name in an address.
    static let typeName = Codec.text(1...32).limited("name of a type") { text in
        text.utf8.first.map { (0x61...0x7a).contains($0) } == true
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
            }
    }

    /// `en` or `de-AT` (RFC 5646, a language and perhaps a region).
    fileprivate static let locale = Codec.text(2...5).limited("language") { text in
        let parts = text.utf8.split(separator: 0x2d, omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts[0].count == 2 && parts[0].allSatisfy { (0x61...0x7a).contains($0) }
            && (parts.count == 1
                || parts[1].count == 2 && parts[1].allSatisfy { (0x41...0x5a).contains($0) })
    }

    /// What is shown to people.
    fileprivate static let label = Codec.text(1...100).withoutControls
    fileprivate static let meaning = Codec.text(1...300).withoutControls

    /// A code of UN/ECE recommendation 20 by its form.
    fileprivate static let unitOfMeasure = Codec.text(2...3).limited("unit of measure") {
        CommittedUnit.isUnitOfMeasure($0)
    }
}

extension Codec where Value == [String] {
    /// Names of one kind, each once.
    fileprivate static func words(_ counts: ClosedRange<Int>) -> Codec {
        let word = Codec<String>.text(1...32).limited("[a-z0-9_-]") { text in
            text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
                    || $0 == 0x2d
            }
        }
        return Codec.list(of: word, counts).limited("list of words, each once") {
            Set($0).count == $0.count
        }
    }
}

extension Codec {
    /// What is said in several languages, each once, English among them.
    fileprivate static func languages<Element>(
        of element: Codec<Element>, _ locale: @escaping @Sendable (Element) -> String
    ) -> Codec where Value == [Element] {
        Codec.ascending(by: locale, of: element, 1...32).limited(
            "list of object by language, with `en`"
        ) { $0.contains { locale($0) == "en" } }
    }
}
