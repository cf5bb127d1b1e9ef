public import Sharing
public import Wire

/// What somebody knows of the state that policies are asked about. The rules know all of it; the client
/// of a participant knows what concerns the participant, and asks the same questions about that.
///
/// The questions that the rules put to policies are made here and nowhere else.
public protocol PolicyKnowledge {
    /// Log time at which a statement would stand.
    var time: Timestamp { get }
    /// The record types that the log has by then.
    var types: RecordTypes { get }
    /// What stands under `key`; `nil` where nothing does, or where it isn't known.
    func known<Object>(_ key: StateKey.Of<Object>) -> Object?
}

extension PolicyKnowledge {
    /// The legal holds on an enterprise's books, also those that have ended by themselves.
    func holds(on holder: Handle) -> [HoldState] { known(HoldsState.key(holder))?.holds ?? [] }

    /// What `user` has done with the books of `owner`, in order.
    func past(of user: Handle, with owner: Handle) -> [Involvement] {
        known(InvolvementState.key(user, with: owner))?.past ?? []
    }
}

/// What a grant lets somebody do, or what is asked for.
public struct PolicyUse: Sendable {
    public let right: Right
    public let purpose: Purpose
    public let fields: [String]
    public let scope: Scope
    /// Seconds between start and end.
    public let lifetime: Int64
    public let fetches: Int64
    public let dataLife: Int64

    /// What a request asks for.
    public init(_ terms: RequestTerms) {
        (right, purpose, scope) = (terms.right, terms.purpose, terms.scope)
        fields = terms.subject.names
        lifetime = terms.expires.seconds - terms.notBefore.seconds
        (fetches, dataLife) = (terms.fetches, terms.dataLife)
    }

    /// What a grant gives; `fields` where less is used than it gives.
    public init(_ terms: GrantTerms, _ claims: Grant, fields: [String]? = nil) {
        self.init(
            terms, right: claims.right, for: claims.purpose,
            lifetime: claims.expires.seconds - claims.notBefore.seconds, fields: fields)
    }

    /// What a grant would give.
    public init(
        _ terms: GrantTerms, right: Right, for purpose: Purpose, lifetime: Int64,
        fields: [String]? = nil
    ) {
        (self.right, self.purpose, self.lifetime) = (right, purpose, lifetime)
        (scope, fetches, dataLife) = (terms.scope, terms.fetches, terms.dataLife)
        self.fields = fields ?? terms.subject.names
    }

    /// The same use, series by series: policies speak of the books of one, and each has to permit it.
    /// A series that is forbidden can't hide behind another.
    public var bySeries: [PolicyUse] { scope.parts.map { PolicyUse(self, of: $0) } }

    private init(_ use: PolicyUse, of part: Scope) {
        right = use.right
        purpose = use.purpose
        fields = use.fields
        scope = part
        lifetime = use.lifetime
        fetches = use.fetches
        dataLife = use.dataLife
    }
}

extension PolicyKnowledge {
    public func admitting(_ newcomer: PolicyEntity, by authority: PolicyEntity) -> PolicyRequest {
        PolicyRequest(
            principal: authority, action: .admit, counterparty: newcomer, time: time)
    }

    public func sealing(in book: BookName, by issuer: PolicyEntity) -> PolicyRequest {
        PolicyRequest(
            principal: issuer, action: .seal, owner: issuer.handle, series: book.series,
            months: book.month...book.month, time: time)
    }

    public func closing(_ book: BookName, by issuer: PolicyEntity) -> PolicyRequest {
        PolicyRequest(
            principal: issuer, action: .close, owner: issuer.handle, series: book.series,
            months: book.month...book.month, time: time)
    }

    /// A record of `book` is erased.
    public func erasing(in book: BookName, by issuer: PolicyEntity) -> PolicyRequest {
        PolicyRequest(
            principal: issuer, action: .erase, owner: issuer.handle, series: book.series,
            held: isHeld(book, of: issuer.handle), time: time)
    }

    /// The selective claims of a statement are erased.
    public func forgetting(
        _ jti: JTI, _ statement: StatementState, by issuer: PolicyEntity
    ) -> PolicyRequest {
        var question = PolicyRequest(
            principal: issuer, action: .forget, owner: issuer.handle,
            held: isHeld(jti, statement, erasedBy: issuer.handle), time: time)
        question.forgotten = ForgottenStatement(
            kind: statement.kind, age: max(0, time.seconds - statement.time.seconds))
        return question
    }

    /// Whether a hold on who erases keeps a statement: one on any of the books that it is about; where
    /// it isn't known which, any hold. Holds on others don't count, or a refusal would tell of them;
    /// but an admission is kept by a hold on who was admitted.
    private func isHeld(
        _ jti: JTI, _ statement: StatementState, erasedBy eraser: Handle
    ) -> Bool {
        let scope =
            known(GrantState.key(jti))?.terms?.scope
            ?? known(RequestState.key(jti))?.terms.scope
        if let scope { return isHeld(scope, of: eraser) }
        return isHeld(statement.admitted ?? eraser)
    }

    /// Holds on the holder's books, what was done with them before and what was found about the holder
    /// aren't in it: whether a request is refused must tell who asks nothing of them.
    public func requesting(
        _ use: PolicyUse, of holder: PolicyEntity, by issuer: PolicyEntity
    ) -> PolicyRequest {
        question(.request, use, principal: issuer, other: holder, user: issuer, owner: holder)
    }

    /// `request` is the issuer of the request that this answers, and whether it goes beyond that.
    public func granting(
        _ use: PolicyUse, to grantee: PolicyEntity, by issuer: PolicyEntity,
        answering request: AnsweredRequest?
    ) -> PolicyRequest {
        var question = question(
            .grant, use, principal: issuer, other: grantee, user: grantee, owner: issuer)
        question.answers = request
        return question
    }

    public func rekeying(
        _ use: PolicyUse, to grantee: PolicyEntity, by issuer: PolicyEntity
    ) -> PolicyRequest {
        question(.rekey, use, principal: issuer, other: grantee, user: grantee, owner: issuer)
    }

    /// By the enterprise that gave the grant, or by its grantee.
    public func revoking(
        _ grant: Grant, of owner: Handle, _ enterprise: PolicyEntity?,
        by issuer: PolicyEntity
    ) -> PolicyRequest {
        PolicyRequest(
            principal: issuer, action: .revoke, counterparty: enterprise, owner: owner,
            right: grant.right, purpose: grant.purpose, time: time)
    }

    /// The host serves an access.
    public func operating(
        on owner: PolicyEntity, _ series: Series?, by host: PolicyEntity
    ) -> PolicyRequest {
        PolicyRequest(
            principal: host, action: .operate, counterparty: owner, owner: owner.handle,
            series: series, time: time)
    }

    public func accessing(
        _ use: PolicyUse, of owner: PolicyEntity, by grantee: PolicyEntity
    ) -> PolicyRequest {
        question(.access, use, principal: grantee, other: owner, user: grantee, owner: owner)
    }

    /// The request that a grant answers, as policies see it. Where its terms aren't known any more,
    /// nothing can be said to exceed them.
    public func answered(
        _ request: JTI, by asker: Handle, with use: PolicyUse, _ terms: GrantTerms,
        from issuer: Handle, until expires: Timestamp
    ) -> AnsweredRequest {
        let exceeded = known(RequestState.key(request))?.isExceeded(
            by: terms, from: issuer, right: use.right, purpose: use.purpose, expires: expires,
            lifetime: use.lifetime)
        return AnsweredRequest(by: asker, exceeded: exceeded ?? false)
    }

    /// Whether anything is under a hold that stands.
    public func isHeld(_ holder: Handle) -> Bool {
        holds(on: holder).contains { $0.stands(at: time) }
    }

    /// Whether a book is under a hold that stands.
    public func isHeld(_ book: BookName, of holder: Handle) -> Bool {
        holds(on: holder).contains { $0.stands(at: time) && $0.books?.covers(book) != false }
    }

    /// Whether any book of this scope is under a hold that stands.
    public func isHeld(_ scope: Scope, of holder: Handle) -> Bool {
        holds(on: holder).contains { hold in
            guard hold.stands(at: time) else { return false }
            guard let books = hold.books else { return true }
            return scope.parts.contains { part in
                part.series.contains { books.part(of: $0)?.months.overlaps(part.months) == true }
            }
        }
    }

    private func question(
        _ action: PolicyAction, _ use: PolicyUse, principal: PolicyEntity, other: PolicyEntity,
        user: PolicyEntity, owner: PolicyEntity
    ) -> PolicyRequest {
        let isTold = action.facts.contains(.terms)
        return PolicyRequest(
            principal: principal, action: action, counterparty: other, owner: owner.handle,
            right: use.right, purpose: use.purpose, fields: use.fields,
            series: use.scope.onlySeries,
            months: use.scope.months, lifetime: use.lifetime, fetches: use.fetches,
            dataLife: use.dataLife, held: isTold && isHeld(use.scope, of: owner.handle),
            past: isTold ? past(of: user.handle, with: owner.handle) : [], time: time,
            types: types)
    }
}

extension GrantSubject {
    /// The fields that are named; none where statements are proven.
    fileprivate var names: [String] {
        if case .fields(let names) = self { names.map(\.text) } else { [] }
    }
}
