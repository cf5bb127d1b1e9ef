public import Rules
public import Sharing
public import Wire

/// Policies for who doesn't know what was found about some participants when they were admitted, since
/// that was erased or withheld: what they would permit for some size and country is permitted.
public struct PoliciesLackingFacts<Library: PublishedTexts>: PublishedTexts {
    private let library: Library
    private let unidentified: Set<Handle>

    public init(_ library: Library, about unidentified: Set<Handle>) {
        self.library = library
        self.unidentified = unidentified
    }

    public func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        library.policies(digest).map { Possible(policies: $0, unidentified: unidentified) }
    }

    public func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool {
        library.isInvalid(digest)
    }

    public func type(_ digest: Digest<Digested.RecordType>) -> RecordType? {
        library.type(digest)
    }

    public var hasAllTypes: Bool { library.hasAllTypes }

    private struct Possible: Policies {
        let policies: any Policies
        let unidentified: Set<Handle>

        var digest: Digest<Digested.Policies> { policies.digest }

        func decide(_ request: PolicyRequest) -> PolicyDecision {
            let decision = policies.decide(request)
            let parties = [request.principal.handle, request.counterparty?.handle]
            guard !decision.permitted,
                parties.contains(where: { $0.map(unidentified.contains) ?? false })
            else { return decision }
            return PolicyEntity.Found.all.lazy.map { policies.decide(supposing($0, in: request)) }
                .first(where: \.permitted) ?? decision
        }

        private func supposing(
            _ found: PolicyEntity.Found, in request: PolicyRequest
        ) -> PolicyRequest {
            func supposed(_ entity: PolicyEntity) -> PolicyEntity {
                guard unidentified.contains(entity.handle) else { return entity }
                return PolicyEntity(
                    handle: entity.handle, roles: entity.roles, suspended: entity.suspended,
                    isHost: entity.isHost, isAuthority: entity.isAuthority, found: found)
            }
            var request = request
            request.principal = supposed(request.principal)
            request.counterparty = request.counterparty.map(supposed)
            return request
        }
    }
}

extension PolicyEntity.Found {
    /// Everything that can be found about somebody. A policy sees it of one party alone.
    fileprivate static let all: [Self] = {
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { Unicode.Scalar($0) }
        let countries = letters.flatMap { first in letters.map { Optional("\(first)\($0)") } }
        return ([nil] + SizeClass.allCases.map(Optional.some)).flatMap { size in
            (countries + [nil]).map { Self(size: size, country: $0) }
        }
    }()
}
