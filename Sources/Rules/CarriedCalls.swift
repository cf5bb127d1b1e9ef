public import Sharing
public import Wire

/// Why a call doesn't belong to the entry that carries it.
public enum CarriedCallFault: Error, Equatable, Sendable {
    /// The call is for another log.
    case otherLog
    /// The call isn't from just before the entry.
    case stale
}

extension SignedCall {
    /// Checks that this call is for this log, and as old as an entry at `time` allows. Its key and
    /// signature are for the caller to check. Throws ``CarriedCallFault``.
    public func check(
        origin: Origin, log: Digest<Digested.Genesis>?, at time: Timestamp
    ) throws(CarriedCallFault) {
        guard self.origin == origin, self.log == log else { throw .otherLog }
        guard abs(time.seconds - issuedAt.seconds) <= Limits.callSeconds else { throw .stale }
    }
}

extension Reads {
    /// What checking a carried call needs.
    mutating func add<Claims>(_ call: SignedCall<Claims>) {
        add(KeyState.key(call.jws.kid))
        add(ParticipantState.key(call.issuer))
        add(CallState.key(call.jti))
    }
}

extension Decision {
    /// Only the host carries calls.
    func requireHost() throws(Refusal) {
        guard statement.issuer == log.host else { throw .issuer(.notHost) }
    }

    /// The call that the entry carries: of this log, from just before, signed by a current key of
    /// who calls that has the scope for it, and carried by no entry before. Throws ``Refusal``.
    mutating func carry<Claims: CarriedClaims>(
        _ parsed: Result<SignedCall<Claims>, StatementError>
    ) throws(Refusal) -> SignedCall<Claims> {
        let call: SignedCall<Claims>
        do { call = try parsed.get() } catch { throw .place(.malformed(error)) }
        do {
            try call.check(origin: log.origin, log: log.genesis, at: statement.issuedAt)
        } catch { throw Refusal(error) }
        guard let key = state[KeyState.key(call.jws.kid)] else { throw .issuer(.unknownKey) }
        guard key.handle == call.issuer else { throw .issuer(.keyOfAnother) }
        guard !key.retired else { throw .issuer(.keyRetired) }
        guard !key.isExpired(at: now) else { throw .issuer(.keyExpired) }
        guard key.covers(Claims.scope) else { throw .issuer(.scopeMissing(Claims.scope)) }
        guard candidate.isCarried(call.jws, signedWith: key.key) else {
            throw .issuer(.badSignature)
        }
        if let carried = state[CallState.key(call.jti)] {
            throw .call(.alreadyCarried(by: carried.entry))
        }
        change(CallState.key(call.jti), to: CallState(entry: statement.jti))
        return call
    }
}

extension Refusal {
    init(_ fault: CarriedCallFault) {
        self =
            switch fault {
            case .otherLog: .place(.otherLog)
            case .stale: .call(.stale)
            }
    }
}
