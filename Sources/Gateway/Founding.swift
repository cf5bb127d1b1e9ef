public import Rules
public import Sharing
public import Storage

/// Why a log could not begin.
public enum FoundingError: Error, Equatable, Sendable {
    case alreadyFounded
    case refused(Refusal)
    case store(StoreError)
}

/// Begins a log with the entry 0 that its first authority signed.
public enum Founding {
    /// Enters `genesis` into an empty store, under a first checkpoint; `policies` and `types`
    /// are what it names, whose texts are kept with it. Throws ``FoundingError``.
    public static func begin(
        with genesis: Statement, in store: any Store, keys: HostKeys,
        policies: CedarPolicies = .standard, types: RecordTypes = .standard
    ) async throws(FoundingError) {
        let time = genesis.issuedAt
        let sequencer: Sequencer
        do {
            guard try await store.head() == nil else { throw FoundingError.alreadyFounded }
            sequencer = try await Sequencer.load(
                store: store, keys: keys, clock: HostClock { time })
        } catch let error as FoundingError {
            throw error
        } catch let error as StoreError {
            throw .store(error)
        } catch {
            preconditionFailure("a store throws its own errors")
        }
        let submission = Submission(
            SignedStatement(statement: genesis, disclosures: []), selective: NoSelectiveClaims(),
            policies: policies, types: types)
        switch await sequencer.submit(submission) {
        case .registered: return
        case .already, .busy, .clockUnsure: throw .alreadyFounded
        case .refused(let refusal): throw .refused(refusal)
        case .unavailable(let error), .unknown(let error): throw .store(error)
        }
    }
}
