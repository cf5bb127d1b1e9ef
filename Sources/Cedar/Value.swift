/// A value of the policy language.
public enum Value: Sendable {
    case bool(Bool)
    case long(Int64)
    case string(Text)
    case entity(EntityUID)
    case set(ValueSet)
    case record(Record)
    case decimal(Decimal)
    indirect case ip(IPAddress)
    case datetime(Datetime)
    case duration(Duration)

    /// What kind of value this is, as error reports name it.
    public var kind: ValueKind {
        switch self {
        case .bool: .bool
        case .long: .long
        case .string: .string
        case .entity: .entity
        case .set: .set
        case .record: .record
        case .decimal: .decimal
        case .ip: .ip
        case .datetime: .datetime
        case .duration: .duration
        }
    }
}

/// The kinds of value, in the order in which values of different kinds sort.
public enum ValueKind: UInt8, Sendable, Hashable {
    case bool, long, string, entity, set, record, decimal, ip, datetime, duration
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .long(value) }
    public init(stringLiteral value: String) { self = .string(Text(value)) }
}

extension Value: Equatable {
    @inline(__always)
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let a), .bool(let b)): a == b
        case (.long(let a), .long(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.entity(let a), .entity(let b)): a == b
        default: order(left, right) == .same
        }
    }

    /// A total order over all values, by which sets are kept; the language itself compares numbers,
    /// datetimes and durations only.
    static func order(_ left: Value, _ right: Value) -> Order {
        switch (left, right) {
        case (.bool(let a), .bool(let b)): Order(a ? 1 : 0, b ? 1 : 0)
        case (.long(let a), .long(let b)): Order(a, b)
        case (.string(let a), .string(let b)): Text.order(a, b)
        case (.entity(let a), .entity(let b)): EntityUID.order(a, b)
        case (.set(let a), .set(let b)): ValueSet.order(a, b)
        case (.record(let a), .record(let b)): Record.order(a, b)
        case (.decimal(let a), .decimal(let b)): Order(a, b)
        case (.ip(let a), .ip(let b)): Order(a, b)
        case (.datetime(let a), .datetime(let b)): Order(a, b)
        case (.duration(let a), .duration(let b)): Order(a, b)
        default: Order(left.kind.rawValue, right.kind.rawValue)
        }
    }
}

/// A set: no order, no duplicates.
public struct ValueSet: Sendable, Equatable {
    /// The elements, each once, ascending.
    public let elements: [Value]

    public init(_ values: [Value]) {
        if values.count < 2 {
            elements = values
            return
        }
        let sorted = values.sorted { Value.order($0, $1) == .before }
        var unique: [Value] = []
        unique.reserveCapacity(sorted.count)
        for value in sorted {
            if let last = unique.last, last == value { continue }
            unique.append(value)
        }
        elements = unique
    }

    public var isEmpty: Bool { elements.isEmpty }

    public func contains(_ value: Value) -> Bool {
        if elements.count <= Self.linearSearchLimit { return elements.contains(value) }
        return elements.position { Value.order($0, value) } != nil
    }

    /// Whether every element of `other` is in this set.
    public func isSuperset(of other: ValueSet) -> Bool {
        guard other.elements.count <= elements.count else { return false }
        return common(with: other, stopAtFirst: false) == other.elements.count
    }

    public func intersects(_ other: ValueSet) -> Bool {
        common(with: other, stopAtFirst: true) > 0
    }

    /// Counts the elements two sets share, walking both in order.
    private func common(with other: ValueSet, stopAtFirst: Bool) -> Int {
        var count = 0
        var mine = 0
        var theirs = 0
        while mine < elements.count && theirs < other.elements.count {
            switch Value.order(elements[mine], other.elements[theirs]) {
            case .before: mine += 1
            case .after: theirs += 1
            case .same:
                count += 1
                if stopAtFirst { return count }
                mine += 1
                theirs += 1
            }
        }
        return count
    }

    static func order(_ left: ValueSet, _ right: ValueSet) -> Order {
        Order.of(left.elements, right.elements, Value.order)
    }

    /// Up to this many elements, comparing with each is faster than a binary search.
    private static let linearSearchLimit = 8
}
