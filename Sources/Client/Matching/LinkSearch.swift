public import Sharing
import Wire

/// A record that is in no group of linked ones, and why.
public struct LeftOut: Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Nothing else belongs to it.
        case alone
        /// What belongs to it isn't among the records that it is about.
        case outside
        /// Another one has the same number, so it isn't known what belongs to which.
        case ambiguous
        /// A field that it takes isn't there.
        case noValue(String)
        /// The amounts don't come to what they should, or are of several currencies.
        case otherSum
        /// An amount isn't above zero.
        case notPositive
        /// So many are there, and not as many as it says.
        case otherCount(have: Int, of: String)
        case outOfDays(Int64)
        /// Several payments for several invoices at once.
        case entangled
    }

    public let record: RecordNumber
    public let reason: Reason

    public init(_ record: RecordNumber, _ reason: Reason) {
        self.record = record
        self.reason = reason
    }
}

/// An own record with the values that tie it to others.
struct LinkRecord: Sendable {
    let number: RecordNumber
    let values: [FieldName: FieldValue]

    func value(_ field: String) -> FieldValue? { FieldName(field).flatMap { values[$0] } }

    func amount(_ field: String) -> Amount? {
        if case .amount(let amount)? = value(field) { amount } else { nil }
    }

    func day(_ field: String) -> Int64? {
        if case .date(let date)? = value(field) { Int64(date.daysSince1970) } else { nil }
    }

    /// The keys of these fields; `nil` where one isn't there.
    func keys(_ fields: [String]) -> [[UInt8]]? {
        let keys = fields.compactMap { value($0)?.keyBytes }
        return keys.count == fields.count ? keys : nil
    }
}

/// The groups of own records of which a relation holds, as its statement says it.
struct LinkSearch {
    /// A group, with the unit of its amounts.
    struct Group: Sendable {
        let records: LinkedGroup
        let unit: CommittedUnit?
    }

    private(set) var groups: [Group] = []
    /// First records in no group, in their order.
    var leftOut: [LeftOut] {
        reasons.sorted { $0.key < $1.key }.map { LeftOut($0.key, $0.value) }
    }

    private var reasons: [RecordNumber: LeftOut.Reason] = [:]

    private let link: LinkedStatement
    private let form: Relation.Form
    private let firsts: [RecordNumber: LinkRecord]
    private let seconds: [RecordNumber: LinkRecord]

    /// `matches` say which entries pay which invoices; what ties other records stands in them.
    init(
        _ link: LinkedStatement, firsts: [LinkRecord], seconds: [LinkRecord], matches: [Match] = []
    ) {
        self.link = link
        form = link.relation.form
        self.firsts = Dictionary(firsts.map { ($0.number, $0) }) { first, _ in first }
        self.seconds = Dictionary(seconds.map { ($0.number, $0) }) { first, _ in first }
        switch link.relation {
        case .settles, .settlesByReference: addPayments(matches)
        case .follows: addFollowers()
        case .balances, .bills, .despatches, .fulfils: addKeyed()
        }
        groups.sort { $0.records.first[0] < $1.records.first[0] }
    }

    /// Whether what belongs together is what was matched.
    static func takesMatches(_ relation: Relation) -> Bool {
        switch relation {
        case .settles, .settlesByReference: true
        case .balances, .bills, .despatches, .follows, .fulfils: false
        }
    }

    // MARK: What belongs together

    private mutating func addKeyed() {
        let bySecond = Dictionary(grouping: seconds.values) { $0.keys(form.keys.map(\.second)) }
        let byFirst = Dictionary(grouping: firsts.values) { $0.keys(form.keys.map(\.first)) }
        for (keys, records) in byFirst {
            guard let keys else {
                for record in records { reasons[record.number] = missingKey(record) }
                continue
            }
            guard records.count == 1 else {
                for record in records { reasons[record.number] = .ambiguous }
                continue
            }
            var others = bySecond[keys] ?? []
            if form.count == nil {
                others = others.filter { fault(records, [$0]) == nil }
                guard !others.isEmpty else {
                    reasons[records[0].number] = .alone
                    continue
                }
            }
            add(records, others)
        }
    }

    private func missingKey(_ record: LinkRecord) -> LeftOut.Reason {
        .noValue(
            form.keys.map(\.first).first { record.value($0)?.keyBytes == nil } ?? "")
    }

    /// Statements of an account in their order, each with the next one.
    private mutating func addFollowers() {
        let byAccount = Dictionary(grouping: firsts.values) { $0.keys(form.keys.map(\.first)) }
        for (account, statements) in byAccount {
            guard account != nil else {
                for record in statements { reasons[record.number] = missingKey(record) }
                continue
            }
            let ordered = statements.sorted {
                ($0.day("period_end") ?? 0, $0.number) < ($1.day("period_end") ?? 0, $1.number)
            }
            for (statement, next) in zip(ordered, ordered.dropFirst()) { add([statement], [next]) }
        }
    }

    /// Invoices and entries that matches hold together.
    private mutating func addPayments(_ matches: [Match]) {
        var paid: [RecordNumber: [RecordNumber]] = [:]
        var pays: [RecordNumber: [RecordNumber]] = [:]
        for match in matches {
            guard let claim = RecordNumber(match.claim), let payment = RecordNumber(match.payment)
            else { continue }
            paid[claim, default: []].append(payment)
            pays[payment, default: []].append(claim)
        }
        var seen: Set<RecordNumber> = []
        for start in firsts.keys.sorted() where !seen.contains(start) {
            var invoices: Set = [start]
            var entries: Set<RecordNumber> = []
            var next = [start]
            while let record = next.popLast() {
                let others = (paid[record] ?? []) + (pays[record] ?? [])
                for other in others {
                    let isNew =
                        paid[record] == nil
                        ? invoices.insert(other).inserted : entries.insert(other).inserted
                    if isNew { next.append(other) }
                }
            }
            seen.formUnion(invoices)
            let (some, others) = (
                invoices.sorted().compactMap { firsts[$0] },
                entries.sorted().compactMap { seconds[$0] }
            )
            guard some.count == invoices.count, others.count == entries.count else {
                for record in some { reasons[record.number] = .outside }
                continue
            }
            if others.isEmpty { reasons[start] = .alone } else { add(some, others) }
        }
    }

    private mutating func add(_ some: [LinkRecord], _ others: [LinkRecord]) {
        if let fault = fault(some, others) {
            for record in some { reasons[record.number] = fault }
            return
        }
        let unit = (form.firstTerms.first?.field).flatMap { some[0].amount($0) }
        groups.append(
            Group(
                records: LinkedGroup(some.map(\.number), others.map(\.number)),
                unit: unit.map { .currency($0.currency) }))
    }

    // MARK: Whether it is true

    /// Why it can't be proven of these records; `nil` where it can.
    private func fault(_ some: [LinkRecord], _ others: [LinkRecord]) -> LeftOut.Reason? {
        guard form.sides.allows(some.count, others.count) else { return .entangled }
        for first in some {
            for second in others {
                if let fault = keyFault(first, second) ?? dayFault(first, second) { return fault }
            }
        }
        return sumFault(some, others) ?? countFault(some[0], others)
    }

    private func keyFault(_ first: LinkRecord, _ second: LinkRecord) -> LeftOut.Reason? {
        for key in form.keys {
            guard let left = first.value(key.first)?.keyBytes else { return .noValue(key.first) }
            guard let right = second.value(key.second)?.keyBytes else {
                return .noValue(key.second)
            }
            if left != right { return .alone }
        }
        return nil
    }

    private func dayFault(_ first: LinkRecord, _ second: LinkRecord) -> LeftOut.Reason? {
        guard let range = link.days, let dates = form.days else { return nil }
        guard let start = first.day(dates.first) else { return .noValue(dates.first) }
        guard let end = second.day(dates.second) else { return .noValue(dates.second) }
        return range.contains(end - start) ? nil : .outOfDays(end - start)
    }

    private func sumFault(_ some: [LinkRecord], _ others: [LinkRecord]) -> LeftOut.Reason? {
        var sum: Int64 = 0
        var currencies: Set<String> = []
        for (records, terms) in [(some, form.firstTerms), (others, form.secondTerms)] {
            for record in records {
                for term in terms {
                    guard let amount = record.amount(term.field) else {
                        return .noValue(term.field)
                    }
                    if form.isPositive && amount.units <= 0 { return .notPositive }
                    // At most 2¹⁶ amounts below 2⁴⁷: nothing overflows.
                    sum += term.weight * amount.units
                    currencies.insert(amount.currency)
                }
            }
        }
        return sum == 0 && currencies.count <= 1 ? nil : .otherSum
    }

    private func countFault(_ first: LinkRecord, _ others: [LinkRecord]) -> LeftOut.Reason? {
        guard let field = form.count else { return nil }
        guard case .quantity(let said)? = first.value(field) else { return .noValue(field) }
        return said.thousandths == Int64(others.count) * 1_000 && said.unit == "C62"
            ? nil : .otherCount(have: others.count, of: said.text)
    }
}
