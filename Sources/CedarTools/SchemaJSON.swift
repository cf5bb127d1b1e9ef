public import Cedar
import Wire

extension Schema {
    /// Parses a schema in Cedar's JSON schema format. Throws ``DataError``.
    public init(json bytes: [UInt8]) throws(DataError) {
        let namespaces = try SchemaSyntax.namespaces(Place(reading: bytes, as: "schema"))
        do throws(SchemaError) {
            try self.init(resolving: namespaces)
        } catch {
            throw .schema(error)
        }
    }
}

extension SchemaSyntax {
    fileprivate static func namespaces(_ place: Place) throws(DataError) -> [Namespace] {
        var namespaces: [Namespace] = []
        for (name, place) in try place.members() {
            if !name.isEmpty && !Identifier.isQualifiedName(name) { throw place.malformed }
            var namespace = Namespace(name: name.isEmpty ? nil : name)
            try place.allow(["commonTypes", "entityTypes", "actions", "annotations"])
            for (name, place) in try place.optional("commonTypes")?.members() ?? [] {
                let type = try TypeSyntax(place, beside: ["annotations"])
                namespace.types.append((try place.declared(name), type))
            }
            for (name, place) in try place["entityTypes"].members() {
                namespace.entityTypes.append(try entityDeclaration(place.declared(name), place))
            }
            for (name, place) in try place["actions"].members() {
                namespace.actions.append(try actionDeclaration(Text(name), place))
            }
            namespaces.append(namespace)
        }
        return namespaces
    }

    private static func entityDeclaration(
        _ name: String, _ place: Place
    ) throws(DataError) -> EntityDeclaration {
        try place.allow(["memberOfTypes", "shape", "tags", "enum", "annotations"])
        var declaration = EntityDeclaration(name: name)
        if let choices = place.optional("enum") {
            try place.allow(["enum", "annotations"])
            declaration.choices = try choices.texts().map { Text($0) }
            if declaration.choices == [] { throw choices.malformed }
        }
        declaration.parents = try place.optional("memberOfTypes")?.names() ?? []
        if let shape = place.optional("shape") { declaration.shape = try TypeSyntax(shape) }
        if let tags = place.optional("tags") { declaration.tags = try TypeSyntax(tags) }
        declaration.annotations = try place.annotations()
        return declaration
    }

    private static func actionDeclaration(
        _ name: Text, _ place: Place
    ) throws(DataError) -> ActionDeclaration {
        try place.allow(["attributes", "appliesTo", "memberOf", "annotations"])
        var declaration = ActionDeclaration(name: name)
        if let attributes = place.optional("attributes"), !attributes.json.isNull {
            throw .unsupported(at: attributes.path)
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
                let type = try reference.optional("type")?.name()
                declaration.parents.append((type, Text(try reference["id"].text())))
            }
        }
        declaration.annotations = try place.annotations()
        return declaration
    }
}

extension SchemaSyntax.TypeSyntax {
    /// `others` are the members that may stand beside those of the type.
    fileprivate init(_ place: Place, beside others: Set<String> = []) throws(DataError) {
        let name = try place["type"].text()
        let members: Set<String> =
            switch name {
            case "Set": ["element"]
            case "Record": ["attributes", "additionalAttributes"]
            case "Entity", "EntityOrCommon", "Extension": ["name"]
            default: []
            }
        try place.allow(members.union(others).union(["type"]))
        switch name {
        case "String": self = .known(.string)
        case "Long": self = .known(.long)
        case "Boolean": self = .known(.bool)
        case "Set": self = .set(try Self(place["element"]))
        case "Record":
            if let open = place.optional("additionalAttributes"), try open.bool() {
                throw .unsupported(at: open.path)
            }
            self = .record(try Self.attributes(place["attributes"]))
        case "Entity": self = .reference(try place["name"].name(), .entityType)
        case "EntityOrCommon": self = .reference(try place["name"].name(), .either)
        case "Extension":
            let name = try place["name"].text()
            guard let type = Schema.ExtensionType(rawValue: name) else {
                throw .schema(.undeclaredType(name))
            }
            self = .known(.extension(type))
        default: self = .reference(try place["type"].name(), .commonType)
        }
    }

    private static func attributes(
        _ place: Place
    ) throws(DataError) -> [SchemaSyntax.AttributeSyntax] {
        try place.members().map { (name, place) throws(DataError) in
            let type = try Self(place, beside: ["annotations", "required"])
            return (Text(name), type, try place.optional("required")?.bool() ?? true)
        }
    }
}

extension Place {
    fileprivate func name() throws(DataError) -> String {
        let name = try text()
        guard Identifier.isQualifiedName(name) else { throw malformed }
        return name
    }

    fileprivate func names() throws(DataError) -> [String] {
        try elements().map { (element) throws(DataError) in try element.name() }
    }

    /// A name that is declared here, so without a namespace.
    fileprivate func declared(_ name: String) throws(DataError) -> String {
        guard Identifier.isQualifiedName(name), Identifier.isIdentifier(name.utf8) else {
            throw malformed
        }
        return name
    }

    fileprivate func annotations() throws(DataError) -> [Policy.Annotation] {
        try (optional("annotations")?.members() ?? []).map { (name, place) throws(DataError) in
            guard Identifier.isIdentifier(name.utf8) else { throw place.malformed }
            return .init(name: name, value: Text(place.json.isNull ? "" : try place.text()))
        }
    }
}
