import Interface
public import Rules
import Sharing
import Verification
public import Wire

extension Session {
    /// The texts of a set, compiled: the gateway is asked, and its answer compared with the digest.
    public nonisolated func policies(
        _ digest: Digest<Digested.Policies>
    ) async throws -> CedarPolicies {
        if digest == CedarPolicies.standard.digest { return .standard }
        let blob = try await connection.policies(digest)
        guard let set = try? CedarPolicies(parsing: blob), set.digest == digest else {
            throw ClientError.policiesWrong(digest)
        }
        return set
    }

    /// Every set that the log was ever under, as far as the gateway gives its texts. One that is
    /// missing, or isn't a set by the rules, decides nothing: an audit finds that at every entry under
    /// it.
    nonisolated func publishedPolicies() async throws -> PolicyShelf {
        var shelf = PolicyShelf()
        for digest in try await listedPolicies() + [founding.policies] {
            guard shelf.policies(digest) == nil else { continue }
            let blob: [UInt8]
            do { blob = try await connection.policies(digest) } catch ConnectionError.refused {
                continue
            }
            guard let texts = try? PolicyTexts(parsing: blob), texts.digest == digest else {
                continue
            }
            do { shelf.add(try CedarPolicies(texts)) } catch { shelf.refuse(digest) }
        }
        return shelf
    }

    /// The sets of the `policy` statements, as the gateway lists them; nothing of them is verified here.
    private nonisolated func listedPolicies() async throws -> [Digest<Digested.Policies>] {
        var found: [Digest<Digested.Policies>] = []
        var next: Int64? = 0
        while let from = next {
            let answer = try await connection.entries(from: from, kind: PublishPolicies.kind)
            for entry in answer.entries {
                guard let statement = try? Statement(parsing: entry.statement),
                    let set = (statement.claims as? PublishPolicies)?.set
                else { throw LogFault.entry(index: entry.index, nil) }
                found.append(set)
            }
            if let further = answer.next, further <= from {
                throw LogFault.outOfOrder(index: further)
            }
            next = answer.next
        }
        return found
    }

    /// The digest of the policy set in force as of the latest checkpoint. Throws what ``sync()``
    /// does.
    public func policiesInForce() async throws -> Digest<Digested.Policies> {
        try await sync().state[LogState.key]?.policies ?? founding.policies
    }
}
