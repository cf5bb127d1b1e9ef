import Commitments
public import Wire

/// That records belong together as a relation says, written
/// `linked(settles, 187, DIGEST) days <= 60`.
///
/// A request doesn't know which records these are, and says `linked(settles) days <= 60`; who answers
/// lists them.
public struct LinkedStatement: Hashable, Sendable {
    /// Which list of groups.
    public struct Listing: Hashable, Sendable {
        public let count: Int
        public let digest: Digest<Digested.Links>

        /// `nil` for no group, or more than ``LinkList/maximumGroups``.
        public init?(count: Int, digest: Digest<Digested.Links>) {
            guard (1...LinkList.maximumGroups).contains(count) else { return nil }
            self.count = count
            self.digest = digest
        }
    }

    public let relation: Relation
    /// `nil` in what is asked for.
    public let listing: Listing?
    /// Between the dates of a first and a second record; negative where the second is earlier.
    public let days: ClosedRange<Int64>?

    /// Ten years; `days <= 60` means from as long before until 60 days after.
    public static let maximumDays: Int64 = 3650

    /// `nil` for days of a relation without dates, and for more than ``maximumDays``.
    public init?(_ relation: Relation, listing: Listing? = nil, days: ClosedRange<Int64>? = nil) {
        if let days {
            guard relation.form.days != nil, days.lowerBound >= -Self.maximumDays,
                days.upperBound <= Self.maximumDays
            else { return nil }
        }
        self.relation = relation
        self.listing = listing
        self.days = days
    }

    /// The same as it is asked for, whichever records it was about.
    public var asked: LinkedStatement { with(nil) }

    /// The same about the groups of `list`; `nil` where there are none or too many.
    public func listing(_ list: LinkList) -> LinkedStatement? {
        Listing(count: list.groups.count, digest: list.digest).map { with($0) }
    }

    private func with(_ listing: Listing?) -> LinkedStatement {
        LinkedStatement(unchecked: relation, listing, days)
    }

    private init(unchecked relation: Relation, _ listing: Listing?, _ days: ClosedRange<Int64>?) {
        self.relation = relation
        self.listing = listing
        self.days = days
    }
}

extension LinkedStatement: CustomStringConvertible {
    public var description: String {
        let which = listing.map { ", \($0.count), \($0.digest.text)" } ?? ""
        return "linked(\(relation.rawValue)\(which))" + (days.map { " \(Self.words($0))" } ?? "")
    }

    private static func words(_ days: ClosedRange<Int64>) -> String {
        days.lowerBound == -maximumDays
            ? "days <= \(days.upperBound)"
            : "days between \(days.lowerBound) and \(days.upperBound)"
    }
}

extension LinkedStatement {
    /// The fields of either side's records that it is about, with what they are committed to as.
    func fields() -> (first: [String: CommittedKind], second: [String: CommittedKind]) {
        let form = relation.form
        var (first, second): ([String: CommittedKind], [String: CommittedKind]) = ([:], [:])
        for key in form.keys {
            first[key.first] = .key
            second[key.second] = .key
        }
        for term in form.firstTerms { first[term.field] = .amount }
        for term in form.secondTerms { second[term.field] = .amount }
        if let count = form.count { first[count] = .quantity }
        if days != nil, let dates = form.days {
            first[dates.first] = .day
            second[dates.second] = .day
        }
        return (first, second)
    }

    /// The fields of either side's records that it is about, ascending; of records of one series all.
    public var fieldNames: (first: [FieldName], second: [FieldName]) {
        let fields = fields()
        var (first, second) = (Set(fields.first.keys), Set(fields.second.keys))
        if relation.form.first == relation.form.second {
            first.formUnion(second)
            second = first
        }
        func names(_ texts: Set<String>) -> [FieldName] {
            texts.sorted().compactMap { FieldName($0) }
        }
        return (names(first), names(second))
    }

    /// All that it is about in a group.
    public func places(_ group: LinkedGroup) -> [ProofPlace] {
        let fields = fields()
        return Self.places(group.first, fields.first.keys.sorted())
            + Self.places(group.second, fields.second.keys.sorted())
    }

    private static func places(
        _ records: [RecordNumber], _ fields: [String]
    ) -> [ProofPlace] {
        records.flatMap { record in fields.map { ProofPlace(record: record, field: $0) } }
    }

    /// What it says of a group are equal keys.
    public func equalPlaces(_ group: LinkedGroup) -> [(ProofPlace, ProofPlace)] {
        group.pairs.flatMap { first, second in
            relation.form.keys.map {
                (
                    ProofPlace(record: first, field: $0.first),
                    ProofPlace(record: second, field: $0.second)
                )
            }
        }
    }

    /// The ranges that a proof about so many groups takes at least.
    func leastRanges(_ groups: Int) -> Int {
        groups * ((relation.form.isPositive ? 2 : 0) + (days == nil ? 0 : 2))
    }

    /// What has to hold of the groups, one after another; `number` gives a place's value.
    func parts(
        _ groups: [LinkedGroup], unit: (ProofPlace) throws(ProvingRefusal) -> ValueUnit,
        number: (ProofPlace) throws(ProvingRefusal) -> Int
    ) throws(ProvingRefusal) -> [ValueStatement] {
        let form = relation.form
        var parts: [ValueStatement] = []
        func value(_ record: RecordNumber, _ field: String) throws(ProvingRefusal) -> Int {
            try number(ProofPlace(record: record, field: field))
        }
        for group in groups {
            for (first, second) in equalPlaces(group) {
                parts.append(.equal(try number(first), try number(second)))
            }
            var terms: [LinearForm.Term] = []
            for (records, fields) in [
                (group.first, form.firstTerms), (group.second, form.secondTerms),
            ] {
                for record in records {
                    for (field, weight) in fields {
                        terms.append(.init(value: try value(record, field), weight: weight))
                    }
                }
            }
            if let field = form.firstTerms.first?.field {
                let unit = try unit(ProofPlace(record: group.first[0], field: field))
                let sum = LinearForm(terms: terms, units: .common(unit))
                parts.append(.linear(sum, .exactly(0)))
                if form.isPositive { parts.append(.each(terms.map(\.value), unit, .atLeast(1))) }
            }
            if let field = form.count {
                let counted = try value(group.first[0], field)
                parts.append(
                    .linear(
                        .sum(of: [counted], unit: Relation.Form.pieces.valueUnit),
                        .exactly(Int64(group.second.count) * Quantity.perUnit)))
            }
            if let days, let dates = form.days {
                for (first, second) in group.pairs {
                    parts.append(
                        .difference(
                            try value(second, dates.second), try value(first, dates.first), days))
                }
            }
        }
        return parts
    }
}
