public import Custody
import Rules
import Sharing
public import Wire

/// What one grantee was let know of amounts: the statements proven to it, and what it could read.
///
/// It needs no file of its own: all of it stands in the grants, which the log keeps. A grantee
/// remembers also what has ended.
public struct ProofLedger: Sendable {
    /// One answer: what was said of which records.
    struct Answer: Sendable {
        let grant: JTI?
        let statement: ProofStatement
        let records: [JTI]
        /// Of linked records.
        var groups: [LinkSearch.Group] = []
    }

    /// Amounts that can be read, or could.
    struct Reading: Sendable {
        let fields: Set<String>
        let records: Set<JTI>
    }

    var answers: [Answer]
    let readings: [Reading]
    let names: [JTI: String]

    /// Sets that differ by at most so many records are nearly the same.
    static let fewRecords = 3

    /// What this participant let `grantee` know until `now`.
    public init(_ view: View, grantee: Handle, at now: Timestamp) throws(HomeError) {
        var answers: [Answer] = []
        var readings: [Reading] = []
        for grant in try view.grants.values.sorted(by: { $0.index < $1.index })
        where grant.issuer == view.handle && grant.terms.to == grantee {
            switch grant.terms.subject {
            case .fields(let names):
                let fields = names.map(\.text)
                readings += try Self.readings(under: grant, of: fields, in: view, at: now)
            case .statements(let texts):
                let records = Array(try Self.records(grant.terms.scope, in: view))
                for text in texts {
                    guard let statement = try? ProofStatement(parsing: text) else { continue }
                    answers.append(
                        Answer(grant: grant.jti, statement: statement, records: records))
                }
            }
        }
        self.init(answers, readings: readings, names: try view.records.mapValues(\.name))
    }

    init(_ answers: [Answer], readings: [Reading] = [], names: [JTI: String]) {
        (self.answers, self.readings, self.names) = (answers, readings, names)
    }

    /// A grant that stands lets read all that it covers, whether or not anybody did; one that is over
    /// let read what its accesses served.
    private static func readings(
        under grant: KnownGrant, of fields: [String], in view: View, at now: Timestamp
    ) throws(HomeError) -> [Reading] {
        if grant.isLive(at: now) {
            let all = try records(grant.terms.scope, in: view)
            return [Reading(fields: Set(fields), records: all)]
        }
        var readings: [Reading] = []
        for access in try view.accesses(under: grant.jti) {
            // What it says may have been erased; then it may have been anything.
            let served = access.served
            readings.append(
                Reading(
                    fields: Set(served?.fields.map(\.text) ?? fields),
                    records: try records(
                        served.map { .records($0.ranges) } ?? grant.terms.scope, in: view)))
        }
        return readings
    }

    /// The own records of a scope, replaced and erased ones among them: they were there to be known.
    static func records(_ scope: Scope, in view: View) throws(HomeError) -> Set<JTI> {
        guard case .records(let ranges) = scope else {
            return Set(try view.records(ofBooks: scope.covers).map(\.jti))
        }
        var listed: Set<JTI> = []
        for range in ranges {
            // A range can be longer than the book; nothing is beyond its last record.
            let last = min(range.to, try view.book(range.book)?.count ?? 0)
            guard range.from <= last else { continue }
            for number in range.from...last {
                if let record = try view.record(range.book, number) { listed.insert(record.jti) }
            }
        }
        return listed
    }

    /// The amounts whose values ``warnings(adding:values:)`` has use for: those that the grantee can
    /// read and some statement is about.
    func useful(adding added: [Answer] = [], reading more: Reading? = nil) -> Set<AmountName> {
        let places = Places(names)
        let named = Set((answers + added).flatMap { $0.amounts(places) })
        let readings = readings + (more.map { [$0] } ?? [])
        return named.filter { name in readings.contains { $0.has(name) } }
    }

    /// What the grantee could conclude from what it knows and these answers together.
    ///
    /// `values` has the amounts of ``useful(adding:reading:)``, in units, as far as they are still
    /// there.
    func warnings(
        adding added: [Answer], values: [AmountName: Int64] = [:]
    ) -> [ProofWarning] {
        let before = Knowledge(answers, readings, values, names)
        let after = Knowledge(answers + added, readings, values, names)
        return Self.first(
            after.pinned(since: before, old: answers)
                + after.nearlySame(added, as: answers) + after.rests(of: added, since: nil))
    }

    /// What the grantee could conclude of other amounts once it can read these, from what was proven
    /// to it.
    func warnings(reading more: Reading, values: [AmountName: Int64] = [:]) -> [ProofWarning] {
        let before = Knowledge(answers, readings, values, names)
        let after = Knowledge(answers, readings + [more], values, names)
        return Self.first(
            after.pinned(since: before, old: answers) + after.rests(of: answers, since: before))
    }

    /// Of many warnings the first, and how many more there are: a key that can be read is the same in all
    /// entries of a statement.
    private static func first(_ warnings: [ProofWarning]) -> [ProofWarning] {
        guard warnings.count > mostWarnings else { return warnings }
        return warnings.prefix(mostWarnings) + [.more(warnings.count - mostWarnings)]
    }

    static let mostWarnings = 12
}

/// What one grantee can conclude from all it was let know, beyond each answer alone.
public enum ProofWarning: Hashable, Sendable {
    /// A quantity is known exactly, or nearly.
    case pinned(String, low: String, high: String)
    /// An amount is the same as one that can be read.
    case readable(String)
    /// An earlier grant has a sum or score over nearly the same records.
    case nearlySame(field: String, grant: JTI, records: [String])
    /// All other records of a sum or score can be read, so that it is about these.
    case rest(field: String, records: [String])
    /// So many more besides the others.
    case more(Int)
}

/// One amount of one record.
struct AmountName: Hashable, Comparable, Sendable {
    let record: JTI
    let field: String

    static func < (left: Self, right: Self) -> Bool {
        (left.record.text, left.field) < (right.record.text, right.field)
    }
}

extension ProofLedger.Reading {
    func has(_ name: AmountName) -> Bool {
        fields.contains(name.field) && records.contains(name.record)
    }
}

/// Records by their names.
struct Places {
    private let records: [String: JTI]

    init(_ names: [JTI: String]) {
        records = Dictionary(names.map { ($1, $0) }) { first, _ in first }
    }

    /// The value at a place; `nil` where there is no such record.
    func name(_ place: ProofPlace) -> AmountName? { name(place.record, place.field) }

    func name(_ record: RecordNumber, _ field: String) -> AmountName? {
        records[record.description].map { AmountName(record: $0, field: field) }
    }
}

extension ProofLedger.Answer {
    /// Pairs of values that it says are the same, keys among them.
    func equals(_ places: Places) -> [(AmountName, AmountName)] {
        switch statement {
        case .equal(let first, let second):
            guard let left = places.name(first), let right = places.name(second) else { return [] }
            return [(left, right)]
        case .linked(let link):
            return groups.flatMap { group in
                link.equalPlaces(group.records).compactMap { first, second in
                    guard let left = places.name(first), let right = places.name(second) else {
                        return nil
                    }
                    return (left, right)
                }
            }
        case .sum, .each, .score, .total: return []
        }
    }

    /// The values that it is about.
    func amounts(_ places: Places) -> [AmountName] {
        switch statement {
        case .sum, .each, .score:
            statement.fields.flatMap { field in
                records.map { AmountName(record: $0, field: field) }
            }
        case .equal, .total: statement.places.compactMap(places.name)
        case .linked(let link):
            groups.flatMap { link.places($0.records) }.compactMap(places.name)
        }
    }
}
