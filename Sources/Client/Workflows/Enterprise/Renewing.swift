public import Sharing
public import Wire

/// How a grant is to differ from the one whose place it takes; what is `nil` stays as it is.
public struct GrantChange: Sendable {
    /// Seconds from now on.
    public var lifetime: Int64?
    public var fields: [FieldName]?
    public var months: ClosedRange<Month>?
    public var fetches: Int64?
    public var dataLife: Int64?

    public init(
        lifetime: Int64? = nil, fields: [FieldName]? = nil, months: ClosedRange<Month>? = nil,
        fetches: Int64? = nil, dataLife: Int64? = nil
    ) {
        self.lifetime = lifetime
        self.fields = fields
        self.months = months
        self.fetches = fetches
        self.dataLife = dataLife
    }
}

/// A grant that took the place of another one.
public struct Renewal: Sendable {
    public let grant: Registration
    /// `nil` where the old one was over already.
    public let revocation: Registration?
    public let rekeyed: [Rekeying]
}

extension Enterprise {
    /// One of the own grants, whether it stands or not. Throws ``ClientError/noGrant(_:)`` and
    /// ``ClientError/notYourGrant(_:)``.
    public func given(_ grant: JTI) async throws -> KnownGrant {
        let view = try await session.sync()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        guard known.issuer == session.handle else { throw ClientError.notYourGrant(grant) }
        return known
    }

    /// What `grant` gave, changed, to be given anew. Throws ``ClientError/statement(_:_:)``.
    public func wish(
        _ grant: KnownGrant, changed change: GrantChange
    ) throws(ClientError) -> GrantWish {
        let terms = grant.terms
        var fields = change.fields ?? []
        var statements: [ProofStatement]?
        switch terms.subject {
        case .fields(let names): if change.fields == nil { fields = names }
        case .statements(let texts):
            statements = try texts.map { text throws(ClientError) in
                // Which records are linked is found out anew.
                do throws(ProofStatementError) {
                    return try ProofStatement(canonical: text).asked
                } catch {
                    throw .statement(text, error)
                }
            }
        }
        var scope = terms.scope
        if let months = change.months, let series = scope.onlySeries {
            scope = .months(series, months)
        }
        let usual = grant.claims.expires.seconds - grant.claims.notBefore.seconds
        return GrantWish(
            to: terms.to, scope: scope, fields: fields, statements: statements,
            purpose: grant.claims.purpose, lifetime: change.lifetime ?? usual,
            fetches: change.fetches ?? terms.fetches,
            dataLife: change.dataLife ?? terms.dataLife)
    }

    /// Seconds until the grant ends. Throws ``ClientError/grantOver(_:)``.
    public func rest(of grant: KnownGrant) throws(ClientError) -> Int64 {
        guard grant.isLive(at: session.now) else { throw .grantOver(grant.jti) }
        return grant.claims.expires.seconds - session.now.seconds
    }

    /// Throws ``ClientError/notNarrower(_:)`` unless `change` takes something away from `grant`, and
    /// adds nothing.
    public func requireNarrower(
        _ change: GrantChange, than grant: KnownGrant
    ) throws(ClientError) {
        var isLess = false
        if let fields = change.fields {
            guard case .fields(let names) = grant.terms.subject, Set(fields).isSubset(of: names)
            else { throw .notNarrower(grant.jti) }
            isLess = Set(fields).count < names.count
        }
        if let months = change.months {
            guard case .months(_, let old) = grant.terms.scope, old.contains(months.lowerBound),
                old.contains(months.upperBound)
            else { throw .notNarrower(grant.jti) }
            isLess = isLess || months != old
        }
        let left = grant.terms.fetches - grant.accesses
        for (new, old) in [(change.fetches, left), (change.dataLife, grant.terms.dataLife)] {
            guard let new else { continue }
            guard new <= old else { throw .notNarrower(grant.jti) }
            isLess = isLess || new < old
        }
        guard isLess else { throw .notNarrower(grant.jti) }
    }

    /// Gives the planned grant, and then takes the old one back where it stands: there is no time
    /// between them without a grant. Throws what ``grant(_:)`` and ``revoke(_:_:)`` do; where the second
    /// throws, the first stands.
    public func replace(_ old: KnownGrant, by plan: GrantPlan) async throws -> Renewal {
        let grant = try await self.grant(plan)
        guard old.isLive(at: session.now) else {
            return Renewal(grant: grant, revocation: nil, rekeyed: [])
        }
        let (revocation, rekeyed) = try await revoke(old.jti, .purposeFulfilled)
        return Renewal(grant: grant, revocation: revocation, rekeyed: rekeyed)
    }
}
