public import Sharing
public import Wire

extension GrantWish {
    /// A grant counts from when it is signed, which is later than now; an answer must not outlast
    /// what was asked for.
    private static let marginSeconds: Int64 = 120

    /// What a request asks for, until just before the time it names.
    ///
    /// Throws ``ClientError/requestOver(_:)``, and ``ClientError/statement(_:_:)`` for a statement
    /// that isn't one.
    public init(answering request: KnownRequest, at now: Timestamp) throws(ClientError) {
        let terms = request.terms
        let lifetime = terms.expires.seconds - now.seconds - Self.marginSeconds
        guard lifetime > 0 else { throw .requestOver(request.jti) }
        var fields: [FieldName] = []
        var statements: [ProofStatement]?
        switch terms.subject {
        case .fields(let names): fields = names
        case .statements(let texts):
            statements = try texts.map { text throws(ClientError) in
                do throws(ProofStatementError) {
                    return try ProofStatement(parsing: text).asked
                } catch {
                    throw .statement(text, error)
                }
            }
        }
        self.init(
            to: request.by, scope: terms.scope, fields: fields,
            statements: statements, purpose: request.purpose, lifetime: lifetime,
            fetches: terms.fetches, dataLife: terms.dataLife, request: request.jti)
    }
}

/// Whether what a request wants proven is true now.
public enum Truth: Sendable {
    /// Each statement with whether it is true, over this many records.
    case known([(statement: ProofStatement, isTrue: Bool, reasons: [String])], records: Int)
    /// Nothing can be proven.
    case unprovable(ClientError)
}

extension Enterprise {
    /// Looks whether the statements of a request are true now; `nil` for a request to read. Reads the
    /// own amounts; nobody learns that. Throws what ``plan(_:)`` does about log and
    /// gateway.
    public func truth(of request: KnownRequest) async throws -> Truth? {
        guard case .statements = request.terms.subject else { return nil }
        do {
            let plan = try await plan(try GrantWish(answering: request, at: session.now))
            return plan.proof.map { proof in
                Truth.known(
                    proof.statements.enumerated().map {
                        ($1, !proof.untrue.contains($0), proof.reasons(against: $0))
                    },
                    records: plan.recordCount)
            }
        } catch let error as ClientError { return .unprovable(error) }
    }
}
