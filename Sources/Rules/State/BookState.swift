public import Sharing
public import Transparency
public import Wire

/// How far a book has got.
public struct BookState: StateObject {
    public static let family = "book"
    public static let pattern = StateName.Pattern.book
    public static let origin = StateOrigin.publicClaims
    public static func key(_ handle: Handle, _ book: BookName) -> StateKey.Of<BookState> {
        .init(.book(handle, book))
    }

    /// Records registered; the next one is number `count + 1`.
    public var count: Int64
    /// The highest epoch among them.
    public var epoch: Int64 = 0
    public var closed = false
    /// The right edge of the Merkle tree over the digests of the records' statements.
    public var edge = RightEdge()
    /// The numbers that were erased, as ascending ranges that don't touch.
    public var erased: [ClosedRange<Int64>] = []
    /// Those that a later record replaces, in the same form.
    public var replaced: [ClosedRange<Int64>] = []

    public static let shape = Shape<BookState>(
        { (count, epoch, closed, edge, erased, replaced) throws(ClaimError) in
            guard edge.size == UInt64(count) else { throw .malformed("edge") }
            return BookState(
                count: count, epoch: epoch, closed: closed, edge: edge, erased: erased,
                replaced: replaced)
        },
        .required("count", \.count, .count),
        .required("epoch", \.epoch, .count),
        .flag("closed", \.closed),
        .required("edge", \.edge, .edge),
        .list("erased", \.erased, unlessEmpty: .numbers),
        .list("replaced", \.replaced, unlessEmpty: .numbers))

    public var root: Digest<Digested.Book> {
        guard let digest = Digest<Digested.Book>(bytes: edge.root.bytes) else {
            preconditionFailure("a hash has 32 bytes")
        }
        return digest
    }

    public mutating func erase(_ number: Int64) { erased = (erased + [number...number]).merged }

    public mutating func replace(_ number: Int64) {
        replaced = (replaced + [number...number]).merged
    }

    /// Whether all of `numbers` are registered, and none of them is erased or replaced.
    func areCurrent(_ numbers: ClosedRange<Int64>) -> Bool {
        numbers.upperBound <= count && !(erased + replaced).contains { $0.overlaps(numbers) }
    }
}

extension BookState {
    /// A book without records.
    public init() { self.init(count: 0) }
}

extension Codec where Value == RightEdge {
    fileprivate static let edge = Codec.mapped(
        .base64URL(0...4096, "right edge"), from: { try? RightEdge(bytes: $0) }, to: \.bytes)
}

extension Codec where Value == [ClosedRange<Int64>] {
    /// Ranges `[from, to]`, ascending and apart from each other.
    public static let numbers = Codec.list(of: range).limited("list of [from, to]") {
        zip($0, $0.dropFirst()).allSatisfy { $0.upperBound + 1 < $1.lowerBound }
    }

    private static let range = Codec<ClosedRange<Int64>>.mapped(
        .list(of: .count, 2...2), from: { $0[0] <= $0[1] ? $0[0]...$0[1] : nil },
        to: { [$0.lowerBound, $0.upperBound] })
}
