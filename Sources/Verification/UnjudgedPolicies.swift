public import Rules
public import Sharing
public import Wire

/// Stands for policies whose texts aren't at hand, or that were already found to be against it; the
/// record types are those given.
public struct UnjudgedPolicies: PublishedTexts {
    private let types: any PublishedTexts
    public let hasAllTypes: Bool

    /// `types` has all types that the log published, or some.
    public init(types: some PublishedTexts, all: Bool = true) {
        self.types = types
        hasAllTypes = all
    }

    public func type(_ digest: Digest<Digested.RecordType>) -> RecordType? { types.type(digest) }

    public func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        Unjudged(digest: digest)
    }

    private struct Unjudged: Policies {
        let digest: Digest<Digested.Policies>

        func decide(_ request: PolicyRequest) -> PolicyDecision {
            PolicyDecision(permitted: true, determining: [])
        }
    }
}
