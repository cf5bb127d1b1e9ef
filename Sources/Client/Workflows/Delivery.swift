public import Interface
public import Sharing
public import Transparency
public import Wire

/// A statement that is in the log, with the receipt that proves it.
public struct Registration: Sendable {
    public let statement: Statement
    public let inclusion: VerifiedInclusion
    /// The receipt (C2SP tlog-proof), which verifies offline.
    public let receipt: TransparencyProof

    public var index: Int64 { Int64(clamping: inclusion.index) }
}

/// What became of one statement that was sent.
enum Delivery: Sendable {
    case registered(Registration)
    case refused(Problem)
    case skipped
}

/// Something from an earlier run that had not been acknowledged, and what became of it now.
public struct LateDelivery: Sendable {
    public let kind: Kind
    /// `nil` for a call that isn't in the log.
    public let jti: JTI?
    /// `nil` where it was refused or skipped and is let go of.
    public let index: Int64?
    public let problem: Problem?
}

extension Session {
    /// Whether something signed by an earlier run waits to be sent.
    public var hasUnsent: Bool { !outbox.numbers.isEmpty }

    /// Signs a statement with fresh disclosures of its selective claims, registers it, and keeps the
    /// view that has it. Throws as ``register(_:blob:)`` does.
    func register(
        _ claims: some KindForm, selective: some SelectiveClaims = NoSelectiveClaims(),
        by scope: KeyScope = .all, jti: JTI? = nil, blob: [UInt8] = []
    ) async throws -> Registration {
        var random = surroundings.random
        return try await register(
            claims, disclosing: selective.disclosures(using: &random), by: scope, jti: jti,
            blob: blob)
    }

    /// Signs a statement with these disclosures, registers it, and keeps the view that has it.
    /// Throws as ``register(_:blob:)`` does.
    func register(
        _ claims: some KindForm, disclosing disclosures: [Disclosure], by scope: KeyScope = .all,
        jti: JTI? = nil, blob: [UInt8] = []
    ) async throws -> Registration {
        let signed = Statement.sign(
            claims, selective: disclosures, by: try signer(scope), at: now, jti: jti ?? newJTI())
        let registration = try await register(signed, blob: blob)
        try saveView()
        return registration
    }

    /// Registers one statement. It is saved first; whatever happens, it is either in the log, or
    /// certainly isn't, or is still in the outbox.
    ///
    /// Throws ``ConnectionError``; after ``ConnectionError/refused(_:)`` it is in neither.
    func register(_ signed: SignedStatement, blob: [UInt8] = []) async throws -> Registration {
        let frame = Frame(
            jws: signed.statement.jws.bytes, disclosures: Disclosure.join(signed.disclosures),
            blob: blob)
        let outgoing = try Outgoing(frame)
        let parcel = try await save(.frames([frame]))
        switch try await deliver([outgoing], of: parcel).first {
        case .registered(let registration): return registration
        case .refused(let problem): throw ConnectionError.refused(problem)
        case .skipped, nil: throw ConnectionError.malformed(path: "/statements", nil)
        }
    }

    /// Registers several statements in order, up to the first that is refused.
    func register(_ frames: [Frame]) async throws -> [Delivery] {
        let outgoing = try frames.map { try Outgoing($0) }
        return try await deliver(outgoing, of: try await save(.frames(frames)))
    }

    /// Sends again what earlier runs signed and got no answer for, oldest first. Throws
    /// ``ConnectionError`` where it can't be had now either; then nothing new should be signed.
    public func flush() async throws -> [LateDelivery] {
        try await beginOperation()
        var late: [LateDelivery] = []
        for number in outbox.numbers {
            guard let parcel = try parcel(number) else { continue }
            if case .call(let call) = parcel.content {
                late.append(try await deliverLate(parcel, call))
            }
            guard case .frames(let frames) = parcel.content else { continue }
            let outgoing = try frames.map { try Outgoing($0) }
            let deliveries = try await deliver(outgoing, of: parcel)
            for (sent, delivery) in zip(outgoing, deliveries) {
                var problem: Problem?
                var index: Int64?
                switch delivery {
                case .registered(let registration): index = registration.index
                case .refused(let reason): problem = reason
                case .skipped: break
                }
                late.append(
                    LateDelivery(
                        kind: sent.statement.kind, jti: sent.statement.jti, index: index,
                        problem: problem))
            }
        }
        if !late.isEmpty { try saveView() }
        return late
    }

    /// Sends a parcel and verifies what comes back; then it is let go of.
    private func deliver(
        _ outgoing: [Outgoing], of parcel: Outbox.Parcel
    ) async throws -> [Delivery] {
        let deliveries: [Delivery]
        do {
            deliveries =
                outgoing.count == 1
                ? [.registered(try await deliver(outgoing[0]))] : try await deliver(outgoing)
        } catch ConnectionError.refused(let problem) where outgoing.count == 1 {
            try drop(parcel)
            return [.refused(problem)]
        } catch let error as ConnectionError where error.isFinal {
            try drop(parcel)
            throw error
        }
        // What is registered is verified to be so, and what is refused is final: nothing of the
        // parcel has to be sent again.
        try drop(parcel)
        for (sent, delivery) in zip(outgoing, deliveries) {
            guard case .registered(let registration) = delivery else { continue }
            take(sent.frame, at: registration.index)
        }
        return deliveries
    }

    private func deliver(_ sent: Outgoing) async throws -> Registration {
        let proof = try await connection.register(sent.frame)
        let checkpoint = try await keeper.accept(proof.checkpoint)
        do {
            let inclusion = try checkpoint.including(
                Hash.leaf(sent.frame.jws), at: proof.index, proof: proof.hashes)
            return Registration(statement: sent.statement, inclusion: inclusion, receipt: proof)
        } catch { throw LogFault.receipt(.proof(error)) }
    }

    private func deliver(_ outgoing: [Outgoing]) async throws -> [Delivery] {
        let answer = try await connection.register(outgoing.map(\.frame))
        let checkpoint = try await keeper.accept(answer.checkpoint)
        return try zip(outgoing, answer.results).map { sent, result in
            switch result {
            case .refused(let problem): return .refused(problem)
            case .skipped: return .skipped
            case .registered(let index, let hashes):
                do {
                    let inclusion = try checkpoint.including(
                        Hash.leaf(sent.frame.jws), at: UInt64(clamping: index), proof: hashes)
                    return .registered(
                        Registration(
                            statement: sent.statement, inclusion: inclusion,
                            receipt: try TransparencyProof(
                                index: UInt64(clamping: index), hashes: hashes,
                                checkpoint: answer.checkpoint)))
                } catch let error as TransparencyProofError {
                    throw LogFault.receipt(error)
                } catch let error as ProofError {
                    throw LogFault.notIncluded(index: index, error)
                }
            }
        }
    }
}

/// A frame whose statement and disclosures are read: nothing else is sent.
private struct Outgoing {
    let frame: Frame
    let statement: Statement

    init(_ frame: Frame) throws(StatementError) {
        self.frame = frame
        statement = try Statement(parsing: frame.jws)
        guard !statement.hasFields else { return }
        guard let disclosures = Disclosure.split(frame.disclosures) else {
            throw .malformedSelectiveDigests
        }
        _ = try statement.opened(with: disclosures)
    }
}
