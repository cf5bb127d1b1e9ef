public import Rules
public import Wire

/// Stands for policies whose texts aren't at hand, or that were already found to be against it.
public struct UnjudgedPolicies: PolicyLibrary {
    public init() {}

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
