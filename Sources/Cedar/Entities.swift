/// One entity: its attributes and tags, and the entities it is directly in.
public struct Entity: Sendable, Equatable {
    public let uid: EntityUID
    public let attributes: Record
    public let tags: Record
    public let parents: Set<EntityUID>

    public init(
        _ uid: EntityUID, attributes: Record = .empty, tags: Record = .empty,
        parents: Set<EntityUID> = []
    ) {
        self.uid = uid
        self.attributes = attributes
        self.tags = tags
        self.parents = parents
    }
}

/// Why entities don't make a hierarchy.
public enum HierarchyError: Error, Sendable, Hashable {
    /// Two entities of one name that aren't the same.
    case duplicate(EntityUID)
    /// An entity that is in itself.
    case cycle(EntityUID)
}

/// The entities a decision is made on, and who is in whom.
public struct Entities: Sendable {
    private let table: MemberTable

    public static let empty = Entities(members: [:])

    private init(members: [EntityUID: Member]) { table = MemberTable(Array(members.values)) }

    /// Parents that aren't among the entities are fine: an entity can be in something nothing else
    /// is known of. The time is that of writing down every entity's ancestors.
    public init(_ entities: [Entity]) throws(HierarchyError) {
        var byName: [EntityUID: Entity] = [:]
        byName.reserveCapacity(entities.count)
        for entity in entities {
            if let known = byName.updateValue(entity, forKey: entity.uid), known != entity {
                throw .duplicate(entity.uid)
            }
        }
        var ancestors = AncestorTable(
            parents: { byName[$0].map { Array($0.parents) } ?? [] }, cycle: HierarchyError.cycle)
        var members: [Member] = []
        members.reserveCapacity(byName.count)
        for (uid, entity) in byName {
            // Mostly nothing is known of what an entity is in.
            let isDirect = entity.parents.allSatisfy { byName[$0] == nil }
            members.append(
                Member(
                    entity,
                    ancestors: isDirect ? entity.parents : try ancestors.ancestors(of: uid)))
        }
        table = MemberTable(members)
    }

    public var count: Int { table.members.count }

    /// All entities, in no particular order.
    public var all: some Sequence<Entity> { table.members.lazy.compactMap(\.entity) }

    public subscript(uid: EntityUID) -> Entity? { member(uid).entity }

    /// All entities that this one is in, directly or not; none where it isn't known.
    public func ancestors(of uid: EntityUID) -> [EntityUID] { member(uid).ancestors }

    @inline(__always)
    func member(_ uid: EntityUID) -> Member { table.member(uid) }

    /// These entities and others; of those with one name, the others.
    package func merging(_ others: Entities) -> Entities {
        var members: [EntityUID: Member] = [:]
        for member in table.members + others.table.members { members[member.uid] = member }
        return Entities(members: members)
    }

    /// An entity with its ancestors, held by reference: a decision looks at it many times.
    final class Member: Sendable {
        /// `nil` for ``unknown``.
        let entity: Entity?
        let isKnown: Bool
        let uid: EntityUID
        let attributes: Record
        let tags: Record
        let ancestors: [EntityUID]
        /// The same again, where there are many.
        private let lookup: Set<EntityUID>?

        /// Stands for every entity that isn't there: it has no attributes and is in nothing.
        static let unknown = Member(
            nil, uid: EntityUID(type: EntityTypeName(unchecked: ""), id: ""), ancestors: [])

        convenience init(_ entity: Entity, ancestors: Set<EntityUID>) {
            self.init(entity, uid: entity.uid, ancestors: ancestors)
        }

        private init(_ entity: Entity?, uid: EntityUID, ancestors: Set<EntityUID>) {
            self.entity = entity
            isKnown = entity != nil
            self.uid = uid
            attributes = entity?.attributes ?? .empty
            tags = entity?.tags ?? .empty
            self.ancestors = Array(ancestors)
            lookup = ancestors.count > Self.linearSearchLimit ? ancestors : nil
        }

        @inline(__always)
        func isIn(_ uid: EntityUID) -> Bool {
            if let lookup { return lookup.contains(uid) }
            for ancestor in ancestors where ancestor == uid { return true }
            return false
        }

        private static let linearSearchLimit = 8
    }
}

/// Finds members by name: open addressing on the names' own hashes, which saves hashing again.
private final class MemberTable: Sendable {
    let members: [Entities.Member]
    /// The number of a member, or −1; as many as a power of two, at least half of them free.
    private let slots: [Int32]
    private let mask: Int

    init(_ members: [Entities.Member]) {
        var size = 4
        while size < members.count * 2 { size *= 2 }
        var slots = [Int32](repeating: -1, count: size)
        for (number, member) in members.enumerated() {
            var slot = member.uid.storedHash & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(number)
        }
        self.members = members
        self.slots = slots
        mask = size - 1
    }

    func member(_ uid: EntityUID) -> Entities.Member {
        var slot = uid.storedHash & mask
        while slots[slot] >= 0 {
            let member = members[Int(slots[slot])]
            if member.uid == uid { return member }
            slot = (slot + 1) & mask
        }
        return .unknown
    }
}
