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
        // What a few statements need is read together with what others do, at their turn.
        let isReadAhead = submissions.count >= Self.worthReading
        var keys: [[StateKey]]?
        var slice = Slice()
        if isReadAhead {
            let named = submissions.map(\.stateKeys)
            slice = try await read(named, of: submissions)
            keys = named
        } else {
            let keys = Set(submissions.map(\.statement.jws.kid)).map { KeyState.key($0).untyped }
            try await reader.fill(&slice, keys + [LogState.key.untyped])
        }
        var ready: [Submission] = []
        ready.reserveCapacity(submissions.count)
        for start in stride(from: 0, to: submissions.count, by: Self.checkedTogether) {
            let places = start..<min(start + Self.checkedTogether, submissions.count)
            let signers = places.map { submissions[$0].signer(in: slice) }
            var verified = JWS.verified(
                zip(places, signers).compactMap { place, key in
                    key.map { (submissions[place].statement.jws, $0) }
                })[...]
            for (place, signer) in zip(places, signers) {
                var checked: VerifiedJWS?
                if signer != nil {
                    checked = verified.removeFirst()
                    guard checked != nil else { return (ready, .issuer(.badSignature)) }
                }
                ready.append(submissions[place].prepared(checked, readAhead: keys?[place]))
            }
        }
        return (ready, nil)
    }

    private static let worthReading = 16
    /// So many signatures are checked together. Where one is wrong, those of the same sixteen behind it
    /// were checked in vain.
    private static let checkedTogether = 16

    /// Reads the state that deciding `submissions` will need: what they name themselves, which is `named`,
    /// and what follows from that. Returns it as it is before the first of them. Throws ``StoreError``.
    nonisolated func read(
        _ named: [[StateKey]], of submissions: [Submission]
    ) async throws(StoreError) -> Slice {
        // Those of one participant begin alike.
        var keys: [StateKey] = []
        var last: [StateKey] = []
        for named in named {
            for (place, key) in named.enumerated() where place >= last.count || last[place] != key {
                keys.append(key)
            }
            last = named
        }
        // Most of it isn't there yet, and will be after the statement.
        var slice = Slice(reserving: keys.count)
        try await reader.fill(&slice, keys)
        let further = submissions.flatMap { Rules.furtherKeys(of: $0.candidate(at: 0), in: slice) }
        if !further.isEmpty { try await reader.fill(&slice, further) }
        return slice
    }
}

extension Submission {
    /// The key that it names, where `slice` has it as one of its issuer's.
    fileprivate func signer(in slice: Slice) -> VerificationKey? {
        guard let key = slice[KeyState.key(statement.jws.kid)], key.handle == statement.issuer,
            let log = slice[LogState.key], statement.origin == log.origin,
            statement.log == log.genesis
        else { return nil }
        return key.key
    }
}
