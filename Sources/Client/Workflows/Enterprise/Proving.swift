import Commitments
public import Sharing
import Transparency
import Verification
import Wire

/// A proof that could be given: checked against the own amounts.
public struct ProofPlan: Sendable {
    public let statements: [ProofStatement]
    /// Which records the linked ones among them are about, in their order.
    public let links: [FoundLinks]
    /// The positions of those that aren't true. Such a plan can't be carried out.
    public let untrue: [Int]
    /// The tree at which the records are listed.
    public let at: TreePoint
    /// The bytes of the proof, however many records there are.
    public var proofBytes: Int { assembly.assertion.proofSize }
    let jti: JTI
    let assembly: ProofAssembly
    /// The names of the records, in the order of the proof.
    let records: [String]
    /// What the commitments hide, in the order of the assertion's values.
    let openings: [Opening]

    var untrueStatements: [ProofStatement] { untrue.map { statements[$0] } }

    /// Why the statement at this position isn't true, for the owner of the values alone: the first
    /// records outside a bound, or what the sum is. Empty where there is nothing short to say.
    public func reasons(against position: Int) -> [String] {
        guard untrue.contains(position) else { return [] }
        switch statements[position] {
        case .each(let field, let bound):
            let outside = values(of: field).filter { bound.excludes($0.units) }
            let more = outside.count - Self.reasonsListed
            return outside.prefix(Self.reasonsListed).map {
                "\($0.record) has \(bound.words($0.units))"
            } + (more > 0 ? ["and \(more) more"] : [])
        case .sum(let field, let bound):
            var sum: Int64 = 0
            for value in values(of: field) {
                let (next, overflow) = sum.addingReportingOverflow(value.units)
                if overflow { return [] }
                sum = next
            }
            return ["the sum is \(bound.words(sum))"]
        case .total(let total):
            let units = total.terms.compactMap { term -> Int64? in
                guard let value = self.value(at: term.place) else { return nil }
                let (product, overflow) = value.multipliedReportingOverflow(by: term.weight)
                return overflow ? nil : product
            }
            guard units.count == total.terms.count else { return [] }
            // At most 2¹⁶ times 2⁴⁷.
            return ["the sum is \(total.bound.words(units.reduce(0, +)))"]
        case .equal, .score, .linked: return []
        }
    }

    private static let reasonsListed = 5

    private func value(at place: ProofPlace) -> Int64? {
        for (position, opening) in zip(assembly.places, openings)
        where position.field == place.field
            && records[position.record] == place.record.description
        {
            if case .integer(let units) = opening.number { return units }
        }
        return nil
    }

    private func values(of field: String) -> [(record: String, units: Int64)] {
        zip(assembly.places, openings).compactMap { place, opening in
            guard place.field == field, case .integer(let units) = opening.number else {
                return nil
            }
            return (records[place.record], units)
        }
    }

    /// Throws ``ClientError/proving(_:)``.
    func prove(using random: some RandomNumberGenerator) throws(ClientError) -> [UInt8] {
        var random = random
        do { return try assembly.assertion.prove(openings, using: &random) } catch {
            throw .proving(error)
        }
    }
}

extension Enterprise {
    /// Reads the own amounts, and looks which statements are true of them.
    ///
    /// Throws ``ClientError/proof(_:)`` where nothing can be proven about these records.
    func proving(
        _ statements: [ProofStatement], _ links: [FoundLinks], _ records: [OwnRecord],
        to grantee: Handle, _ purpose: Purpose, until expires: Timestamp
    ) async throws -> ProofPlan {
        let at = try await point(covering: records)
        let jti = session.newJTI()
        let (assembly, openings) = try await witness(
            statements, links.map(\.list), records,
            ProofTerms(
                log: session.log, at: at, grantee: grantee, grant: jti, purpose: purpose,
                expires: expires))
        let untrue: [Int]
        do { untrue = try assembly.assertion.untrueStatements(openings) } catch {
            throw ClientError.proving(error)
        }
        return ProofPlan(
            statements: statements, links: links, untrue: untrue, at: at, jti: jti,
            assembly: assembly,
            records: records.map(\.name), openings: openings)
    }

    /// Single records by number, in as few ranges as can be. Throws ``ClientError/tooFragmented``.
    static func listed(
        _ covered: [(book: BookName, records: [OwnRecord])]
    ) throws(ClientError) -> [RecordRange] {
        let ranges = covered.flatMap(\.records).compactMap {
            RecordRange(book: $0.book, from: $0.number, to: $0.number)
        }.merged
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
            checkpoint = try await session.latest()
        }
        guard let checkpoint, checkpoint.size > UInt64(clamping: last),
            let root = Digest<Digested.Leaf>(bytes: checkpoint.root.bytes)
        else { throw LogFault.outOfOrder(index: last) }
        return TreePoint(size: Int64(clamping: checkpoint.size), root: root)
    }

    /// The own amounts, read and verified anew, with what opens their commitments.
    private func witness(
        _ statements: [ProofStatement], _ links: [LinkList], _ records: [OwnRecord],
        _ terms: ProofTerms
    ) async throws -> (ProofAssembly, [Opening]) {
        let fields = Set(statements.flatMap(\.fields)).compactMap { FieldName($0) }
        let types = try await session.upToDate().types
        var shown: [JTI: OpenedFields] = [:]
        for (book, ownRecords) in Dictionary(grouping: records, by: \.book) {
            // Each series has some of the fields.
            guard let known = types.fields(of: book.series),
                let names = known.withCommitments(fields.filter { known.field($0) != nil }),
                !names.isEmpty
            else { throw ClientError.noFields }
            for range in try Self.listed([(book, ownRecords)]) {
                for record in try await read([range], fields: names) {
                    shown[record.statement.jti] = record.fields
                }
            }
        }
        var proven: [ProofRecord] = []
        for record in records {
            guard let opened = shown[record.jti] else {
                throw ClientError.noSuchRecord(record.name)
            }
            proven.append(
                ProofRecord(
                    book: record.book, number: record.number, jti: record.jti,
                    digest: record.digest, standing: .current,
                    commitments: opened.commitmentsByField))
        }
        let assembly: ProofAssembly
        do {
            assembly = try ProofAssembly(statements, links: links, of: proven, for: terms)
        } catch { throw ClientError.proof(error) }
        var openings: [Opening] = []
        for (position, field) in assembly.places {
            guard let opening = shown[proven[position].jti]?.opening(field) else {
                throw ClientError.proof(.noValue(record: proven[position].name, field: field))
            }
            openings.append(opening)
        }
        return (assembly, openings)
    }
}
