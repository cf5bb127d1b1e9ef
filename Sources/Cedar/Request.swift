/// What is asked: may this principal do this action on this resource, in this context?
public struct Request: Sendable, Equatable {
    public let principal: EntityUID
    public let action: EntityUID
    public let resource: EntityUID
    public let context: Record

    public init(
        principal: EntityUID, action: EntityUID, resource: EntityUID, context: Record = .empty
    ) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// The decision on a request, and what it rests on.
public struct Response: Sendable, Equatable {
    public enum Decision: String, Sendable { case allow, deny }

    /// A policy that was left out of the decision, and why.
    public struct Failure: Sendable, Equatable {
        public let policy: PolicyID
        public let error: EvaluationError
    }

    /// `allow` where a `permit` applies and no `forbid` does; `deny` otherwise.
    public let decision: Decision
    /// The policies that made the decision: the `permit`s that apply to an allowed request, the
    /// `forbid`s that apply to a denied one. None where nothing applies. In the order of the set.
    public let determining: [PolicyID]
    /// The policies that could not be evaluated, in the order of the set.
    public let errors: [Failure]
}
