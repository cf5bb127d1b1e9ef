import Rules
import Sharing
import Storage
import Wire

// What a request does itself before its turn, side by side with all others: everything that doesn't
// depend on the order.
extension Sequencer {
    /// Reads ahead the state that deciding will need, and checks the signatures of keys that are known
    /// by now. Whether such a key stands, the rules decide at the statement's turn.
    ///
    /// Returns those before the first whose signature isn't its key's, which no order changes, and that
    /// one's refusal. Throws ``StoreError``.
    nonisolated func prepare(
        _ submissions: [Submission]
    ) async throws(StoreError) -> (ready: [Submission], refusal: Refusal?) {
        let candidates = submissions.map { $0.candidate(at: 0) }
        var slice = try await reader.slice(of: candidates.flatMap { Rules.keys(of: $0) })
        let further = candidates.flatMap { Rules.furtherKeys(of: $0, in: slice) }
        if !further.isEmpty { try await reader.fill(&slice, further) }
        var ready: [Submission] = []
        for submission in submissions {
            do { ready.append(try submission.checked(by: slice)) } catch { return (ready, error) }
        }
        return (ready, nil)
    }

    /// Reads ahead what deciding a statement of the host's will need.
    nonisolated func prepare(_ draft: HostDraft) async throws(StoreError) {
        guard let log = point.log else { return }
        let candidate = draft.stated(by: keys.host, log: log, at: log.time).candidate(at: 0)
        var slice = try await reader.slice(of: Rules.keys(of: candidate))
        let further = Rules.furtherKeys(of: candidate, in: slice)
        if !further.isEmpty { try await reader.fill(&slice, further) }
    }
}

extension Submission {
    /// Itself with its signature checked, where `slice` has the key that it names as one of its issuer's.
    fileprivate func checked(by slice: Slice) throws(Refusal) -> Submission {
        guard let key = slice[KeyState.key(statement.jws.kid)], key.handle == statement.issuer,
            let log = slice[LogState.key], statement.origin == log.origin,
            statement.log == log.genesis
        else { return self }
        do {
            var submission = self
            submission.checked = try statement.jws.verified(byKeyNamed: key.key)
            return submission
        } catch { throw .issuer(.badSignature) }
    }
}
