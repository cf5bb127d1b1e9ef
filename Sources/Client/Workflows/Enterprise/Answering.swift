public import Sharing
public import Wire

/// What an enterprise wants to give: to read fields, or to prove statements.
public enum Wish: Sendable {
    case read(GrantWish)
    case prove(ProofWish)

    /// A grant counts from when it is signed, which is later than now; an answer must not outlast
    /// what was asked for.
    static var marginSeconds: Int64 { 120 }

    /// What a request asks for, until just before the time it names.
    ///
    /// Throws ``ClientError/requestOver(_:)``, and ``ClientError/statement(_:_:)`` for a statement
    /// that isn't one.
    public init(answering request: KnownRequest, at now: Timestamp) throws(ClientError) {
        let terms = request.terms
        let lifetime = terms.expires.seconds - now.seconds - Self.marginSeconds
        guard lifetime > 0 else { throw .requestOver(request.statement.jti) }
        switch terms.subject {
        case .fields(let fields):
            self = .read(
                GrantWish(
                    to: request.statement.issuer, scope: terms.scope, fields: fields,
                    purpose: request.purpose, lifetime: lifetime, fetches: terms.fetches,
                    dataLife: terms.dataLife, request: request.statement.jti))
        case .statements(let texts):
            var statements: [ProofStatement] = []
            for text in texts {
                do { statements.append(try ProofStatement(parsing: text)) } catch {
                    throw .statement(text, error)
                }
            }
            self = .prove(
                ProofWish(
                    to: request.statement.issuer, scope: terms.scope, statements: statements,
                    purpose: request.purpose, lifetime: lifetime, fetches: terms.fetches,
                    dataLife: terms.dataLife, request: request.statement.jti))
        }
    }
}

/// Whether what a request wants proven is true now.
public enum Truth: Sendable {
    /// Each statement with whether it is true, over this many records.
    case known([(statement: ProofStatement, isTrue: Bool)], records: Int)
    /// Nothing can be proven.
    case unprovable(ClientError)
}

extension Enterprise {
    /// Looks whether the statements of a request are true now; `nil` for a request to read. Reads the
    /// own amounts; nobody learns that. Throws what ``plan(_:)-(ProofWish)`` does about log and
    /// gateway.
    public func truth(of request: KnownRequest) async throws -> Truth? {
        guard case .statements = request.terms.subject else { return nil }
        do {
            guard case .prove(let wish) = try Wish(answering: request, at: session.now) else {
                return nil
            }
            let plan = try await plan(wish)
            return .known(
                plan.statements.enumerated().map { ($1, !plan.untrue.contains($0)) },
                records: plan.recordCount)
        } catch let error as ClientError { return .unprovable(error) }
    }
}
