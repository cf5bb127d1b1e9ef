import Rules
import Sharing
import Storage
import Wire

/// The policy sets that a log is or was under: what genesis and `policy` statements brought, kept as
/// their attachments.
enum PublishedPolicies {
    /// The sets of the statements in `range`, compiled. Throws ``Storage/StoreError``, where a set
    /// isn't what its statement names too.
    static func read(
        from store: any ReadableStore, _ range: Range<Int64>
    ) async throws(StoreError) -> [CedarPolicies] {
        var sets: [CedarPolicies] = []
        for (index, digest) in try await statements(in: store, range) {
            guard let blob = try await blob(at: index, in: store),
                let set = try? CedarPolicies(parsing: blob), set.digest == digest
            else {
                throw .corrupt(.section(SectionName.policies, entry: index), .notCommitted)
            }
            sets.append(set)
        }
        return sets
    }

    private static func blob(
        at index: Int64, in store: any ReadableStore
    ) async throws(StoreError) -> [UInt8]? {
        try await store.attachments(of: index, sections: [SectionName.policies])?.sections
            .first { $0.name == SectionName.policies }?.bytes
    }

    /// Genesis and the `policy` statements in `range`, with the sets they name.
    private static func statements(
        in store: any ReadableStore, _ range: Range<Int64>
    ) async throws(StoreError) -> [(index: Int64, set: Digest<Digested.Policies>)] {
        let indices = try await store.publications(of: PublishPolicies.kind, in: range)
        var found: [(index: Int64, set: Digest<Digested.Policies>)] = []
        for (index, leaf) in zip(indices, try await store.leaves(at: indices)) {
            guard let statement = try? Statement(parsing: leaf) else {
                throw .corrupt(.entry(index), .malformed)
            }
            if let set = statement.claims.blob?.policies { found.append((index, set)) }
        }
        return found
    }
}
