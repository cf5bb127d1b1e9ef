/// The name of a policy in its set.
public struct PolicyID: Sendable, Hashable, Comparable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    public let name: Text

    public init(_ name: Text) { self.name = name }
    public init(stringLiteral value: String) { self.init(Text(value)) }

    public var description: String { name.string }
    public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
}

/// A policy or template, as written.
public struct Policy: Sendable {
    public enum Effect: String, Sendable { case permit, forbid }

    /// An annotation `@name("value")`; without a value, the value is empty.
    public struct Annotation: Sendable, Hashable {
        public let name: String
        public let value: Text
    }

    /// Who or what a policy is about: anything that fits what is named here.
    public struct PartyScope: Sendable, Hashable {
        public internal(set) var type: EntityTypeName?
        public internal(set) var reference: Reference?
        /// Whether what is in the named entity fits too.
        public internal(set) var includesMembers = false
    }

    /// What a policy is about doing.
    public struct ActionScope: Sendable, Hashable {
        /// The actions that fit; `nil` for any.
        public let actions: [EntityUID]?
        /// Whether what is in one of them fits too.
        public let includesMembers: Bool
    }

    /// An entity, or the place in a template where one is filled in.
    public enum Reference: Sendable, Hashable {
        case entity(EntityUID)
        case slot
    }

    public struct Condition: Sendable {
        /// Whether it is written `unless`, and so must be false.
        public let isUnless: Bool
        public let expression: Expression
    }

    public internal(set) var id: PolicyID
    public let effect: Effect
    public let annotations: [Annotation]
    public internal(set) var principal: PartyScope
    public let action: ActionScope
    public internal(set) var resource: PartyScope
    public let conditions: [Condition]
    /// The policy as it stands in the source, from its annotations to its semicolon.
    public let text: String
    /// The name of the source it stands in, where that was given one.
    public let source: String?
    public let position: SourcePosition
    /// The template this policy was made from.
    public internal(set) var template: PolicyID?

    /// The value of the annotation `name`; `nil` where there is none.
    public subscript(annotation name: String) -> Text? {
        annotations.first { $0.name == name }?.value
    }

    /// Whether it has slots, and so takes part in decisions only once it is linked.
    public var isTemplate: Bool { principal.hasSlot || resource.hasSlot }
}

extension Policy.PartyScope {
    public var hasSlot: Bool { reference == .slot }

    /// The named entity; `nil` where there is none, or only its slot.
    public var entity: EntityUID? {
        if case .entity(let uid) = reference { uid } else { nil }
    }
}

extension Policy {
    /// A policy made from this template; `nil` where an entity is missing or has no slot.
    func linked(as id: PolicyID, principal: EntityUID?, resource: EntityUID?) -> Policy? {
        guard self.principal.hasSlot == (principal != nil),
            self.resource.hasSlot == (resource != nil)
        else { return nil }
        var policy = self
        policy.id = id
        policy.template = self.id
        if let principal { policy.principal.reference = .entity(principal) }
        if let resource { policy.resource.reference = .entity(resource) }
        return policy
    }
}
