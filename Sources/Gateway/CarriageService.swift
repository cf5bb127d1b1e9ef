import Rules
import Sharing
import Storage
import Wire

/// Takes participants' calls that ask for a grant or give one back, and has the host carry them into
/// the log. The same call again is answered with the entry that carries it.
struct CarriageService: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let gate: CallGate

    /// The entry that carries a call.
    struct Carried {
        let index: Int64
        let isNew: Bool
    }

    /// Throws ``CallFault``, ``Rules/Refusal`` and ``Storage/StoreError``.
    func request(_ bytes: [UInt8]) async throws -> Carried {
        let call = try parsed(bytes, RequestTerms.self)
        return try await carry(
            call,
            as: HostDraft(claims: Request(), selective: CarriedCall<RequestTerms>(call.jws)))
    }

    /// Throws ``CallFault``, ``Rules/Refusal`` and ``Storage/StoreError``.
    func giveBack(_ bytes: [UInt8]) async throws -> Carried {
        let call = try parsed(bytes, ReturnTerms.self)
        return try await carry(
            call,
            as: HostDraft(
                claims: Return(grant: call.grant), selective: CarriedCall<ReturnTerms>(call.jws)))
    }

    private func parsed<Claims>(
        _ bytes: [UInt8], _: Claims.Type
    ) throws(CallFault) -> SignedCall<Claims> {
        do { return try SignedCall<Claims>(parsing: bytes) } catch { throw .malformed(error) }
    }

    private func carry<Claims: CarriedClaims>(
        _ call: SignedCall<Claims>, as draft: HostDraft
    ) async throws -> Carried {
        if let index = try await index(carrying: call) {
            return Carried(index: index, isNew: false)
        }
        _ = try await gate.caller(of: call, scope: Claims.scope)
        let outcome = await sequencer.submit(draft, for: call.issuer)
        // The same call may have come in twice at once: then the other one is in the log.
        if case .refused(.call(.alreadyCarried)) = outcome,
            let index = try await index(carrying: call)
        {
            return Carried(index: index, isNew: false)
        }
        let (index, isNew) = try outcome.place()
        return Carried(index: index, isNew: isNew)
    }

    /// Where the log has this very call; `nil` where it has none with its `jti`.
    private func index<Claims>(carrying call: SignedCall<Claims>) async throws -> Int64? {
        // Nobody has checked the signature yet, so that nothing of this is kept.
        guard let carried = try await store.value(of: CallState.key(call.jti)) else { return nil }
        guard let entry = try await sequencer.stored(StatementState.key(carried.entry)) else {
            throw StoreError.corrupt(.statement(carried.entry), .missing)
        }
        let parts = try await store.attachments(of: entry.index, sections: [])
        let disclosures = Disclosure.split(parts?.disclosures ?? []) ?? []
        guard disclosures.contains(where: { $0.value == .string(call.jws.text) }) else {
            throw CallFault.jtiTaken
        }
        return entry.index
    }
}

extension Outcome {
    /// Where the statement stands, and whether that is new. Throws what kept it out.
    func place() throws -> (index: Int64, isNew: Bool) {
        switch self {
        case .registered(let index, _): (index, true)
        case .already(let index): (index, false)
        case .refused(let refusal): throw refusal
        case .unavailable(let error), .unknown(let error): throw error
        case .busy(let seconds): throw GatewayFault.full(seconds: seconds)
        case .clockUnsure: throw GatewayFault.clockUnsure
        }
    }
}
