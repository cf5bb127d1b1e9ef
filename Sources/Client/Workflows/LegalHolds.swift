public import Sharing
import Verification
public import Wire

/// Legal holds, laid and released by a regulator or an authority: what is under one can't be erased.
public struct LegalHolds: Sendable {
    public let session: Session

    /// Throws ``ClientError/notInRole(_:have:)`` for who is neither.
    public init(_ session: Session) async throws {
        let roles = session.configuration.roles
        if !roles.contains(.regulator) {
            guard try await session.charter().authorities.contains(session.handle) else {
                throw ClientError.notInRole(.regulator, have: roles)
            }
        }
        self.session = session
    }

    /// Forbids the erasure of `books` (all, for `nil`) of `holder`, until then or until it is
    /// released. `reference` names the case; only the holder, regulators and the host see any of it.
    public func hold(
        _ holder: Handle, books: Scope?, until: Timestamp?, reference: String
    ) async throws -> Registration {
        try await session.register(
            LegalHold(),
            selective: HoldTerms(
                holder: holder, books: books, until: until, caseReference: reference))
    }

    /// Ends the holds that this participant laid on `holder` in the same case.
    public func release(_ holder: Handle, reference: String) async throws -> Registration {
        try await session.register(
            Release(),
            selective: HoldTerms(
                holder: holder, books: nil, until: nil, caseReference: reference))
    }
}
