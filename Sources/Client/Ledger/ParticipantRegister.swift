import Rules
public import Sharing
import Transparency
import Verification
public import Wire

/// A participant as the log has it: its roles, and which of its keys stood when.
public struct KnownParticipant: Sendable {
    public let handle: Handle
    public let roles: [Role]
    public let suspended: Bool
    /// To which envelopes are sealed now; `nil` for those named at genesis.
    public let encryptionKey: EncryptionKey?
    let keys: [Digest<Digested.Key>: Standing]

    /// A key, and between which entries it was one.
    struct Standing: Sendable {
        let key: VerificationKey
        let from: Int64
        var until: Int64?
    }

    /// Checks that `statement`, entry `index`, is signed by a key of this participant that stood
    /// there. Throws ``LogFault/signature(index:issuer:)``.
    func checkSignature(of statement: Statement, at index: Int64) throws(LogFault) {
        guard statement.issuer == handle, let standing = keys[statement.jws.kid],
            standing.from < index || index == 0, standing.until.map({ index < $0 }) ?? true,
            (try? statement.jws.verified(byKeyNamed: standing.key)) != nil
        else { throw .signature(index: index, issuer: statement.issuer) }
    }
}

/// Participants by their own statements, each verified up to the checkpoint and decided by the rules
/// of the log from the pinned genesis on.
///
/// Whether the policies of the day permitted an admission is for whoever replays the whole log. That
/// nothing newer about a participant is left out is the gateway's word.
actor ParticipantRegister {
    /// A statement in its verified place.
    private struct Located {
        let index: Int64
        let statement: Statement
    }

    private let genesis: Statement
    private let log: Digest<Digested.Genesis>
    private let founders: Set<Digest<Digested.Key>>
    private let keeper: CheckpointKeeper
    private let connection: GatewayConnection

    init(
        genesis: Statement, founding: Claims.Genesis, keeper: CheckpointKeeper,
        connection: GatewayConnection
    ) {
        self.genesis = genesis
        log = genesis.digest.relabelled()
        founders = Set(
            (founding.authorities + [founding.host]).map(\.key.thumbprint))
        (self.keeper, self.connection) = (keeper, connection)
    }

    /// The participant as of the gateway's latest checkpoint. Throws ``LogFault``, and
    /// ``ConnectionError``, ``ConnectionError/refused(_:)`` where there is no such participant.
    func participant(_ handle: Handle) async throws -> KnownParticipant {
        var statements: [Int64: Located] = [:]
        var collected: Set<Handle> = []
        var wanted = [handle]
        while let next = wanted.popLast() {
            guard collected.insert(next).inserted else { continue }
            for located in try await collect(next) {
                statements[located.index] = located
                // An authority may have signed with a key that it got later.
                if !founders.contains(located.statement.jws.kid) {
                    wanted.append(located.statement.issuer)
                }
            }
        }
        let ordered = statements.values.sorted { $0.index < $1.index }
        return try replay(ordered, for: handle)
    }

    private func collect(_ handle: Handle) async throws -> [Located] {
        let answer = try await connection.participant(handle)
        let checkpoint = try await keeper.accept(answer.checkpoint)
        guard answer.handle == handle else { throw LogFault.unexplained("participant") }
        var statements: [Located] = []
        for logged in answer.statements where logged.index > 0 {
            let statement = try LocatedStatement(logged, under: checkpoint, of: genesis).statement
            guard Self.subject(of: statement) == handle else {
                throw LogFault.outOfOrder(index: logged.index)
            }
            statements.append(Located(index: logged.index, statement: statement))
        }
        return statements
    }

    /// Whom a statement about a participant is about; `nil` for another kind.
    private static func subject(of statement: Statement) -> Handle? {
        switch statement.claims {
        case .admit(let admit): admit.handle
        case .suspend(let handle, _), .reinstate(let handle, _): handle
        case .key, .retireKey, .encryptionKey: statement.issuer
        default: nil
        }
    }

    private func replay(_ statements: [Located], for handle: Handle) throws -> KnownParticipant {
        var state = Slice()
        var keys: [Digest<Digested.Key>: KnownParticipant.Standing] = [:]
        var participant: ParticipantState?
        var encryptionKey: EncryptionKey?
        for located in [Located(index: 0, statement: genesis)] + statements {
            let candidate = Candidate(located.statement, selective: nil, index: located.index)
            let admission: Admission
            do {
                admission = try Rules.decide(candidate, in: state, policies: UnjudgedPolicies())
            } catch { throw LogFault.participant(handle, error) }
            state.apply(admission.changes)
            for case (.key(let thumbprint), .key(let key)) in admission.changes.values
            where key.handle == handle {
                if key.retired {
                    keys[thumbprint]?.until = located.index
                } else {
                    keys[thumbprint] = .init(key: key.key, from: located.index)
                }
            }
            if case .participant(let state) = admission.changes.values[.participant(handle)] {
                participant = state
            }
            switch located.statement.claims {
            case .admit(let admit) where admit.handle == handle:
                encryptionKey = admit.encryptionKey
            case .encryptionKey(let key) where located.statement.issuer == handle:
                encryptionKey = key
            default: break
            }
        }
        guard let participant else {
            throw LogFault.participant(handle, .unknownParticipant(handle))
        }
        return KnownParticipant(
            handle: handle, roles: participant.roles, suspended: participant.suspended,
            encryptionKey: encryptionKey, keys: keys)
    }
}

/// A statement that was parsed, belongs to the log, and stands under a checkpoint where the gateway
/// said it does.
struct LocatedStatement {
    let statement: Statement
    let inclusion: VerifiedInclusion

    /// Throws ``LogFault``. The signature isn't checked here.
    init(
        _ logged: LoggedStatement, under checkpoint: VerifiedCheckpoint, of genesis: Statement
    ) throws(LogFault) {
        do { statement = try logged.statement() } catch {
            throw .entry(index: logged.index, error)
        }
        guard statement.origin == genesis.origin,
            statement.log == genesis.digest.relabelled() || logged.index == 0
        else { throw .otherLog(index: logged.index) }
        do {
            inclusion = try checkpoint.including(
                logged.leafHash, at: UInt64(clamping: logged.index), proof: logged.proof)
        } catch { throw .notIncluded(index: logged.index, error) }
    }
}

/// Stands for policies whose texts aren't at hand: the admission was the gateway's to judge, and is
/// the auditor's to judge again.
struct UnjudgedPolicies: PolicyLibrary {
    private struct Unjudged: Policies {
        let digest: Digest<Digested.Policies>
        func decide(_ request: PolicyRequest) -> PolicyDecision {
            PolicyDecision(permitted: true, determining: [])
        }
    }

    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        Unjudged(digest: digest)
    }
}
