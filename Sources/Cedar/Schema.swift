/// What requests and entities there can be: entity types, actions, and the types of their values.
public struct Schema: Sendable {
    /// The type of a value.
    public indirect enum ValueType: Sendable, Hashable {
        case bool, long, string
        case set(ValueType)
        case record([Text: Attribute])
        case entity(EntityTypeName)
        case `extension`(ExtensionType)
        /// A type declared with `type`, by its full name; see ``Schema/resolve(_:)``.
        case named(String)
    }

    public enum ExtensionType: String, Sendable, CaseIterable {
        case ipaddr, decimal, datetime, duration
    }

    public struct Attribute: Sendable, Hashable {
        public let type: ValueType
        public let isRequired: Bool
    }

    public struct EntityType: Sendable {
        public let name: EntityTypeName
        public let attributes: [Text: Attribute]
        /// The type of its tags, where it may have any.
        public let tags: ValueType?
        /// The types that entities of this one can be in, directly or not.
        public internal(set) var ancestors: Set<EntityTypeName>
        /// The ids there are, where the type is an enumeration.
        public let choices: [Text]?
        public let annotations: [Policy.Annotation]
    }

    public struct Action: Sendable {
        public let uid: EntityUID
        /// The types of principals and resources it is for; none where it is only a group.
        public let principals: [EntityTypeName]
        public let resources: [EntityTypeName]
        public let context: [Text: Attribute]
        /// The groups it is in: as declared, and all of them.
        public let parents: Set<EntityUID>
        public internal(set) var ancestors: Set<EntityUID>
        public let annotations: [Policy.Annotation]
    }

    public let entityTypes: [EntityTypeName: EntityType]
    public let actions: [EntityUID: Action]
    let namedTypes: [String: ValueType]
}

extension Schema {
    /// Parses a schema in Cedar's own syntax. Throws ``SchemaError``.
    public init(parsing text: String, limits: Limits = .standard) throws(SchemaError) {
        let namespaces: [SchemaSyntax.Namespace]
        do throws(PolicyError) {
            var parser = try Parser(text, source: nil, limits: limits)
            namespaces = try parser.schema()
        } catch {
            throw .syntax(error)
        }
        try self.init(resolving: namespaces)
    }

    /// The type that a name stands for; any other type as it is.
    public func resolve(_ type: ValueType) -> ValueType {
        var type = type
        while case .named(let name) = type, let meaning = namedTypes[name] { type = meaning }
        return type
    }

    /// The actions as entities, in their groups.
    package var actionEntities: [Entity] {
        actions.values.map { Entity($0.uid, parents: $0.parents) }
    }
}

/// Why a schema was refused.
public enum SchemaError: Error, Sendable, Hashable {
    case syntax(PolicyError)
    case duplicate(String)
    case reservedName(String)
    case undeclaredType(String)
    case undeclaredAction(String)
    /// A type that is made of itself, or an action in itself.
    case cycle(String)
    /// A shape or context that isn't a record.
    case notARecord(String)
    /// A name without namespace that one with a namespace hides.
    case shadowed(String)
}
