/// The type of an entity, with its namespaces: `User`, `Shop::Order`.
public struct EntityTypeName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The full name, its parts joined by `::`.
    public let name: Text

    /// A name known to be one; see ``init(parsing:)`` for received text.
    init(unchecked name: Text) { self.name = name }

    /// Reads a name as written in normal form: identifiers joined by `::`, without spaces.
    /// `nil` where a part is no identifier, or is reserved.
    public init?(parsing text: String) {
        guard Identifier.isName(text) else { return nil }
        self.init(unchecked: Text(text))
    }

    /// Whether entities of this type are actions: `Action` in any namespace.
    public var isAction: Bool { name == "Action" || name.string.hasSuffix("::Action") }

    public var description: String { name.string }

    @inline(__always)
    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

/// The name of one entity: its type and its id, written `Type::"id"`.
public struct EntityUID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Held by reference, with the hash computed once, so that copies and comparisons are cheap.
    private final class Storage: Sendable {
        let type: EntityTypeName
        let id: Text
        let hash: Int

        init(_ type: EntityTypeName, _ id: Text) {
            self.type = type
            self.id = id
            var hasher = Hasher()
            hasher.combine(type)
            hasher.combine(id)
            hash = hasher.finalize()
        }
    }

    private let storage: Storage

    public init(type: EntityTypeName, id: Text) { storage = Storage(type, id) }

    /// `nil` where `type` is no name of an entity type.
    public init?(type: String, id: String) {
        guard let type = EntityTypeName(parsing: type) else { return nil }
        self.init(type: type, id: Text(id))
    }

    /// Equal for equal names, and as good as random for others.
    @inline(__always)
    var storedHash: Int { storage.hash }

    public var type: EntityTypeName { storage.type }
    public var id: Text { storage.id }

    @inline(__always)
    public static func == (left: EntityUID, right: EntityUID) -> Bool {
        if left.storage === right.storage { return true }
        guard left.storage.hash == right.storage.hash else { return false }
        return left.storage.id == right.storage.id && left.storage.type == right.storage.type
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }

    public static func < (left: EntityUID, right: EntityUID) -> Bool {
        order(left, right) == .before
    }

    static func order(_ left: EntityUID, _ right: EntityUID) -> Order {
        if left.storage === right.storage { return .same }
        return Text.order(left.type.name, right.type.name).then(Text.order(left.id, right.id))
    }

    public var description: String { "\(type)::\(StringLiteral.written(id))" }
}
