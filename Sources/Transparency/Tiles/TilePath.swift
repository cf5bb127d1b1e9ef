/// The end of a tile's path, `<N>[.p/<W>]` in the C2SP specification tlog-tiles.
struct TilePath: Hashable, Sendable {
    let index: UInt64
    let width: Int

    static var fullWidth: Int { 256 }

    var text: String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1_000)
            let padded = String(repeating: "0", count: 3 - digits.count) + digits
            groups.append(groups.isEmpty ? padded : "x" + padded)
            rest /= 1_000
        } while rest > 0
        let path = groups.reversed().joined(separator: "/")
        return width == Self.fullWidth ? path : "\(path).p/\(width)"
    }

    /// The widest tile with this index at a level where the tree has `count` hashes; 0 for none.
    static func width(at index: UInt64, count: UInt64) -> Int {
        let full = UInt64(fullWidth)
        guard count / full >= index else { return 0 }
        return count / full > index ? fullWidth : Int(count % full)
    }

    /// The tiles that hold the hashes `range` of a level, as wide as the range's end makes them.
    ///
    /// They are made as they are asked for, because the end may be what a stranger claims.
    static func covering(_ range: Range<UInt64>) -> LazyMapSequence<Range<UInt64>, TilePath> {
        let full = UInt64(fullWidth)
        let first = range.lowerBound / full
        let end = range.isEmpty ? first : (range.upperBound - 1) / full + 1
        return (first..<end).lazy.map { index in
            TilePath(index: index, width: width(at: index, count: range.upperBound))
        }
    }

    /// Groups of three digits, all but the last after an `x`, and no group more than needed.
    private static func parseIndex(_ groups: [Substring.UTF8View]) -> UInt64? {
        guard 1...maximumGroups ~= groups.count else { return nil }
        var index: UInt64 = 0
        for (position, group) in groups.enumerated() {
            let isLast = position == groups.count - 1
            guard isLast || group.first == UInt8(ascii: "x") else { return nil }
            let digits = isLast ? group : group.dropFirst()
            guard digits.count == 3, let number = Decimal.parseDigits(digits),
                number > 0 || position > 0 || isLast
            else { return nil }
            let (product, overflow) = index.multipliedReportingOverflow(by: 1_000)
            let (sum, carry) = product.addingReportingOverflow(number)
            guard !overflow, !carry else { return nil }
            index = sum
        }
        return index
    }

    /// 2⁶⁴ has 20 digits.
    private static var maximumGroups: Int { 7 }
}

extension TilePath {
    /// Reads path elements, the last of them perhaps a partial tile's width.
    init(parsing elements: some BidirectionalCollection<Substring.UTF8View>) throws(TileError) {
        var elements = Array(elements)
        var width = Self.fullWidth
        if elements.count > 1, let last = elements.dropLast().last, last.ends(with: ".p") {
            guard let number = Decimal.parse(elements.removeLast()), 1..<256 ~= number else {
                throw .malformedWidth
            }
            width = Int(number)
            elements[elements.count - 1] = last.dropLast(2)
        }
        guard let index = Self.parseIndex(elements) else { throw .malformedIndex }
        self.init(index: index, width: width)
    }
}

extension Substring.UTF8View {
    fileprivate func ends(with suffix: String) -> Bool {
        self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}

/// ASCII decimal numbers.
enum Decimal {
    /// A number without leading zeros that fits 64 bits; `nil` for anything else.
    static func parse(_ text: some Collection<UInt8>) -> UInt64? {
        guard text.first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        return parseDigits(text)
    }

    /// Digits, leading zeros included, that fit 64 bits; `nil` for anything else.
    static func parseDigits(_ text: some Collection<UInt8>) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var number: UInt64 = 0
        for character in text {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= character else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let digit = UInt64(character - UInt8(ascii: "0"))
            let (sum, carry) = product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            number = sum
        }
        return number
    }
}
