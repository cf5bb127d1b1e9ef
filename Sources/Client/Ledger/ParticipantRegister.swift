import Interface
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
    private let register: KeyRegister

    /// Throws ``LogFault/participant(_:_:)`` where the register doesn't know the participant.
    init(_ handle: Handle, in register: KeyRegister) throws(LogFault) {
        guard let state = register.participant(handle) else {
            throw .participant(handle, .issuer(.unknownParticipant(handle)))
        }
        self.handle = handle
        self.register = register
        roles = state.roles
        suspended = state.suspended
        encryptionKey = register.encryptionKey(of: handle)
    }

    /// Checks that the statement is signed by a key of this participant that stood at its place.
    /// Throws ``LogFault/signature(index:issuer:)``.
    func checkSignature(of located: LocatedStatement) throws(LogFault) {
        let statement = located.statement
        guard statement.issuer == handle,
            (try? register.checkSignature(of: statement, at: located.index)) != nil
        else { throw .signature(index: located.index, issuer: statement.issuer) }
    }
}

/// Participants by their own statements, each verified up to the checkpoint and decided by the rules
/// of the log from the pinned genesis on.
///
/// Whether the policies of the day permitted an admission is for whoever replays the whole log. That
/// nothing newer about a participant is left out is the gateway's word.
actor ParticipantRegister {
    private let genesis: Statement
    private let founders: Set<Digest<Digested.Key>>
    private let keeper: CheckpointKeeper
    private let connection: GatewayConnection

    init(
        genesis: Statement, founding: Genesis, keeper: CheckpointKeeper,
        connection: GatewayConnection
    ) {
        self.genesis = genesis
        self.keeper = keeper
        self.connection = connection
        founders = Set(founding.offeredKeys.map(\.thumbprint))
    }

    /// The participant as of the gateway's latest checkpoint. Throws ``LogFault``, and
    /// ``ConnectionError``, ``ConnectionError/refused(_:)`` where there is no such participant.
    func participant(_ handle: Handle) async throws -> KnownParticipant {
        var statements: [Int64: LocatedStatement] = [:]
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
        return try replay(statements.values.sorted { $0.index < $1.index }, for: handle)
    }

    private func collect(_ handle: Handle) async throws -> [LocatedStatement] {
        let answer = try await connection.participant(handle)
        let checkpoint = try await keeper.accept(answer.checkpoint)
        guard answer.handle == handle else { throw LogFault.unexplained("participant") }
        var statements: [LocatedStatement] = []
        for logged in answer.statements where logged.index > 0 {
            let located = try LocatedStatement(logged, under: checkpoint, of: genesis)
            let statement = located.statement
            guard statement.claims.participant(issuer: statement.issuer) == handle else {
                throw LogFault.outOfOrder(index: logged.index)
            }
            statements.append(located)
        }
        return statements
    }

    private func replay(
        _ statements: [LocatedStatement], for handle: Handle
    ) throws(LogFault) -> KnownParticipant {
        let register: KeyRegister
        do throws(Refusal) {
            var known = try KeyRegister(genesis: genesis)
            for located in statements { try known.admit(located.statement, at: located.index) }
            register = known
        } catch { throw .participant(handle, error) }
        return try KnownParticipant(handle, in: register)
    }
}

extension LocatedStatement {
    /// Places a statement of the log that `genesis` began. Throws ``LogFault``.
    init(
        _ logged: LoggedStatement, under checkpoint: VerifiedCheckpoint, of genesis: Statement
    ) throws(LogFault) {
        do { try self.init(logged, under: checkpoint) } catch {
            switch error {
            case .form(let error): throw .entry(index: logged.index, error)
            case .notIncluded(let error): throw .notIncluded(index: logged.index, error)
            }
        }
        guard statement.origin == genesis.origin,
            statement.log == genesis.digest.relabelled() || logged.index == 0
        else { throw .otherLog(index: logged.index) }
    }
}
