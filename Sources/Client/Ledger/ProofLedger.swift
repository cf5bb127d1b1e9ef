import Commitments
import Rules
public import Sharing
public import Wire

/// What the proofs that one grantee was given say together.
///
/// It needs no file of its own: what was proven to whom stands in the grants, which the log keeps. A
/// grantee remembers also what has ended.
public struct ProofLedger: Sendable {
    /// One answer: what was said of which records.
    struct Answer: Sendable {
        let grant: JTI?
        let statement: ProofStatement
        let records: [JTI]
    }

    private let answers: [Answer]
    private let names: [JTI: String]

    /// Sets that differ by at most so many records are nearly the same.
    static let fewRecords = 3

    /// The proofs that this participant gave to `grantee`.
    public init(_ view: View, grantee: Handle) {
        var answers: [Answer] = []
        for grant in view.grants.values.sorted(by: { $0.index < $1.index })
        where grant.statement.issuer == view.handle && grant.terms.to == grantee {
            guard case .statements(let texts) = grant.terms.subject,
                case .records(let ranges) = grant.terms.scope
            else { continue }
            let records = Self.records(ranges, in: view)
            for text in texts {
                guard let statement = try? ProofStatement(parsing: text) else { continue }
                answers.append(
                    Answer(grant: grant.jti, statement: statement, records: records))
            }
        }
        self.init(answers, names: view.records.mapValues(\.name))
    }

    init(_ answers: [Answer], names: [JTI: String]) {
        (self.answers, self.names) = (answers, names)
    }

    private static func records(_ ranges: [RecordRange], in view: View) -> [JTI] {
        ranges.flatMap { range in
            // A range can be longer than the book; nothing is beyond its last record.
            let last = min(range.to, view.books[range.book]?.count ?? 0)
            return last < range.from
                ? [] : (range.from...last).compactMap { view.record(range.book, $0)?.jti }
        }
    }

    /// What the grantee could conclude from what it knows and these statements together.
    public func warnings(
        adding statements: [ProofStatement], about records: [JTI]
    ) -> [ProofWarning] {
        let added = statements.map { Answer(grant: nil, statement: $0, records: records) }
        var known: [Quantity: Interval] = [:]
        for answer in answers { learn(answer, &known) }
        let before = known
        for answer in added { learn(answer, &known) }
        var warnings: [ProofWarning] = []
        for (quantity, interval) in known where before[quantity] != interval {
            guard interval.isTight else { continue }
            warnings.append(
                .pinned(
                    quantity.words(names), low: interval.low.map(quantity.text) ?? "",
                    high: interval.high.map(quantity.text) ?? ""))
        }
        warnings.sort { "\($0)" < "\($1)" }
        return warnings + nearlySame(added)
    }

    private func learn(_ answer: Answer, _ known: inout [Quantity: Interval]) {
        for (quantity, interval) in answer.says {
            known[quantity, default: Interval()].intersect(interval)
        }
    }

    /// Sums of one field over sets that differ by few records bound what these come to.
    private func nearlySame(_ added: [Answer]) -> [ProofWarning] {
        var warnings: [ProofWarning] = []
        for new in added {
            guard case .sum(let field, let bound) = new.statement else { continue }
            for old in answers {
                guard case .sum(field, let other) = old.statement,
                    other.currency == bound.currency, let grant = old.grant
                else { continue }
                let difference = Set(old.records).symmetricDifference(new.records)
                guard (1...Self.fewRecords).contains(difference.count) else { continue }
                let warning = ProofWarning.nearlySame(
                    field: field, grant: grant,
                    records: difference.map { names[$0] ?? $0.text }.sorted())
                if !warnings.contains(warning) { warnings.append(warning) }
            }
        }
        return warnings
    }
}

/// What statements that were proven to one grantee tell it together, beyond each alone.
public enum ProofWarning: Hashable, Sendable {
    /// A quantity is known exactly, or nearly.
    case pinned(String, low: String, high: String)
    /// An earlier grant has the sum of the same field over nearly the same records.
    case nearlySame(field: String, grant: JTI, records: [String])
}

/// A linear form of committed amounts: what bounds can be about.
private struct Quantity: Hashable {
    enum Kind: Hashable {
        /// The sum of a field over these records; one record is an amount itself.
        case sum(String, Set<JTI>, currency: String)
        /// The score of a card over these records, whatever its threshold.
        case score([Scorecard.Term], Set<JTI>)
    }

    let kind: Kind

    func words(_ names: [JTI: String]) -> String {
        switch kind {
        case .sum(let field, let records, _):
            if records.count == 1, let record = records.first {
                return "\(field) of \(names[record] ?? record.text)"
            }
            return "the sum of \(field) over \(records.count) records"
        case .score(_, let records): return "the score over \(records.count) records"
        }
    }

    func text(_ units: Int64) -> String {
        guard case .sum(_, _, let currency) = kind,
            let bound = ProofBound(.exactly(units), currency: currency)
        else { return "\(units)" }
        return String(bound.description.dropFirst(2))
    }
}

/// Where something lies; `nil` for an open end.
private struct Interval: Hashable {
    var low: Int64?
    var high: Int64?

    mutating func intersect(_ other: Interval) {
        if let end = other.low { low = max(low ?? end, end) }
        if let end = other.high { high = min(high ?? end, end) }
    }

    /// Within a hundredth of its size.
    var isTight: Bool {
        guard let low, let high else { return false }
        let width = Int128(high) - Int128(low)
        let size = max(Int128(low).magnitude, Int128(high).magnitude)
        return width <= 0 || UInt128(width) * 100 <= size
    }
}

extension ProofLedger.Answer {
    /// The bounds that it states.
    fileprivate var says: [(Quantity, Interval)] {
        switch statement {
        case .sum(let field, let bound):
            return [
                (
                    Quantity(kind: .sum(field, Set(records), currency: bound.currency)),
                    bound.interval
                )
            ]
        case .each(let field, let bound):
            return records.map {
                (Quantity(kind: .sum(field, [$0], currency: bound.currency)), bound.interval)
            }
        case .score(let card):
            return [
                (
                    Quantity(kind: .score(card.terms, Set(records))),
                    Interval(low: card.threshold, high: nil)
                )
            ]
        case .equal: return []
        }
    }
}

extension ProofBound {
    fileprivate var interval: Interval {
        switch ends {
        case .atLeast(let end): Interval(low: end, high: nil)
        case .atMost(let end): Interval(low: nil, high: end)
        case .between(let low, let high): Interval(low: low, high: high)
        case .exactly(let end): Interval(low: end, high: end)
        }
    }
}
