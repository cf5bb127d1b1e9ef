import Custody
import Interface
import Rules
public import Sharing
import Verification
public import Wire

/// What an enterprise wants to give somebody: to read fields, or proofs that show no value.
public struct GrantWish: Sendable {
    public enum Subject: Sendable {
        /// Names of the record type's fields; commitments come with their amounts.
        case fields([FieldName])
        /// To be proven about what is current of the records when the proof is made.
        case statements([ProofStatement])
    }

    public let to: Handle
    public let scope: Scope
    public let subject: Subject
    public let purpose: Purpose
    /// Seconds from now on.
    public let lifetime: Int64
    public let fetches: Int64
    /// Seconds the grantee may keep what it got.
    public let dataLife: Int64
    /// The request that is answered.
    public let request: JTI?

    /// To prove `statements`, or without them to read `fields`.
    public init(
        to: Handle, scope: Scope, fields: [FieldName] = [], statements: [ProofStatement]? = nil,
        purpose: Purpose, lifetime: Int64, fetches: Int64, dataLife: Int64, request: JTI? = nil
    ) {
        self.to = to
        self.scope = scope
        self.subject = statements.map { .statements($0) } ?? .fields(fields)
        self.purpose = purpose
        self.lifetime = lifetime
        self.fetches = fetches
        self.dataLife = dataLife
        self.request = request
    }
}

/// A grant that could be given: checked against the log's policies and the grantee's verified
/// standing, and not signed yet. What it says is what would happen.
public struct GrantPlan: Sendable {
    public let grantee: Handle
    /// The grantee's key that the envelope is sealed to.
    public let recipient: Recipient
    public let type: RecordType
    let types: RecordTypes
    /// The fields whose keys would leave, ascending: to read, with their commitments; to prove, the
    /// commitments alone.
    public let fields: [FieldName]
    public let terms: GrantTerms
    public let purpose: Purpose
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// The policies that permit it.
    public let permitting: [String]
    let policies: Digest<Digested.Policies>
    /// What the grantee could conclude from this together with what it was given before.
    public let warnings: [ProofWarning]
    /// The records that it covers now, neither replaced nor erased, by book.
    public let covered: [(book: BookName, records: [OwnRecord])]
    /// What is proven; `nil` for a grant to read.
    public let proof: ProofPlan?

    var records: [OwnRecord] { covered.flatMap(\.records) }
    /// How many records it covers now.
    public var recordCount: Int { records.count }

    /// What anybody can see of it, by the names of the claims.
    public var publicClaims: [String] {
        [
            "iss", "iat", "jti", "log", "right", "purpose", "nbf", "exp", "policies", "envelope",
        ] + (proof == nil ? [] : ["at"])
    }
}

/// The key that envelopes for a grantee are sealed to, and why it is believed to be the grantee's.
public struct Recipient: Sendable {
    public let key: EncryptionKey
    /// Whether this home's participant compared the grantee's fingerprint.
    public let isCompared: Bool
    /// The entry that introduced the key.
    public let since: Int64
    /// The grantee's key that signed that entry; `nil` where it is the admission, which the
    /// fingerprint is over.
    public let signedBy: Digest<Digested.Key>?
}

extension Enterprise {
    /// Plans a grant; nothing is signed or sent but questions. For one to prove the own amounts are
    /// read, to see which statements are true of them.
    ///
    /// Throws ``ClientError`` where the fields aren't of the type, nothing can be proven about these
    /// records, the grantee isn't there, or the policies in force forbid it.
    public func plan(_ wish: GrantWish) async throws -> GrantPlan {
        let view = try await session.sync()
        guard let known = view.types.fields(of: wish.scope) else {
            throw ClientError.nothingCovered
        }
        if case .fields = wish.subject, wish.scope.onlySeries == nil {
            throw ClientError.severalSeries(wish.scope.series)
        }
        let fields = try known.leaving(wish.subject)
        let grantee = try await grantee(wish.to)
        let recipient = try await recipient(wish.to)
        let listing = try await listing(wish, in: view)
        let (covered, scope) = (listing.covered, listing.scope)
        let now = session.now
        let terms = GrantTerms(
            to: wish.to, recipientKey: recipient.key.digest, scope: scope,
            subject: listing.subject.claimed, fetches: wish.fetches, dataLife: wish.dataLife,
            epochs: try epochs(scope, in: view, at: now),
            request: wish.request)
        let permission = try await permission(
            for: terms, wish.purpose, to: grantee, lifetime: wish.lifetime)
        let expires = now.advanced(by: wish.lifetime)
        var proof: ProofPlan?
        let warnings: [ProofWarning]
        switch listing.subject {
        case .fields(let names):
            warnings = try await self.warnings(
                to: wish.to, reading: names.map(\.text), of: wish.scope, in: view)
        case .statements(let statements):
            let records = covered.flatMap(\.records)
            let planned = try await proving(
                statements, listing.links, records, to: wish.to, wish.purpose, until: expires)
            proof = planned
            // What isn't true is never proven.
            let provable = statements.indices.filter { !planned.untrue.contains($0) }
            warnings = try await self.warnings(
                to: wish.to, adding: provable.map { statements[$0] }, listing.links,
                about: records.map(\.jti), in: view)
        }
        return GrantPlan(
            grantee: wish.to, recipient: recipient, type: known.newest, types: view.types,
            fields: fields,
            terms: terms, purpose: wish.purpose, notBefore: now, expires: expires,
            permitting: permission.permitting, policies: permission.policies,
            warnings: warnings, covered: covered, proof: proof)
    }

    /// What a wish comes to with the records that are there.
    private struct Listing {
        var subject: GrantWish.Subject
        var scope: Scope
        var covered: [(book: BookName, records: [OwnRecord])]
        var links: [FoundLinks] = []
    }

    private func listing(_ wish: GrantWish, in view: View) async throws -> Listing {
        var listing = Listing(
            subject: wish.subject, scope: wish.scope,
            covered: try Self.covered(wish.scope, in: view))
        if case .statements(let asked) = wish.subject {
            listing.links = try await links(
                of: asked, among: listing.covered.flatMap(\.records))
            listing.covered = Self.named(listing.covered, by: asked, listing.links)
            listing.subject = .statements(listing.links.listing(asked))
            listing.scope = .records(try Self.listed(listing.covered))
        }
        if case .records = listing.scope, listing.covered.isEmpty {
            throw ClientError.nothingCovered
        }
        return listing
    }

    func grantee(_ handle: Handle) async throws -> PolicyEntity {
        let grantee: PolicyEntity
        do { grantee = try await session.entity(handle) } catch ClientError.noParticipant {
            throw ClientError.notAGrantee(handle)
        }
        guard handle != session.handle else { throw ClientError.notAGrantee(handle) }
        guard !grantee.suspended else { throw ClientError.granteeSuspended(handle) }
        return grantee
    }

    /// The key to which envelopes for `handle` are sealed. The log has its digest; the gateway gives
    /// the key. Throws ``ClientError/notAGrantee(_:)``, and ``ClientError/substituted(_:)`` where its
    /// fingerprint isn't the one that was compared.
    func recipient(_ handle: Handle) async throws -> Recipient {
        guard let digest = await session.view.state[ParticipantState.key(handle)]?.encryptionKey
        else { throw ClientError.notAGrantee(handle) }
        let isCompared = try await session.isCompared(handle)
        let answer = try await session.connection.participant(handle)
        for logged in answer.statements.reversed() {
            guard let statement = try? logged.statement(), let key = statement.claims.encryptionKey,
                key.digest == digest
            else { continue }
            return Recipient(
                key: key, isCompared: isCompared, since: logged.index,
                signedBy: statement.kind == .admit ? nil : statement.jws.kid)
        }
        throw ClientError.notAGrantee(handle)
    }

    static func covered(
        _ scope: Scope, in view: View
    ) throws(HomeError) -> [(book: BookName, records: [OwnRecord])] {
        let records = try view.records(ofBooks: scope.covers).filter { record in
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
    func epochs(_ scope: Scope, in view: View, at now: Timestamp) throws -> [SeriesEpochs] {
        let covered = try Self.covered(scope, in: view)
        return try scope.series.map { series in
            var epochs = Set(
                covered.filter { $0.book.series == series }.flatMap { $0.records.map(\.epoch) })
            if case .months(_, let months) = scope {
                let time = max(now, view.time).advanced(by: Self.epochMarginSeconds)
                for month in months {
                    epochs.insert(try view.requiredEpoch(series, month, at: time))
                }
            }
            guard epochs.count <= Limits.epochsPerGrant else {
                throw ClientError.tooManyEpochs(limit: Limits.epochsPerGrant)
            }
            return SeriesEpochs(series: series, counts: epochs.sorted())
        }
    }

    /// Asks the policies in force, as the gateway will. Throws
    /// ``ClientError/forbidden(policies:reasons:)``, ``ClientError/policiesWrong(_:)`` and
    /// ``ClientError/noRequest(_:)``.
    func permission(
        for terms: GrantTerms, _ purpose: Purpose, to grantee: PolicyEntity, lifetime: Int64
    ) async throws -> Permission {
        let right: Right =
            switch terms.subject {
            case .fields: .read
            case .statements: .prove
            }
        let use = PolicyUse(terms, right: right, for: purpose, lifetime: lifetime)
        let handle = session.handle
        let expires = session.now.advanced(by: lifetime)
        var permission: Permission?
        for part in use.bySeries {
            let next = try await session.permission { (known) throws(ClientError) in
                let answers = try terms.request.map { request throws(ClientError) in
                    guard let asked = known.known(RequestState.key(request)) else {
                        throw .noRequest(request.text)
                    }
                    return known.answered(
                        request, by: asked.by, with: use, terms, from: handle, until: expires)
                }
                return known.granting(
                    part, to: grantee, by: try known.entity(handle), answering: answers)
            }
            permission = permission?.adding(next) ?? next
        }
        guard let permission else { throw ClientError.nothingCovered }
        return permission
    }
}

extension GrantWish.Subject {
    fileprivate var claimed: GrantSubject {
        switch self {
        case .fields(let names): .fields(Set(names).sorted())
        case .statements(let statements): .statements(statements.map(\.description))
        }
    }
}

extension SeriesFields {
    /// The fields whose keys a grant gives. Throws ``ClientError`` for none and for unknown ones.
    fileprivate func leaving(_ subject: GrantWish.Subject) throws(ClientError) -> [FieldName] {
        switch subject {
        case .fields(let names):
            guard !names.isEmpty else { throw .noFields }
            let unknown = names.filter { field($0) == nil }
            guard unknown.isEmpty, let fields = withCommitments(names) else {
                throw .unknownFields(unknown.map(\.text), newest)
            }
            return fields
        case .statements(let statements):
            guard (1...ProofStatement.maximumCount).contains(statements.count) else {
                throw .noStatements(limit: ProofStatement.maximumCount)
            }
            for statement in statements {
                if let field = statement.foreignField(to: self) {
                    throw .notProvable(field, newest)
                }
            }
            return commitments(beside: statements.flatMap(\.fields))
        }
    }
}
