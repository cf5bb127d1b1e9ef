public import Cedar

/// Why a request or an entity doesn't fit a schema.
public enum ConformanceError: Error, Sendable, Hashable {
    case undeclaredAction(EntityUID)
    case undeclaredType(EntityTypeName)
    /// An entity of an enumeration that isn't one of its choices.
    case notAChoice(EntityUID)
    case principalNotAllowed(EntityTypeName, for: EntityUID)
    case resourceNotAllowed(EntityTypeName, for: EntityUID)
    case contextMismatch(at: String)
    case attributeMismatch(EntityUID, at: String)
    case unexpectedTags(EntityUID)
    case ancestorNotAllowed(EntityUID, in: EntityUID)
    /// An action with other groups, attributes or tags than declared.
    case actionMismatch(EntityUID)
}

extension Schema {
    /// Checks that a request is one the schema provides for: the action is declared, for principals
    /// and resources of these types, and the context is as the action says.
    public func check(_ request: Request) throws(ConformanceError) {
        for party in [request.principal, request.resource] {
            guard entityTypes[party.type] != nil else { throw .undeclaredType(party.type) }
            try check(party)
        }
        guard let action = actions[request.action] else { throw .undeclaredAction(request.action) }
        guard action.principals.contains(request.principal.type) else {
            throw .principalNotAllowed(request.principal.type, for: action.uid)
        }
        guard action.resources.contains(request.resource.type) else {
            throw .resourceNotAllowed(request.resource.type, for: action.uid)
        }
        try checkEntities(in: .record(request.context))
        if let place = mismatch(request.context, action.context, at: "context") {
            throw .contextMismatch(at: place)
        }
    }

    /// Checks that entities are as their types say, and actions as declared.
    public func check(_ entities: Entities) throws(ConformanceError) {
        for entity in entities.all {
            try check(entity, ancestors: entities.ancestors(of: entity.uid))
        }
    }

    private func check(
        _ entity: Entity, ancestors: [EntityUID]
    ) throws(ConformanceError) {
        let uid = entity.uid
        if uid.type.isAction {
            guard let action = actions[uid] else { throw .undeclaredAction(uid) }
            guard entity.attributes == .empty, entity.tags == .empty,
                Set(ancestors) == action.ancestors
            else { throw .actionMismatch(uid) }
            return
        }
        guard let type = entityTypes[uid.type] else { throw .undeclaredType(uid.type) }
        try check(uid)
        if let place = mismatch(entity.attributes, type.attributes, at: "attrs") {
            throw .attributeMismatch(uid, at: place)
        }
        try checkEntities(in: .record(entity.attributes))
        for ancestor in ancestors {
            try check(ancestor)
            guard type.ancestors.contains(ancestor.type) else {
                throw .ancestorNotAllowed(uid, in: ancestor)
            }
        }
        for field in entity.tags.fields {
            guard let tags = type.tags else { throw .unexpectedTags(uid) }
            if let place = mismatch(field.value, tags, at: "tags.\(field.name)") {
                throw .attributeMismatch(uid, at: place)
            }
        }
        try checkEntities(in: .record(entity.tags))
    }

    /// An entity that is only named: one of an enumeration must be one of its choices, and an
    /// action must be declared.
    private func check(_ uid: EntityUID) throws(ConformanceError) {
        if let choices = entityTypes[uid.type]?.choices, !choices.contains(uid.id) {
            throw .notAChoice(uid)
        }
        if uid.type.isAction && actions[uid] == nil { throw .undeclaredAction(uid) }
    }

    private func checkEntities(in value: Value) throws(ConformanceError) {
        switch value {
        case .entity(let uid): try check(uid)
        case .set(let set): for element in set.elements { try checkEntities(in: element) }
        case .record(let record):
            for field in record.fields { try checkEntities(in: field.value) }
        case .bool, .long, .string, .decimal, .ip, .datetime, .duration: break
        }
    }

    /// Where a value isn't of a type; `nil` where it is.
    func mismatch(_ value: Value, _ type: ValueType, at place: String) -> String? {
        switch (resolve(type), value) {
        case (.bool, .bool), (.long, .long), (.string, .string): return nil
        case (.entity(let type), .entity(let uid)): return uid.type == type ? nil : place
        case (.set(let element), .set(let set)):
            for value in set.elements {
                if let place = mismatch(value, element, at: "\(place)[]") { return place }
            }
            return nil
        case (.record(let attributes), .record(let record)):
            return mismatch(record, attributes, at: place)
        case (.extension(.decimal), .decimal), (.extension(.ipaddr), .ip),
            (.extension(.datetime), .datetime), (.extension(.duration), .duration):
            return nil
        default: return place
        }
    }

    private func mismatch(
        _ record: Record, _ attributes: [Text: Attribute], at place: String
    ) -> String? {
        for field in record.fields {
            let inner = "\(place).\(field.name)"
            guard let attribute = attributes[field.name] else { return inner }
            if let place = mismatch(field.value, attribute.type, at: inner) { return place }
        }
        for (name, attribute) in attributes where attribute.isRequired && !record.has(name) {
            return "\(place).\(name)"
        }
        return nil
    }
}
