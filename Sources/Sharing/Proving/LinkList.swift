public import Wire

/// The groups of records that one statement `linked` is about.
///
/// The statement has its number of groups and its digest; the list itself lies in the envelope and in
/// the package. The salt keeps who sees the statement from trying lists against the digest.
public struct LinkList: Shaped, Hashable {
    /// Ascending by the first record.
    public let groups: [LinkedGroup]
    let salt: [UInt8]

    public static let maximumGroups = 8192
    /// Records on one side of a group.
    static let maximumSide = 65_536
    static let saltBytes = 16

    /// Sorts the groups.
    public init(_ groups: [LinkedGroup], using random: inout some RandomNumberGenerator) {
        self.init(
            listed: groups.sorted { Self.order($0) < Self.order($1) },
            salt: (0..<Self.saltBytes).map { _ in .random(in: .min ... .max, using: &random) })
    }

    init(listed groups: [LinkedGroup], salt: [UInt8]) {
        self.groups = groups
        self.salt = salt
    }

    /// Of its canonical JSON.
    public var digest: Digest<Digested.Links> { Digest(hashing: Self.shape.bytes(of: self)) }

    /// Groups without a first record come before all others, and are refused.
    private static func order(_ group: LinkedGroup) -> [RecordNumber] {
        Array(group.first.prefix(1))
    }

    public static let shape = Shape<LinkList>(
        LinkList.init(listed:salt:),
        .required("groups", \.groups, .list(of: .linkedGroup, 1...maximumGroups)),
        .required("salt", \.salt, .base64URL(saltBytes...saltBytes, "16 bytes")))
}

extension Codec where Value == LinkedGroup {
    fileprivate static let linkedGroup = mapped(
        .list(of: .list(of: .recordNumber, 0...LinkList.maximumSide), 2...2), "group",
        from: { LinkedGroup(asListed: $0) }, to: { [$0.first, $0.second] })
}

extension Codec where Value == RecordNumber {
    fileprivate static let recordNumber = plain("record")
}

extension RecordNumber: PlainText {
    public init?(plain: ArraySlice<UInt8>) { self.init(String(decoding: plain, as: UTF8.self)) }
    public var plainText: String { description }
}

extension [RecordNumber] {
    fileprivate static func < (left: Self, right: Self) -> Bool {
        left.lexicographicallyPrecedes(right)
    }
}

/// Why a list isn't the one that a statement is about, or can't be true.
public enum LinkRefusal: Error, Hashable, Sendable {
    /// There are more or fewer lists than statements that have one.
    case lists(have: Int, expected: Int)
    /// The statement at this position doesn't say which list.
    case notListed(statement: Int)
    case otherList(statement: Int)
    case otherCount(statement: Int, have: Int, expected: Int)
    /// A group has too many or too few records on a side.
    case wrongGroup(statement: Int, group: Int)
    /// A record isn't of the series that the relation is about.
    case wrongSeries(statement: Int, record: String)
    /// A record counts twice: a payment would settle two invoices.
    case twice(statement: Int, record: String)
    /// Groups and the records in them ascend.
    case notAscending(statement: Int, group: Int)
}

extension LinkList {
    /// Checks that this is the list of `statement`, the one at `position`, and a possible one.
    func check(
        for statement: LinkedStatement, at position: Int
    ) throws(LinkRefusal) {
        guard let listing = statement.listing else { throw .notListed(statement: position) }
        guard groups.count == listing.count else {
            throw .otherCount(
                statement: position, have: groups.count, expected: listing.count)
        }
        guard digest == listing.digest else { throw .otherList(statement: position) }
        let form = statement.relation.form
        var (firsts, seconds): (Set<RecordNumber>, Set<RecordNumber>) = ([], [])
        var last: RecordNumber?
        for (number, group) in groups.enumerated() {
            guard form.sides.allows(group.first.count, group.second.count) else {
                throw .wrongGroup(statement: position, group: number)
            }
            try Self.insert(group.first, of: form.first, into: &firsts, position, number)
            try Self.insert(group.second, of: form.second, into: &seconds, position, number)
            // A statement that follows itself.
            if let record = group.first.first(where: group.second.contains) {
                throw .twice(statement: position, record: record.description)
            }
            guard last.map({ $0 < group.first[0] }) ?? true else {
                throw .notAscending(statement: position, group: number)
            }
            last = group.first[0]
        }
    }

    /// Checks that no record was `settled` with others than here, by another list: a payment settles what it
    /// settles, however many statements say so.
    func checkPaidOnce(
        _ settled: inout [RecordNumber: LinkedGroup], at position: Int
    ) throws(LinkRefusal) {
        for group in groups {
            for record in group.records {
                guard settled[record].map({ $0 == group }) ?? true else {
                    throw .twice(statement: position, record: record.description)
                }
                settled[record] = group
            }
        }
    }

    private static func insert(
        _ records: [RecordNumber], of series: Series, into seen: inout Set<RecordNumber>,
        _ position: Int, _ group: Int
    ) throws(LinkRefusal) {
        for record in records {
            guard record.book.series == series else {
                throw .wrongSeries(statement: position, record: record.description)
            }
            guard seen.insert(record).inserted else {
                throw .twice(statement: position, record: record.description)
            }
        }
        guard zip(records, records.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw .notAscending(statement: position, group: group)
        }
    }
}
