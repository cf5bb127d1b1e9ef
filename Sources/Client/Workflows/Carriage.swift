import Interface
import Sharing
import Transparency
import Verification
import Wire

extension Session {
    /// Signs a call, has the host carry it into the log, and keeps the view that has the entry. The
    /// call is saved before it is sent: whatever happens, it is either in the log, or certainly
    /// isn't, or is still in the outbox.
    ///
    /// Throws ``ConnectionError``, and ``LogFault/callMissing(index:)`` where the entry that the
    /// gateway names doesn't carry the call.
    func carry<Claims: CarriedClaims>(_ terms: Claims) async throws -> Registration {
        let call = SignedCall.sign(
            terms, by: try signer(Claims.scope), at: now, jti: newJTI())
        let registration = try await deliver(call, of: try await save(.call(call.bytes)))
        try saveView()
        return registration
    }

    /// Sends again a call of an earlier run that got no answer.
    func deliverLate(_ parcel: Outbox.Parcel, _ bytes: [UInt8]) async throws -> LateDelivery {
        let call = try JWS(parsing: bytes)
        let kind: Kind = call.type == ReturnTerms.type ? .return : .request
        do {
            let registration = try await deliver(call, of: parcel)
            return LateDelivery(
                kind: kind, jti: registration.statement.jti, index: registration.index,
                problem: nil)
        } catch ConnectionError.refused(let problem) {
            return LateDelivery(kind: kind, jti: nil, index: nil, problem: problem)
        }
    }

    /// Sends a call and verifies what comes back; then its parcel is let go of.
    private func deliver(_ call: JWS, of parcel: Outbox.Parcel) async throws -> Registration {
        let answer: StatementAnswer
        do { answer = try await connection.carry(call) } catch {
            if error.isFinal { try drop(parcel) }
            throw error
        }
        let checkpoint = try await keeper.accept(answer.checkpoint)
        let entry = answer.entry
        guard let statement = try? entry.statement(), statement.issuer == founding.host.handle,
            let disclosures = Disclosure.split(entry.disclosures),
            let selective = try? statement.opened(with: disclosures),
            Self.carried(by: selective) == call
        else { throw LogFault.callMissing(index: entry.index) }
        let inclusion: VerifiedInclusion
        do {
            inclusion = try checkpoint.including(
                entry.leafHash, at: UInt64(clamping: entry.index), proof: entry.proof)
        } catch { throw LogFault.notIncluded(index: entry.index, error) }
        let receipt: TransparencyProof
        do {
            receipt = try TransparencyProof(
                index: UInt64(clamping: entry.index), hashes: entry.proof,
                checkpoint: answer.checkpoint)
        } catch { throw LogFault.receipt(error) }
        try drop(parcel)
        take(
            Frame(jws: entry.jws, disclosures: entry.disclosures, blob: []), at: entry.index)
        return Registration(statement: statement, inclusion: inclusion, receipt: receipt)
    }

    private static func carried(by selective: any SelectiveClaims) -> JWS? {
        switch selective {
        case let request as CarriedCall<RequestTerms>: request.jws
        case let given as CarriedCall<ReturnTerms>: given.jws
        default: nil
        }
    }
}
