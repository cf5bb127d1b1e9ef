public import Importing
import Sharing

extension Enterprise {
    /// By what the enterprise is known on documents: what its authority admitted it under, as the log
    /// has it, and what it goes by on its own word.
    public func identifiers() async throws -> RegisteredIdentifiers {
        let admitted = await session.view.participant(session.handle)?.identifiers ?? []
        return RegisteredIdentifiers(
            admitted: admitted.compactMap {
                RegisteredIdentifier(scheme: $0.scheme.rawValue, id: $0.id)
            }, declared: try session.home.configuration().identifiers)
    }

    /// Remembers a further identifier by which the enterprise is known on documents, on its own word.
    ///
    /// Throws ``ClientError/admittedOtherwise(_:as:)`` for one that, by the authority's word, is
    /// somebody else's.
    public func declare(_ identifiers: [RegisteredIdentifier]) async throws {
        _ = try await session.sync()
        let known = try await self.identifiers()
        for identifier in identifiers where !known.allows(identifier) {
            let same = known.admitted.filter { $0.scheme == identifier.scheme }
            throw ClientError.admittedOtherwise(identifier, as: same.sorted())
        }
        try session.home.add(identifiers)
    }
}
