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

        public init(name: String, value: Text) {
            self.name = name
            self.value = value
        }
    }

    /// Who or what a policy is about.
    public enum PartyScope: Sendable, Hashable {
        case any
        case equal(Reference)
        case `in`(Reference)
        case `is`(EntityTypeName)
        case isIn(EntityTypeName, Reference)
    }

    public enum ActionScope: Sendable, Hashable {
        case any
        case equal(EntityUID)
        /// In one of these, or one of them.
        case `in`([EntityUID])
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

    public let id: PolicyID
    public let effect: Effect
    public let annotations: [Annotation]
    public let principal: PartyScope
    public let action: ActionScope
    public let resource: PartyScope
    public let conditions: [Condition]
    /// The policy as it stands in the source, from its annotations to its semicolon.
    public let text: String
    /// The name of the source it stands in, where that was given one.
    public let source: String?
    public let position: SourcePosition
    /// The template this policy was made from.
    public let template: PolicyID?

    /// The value of the annotation `name`; `nil` where there is none.
    public subscript(annotation name: String) -> Text? {
        annotations.first { $0.name == name }?.value
    }

    /// Whether it has slots, and so takes part in decisions only once it is linked.
    public var isTemplate: Bool { principal.hasSlot || resource.hasSlot }
}

extension Policy.PartyScope {
    public var hasSlot: Bool { reference == .slot }

    var reference: Policy.Reference? {
        switch self {
        case .any, .is: nil
        case .equal(let reference), .in(let reference), .isIn(_, let reference): reference
        }
    }

    /// This scope with the slot filled.
    func filled(with entity: EntityUID) -> Self {
        guard hasSlot else { return self }
        switch self {
        case .any, .is: return self
        case .equal: return .equal(.entity(entity))
        case .in: return .in(.entity(entity))
        case .isIn(let type, _): return .isIn(type, .entity(entity))
        }
    }
}

extension Policy {
    func renamed(_ id: PolicyID) -> Policy {
        Policy(
            id: id, effect: effect, annotations: annotations, principal: principal, action: action,
            resource: resource, conditions: conditions, text: text, source: source,
            position: position, template: template)
    }

    /// A policy made from this template; `nil` where an entity is missing or has no slot.
    func linked(as id: PolicyID, principal: EntityUID?, resource: EntityUID?) -> Policy? {
        guard self.principal.hasSlot == (principal != nil),
            self.resource.hasSlot == (resource != nil)
        else { return nil }
        return Policy(
            id: id, effect: effect, annotations: annotations,
            principal: principal.map(self.principal.filled) ?? self.principal, action: action,
            resource: resource.map(self.resource.filled) ?? self.resource,
            conditions: conditions, text: text, source: source, position: position,
            template: self.id)
    }
}
