import Rules
public import Sharing
import Verification
public import Wire

/// What an enterprise wants to let somebody read.
public struct GrantWish: Hashable, Sendable {
    public let to: Handle
    public let scope: Scope
    /// Names of the record type's fields; commitments come with their amounts.
    public let fields: [String]
    public let purpose: Purpose
    /// Seconds from now on.
    public let lifetime: Int64
    public let fetches: Int64
    /// Seconds the grantee may keep what it read.
    public let dataLife: Int64
    /// The request that is answered.
    public let request: JTI?

    public init(
        to: Handle, scope: Scope, fields: [String], purpose: Purpose, lifetime: Int64,
        fetches: Int64, dataLife: Int64, request: JTI? = nil
    ) {
        (self.to, self.scope, self.fields, self.purpose) = (to, scope, fields, purpose)
        (self.lifetime, self.fetches, self.dataLife) = (lifetime, fetches, dataLife)
        self.request = request
    }
}

/// A grant that could be given: checked against the log's policies and the grantee's verified
/// standing, and not signed yet. What it says is what would happen.
public struct GrantPlan: Sendable {
    public let grantee: KnownParticipant
    /// The grantee's key that the envelope is sealed to.
    public let recipient: EncryptionKey
    public let type: RecordType
    /// The fields that would leave, commitments included, ascending.
    public let fields: [String]
    public let terms: GrantTerms
    public let purpose: Purpose
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// The policies that permit it.
    public let permitting: [String]
    let policies: Digest<Digested.Policies>
    /// What the grantee could conclude from this together with what was proven to it before.
    public let warnings: [ProofWarning]
    /// The records that it covers now, neither replaced nor erased, by book.
    public let covered: [(book: BookName, records: [OwnRecord])]

    /// How many records it covers now.
    public var recordCount: Int { covered.reduce(0) { $0 + $1.records.count } }

    /// What anybody can see of it, by the names of the claims.
    public static let publicClaims = [
        "iss", "iat", "jti", "log", "right", "purpose", "nbf", "exp", "policies", "envelope",
    ]
}

extension Enterprise {
    /// Plans a grant; nothing is signed or sent but questions.
    ///
    /// Throws ``ClientError`` where the fields aren't of the type, the grantee isn't there, or the
    /// policies in force forbid it.
    public func plan(_ wish: GrantWish) async throws -> GrantPlan {
        let view = try await session.sync()
        guard let known = wish.scope.series.flatMap({ SeriesFields($0) }) else {
            throw ClientError.nothingCovered
        }
        guard !wish.fields.isEmpty else { throw ClientError.noFields }
        let unknown = wish.fields.filter { known.field($0) == nil }
        guard unknown.isEmpty, let fields = known.withCommitments(wish.fields) else {
            throw ClientError.unknownFields(unknown, known.newest)
        }
        let grantee = try await grantee(wish.to)
        guard let recipient = grantee.encryptionKey else {
            throw ClientError.notAGrantee(wish.to)
        }
        let covered = Self.covered(wish.scope, in: view)
        if case .records = wish.scope, covered.isEmpty { throw ClientError.nothingCovered }
        let now = session.now
        let terms = GrantTerms(
            to: wish.to, scope: wish.scope, subject: .fields(Set(wish.fields).sorted()),
            fetches: wish.fetches, dataLife: wish.dataLife,
            epochs: try epochs(wish.scope, in: view, at: now), request: wish.request)
        let expires = now.advanced(by: wish.lifetime)
        let permission = try await permission(
            for: terms, wish.purpose, to: grantee, lifetime: wish.lifetime)
        return GrantPlan(
            grantee: grantee, recipient: recipient, type: known.newest, fields: fields,
            terms: terms,
            purpose: wish.purpose, notBefore: now, expires: expires,
            permitting: permission.permitting, policies: permission.policies,
            warnings: try await warnings(
                to: wish.to, reading: wish.fields, of: wish.scope, in: view),
            covered: covered)
    }

    func grantee(_ handle: Handle) async throws -> KnownParticipant {
        let grantee: KnownParticipant
        do { grantee = try await session.participant(handle) } catch ConnectionError.refused {
            throw ClientError.notAGrantee(handle)
        }
        guard handle != session.handle else { throw ClientError.notAGrantee(handle) }
        guard !grantee.suspended else { throw ClientError.granteeSuspended(handle) }
        return grantee
    }

    static func covered(
        _ scope: Scope, in view: View
    ) -> [(book: BookName, records: [OwnRecord])] {
        let records = view.records.values.filter { record in
            guard record.isHead,
                let range = RecordRange(
                    book: record.book, from: record.number, to: record.number)
            else { return false }
            return scope.covers(range)
        }
        return Dictionary(grouping: records, by: \.book)
            .map { ($0.key, $0.value.sorted { $0.number < $1.number }) }
            .sorted { $0.0 < $1.0 }
    }

    /// The epochs of the records that are there, and those that new ones of these months will have.
    func epochs(_ scope: Scope, in view: View, at now: Timestamp) throws -> [Int64] {
        var epochs = Set(
            Self.covered(scope, in: view).flatMap { $0.records.map(\.epoch) })
        if case .months(let series, let months) = scope {
            let time = max(now, view.time).advanced(by: Self.epochMarginSeconds)
            for month in months { epochs.insert(view.requiredEpoch(series, month, at: time)) }
        }
        guard epochs.count <= Limits.epochsPerGrant else {
            throw ClientError.tooManyEpochs(limit: Limits.epochsPerGrant)
        }
        return epochs.sorted()
    }

    /// Asks the policies in force, as the gateway will. Throws
    /// ``ClientError/forbidden(policies:reasons:)``, ``ClientError/policiesWrong(_:)`` and
    /// ``ClientError/noRequest(_:)``.
    func permission(
        for terms: GrantTerms, _ purpose: Purpose, to grantee: KnownParticipant, lifetime: Int64
    ) async throws -> Permission {
        let right: Right =
            switch terms.subject {
            case .fields: .read
            case .statements: .prove
            }
        let use = PolicyUse(terms, right: right, for: purpose, lifetime: lifetime)
        let own = try await session.entity(session.handle)
        let other = await session.entity(grantee)
        var asker: Handle?
        if let request = terms.request {
            asker = await session.view.requests[request]?.statement.issuer
            guard asker != nil else { throw ClientError.noRequest(request.text) }
        }
        let expires = session.now.advanced(by: lifetime)
        return try await session.permission { [asker] known in
            var answers: AnsweredRequest?
            if let request = terms.request, let asker {
                answers = known.answered(
                    request, by: asker, with: use, terms, from: own.handle, until: expires)
            }
            return known.granting(use, to: other, by: own, answering: answers)
        }
    }
}
