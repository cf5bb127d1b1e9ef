import Rules
import Sharing
import Storage
import Wire

/// Why a signed call isn't answered.
enum CallFault: Error, Equatable, Sendable {
    case malformed(StatementError)
    case otherLog
    /// More than the limit between the call's `iat` and the gateway's clock.
    case stale(issuedAt: Timestamp, now: Timestamp)
    case unknownKey
    case keyRetired
    case keyExpired
    case keyOfAnother
    case badSignature
    /// The key may sign some statements, and no calls.
    case scopeMissing(KeyScope)
    /// A fetch without the opener of its lock.
    case openerMissing
    case wrongOpener
    case suspended(Handle)
    case notEntitled
    /// There is none, or it is for somebody else: whose it is, the others don't learn.
    case unknownGrant(JTI)
    /// Another call had this jti, and was answered.
    case jtiTaken
    case grantDead(JTI)
    /// The records asked for lie in too many ranges for one access.
    case tooFragmented(limit: Int)
    case tooMuch(limit: Int)
    /// An enterprise reading its own records says which.
    case rangesMissing
    case unknownFields([FieldName])
    case nothingThere
    /// The call was answered before, and some of its records were erased since.
    case recordsErased
    /// The call was answered before, with an envelope that another took the place of since.
    case rekeyedSince
    /// The books kept moving while the answer was made.
    case unsettled
}

/// Who is calling, once its signature was checked against the log's state.
struct Caller: Sendable {
    let handle: Handle
    /// Of the key that signed the call.
    let key: Digest<Digested.Key>
    let state: ParticipantState
    let log: LogState
    /// The call, with its signature.
    let call: VerifiedJWS
}

/// Checks signed calls: the signature by a current key of the caller that has the call's scope, for
/// this log, now.
struct CallGate: Sendable {
    let sequencer: Sequencer
    let clock: @Sendable () -> Timestamp

    /// Throws ``CallFault`` and ``StoreError``. The key needs `scope`; `age` is how many seconds old the call may be, or ahead.
    func caller<Claims>(
        of call: SignedCall<Claims>, scope: KeyScope, age: Int64 = Limits.callSeconds
    ) async throws -> Caller {
        let (jws, issuer, issuedAt) = (call.jws, call.issuer, call.issuedAt)
        let slice = try await sequencer.stored([
            LogState.key.untyped, KeyState.key(jws.kid).untyped,
            ParticipantState.key(issuer).untyped,
        ])
        guard let log = slice[LogState.key], call.origin == log.origin, call.log == log.genesis
        else {
            throw CallFault.otherLog
        }
        let now = clock()
        guard abs(now.seconds - issuedAt.seconds) <= age else {
            throw CallFault.stale(issuedAt: issuedAt, now: now)
        }
        guard let key = slice[KeyState.key(jws.kid)],
            let state = slice[ParticipantState.key(issuer)]
        else { throw CallFault.unknownKey }
        guard key.handle == issuer else { throw CallFault.keyOfAnother }
        guard !key.retired else { throw CallFault.keyRetired }
        guard !key.isExpired(at: max(log.time, now)) else { throw CallFault.keyExpired }
        guard let verified = try? jws.verified(byKeyNamed: key.key) else {
            throw CallFault.badSignature
        }
        guard key.covers(scope) else { throw CallFault.scopeMissing(scope) }
        return Caller(handle: issuer, key: jws.kid, state: state, log: log, call: verified)
    }
}
