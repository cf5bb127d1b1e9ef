extension Schema {
    /// Looks up every name of a schema as written. Throws ``SchemaError``.
    init(resolving namespaces: [SchemaSyntax.Namespace]) throws(SchemaError) {
        var resolver = SchemaResolver()
        try resolver.collect(namespaces)
        try resolver.checkShadowing()
        for namespace in namespaces { try resolver.resolveTypes(of: namespace) }
        try resolver.checkTypeCycles()
        for namespace in namespaces {
            try resolver.resolveEntityTypes(of: namespace)
            try resolver.resolveActions(of: namespace)
        }
        try self.init(
            entityTypes: resolver.closedEntityTypes(), actions: resolver.closedActions(),
            namedTypes: resolver.namedTypes)
    }
}

/// Collects what is declared, then resolves what refers to it.
private struct SchemaResolver {
    /// What is declared, by full name.
    private var entityNames: Set<String> = []
    private var typeNames: Set<String> = []
    private var actionUIDs: Set<EntityUID> = []
    private var actionTypeNames: Set<String> = []
    private(set) var namedTypes: [String: Schema.ValueType] = [:]
    /// Entity types and actions; their ancestors are found last.
    private var entityTypes: [EntityTypeName: Schema.EntityType] = [:]
    private var actions: [EntityUID: Schema.Action] = [:]

    private static let builtIns: [String: Schema.ValueType] = {
        var types: [String: Schema.ValueType] = ["Bool": .bool, "Long": .long, "String": .string]
        for type in Schema.ExtensionType.allCases { types[type.rawValue] = .extension(type) }
        return types
    }()

    /// Names that the JSON format uses for its own purposes.
    private static let reservedTypeNames: Set<String> = [
        "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String",
    ]

    /// A name as declared in a namespace.
    private static func full(_ name: String, in namespace: String?) -> String {
        namespace.map { "\($0)::\(name)" } ?? name
    }

    mutating func collect(_ namespaces: [SchemaSyntax.Namespace]) throws(SchemaError) {
        var names: Set<String> = []
        for namespace in namespaces {
            if let name = namespace.name {
                guard names.insert(name).inserted else { throw .duplicate(name) }
                guard Identifier.isName(name) else { throw .reservedName(name) }
            }
            for declaration in namespace.entityTypes {
                let name = Self.full(declaration.name, in: namespace.name)
                guard Identifier.isName(name), declaration.name != "Action" else {
                    throw .reservedName(name)
                }
                guard entityNames.insert(name).inserted else { throw .duplicate(name) }
            }
            for declaration in namespace.types {
                let name = Self.full(declaration.name, in: namespace.name)
                guard Identifier.isName(name),
                    !Self.reservedTypeNames.contains(declaration.name)
                else { throw .reservedName(name) }
                guard typeNames.insert(name).inserted else { throw .duplicate(name) }
            }
            for declaration in namespace.actions {
                let uid = Self.action(declaration.name, in: namespace.name)
                guard actionUIDs.insert(uid).inserted else { throw .duplicate(uid.description) }
                actionTypeNames.insert(uid.type.name.string)
            }
        }
    }

    private static func action(_ id: Text, in namespace: String?) -> EntityUID {
        EntityUID(type: EntityTypeName(unchecked: Text(full("Action", in: namespace))), id: id)
    }

    /// A name without a namespace may not also be declared in one (Cedar RFC 70).
    func checkShadowing() throws(SchemaError) {
        let names = entityNames.union(typeNames)
        let qualified = Set(
            names.filter { $0.contains(":") }.compactMap { Identifier.parts(of: $0).last })
        if let shadowed = names.sorted().first(where: { qualified.contains($0) }) {
            throw .shadowed(shadowed)
        }
        let qualifiedActions = Set(
            actionUIDs.filter { $0.type.name != "Action" }.map(\.id))
        for uid in actionUIDs.sorted()
        where uid.type.name == "Action" && qualifiedActions.contains(uid.id) {
            throw .shadowed(uid.description)
        }
    }

    // MARK: Types

    mutating func resolveTypes(of namespace: SchemaSyntax.Namespace) throws(SchemaError) {
        for declaration in namespace.types {
            let name = Self.full(declaration.name, in: namespace.name)
            namedTypes[name] = try resolve(declaration.type, in: namespace.name)
        }
    }

    private func resolve(
        _ syntax: SchemaSyntax.TypeSyntax, in namespace: String?
    ) throws(SchemaError) -> Schema.ValueType {
        switch syntax {
        case .set(let element): return .set(try resolve(element, in: namespace))
        case .record(let attributes):
            return .record(try resolve(attributes, in: namespace))
        case .reference(let name, let meaning):
            return try resolve(name, as: meaning, in: namespace)
        }
    }

    private func resolve(
        _ attributes: [SchemaSyntax.AttributeSyntax], in namespace: String?
    ) throws(SchemaError) -> [Text: Schema.Attribute] {
        // Of several with one name the last counts, and the others aren't even looked up.
        let last = Dictionary(attributes.map { ($0.name, $0) }) { _, last in last }
        var resolved: [Text: Schema.Attribute] = [:]
        for (name, attribute) in last {
            let type = try resolve(attribute.type, in: namespace)
            resolved[name] = Schema.Attribute(type: type, isRequired: attribute.isRequired)
        }
        return resolved
    }

    /// Names without a namespace are looked up in the current one, then outside of any, then among
    /// the types of the language.
    private func candidates(_ name: String, in namespace: String?) -> [String] {
        guard let namespace, !name.contains(":") else { return [name] }
        return [Self.full(name, in: namespace), name]
    }

    private func resolve(
        _ name: String, as meaning: SchemaSyntax.Meaning, in namespace: String?
    ) throws(SchemaError) -> Schema.ValueType {
        for candidate in candidates(name, in: namespace) {
            if meaning != .entityType {
                if typeNames.contains(candidate) { return .named(candidate) }
                if let type = builtIn(candidate) { return type }
            }
            if meaning != .commonType && isEntityType(candidate) {
                return .entity(EntityTypeName(unchecked: Text(candidate)))
            }
        }
        throw .undeclaredType(name)
    }

    /// The types of the language, in `__cedar`, and outside of any namespace where nothing declared
    /// there has their name.
    private func builtIn(_ name: String) -> Schema.ValueType? {
        let prefix = Identifier.internalNamespace + "::"
        if name.hasPrefix(prefix) { return Self.builtIns[String(name.dropFirst(prefix.count))] }
        return entityNames.contains(name) ? nil : Self.builtIns[name]
    }

    /// Declared as an entity type, or the type of declared actions.
    private func isEntityType(_ name: String) -> Bool {
        entityNames.contains(name) || actionTypeNames.contains(name)
    }

    private func entityType(
        _ name: String, in namespace: String?
    ) throws(SchemaError) -> EntityTypeName {
        guard case .entity(let type) = try resolve(name, as: .entityType, in: namespace) else {
            throw .undeclaredType(name)
        }
        return type
    }

    /// The attributes of a shape or context.
    private func record(
        _ syntax: SchemaSyntax.TypeSyntax, of owner: String, in namespace: String?
    ) throws(SchemaError) -> [Text: Schema.Attribute] {
        var type = try resolve(syntax, in: namespace)
        while case .named(let name) = type, let meaning = namedTypes[name] { type = meaning }
        guard case .record(let attributes) = type else { throw .notARecord(owner) }
        return attributes
    }

    /// No named type may be made of itself.
    func checkTypeCycles() throws(SchemaError) {
        var table = AncestorTable(
            parents: { namedTypes[$0].map(Self.namesIn) ?? [] }, cycle: SchemaError.cycle)
        for name in namedTypes.keys.sorted() { _ = try table.ancestors(of: name) }
    }

    /// The named types that a type is made of.
    private static func namesIn(_ type: Schema.ValueType) -> [String] {
        switch type {
        case .bool, .long, .string, .entity, .extension: []
        case .named(let name): [name]
        case .set(let element): namesIn(element)
        case .record(let attributes): attributes.values.flatMap { namesIn($0.type) }
        }
    }

    // MARK: Entity types and actions

    mutating func resolveEntityTypes(of namespace: SchemaSyntax.Namespace) throws(SchemaError) {
        for declaration in namespace.entityTypes {
            let name = Self.full(declaration.name, in: namespace.name)
            var parents: Set<EntityTypeName> = []
            for parent in declaration.parents {
                parents.insert(try entityType(parent, in: namespace.name))
            }
            let tags = try declaration.tags.map { (syntax) throws(SchemaError) in
                try resolve(syntax, in: namespace.name)
            }
            let type = EntityTypeName(unchecked: Text(name))
            entityTypes[type] = Schema.EntityType(
                name: type, attributes: try record(declaration.shape, of: name, in: namespace.name),
                tags: tags, ancestors: parents, choices: declaration.choices,
                annotations: declaration.annotations)
        }
    }

    mutating func resolveActions(of namespace: SchemaSyntax.Namespace) throws(SchemaError) {
        for declaration in namespace.actions {
            let uid = Self.action(declaration.name, in: namespace.name)
            var parents: Set<EntityUID> = []
            for reference in declaration.parents {
                parents.insert(try action(reference, in: namespace.name))
            }
            actions[uid] = Schema.Action(
                uid: uid, principals: try parties(declaration.principals, in: namespace.name),
                resources: try parties(declaration.resources, in: namespace.name),
                context: try record(
                    declaration.context, of: uid.description, in: namespace.name),
                parents: parents, ancestors: [], annotations: declaration.annotations)
        }
    }

    private func action(
        _ reference: SchemaSyntax.ActionReference, in namespace: String?
    ) throws(SchemaError) -> EntityUID {
        let type = reference.type ?? "Action"
        for candidate in candidates(type, in: namespace) {
            let name = EntityTypeName(unchecked: Text(candidate))
            let uid = EntityUID(type: name, id: reference.id)
            if actionUIDs.contains(uid) { return uid }
        }
        let name = EntityTypeName(unchecked: Text(type))
        throw .undeclaredAction(EntityUID(type: name, id: reference.id).description)
    }

    /// The types of principals or resources, each once.
    private func parties(
        _ names: [String], in namespace: String?
    ) throws(SchemaError) -> [EntityTypeName] {
        var types: Set<EntityTypeName> = []
        for name in names {
            let type = try entityType(name, in: namespace)
            guard entityNames.contains(type.name.string) else { throw .undeclaredType(name) }
            types.insert(type)
        }
        return types.sorted()
    }

    /// Entity types can be in themselves, as folders in folders.
    func closedEntityTypes() throws(SchemaError) -> [EntityTypeName: Schema.EntityType] {
        var closed = entityTypes
        for (name, type) in entityTypes {
            var ancestors: Set<EntityTypeName> = []
            var open = Array(type.ancestors)
            while let parent = open.popLast() {
                guard let above = entityTypes[parent] else { throw .undeclaredType("\(parent)") }
                if ancestors.insert(parent).inserted { open += above.ancestors }
            }
            closed[name]?.ancestors = ancestors
        }
        return closed
    }

    func closedActions() throws(SchemaError) -> [EntityUID: Schema.Action] {
        var closed = actions
        var table = AncestorTable(
            parents: { actions[$0].map { Array($0.parents) } ?? [] },
            cycle: { SchemaError.cycle($0.description) })
        for uid in actions.keys.sorted() {
            closed[uid]?.ancestors = try table.ancestors(of: uid)
        }
        return closed
    }
}
