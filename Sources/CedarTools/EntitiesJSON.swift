public import Cedar

extension Entities {
    /// Reads entities in Cedar's JSON format: a list of `{"uid": …, "attrs": …, "parents": …,
    /// "tags": …}`.
    ///
    /// With a schema, values may be written without `__entity` and `__extn`, everything is checked
    /// against the schema, and its actions are added. Throws ``DataError``.
    public init(json bytes: [UInt8], schema: Schema? = nil) throws(DataError) {
        let reader = ValueReader(schema: schema)
        let entities = try Place(reading: bytes, as: "entities").elements()
            .map { (place) throws(DataError) in try reader.entity(place) }
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
        try self.init(Place(reading: bytes, as: "context"), schema: schema, action: action)
    }

    init(_ place: Place, schema: Schema?, action: EntityUID?) throws(DataError) {
        var attributes: [Text: Schema.Attribute]?
        if let schema, let action {
            guard let declared = schema.actions[action] else {
                throw .conformance(.undeclaredAction(action))
            }
            attributes = declared.context
        }
        self = try ValueReader(schema: schema).record(place, attributes)
    }
}

extension ValueReader {
    fileprivate func entity(_ place: Place) throws(DataError) -> Entity {
        let uid = try place["uid"].entity()
        var type: Schema.EntityType?
        if let schema, !uid.type.isAction {
            type = schema.entityTypes[uid.type]
            if type == nil { throw .conformance(.undeclaredType(uid.type)) }
        }
        var parents: Set<EntityUID> = []
        for parent in try place["parents"].elements() {
            let parent = try parent.entity()
            if uid.type.isAction && !parent.type.isAction {
                throw .conformance(.ancestorNotAllowed(uid, in: parent))
            }
            parents.insert(parent)
        }
        var tags: [Text: Value] = [:]
        for (name, tag) in try place.optional("tags")?.members() ?? [] {
            if type != nil && type?.tags == nil { throw .conformance(.unexpectedTags(uid)) }
            tags[Text(name)] = try value(tag, as: type?.tags)
        }
        return Entity(
            uid, attributes: try record(place["attrs"], type?.attributes), tags: Record(tags),
            parents: parents)
    }
}
