/// A sum of products of public scalars and points, by interleaved non-adjacent forms (Straus):
/// all products share their doublings.
///
/// Variable time in everything. Points known beforehand come with a table of many odd multiples,
/// others with one of eight.
package struct StrausSum {
    /// Width of the digits for a point that comes with no table: odd multiples up to 15.
    private static let width = 5
    /// Width of the digits for a point with a table.
    private static let tableWidth = 8
    /// Odd multiples of a point in a table: up to 127.
    package static let tableSize = 64

    private var fixedDigits = DigitLists()
    private var otherDigits = DigitLists()
    private var otherTable: [CachedPoint] = []

    package init(capacity: Int = 0) {
        otherTable.reserveCapacity(8 * capacity)
    }

    /// Adds scalar · point.
    package mutating func add(_ scalar: Scalar, _ point: Point) {
        let (magnitude, isNegative) = scalar.shortForm
        let offset = otherTable.count
        otherTable += point.oddMultiples(8).map(\.cached)
        otherDigits.insert(
            magnitude, isNegative: isNegative, width: StrausSum.width, tableOffset: offset)
    }

    /// Adds scalar · the point with this index in the table given to `result`.
    package mutating func add(_ scalar: Scalar, tableIndex: Int) {
        fixedDigits.insert(
            scalar.integer, isNegative: false, width: StrausSum.tableWidth,
            tableOffset: tableIndex * StrausSum.tableSize)
    }

    /// The sum so far.
    package func result(with table: OddMultiples = .none) -> Point {
        table.entries.withUnsafeBufferPointer { fixed in
            otherTable.withUnsafeBufferPointer { other in
                var sum = CompletedPoint.identity
                var started = false
                for position in (0...Limbs.maximumBits).reversed() {
                    if started { sum = sum.projective.doubled }
                    fixedDigits.forEach(at: position) { entry in
                        sum = sum.extended + fixed[entry]
                        started = true
                    } subtract: { entry in
                        sum = sum.extended - fixed[entry]
                        started = true
                    }
                    otherDigits.forEach(at: position) { entry in
                        sum = sum.extended + other[entry]
                        started = true
                    } subtract: { entry in
                        sum = sum.extended - other[entry]
                        started = true
                    }
                }
                return sum.extended
            }
        }
    }
}

extension Limbs {
    /// A recoded integer below 2²⁵⁵ has no digit beyond this position.
    static let maximumBits = 256
}

extension CompletedPoint {
    /// The neutral element: 0·1, 1·1, 1·1, 0·1.
    static let identity = CompletedPoint(e: .zero, f: .one, g: .one, h: .one)
}

/// The odd multiples 1, 3, … 2·count − 1 of points known beforehand, point by point.
package struct OddMultiples: Sendable {
    package let count: Int
    let entries: [AffinePoint]

    package static let none = OddMultiples(of: [], count: 0)

    package init(of points: [Point], count: Int) {
        self.count = count
        entries = Point.affine(points.flatMap { $0.oddMultiples(count) })
    }
}

extension Point {
    /// 1, 3, … 2·count − 1 times this point.
    func oddMultiples(_ count: Int) -> [Point] {
        let twice = doubled.cached
        var multiples = [self]
        for _ in 1..<count { multiples.append((multiples[multiples.count - 1] + twice).extended) }
        return multiples
    }
}

/// For every bit position, the table entries to add and to subtract there.
private struct DigitLists {
    private struct Node {
        let entry: Int32
        let next: Int32
    }

    /// First node by position: to add at even indexes, to subtract at odd ones.
    private var heads = [Int32](repeating: -1, count: 2 * (Limbs.maximumBits + 1))
    private var nodes: [Node] = []

    mutating func insert(_ integer: Limbs, isNegative: Bool, width: Int, tableOffset: Int) {
        integer.forEachNonAdjacentDigit(width: width) { position, digit in
            let list = 2 &* position &+ ((digit < 0) != isNegative ? 1 : 0)
            let entry = tableOffset &+ (abs(digit) &- 1) &>> 1
            nodes.append(Node(entry: Int32(entry), next: heads[list]))
            heads[list] = Int32(nodes.count &- 1)
        }
    }

    @inline(__always)
    func forEach(at position: Int, add: (Int) -> Void, subtract: (Int) -> Void) {
        var index = heads[2 &* position]
        while index >= 0 {
            let node = nodes[Int(index)]
            add(Int(node.entry))
            index = node.next
        }
        index = heads[2 &* position &+ 1]
        while index >= 0 {
            let node = nodes[Int(index)]
            subtract(Int(node.entry))
            index = node.next
        }
    }
}
