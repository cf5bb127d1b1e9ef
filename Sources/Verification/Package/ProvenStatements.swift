public import Commitments
public import Sharing
import Transparency
import Wire

/// Statements that were proven about amounts which nobody was shown. There is no way to make one but
/// by verifying.
public struct ProvenStatements: Sendable {
    public let statements: [ProofStatement]
    /// Which records the linked ones among them are about, in their order.
    public let links: [LinkList]
    /// The size and root of the tree at which the list of records was fixed.
    public let at: TreePoint
    public let assertion: VerifiedAssertion

    /// Step 8: the proof, in the context that is rebuilt here of what was verified before.
    init(
        _ granted: GrantedAccess, _ records: [VerifiedRecord], _ proof: PackageProof
    ) throws(PackageRefusal) {
        statements = try Self.statements(granted)
        links = proof.links
        at = try Self.point(granted, proof)
        let proven = try Self.covered(granted, records, at)
        let terms = ProofTerms(
            log: granted.entries.genesis.statement.digest.relabelled(), at: at,
            grantee: granted.terms.to, grant: granted.grant.statement.jti,
            purpose: granted.claims.purpose, expires: granted.claims.expires)
        let assembly: ProofAssembly
        do {
            assembly = try ProofAssembly(statements, links: links, of: proven, for: terms)
        } catch { throw PackageRefusal(.proof, .proof(error)) }
        do { assertion = try assembly.assertion.verify(proof.presentation) } catch {
            throw PackageRefusal(.proof, .proof(.assertion(error)))
        }
    }

    /// The grant's statements, each in its canonical spelling and about committed fields.
    private static func statements(
        _ granted: GrantedAccess
    ) throws(PackageRefusal) -> [ProofStatement] {
        guard case .statements(let texts) = granted.terms.subject,
            let known = granted.keys.types.fields(of: granted.terms.scope)
        else { throw granted.grant.refusal(.notGranted) }
        var statements: [ProofStatement] = []
        for (number, text) in texts.enumerated() {
            let statement: ProofStatement
            do { statement = try ProofStatement(canonical: text) } catch {
                throw granted.grant.refusal(.statement(number, error))
            }
            if let field = statement.foreignField(to: known) {
                throw granted.grant.refusal(.notProvable(statement: number, field: field))
            }
            statements.append(statement)
        }
        return statements
    }

    /// The tree that fixes the records is older than the grant and the beginning of this one.
    private static func point(
        _ granted: GrantedAccess, _ proof: PackageProof
    ) throws(PackageRefusal) -> TreePoint {
        guard let at = granted.claims.at else { throw granted.grant.refusal(.pointMissing) }
        guard at.size <= granted.grant.index else {
            throw granted.grant.refusal(.pointAfterGrant(size: at.size))
        }
        let checkpoint = granted.entries.checkpoint
        guard let size = UInt64(exactly: at.size), let old = Hash(bytes: at.root.bytes) else {
            throw granted.grant.refusal(.pointMissing)
        }
        let consistency = ConsistencyProof(
            oldSize: size, newSize: checkpoint.size, hashes: proof.consistency)
        do throws(ProofError) {
            let root = try consistency.root(extending: old)
            guard root == checkpoint.root else {
                throw ProofError.rootMismatch(computed: root, expected: checkpoint.root)
            }
        } catch { throw PackageRefusal(.proof, .otherTree(error)) }
        return at
    }

    /// Every record that the grant lists, by book and number: registered before the point, and still
    /// current at the access. A list with one left out would be another list.
    private static func covered(
        _ granted: GrantedAccess, _ records: [VerifiedRecord], _ at: TreePoint
    ) throws(PackageRefusal) -> [ProofRecord] {
        guard case .records(let ranges) = granted.terms.scope else {
            throw granted.grant.refusal(.recordsNotListed)
        }
        let known = Dictionary(records.map { (RecordKey($0.claims), $0) }) { first, _ in first }
        var proven: [ProofRecord] = []
        for range in ranges {
            var next = RecordKey(book: range.book, number: range.from)
            // A range can be far longer than what is here, so the walk ends where something lacks.
            while next.number <= range.to {
                let name = "\(next.book)#\(next.number)"
                guard let record = known[next] else {
                    throw PackageRefusal(.proof, .proof(.notCovered(name)))
                }
                guard record.index < at.size else {
                    throw PackageRefusal(.proof, .recordAfterPoint(record: name))
                }
                proven.append(ProofRecord(record))
                // Values come only from what was served; who isn't current isn't.
                guard record.fields != nil || proven[proven.count - 1].standing != .current else {
                    throw PackageRefusal(.proof, .proof(.notCovered(name)))
                }
                next = RecordKey(book: next.book, number: next.number + 1)
            }
        }
        return proven
    }
}

extension ProofRecord {
    fileprivate init(_ record: VerifiedRecord) {
        let standing: ProofContext.Standing =
            record.erasedAt != nil ? .erased : record.replacedBy != nil ? .superseded : .current
        self.init(
            book: record.claims.book, number: record.claims.number, jti: record.statement.jti,
            digest: record.statement.digest, standing: standing,
            commitments: record.fields?.commitmentsByField ?? [:])
    }
}
