/// Where a wrap key stands in a vault: 48 bits, of which the first two say what the key is for.
struct VaultPlace: Hashable, Sendable {
    enum Kind: Int64, CaseIterable, Sendable {
        /// The attachments of an entry, by its index.
        case entry
        /// A row of the confidential state, by its slot.
        case slot
        /// An application for admission.
        case application
        /// What isn't destroyed as long as there is the store.
        case lasting
    }

    static let bits = 48
    /// How many places of one kind there are.
    static let numbers: Int64 = 1 << Int64(bits - 2)

    let bits: Int64

    init(_ kind: Kind, _ number: Int64) {
        precondition(0..<Self.numbers ~= number, "numbers have 46 bits")
        bits = kind.rawValue << Int64(Self.bits - 2) | number
    }

    init(bits: Int64) { self.bits = bits }

    var kind: Kind { Kind(rawValue: bits >> Int64(Self.bits - 2)) ?? .lasting }
    var number: Int64 { bits & (Self.numbers - 1) }

    /// The key of the hidden names.
    static let names = VaultPlace(.lasting, 0)
}

/// Some places, as ranges that are in order and don't touch.
struct VaultPlaces: Sendable {
    private let ranges: [Range<Int64>]

    static let none = VaultPlaces([Range<Int64>]())

    init(_ ranges: some Sequence<Range<Int64>>) {
        var merged: [Range<Int64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = merged.last, last.upperBound >= range.lowerBound {
                merged[merged.count - 1] =
                    last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    init(_ places: some Sequence<VaultPlace>) {
        self.init(places.map { $0.bits..<$0.bits + 1 })
    }

    /// All of `kind` from `number` on.
    static func all(_ kind: VaultPlace.Kind, from number: Int64) -> Range<Int64> {
        let first = VaultPlace(kind, number).bits
        return first..<VaultPlace(kind, VaultPlace.numbers - 1).bits + 1
    }

    /// All of `kind` below `end` but those that are `kept`, which are ascending.
    static func all(
        _ kind: VaultPlace.Kind, below end: Int64, but kept: [Int64]
    ) -> [Range<Int64>] {
        var gaps: [Range<Int64>] = []
        var next: Int64 = 0
        for number in kept where number < end {
            gaps.append(VaultPlace(kind, next).bits..<VaultPlace(kind, number).bits)
            next = number + 1
        }
        if next < end { gaps.append(VaultPlace(kind, next).bits..<VaultPlace(kind, end).bits) }
        return gaps
    }

    var isEmpty: Bool { ranges.isEmpty }

    enum Overlap { case none, some, whole }

    /// How much of `range` is among these places.
    func overlap(_ range: Range<Int64>) -> Overlap {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= range.lowerBound {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < ranges.count, ranges[low].lowerBound < range.upperBound else { return .none }
        return ranges[low].lowerBound <= range.lowerBound
            && ranges[low].upperBound >= range.upperBound ? .whole : .some
    }
}
