public import Cedar

extension Entities {
    /// Reads entities in Cedar's JSON format: a list of `{"uid": …, "attrs": …, "parents": …,
    /// "tags": …}`.
    ///
    /// With a schema, values may be written without `__entity` and `__extn`, everything is checked
    /// against the schema, and its actions are added. Throws ``DataError``.
    public init(json bytes: [UInt8], schema: Schema? = nil) throws(DataError) {
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .json(error)
        }
        try self.init(json, schema: schema)
    }

    init(_ json: JSONValue, schema: Schema?) throws(DataError) {
        guard let elements = json.elements else { throw .malformed(at: "entities") }
        let reader = ValueReader(schema: schema)
        var entities: [Entity] = []
        entities.reserveCapacity(elements.count)
        for (number, element) in elements.enumerated() {
            entities.append(try reader.entity(element, at: "entities[\(number)]"))
        }
        let actions: Entities
        do throws(HierarchyError) {
            try self.init(entities)
            actions = try Entities(schema?.actionEntities ?? [])
        } catch {
            throw .hierarchy(error)
        }
        guard let schema else { return }
        do throws(ConformanceError) {
            try schema.check(self)
        } catch {
            throw .conformance(error)
        }
        self = merging(actions)
    }
}

extension Record {
    /// Reads a context in Cedar's JSON format. With a schema, it is read as the action's context,
    /// in which values may be written without `__entity` and `__extn`. Throws ``DataError``.
    public init(
        contextJSON bytes: [UInt8], schema: Schema? = nil, action: EntityUID? = nil
    ) throws(DataError) {
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .json(error)
        }
        try self.init(json, schema: schema, action: action)
    }

    init(_ json: JSONValue, schema: Schema?, action: EntityUID?) throws(DataError) {
        guard let object = json.object else { throw .malformed(at: "context") }
        let reader = ValueReader(schema: schema)
        guard let schema, let action else {
            self = try reader.record(object, at: "context")
            return
        }
        guard let declared = schema.actions[action] else {
            throw .conformance(.undeclaredAction(action))
        }
        self = try reader.record(object, declared.context, at: "context")
    }
}

extension ValueReader {
    fileprivate func entity(_ json: JSONValue, at place: String) throws(DataError) -> Entity {
        guard let object = json.object, let uid = object["uid"],
            let attributes = object["attrs"]?.object, let parents = object["parents"]?.elements
        else { throw .malformed(at: place) }
        let name = try Self.entity(uid, at: "\(place).uid")
        var type: Schema.EntityType?
        if let schema, !name.type.isAction {
            type = schema.entityTypes[name.type]
            if type == nil { throw .conformance(.undeclaredType(name.type)) }
        }
        var parentNames: Set<EntityUID> = []
        for parent in parents {
            let parent = try Self.entity(parent, at: "\(place).parents")
            if name.type.isAction && !parent.type.isAction {
                throw .conformance(.ancestorNotAllowed(name, in: parent))
            }
            parentNames.insert(parent)
        }
        return Entity(
            name,
            attributes: try record(attributes, of: type, at: "\(place).attrs"),
            tags: try tags(object["tags"], of: name, type, at: "\(place).tags"),
            parents: parentNames)
    }

    private func record(
        _ attributes: JSONObject, of type: Schema.EntityType?, at place: String
    ) throws(DataError) -> Record {
        guard let type else { return try record(attributes, at: place) }
        return try record(attributes, type.attributes, at: place)
    }

    private func tags(
        _ json: JSONValue?, of uid: EntityUID, _ type: Schema.EntityType?, at place: String
    ) throws(DataError) -> Record {
        guard let json else { return .empty }
        guard let object = json.object else { throw .malformed(at: place) }
        guard let type else { return try record(object, at: place) }
        if object.members.isEmpty { return .empty }
        guard let tagType = type.tags else { throw .conformance(.unexpectedTags(uid)) }
        var fields: [Text: Value] = [:]
        for (name, json) in object.members {
            fields[name] = try value(json, as: tagType, at: "\(place).\(name)")
        }
        return Record(fields)
    }
}
