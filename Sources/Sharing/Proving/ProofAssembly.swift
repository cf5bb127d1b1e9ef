public import Commitments
public import Wire

/// A record that a proof is about, as prover and verifier know it, each from its own checks.
public struct ProofRecord: Sendable {
    public let book: BookName
    public let number: Int64
    public let jti: JTI
    /// Of its statement.
    public let digest: Digest<Digested.Statement>
    public let standing: ProofContext.Standing
    /// By the name of the field; none for a value that isn't there.
    public let commitments: [String: FieldCommitment]

    public init(
        book: BookName, number: Int64, jti: JTI, digest: Digest<Digested.Statement>,
        standing: ProofContext.Standing, commitments: [String: FieldCommitment]
    ) {
        (self.book, self.number, self.jti) = (book, number, jti)
        (self.digest, self.standing, self.commitments) = (digest, standing, commitments)
    }

    /// `invoices/2026-11#17`.
    public var name: String { "\(book)#\(number)" }
}

/// For which grant of which log a proof is made.
public struct ProofTerms: Hashable, Sendable {
    public let log: Digest<Digested.Genesis>
    /// The size and root of the tree at which the list of records was fixed.
    public let at: TreePoint
    public let grantee: Handle
    public let grant: JTI
    public let purpose: Purpose
    public let expires: Timestamp

    public init(
        log: Digest<Digested.Genesis>, at: TreePoint, grantee: Handle, grant: JTI,
        purpose: Purpose, expires: Timestamp
    ) {
        (self.log, self.at, self.grantee) = (log, at, grantee)
        (self.grant, self.purpose, self.expires) = (grant, purpose, expires)
    }

    func context(_ records: [ProofRecord]) -> ProofContext {
        ProofContext(
            log: log.bytes, treeSize: UInt64(at.size), treeRoot: at.root.bytes,
            records: records.map {
                ProofContext.Record(
                    identifier: $0.jti.text, digest: $0.digest.bytes, standing: $0.standing)
            },
            grantee: grantee.text, grant: grant.text, purpose: purpose.rawValue,
            expiry: expires.seconds)
    }
}

/// Statements in words turned into what the module `Commitments` proves and verifies.
///
/// Prover and verifier make it of the same lists in the same order: values by record, then by field.
public struct ProofAssembly: Sendable {
    public let assertion: ValueAssertion
    /// The record (by its position) and field of each value of the assertion.
    public let places: [(record: Int, field: String)]

    /// `links` are the lists of the linked statements, in their order. Throws ``ProvingRefusal``.
    public init(
        _ statements: [ProofStatement], links: [LinkList] = [], of records: [ProofRecord],
        for terms: ProofTerms
    ) throws(ProvingRefusal) {
        guard records.count <= AssertionLimits.records else {
            throw .assertion(
                .tooManyRecords(have: records.count, limit: AssertionLimits.records))
        }
        let statements = try ListedStatement.all(statements, links)
        let values = try ValueTable(statements, records)
        let translated = try statements.map { statement throws(ProvingRefusal) in
            try values.translate(statement)
        }
        do {
            assertion = try ValueAssertion(
                context: terms.context(records), values: values.presented, statements: translated)
        } catch { throw ProvingRefusal(error, records, values.places) }
        places = values.places
    }
}

/// Why nothing can be proven, or a proof isn't accepted.
public enum ProvingRefusal: Error, Equatable, Sendable {
    /// A record that a statement names isn't among those of the grant.
    case notCovered(String)
    /// The document doesn't have this amount, and what isn't there is no zero.
    case noValue(record: String, field: String)
    /// The amount has another unit than the statement.
    case otherUnit(record: String, field: String, unit: String)
    case twice(record: String)
    /// Another record replaces it.
    case superseded(record: String)
    case erased(record: String)
    /// The records that belong together aren't listed as they have to be.
    case links(LinkRefusal)
    /// Anything else; numbers are positions in the assertion.
    case assertion(AssertionRefusal)

    init(
        _ refusal: AssertionRefusal, _ records: [ProofRecord],
        _ places: [(record: Int, field: String)]
    ) {
        switch refusal {
        case .duplicateRecord(let record): self = .twice(record: records[record].name)
        case .supersededRecord(let record): self = .superseded(record: records[record].name)
        case .erasedRecord(let record): self = .erased(record: records[record].name)
        case .nullValue(let value):
            let place = places[value]
            self = .noValue(record: records[place.record].name, field: place.field)
        case .mixedUnits(_, let value):
            let (record, field) = places[value]
            self = .otherUnit(
                record: records[record].name, field: field,
                unit: records[record].commitments[field]?.unit.code ?? "")
        default: self = .assertion(refusal)
        }
    }
}

/// A statement, and the groups that it is about where it is one of linked records.
private struct ListedStatement {
    let statement: ProofStatement
    let groups: [LinkedGroup]

    /// Gives each linked statement its list. Throws `links` unless there is one for each.
    static func all(
        _ statements: [ProofStatement], _ lists: [LinkList]
    ) throws(ProvingRefusal) -> [ListedStatement] {
        let expected = statements.count(where: \.isLinked)
        guard lists.count == expected else {
            throw .links(.lists(have: lists.count, expected: expected))
        }
        var rest = lists[...]
        var listed: [ListedStatement] = []
        var settled: [RecordNumber: LinkedGroup] = [:]
        for (position, statement) in statements.enumerated() {
            var groups: [LinkedGroup] = []
            if case .linked(let link) = statement {
                let list = rest.removeFirst()
                do {
                    try list.check(for: link, at: position)
                    if link.relation.form.isPositive {
                        try list.checkPaidOnce(&settled, at: position)
                    }
                } catch { throw .links(error) }
                groups = list.groups
            }
            listed.append(ListedStatement(statement: statement, groups: groups))
        }
        return listed
    }

    /// The single fields of single records that it is about.
    var places: [ProofPlace] {
        guard case .linked(let link) = statement else { return statement.places }
        return groups.flatMap(link.places)
    }
}

/// The values that some statements are about, numbered.
private struct ValueTable {
    private(set) var places: [(record: Int, field: String)] = []
    private(set) var presented: [PresentedValue] = []
    private var numbers: [String: [Int?]] = [:]
    private let records: [ProofRecord]
    private let positions: [RecordNumber: Int]

    init(_ statements: [ListedStatement], _ records: [ProofRecord]) throws(ProvingRefusal) {
        self.records = records
        positions = Dictionary(
            records.enumerated().compactMap { position, record in
                Int(exactly: record.number)
                    .flatMap { RecordNumber(book: record.book, number: $0) }
                    .map { ($0, position) }
            }
        ) { first, _ in first }
        var whole: Set<String> = []
        var single: [Int: Set<String>] = [:]
        for statement in statements {
            if statement.statement.isAboutAll { whole.formUnion(statement.statement.fields) }
            for place in statement.places {
                single[try position(of: place.record), default: []].insert(place.field)
            }
        }
        for (position, record) in records.enumerated() {
            for field in whole.union(single[position] ?? []).sorted() {
                let commitment = record.commitments[field]
                numbers[field, default: Array(repeating: nil, count: records.count)][position] =
                    presented.count
                places.append((position, field))
                presented.append(
                    PresentedValue(
                        record: position, field: field,
                        unit: commitment?.unit.valueUnit ?? ValueUnit(code: "none", scale: 0),
                        commitment: commitment?.commitment))
            }
        }
    }

    func translate(_ listed: ListedStatement) throws(ProvingRefusal) -> ValueStatement {
        switch listed.statement {
        case .sum(let field, let bound):
            return .linear(.sum(of: all(field), unit: bound.unit.valueUnit), bound.ends)
        case .each(let field, let bound):
            return .each(all(field), bound.unit.valueUnit, bound.ends)
        case .equal(let first, let second):
            return .equal(try number(first), try number(second))
        case .score(let card):
            var terms: [LinearForm.Term] = []
            var units: [ValueUnit] = []
            for term in card.terms {
                for value in all(term.field) {
                    terms.append(LinearForm.Term(value: value, weight: term.weight))
                    units.append(term.unit.valueUnit)
                }
            }
            return .linear(
                LinearForm(terms: terms, units: .perTerm(units)), .atLeast(card.threshold))
        case .total(let sum):
            let terms = try sum.terms.map { term throws(ProvingRefusal) in
                LinearForm.Term(value: try number(term.place), weight: term.weight)
            }
            return .linear(
                LinearForm(terms: terms, units: .common(sum.bound.unit.valueUnit)), sum.bound.ends)
        case .linked(let link):
            return .all(
                link.description,
                try link.parts(listed.groups, unit: unit(of:), number: number(_:)))
        }
    }

    private func unit(of place: ProofPlace) throws(ProvingRefusal) -> ValueUnit {
        presented[try number(place)].unit
    }

    private func all(_ field: String) -> [Int] { (numbers[field] ?? []).compactMap(\.self) }

    private func number(_ place: ProofPlace) throws(ProvingRefusal) -> Int {
        let position = try position(of: place.record)
        guard let number = numbers[place.field]?[position] else {
            throw .notCovered(place.description)
        }
        return number
    }

    private func position(of record: RecordNumber) throws(ProvingRefusal) -> Int {
        guard let position = positions[record] else { throw .notCovered(record.description) }
        return position
    }
}
