import Commitments
public import Sharing
import Transparency
import Verification
public import Wire

/// What an enterprise wants to prove to somebody, without showing an amount.
public struct ProofWish: Sendable {
    public let to: Handle
    /// Which records: what is current of them when the proof is made.
    public let scope: Scope
    public let statements: [ProofStatement]
    public let purpose: Purpose
    /// Seconds from now on.
    public let lifetime: Int64
    public let fetches: Int64
    /// Seconds the grantee may keep what it got.
    public let dataLife: Int64
    /// The request that is answered.
    public let request: JTI?

    public init(
        to: Handle, scope: Scope, statements: [ProofStatement], purpose: Purpose, lifetime: Int64,
        fetches: Int64, dataLife: Int64, request: JTI? = nil
    ) {
        (self.to, self.scope, self.statements) = (to, scope, statements)
        (self.purpose, self.lifetime, self.fetches) = (purpose, lifetime, fetches)
        (self.dataLife, self.request) = (dataLife, request)
    }
}

/// A proof that could be given: checked against the own amounts, the log's policies and the grantee's
/// standing; nothing is signed yet.
public struct ProofPlan: Sendable {
    public let grantee: KnownParticipant
    let recipient: EncryptionKey
    public let type: RecordType
    public let statements: [ProofStatement]
    /// The positions of those that aren't true. Such a plan can't be carried out.
    public let untrue: [Int]
    public let terms: GrantTerms
    public let purpose: Purpose
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// The tree at which the records are listed.
    public let at: TreePoint
    /// The policies that permit it.
    public let permitting: [String]
    let policies: Digest<Digested.Policies>
    /// What the grantee could conclude from this together with what it was proven before.
    public let warnings: [ProofWarning]
    /// The records that it is about, by book.
    public let covered: [(book: BookName, records: [OwnRecord])]
    /// The bytes of the proof, however many records there are.
    public var proofBytes: Int { assembly.assertion.proofSize }
    let jti: JTI
    let assembly: ProofAssembly
    /// What the commitments hide, in the order of the assertion's values.
    let openings: [Opening]

    public var recordCount: Int { covered.reduce(0) { $0 + $1.records.count } }

    /// What anybody can see of it, by the names of the claims.
    public static let publicClaims = GrantPlan.publicClaims + ["at"]
}

extension Enterprise {
    /// Plans a proof: reads the own amounts, lists the records that are current now, and looks which
    /// statements are true of them. Nothing is signed or sent but questions.
    ///
    /// Throws ``ClientError/proof(_:)`` where nothing can be proven about these records, and as
    /// ``plan(_:)-(GrantWish)`` does.
    public func plan(_ wish: ProofWish) async throws -> ProofPlan {
        let view = try await session.sync()
        guard let type = wish.scope.series.flatMap({ RecordType.of($0) }) else {
            throw ClientError.nothingCovered
        }
        guard (1...ProofStatement.maximumCount).contains(wish.statements.count) else {
            throw ClientError.noStatements(limit: ProofStatement.maximumCount)
        }
        for statement in wish.statements {
            if let field = statement.foreignField(to: type) {
                throw ClientError.notAnAmount(field, type)
            }
        }
        let grantee = try await grantee(wish.to)
        guard let recipient = grantee.encryptionKey else {
            throw ClientError.notAGrantee(wish.to)
        }
        let covered = Self.covered(wish.scope, in: view)
        guard !covered.isEmpty else { throw ClientError.nothingCovered }
        let scope = Scope.records(try Self.listed(covered))
        let terms = GrantTerms(
            to: wish.to, scope: scope, subject: .statements(wish.statements.map(\.description)),
            fetches: wish.fetches, dataLife: wish.dataLife,
            epochs: try epochs(scope, in: view, at: session.now), request: wish.request)
        let permission = try await permission(
            for: terms, wish.purpose, to: grantee, lifetime: wish.lifetime)
        let at = try await point(covering: covered.flatMap(\.records))
        let now = session.now
        let expires = now.advanced(by: wish.lifetime)
        let jti = session.newJTI()
        let (assembly, openings) = try await witness(
            wish.statements, type, covered.flatMap(\.records),
            ProofTerms(
                log: session.log, at: at, grantee: wish.to, grant: jti, purpose: wish.purpose,
                expires: expires))
        let untrue: [Int]
        do { untrue = try assembly.assertion.untrueStatements(openings) } catch {
            throw ClientError.proving(error)
        }
        // What isn't true is never proven.
        let provable = wish.statements.indices.filter { !untrue.contains($0) }
        return ProofPlan(
            grantee: grantee, recipient: recipient, type: type, statements: wish.statements,
            untrue: untrue, terms: terms, purpose: wish.purpose, notBefore: now, expires: expires,
            at: at, permitting: permission.permitting, policies: permission.policies,
            warnings: try await warnings(
                to: wish.to, adding: provable.map { wish.statements[$0] },
                about: covered.flatMap { $0.records.map(\.jti) }, in: view),
            covered: covered, jti: jti,
            assembly: assembly, openings: openings)
    }

    /// Proves what was planned, seals the proof and the keys of the commitments to the grantee, signs,
    /// registers. No key of an amount is in it.
    ///
    /// Throws ``ClientError/untrue(_:)`` before anything is signed.
    public func grant(_ plan: ProofPlan) async throws -> Registration {
        guard plan.untrue.isEmpty else {
            throw ClientError.untrue(plan.untrue.map { plan.statements[$0] })
        }
        _ = try await session.flush()
        var random = session.surroundings.random
        let proof: [UInt8]
        do { proof = try plan.assembly.assertion.prove(plan.openings, using: &random) } catch {
            throw ClientError.proving(error)
        }
        let envelope = try seal(
            GrantedKeys(listed: commitmentKeys(of: plan), proofs: [proof]),
            to: plan.grantee.handle, plan.recipient, carrier: plan.jti)
        let signed = Statement.sign(
            Grant(
                right: .prove, purpose: plan.purpose, notBefore: plan.notBefore,
                expires: plan.expires, policies: plan.policies, envelope: envelope.digest,
                at: plan.at),
            selective: plan.terms.disclosures(using: &random), by: try session.signer(.grant),
            at: session.now, jti: plan.jti)
        return try await session.register(signed, blob: envelope.bytes, saving: true)
    }

    /// One key for each commitment that the statements are about, in the order of the scope.
    private func commitmentKeys(of plan: ProofPlan) -> [GrantedKeys.Listed] {
        plan.commitmentNames.map { field in
            GrantedKeys.Listed(
                field: field,
                keys: plan.covered.flatMap(\.records).map { record in
                    session.schedule.fieldKey(
                        type: plan.type.name, field: field, epoch: record.epoch,
                        month: record.book.month, record: record.jti)
                })
        }
    }

    /// Single records by number, in as few ranges as can be. Throws ``ClientError/tooFragmented``.
    static func listed(
        _ covered: [(book: BookName, records: [OwnRecord])]
    ) throws(ClientError) -> [RecordRange] {
        var ranges: [RecordRange] = []
        for (book, records) in covered {
            for record in records {
                var from = record.number
                if let last = ranges.last, last.book == book, last.to + 1 == record.number {
                    from = last.from
                    ranges.removeLast()
                }
                guard let range = RecordRange(book: book, from: from, to: record.number) else {
                    throw .nothingCovered
                }
                ranges.append(range)
            }
        }
        guard ranges.count <= Limits.ranges else {
            throw .tooFragmented(limit: Limits.ranges)
        }
        return ranges
    }

    /// The tree of the last checkpoint that was believed; all of `records` are in it.
    private func point(covering records: [OwnRecord]) async throws -> TreePoint {
        let last = records.map(\.index).max() ?? 0
        var checkpoint = await session.keeper.last
        if checkpoint.map({ $0.size <= UInt64(clamping: last) }) ?? true {
            checkpoint = try await session.keeper.latest()
        }
        guard let checkpoint, checkpoint.size > UInt64(clamping: last),
            let root = Digest<Digested.Leaf>(bytes: checkpoint.root.bytes)
        else { throw LogFault.outOfOrder(index: last) }
        return TreePoint(size: Int64(clamping: checkpoint.size), root: root)
    }

    /// The own amounts, read and verified anew, with what opens their commitments.
    private func witness(
        _ statements: [ProofStatement], _ type: RecordType, _ records: [OwnRecord],
        _ terms: ProofTerms
    ) async throws -> (ProofAssembly, [Opening]) {
        let fields = Set(statements.flatMap(\.fields)).sorted()
        guard let names = type.withCommitments(fields) else { throw ClientError.noFields }
        var shown: [JTI: OpenedFields] = [:]
        for (book, ownRecords) in Dictionary(grouping: records, by: \.book) {
            for range in try Self.listed([(book, ownRecords)]) {
                for record in try await read([range], fields: names) {
                    shown[record.statement.jti] = record.fields
                }
            }
        }
        var proven: [ProofRecord] = []
        var salts: [[String: Disclosure.Salt]] = []
        for record in records {
            guard let opened = shown[record.jti] else {
                throw ClientError.noSuchRecord(record.name)
            }
            proven.append(
                ProofRecord(
                    book: record.book, number: record.number, jti: record.jti,
                    digest: record.digest, standing: .current,
                    commitments: opened.commitmentsByField))
            salts.append(
                Dictionary(opened.disclosures.map { ($0.name, $0.salt) }) { first, _ in first })
        }
        let assembly: ProofAssembly
        do { assembly = try ProofAssembly(statements, of: proven, for: terms) } catch {
            throw ClientError.proof(error)
        }
        var openings: [Opening] = []
        for (position, field) in assembly.places {
            guard case .amount(let amount) = shown[proven[position].jti]?.values[field],
                let salt = salts[position][field]
            else {
                throw ClientError.proof(.noValue(record: proven[position].name, field: field))
            }
            openings.append(NumericCommitment.opening(of: amount, salt: salt, field: field))
        }
        return (assembly, openings)
    }
}

extension ProofPlan {
    /// The names of the commitments that the statements are about, ascending.
    var commitmentNames: [String] {
        Set(statements.flatMap(\.fields)).compactMap { type.field($0)?.commitmentName }.sorted()
    }
}
