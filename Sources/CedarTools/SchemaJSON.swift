public import Cedar

extension Schema {
    /// Parses a schema in Cedar's JSON schema format. Throws ``DataError``.
    public init(json bytes: [UInt8]) throws(DataError) {
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .json(error)
        }
        do throws(SchemaError) {
            try self.init(resolving: SchemaSyntax.namespaces(json))
        } catch {
            throw .schema(error)
        }
    }
}

extension SchemaSyntax {
    static func namespaces(_ json: JSONValue) throws(SchemaError) -> [Namespace] {
        var namespaces: [Namespace] = []
        for (name, value) in try Place("schema", json).members() {
            let place = Place("schema.\(name)", value)
            if !name.isEmpty && !Identifier.isQualifiedName(name.string) { throw place.malformed }
            var namespace = Namespace(name: name.isEmpty ? nil : name.string)
            try place.allow(["commonTypes", "entityTypes", "actions", "annotations"])
            for (name, place) in try place.optional("commonTypes")?.places() ?? [] {
                let type = try TypeSyntax(place, annotated: true)
                namespace.types.append(.init(name: try place.declared(name), type: type))
            }
            for (name, place) in try place["entityTypes"].places() {
                namespace.entityTypes.append(try entityDeclaration(place.declared(name), place))
            }
            for (name, place) in try place["actions"].places() {
                namespace.actions.append(try actionDeclaration(name, place))
            }
            namespaces.append(namespace)
        }
        return namespaces
    }

    private static func entityDeclaration(
        _ name: String, _ place: Place
    ) throws(SchemaError) -> EntityDeclaration {
        try place.allow(["memberOfTypes", "shape", "tags", "enum", "annotations"])
        var declaration = EntityDeclaration(name: name)
        if let choices = place.optional("enum") {
            try place.allow(["enum", "annotations"])
            declaration.choices = try choices.texts()
            if declaration.choices?.isEmpty ?? true { throw choices.malformed }
        }
        declaration.parents = try place.optional("memberOfTypes")?.names() ?? []
        if let shape = place.optional("shape") { declaration.shape = try TypeSyntax(shape) }
        if let tags = place.optional("tags") { declaration.tags = try TypeSyntax(tags) }
        declaration.annotations = try place.annotations()
        return declaration
    }

    private static func actionDeclaration(
        _ name: Text, _ place: Place
    ) throws(SchemaError) -> ActionDeclaration {
        try place.allow(["attributes", "appliesTo", "memberOf", "annotations"])
        var declaration = ActionDeclaration(name: name)
        if let attributes = place.optional("attributes"), !attributes.json.isNull {
            throw .unsupported(attributes.path)
        }
        if let appliesTo = place.optional("appliesTo"), !appliesTo.json.isNull {
            try appliesTo.allow(["principalTypes", "resourceTypes", "context"])
            declaration.principals = try appliesTo["principalTypes"].names()
            declaration.resources = try appliesTo["resourceTypes"].names()
            if let context = appliesTo.optional("context") {
                declaration.context = try TypeSyntax(context)
            }
        }
        if let memberOf = place.optional("memberOf"), !memberOf.json.isNull {
            for reference in try memberOf.elements() {
                try reference.allow(["type", "id"])
                let type = try reference.optional("type").map { (type) throws(SchemaError) in
                    try type.name()
                }
                declaration.parents.append(.init(type: type, id: try reference["id"].text()))
            }
        }
        declaration.annotations = try place.annotations()
        return declaration
    }
}

extension SchemaSyntax.TypeSyntax {
    fileprivate init(_ place: Place, annotated: Bool = false) throws(SchemaError) {
        let extra: Set<Text> = annotated ? ["annotations"] : []
        func allow(_ names: Set<Text>) throws(SchemaError) {
            try place.allow(names.union(extra).union(["type"]))
        }
        let kind = try place["type"].text()
        switch kind.string {
        case "String":
            try allow([])
            self = .string
        case "Long":
            try allow([])
            self = .long
        case "Boolean":
            try allow([])
            self = .bool
        case "Set":
            try allow(["element"])
            self = .set(try Self(place["element"]))
        case "Record":
            try allow(["attributes", "additionalAttributes"])
            if let open = place.optional("additionalAttributes") {
                guard let isOpen = open.json.bool else { throw open.malformed }
                if isOpen { throw .unsupported(open.path) }
            }
            self = .record(try Self.attributes(place["attributes"]))
        case "Entity":
            try allow(["name"])
            self = .reference(try place["name"].name(), .entityType)
        case "EntityOrCommon":
            try allow(["name"])
            self = .reference(try place["name"].name(), .either)
        case "Extension":
            try allow(["name"])
            self = .extension(try place["name"].name())
        default:
            try allow([])
            self = .reference(try place["type"].name(), .commonType)
        }
    }

    private static func attributes(
        _ place: Place
    ) throws(SchemaError) -> [SchemaSyntax.AttributeSyntax] {
        var attributes: [SchemaSyntax.AttributeSyntax] = []
        for (name, attribute) in try place.places() {
            var isRequired = true
            if let required = attribute.optional("required") {
                guard let value = required.json.bool else { throw required.malformed }
                isRequired = value
            }
            let type = try Self(attribute.without("required"), annotated: true)
            attributes.append(.init(name: name, type: type, isRequired: isRequired))
        }
        return attributes
    }
}

/// A value in the JSON, and the way to it.
private struct Place {
    let path: String
    let json: JSONValue

    init(_ path: String, _ json: JSONValue) {
        self.path = path
        self.json = json
    }

    var malformed: SchemaError { .malformed(path) }

    func object() throws(SchemaError) -> JSONObject {
        guard let object = json.object else { throw malformed }
        return object
    }

    func members() throws(SchemaError) -> [(name: Text, value: JSONValue)] { try object().members }

    func places() throws(SchemaError) -> [(name: Text, place: Place)] {
        try members().map { ($0.name, Place("\(path).\($0.name)", $0.value)) }
    }

    subscript(name: Text) -> Place {
        get throws(SchemaError) {
            guard let member = try object()[name] else { throw .malformed("\(path).\(name)") }
            return Place("\(path).\(name)", member)
        }
    }

    func optional(_ name: Text) -> Place? {
        json.object?[name].map { Place("\(path).\(name)", $0) }
    }

    func without(_ name: Text) -> Place {
        guard let object = json.object else { return self }
        return Place(path, .object(JSONObject(members: object.members.filter { $0.name != name })))
    }

    /// Refuses members that the format doesn't have.
    func allow(_ names: Set<Text>) throws(SchemaError) {
        if let other = try object().names(except: names).first {
            throw .malformed("\(path).\(other)")
        }
    }

    func text() throws(SchemaError) -> Text {
        guard let text = json.text else { throw malformed }
        return text
    }

    func name() throws(SchemaError) -> String {
        let name = try text().string
        guard Identifier.isQualifiedName(name) else { throw malformed }
        return name
    }

    /// A name that is declared here, so without a namespace.
    func declared(_ name: Text) throws(SchemaError) -> String {
        guard Identifier.isQualifiedName(name.string), Identifier.isIdentifier(name.string.utf8)
        else { throw malformed }
        return name.string
    }

    func elements() throws(SchemaError) -> [Place] {
        guard let elements = json.elements else { throw malformed }
        return elements.enumerated().map { Place("\(path)[\($0.offset)]", $0.element) }
    }

    func texts() throws(SchemaError) -> [Text] {
        var texts: [Text] = []
        for element in try elements() { texts.append(try element.text()) }
        return texts
    }

    func names() throws(SchemaError) -> [String] {
        var names: [String] = []
        for element in try elements() { names.append(try element.name()) }
        return names
    }

    func annotations() throws(SchemaError) -> [Policy.Annotation] {
        var annotations: [Policy.Annotation] = []
        for (name, place) in try optional("annotations")?.places() ?? [] {
            guard Identifier.isIdentifier(name.string.utf8) else { throw place.malformed }
            let value = place.json.isNull ? "" : try place.text()
            annotations.append(.init(name: name.string, value: value))
        }
        return annotations
    }
}
