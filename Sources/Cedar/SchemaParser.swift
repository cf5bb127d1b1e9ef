/// Schemas in Cedar's own syntax (Cedar schema grammar).
extension Parser {
    /// The declarations of the text, by namespace; those outside of any are one.
    mutating func schema() throws(PolicyError) -> [SchemaSyntax.Namespace] {
        var global = SchemaSyntax.Namespace(name: nil)
        var namespaces: [SchemaSyntax.Namespace] = []
        while kind != .end {
            let annotations = try annotations()
            if try skip(word: "namespace") {
                var namespace = SchemaSyntax.Namespace(name: try path(isInternal: true).name)
                try expect(.leftBrace)
                while try !skip(.rightBrace) {
                    let annotations = try self.annotations()
                    try declaration(into: &namespace, annotations)
                }
                namespaces.append(namespace)
            } else {
                try declaration(into: &global, annotations)
            }
        }
        return [global] + namespaces
    }

    private mutating func declaration(
        into namespace: inout SchemaSyntax.Namespace, _ annotations: [Policy.Annotation]
    ) throws(PolicyError) {
        if try skip(word: "entity") {
            namespace.entityTypes += try entityTypes(annotations)
        } else if try skip(word: "action") {
            namespace.actions += try actions(annotations)
        } else if try skip(word: "type") {
            let name = try identifier(isInternal: true)
            try expect(.assign)
            namespace.types.append((name, try type()))
        } else {
            throw unexpected("entity, action, type or namespace")
        }
        try expect(.semicolon)
    }

    private mutating func schemaTypeName() throws(PolicyError) -> String {
        let (name, isEntity) = try path(isInternal: true)
        if isEntity { throw unexpected("a name") }
        return name
    }

    /// One or more, with commas between.
    private mutating func separated<Element>(
        _ element: (inout Parser) throws(PolicyError) -> Element
    ) throws(PolicyError) -> [Element] {
        var elements = [try element(&self)]
        while try skip(.comma) { elements.append(try element(&self)) }
        return elements
    }

    /// A name, or a string.
    private mutating func attributeName() throws(PolicyError) -> Text {
        kind == .string ? try string() : Text(try identifier(isInternal: true))
    }

    /// The names of entity types: one, or any number in brackets.
    private mutating func typeNames() throws(PolicyError) -> [String] {
        guard try skip(.leftBracket) else { return [try schemaTypeName()] }
        if try skip(.rightBracket) { return [] }
        let names = try separated { (parser) throws(PolicyError) in try parser.schemaTypeName() }
        try expect(.rightBracket)
        return names
    }

    private mutating func entityTypes(
        _ annotations: [Policy.Annotation]
    ) throws(PolicyError) -> [SchemaSyntax.EntityDeclaration] {
        let names = try separated { (parser) throws(PolicyError) in
            try parser.identifier(isInternal: true)
        }
        var declaration = SchemaSyntax.EntityDeclaration(annotations: annotations)
        if try skip(word: "enum") {
            try expect(.leftBracket)
            declaration.choices = try separated { (parser) throws(PolicyError) in
                try parser.string()
            }
            try expect(.rightBracket)
        } else {
            if try skip(word: "in") { declaration.parents = try typeNames() }
            let isAssigned = try skip(.assign)
            if isAssigned || kind == .leftBrace { declaration.shape = .record(try attributes()) }
            if try skip(word: "tags") { declaration.tags = try type() }
        }
        return names.map { name in
            declaration.name = name
            return declaration
        }
    }

    private mutating func actions(
        _ annotations: [Policy.Annotation]
    ) throws(PolicyError) -> [SchemaSyntax.ActionDeclaration] {
        let names = try separated { (parser) throws(PolicyError) in try parser.attributeName() }
        var declaration = SchemaSyntax.ActionDeclaration(annotations: annotations)
        if try skip(word: "in") { declaration.parents = try actionReferences() }
        if try skip(word: "appliesTo") { try application(of: &declaration) }
        if try skip(word: "attributes") {
            try expect(.leftBrace)
            try expect(.rightBrace)
        }
        return names.map { name in
            declaration.name = name
            return declaration
        }
    }

    private mutating func actionReferences() throws(PolicyError) -> [SchemaSyntax.ActionReference] {
        guard try skip(.leftBracket) else { return [try actionReference()] }
        let references = try separated { (parser) throws(PolicyError) in
            try parser.actionReference()
        }
        try expect(.rightBracket)
        return references
    }

    private mutating func actionReference() throws(PolicyError) -> SchemaSyntax.ActionReference {
        if kind == .string { return (nil, try string()) }
        let (name, isEntity) = try path(isInternal: true)
        if isEntity { return (name, try string()) }
        guard Identifier.isIdentifier(name.utf8) else { throw unexpected("::") }
        return (nil, Text(name))
    }

    /// `{ principal: …, resource: …, context: … }`, each at most once, the first two required.
    private mutating func application(
        of declaration: inout SchemaSyntax.ActionDeclaration
    ) throws(PolicyError) {
        try expect(.leftBrace)
        var seen: Set<String> = []
        repeat {
            guard let part = word, ["principal", "resource", "context"].contains(part) else {
                throw unexpected("principal, resource or context")
            }
            guard seen.insert(part).inserted else { throw refuse(.duplicateField(part)) }
            try advance()
            try expect(.colon)
            if part == "context" {
                declaration.context = try context()
                continue
            }
            let start = position
            let names = try typeNames()
            if names.isEmpty {
                throw refuse(.unexpected(found: "]", expected: "a name"), at: start)
            }
            if part == "principal" {
                declaration.principals = names
            } else {
                declaration.resources = names
            }
        } while try skip(.comma) && kind != .rightBrace
        guard seen.isSuperset(of: ["principal", "resource"]) else {
            throw unexpected("principal and resource")
        }
        try expect(.rightBrace)
    }

    private mutating func context() throws(PolicyError) -> SchemaSyntax.TypeSyntax {
        if kind == .leftBrace { return .record(try attributes()) }
        return .reference(try schemaTypeName(), .commonType)
    }

    private mutating func type() throws(PolicyError) -> SchemaSyntax.TypeSyntax {
        if kind == .leftBrace { return .record(try attributes()) }
        let name = try schemaTypeName()
        guard name == "Set", try skip(.less) else { return .reference(name, .either) }
        try descend()
        let element = try type()
        ascend()
        try expect(.greater)
        return .set(element)
    }

    /// `{ name: type, name?: type }`; of two with one name, the last counts.
    private mutating func attributes() throws(PolicyError) -> [SchemaSyntax.AttributeSyntax] {
        try descend()
        try expect(.leftBrace)
        let attributes = try list(upTo: .rightBrace) { (parser) throws(PolicyError) in
            _ = try parser.annotations()
            let name = try parser.attributeName()
            let isOptional = try parser.skip(.question)
            try parser.expect(.colon)
            return (name: name, type: try parser.type(), isRequired: !isOptional)
        }
        ascend()
        return attributes
    }
}
