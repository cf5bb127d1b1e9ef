/// The outcome of comparing two values of one type.
enum Order {
    case before, same, after

    @inline(__always)
    init<Number: Comparable>(_ left: Number, _ right: Number) {
        self = left < right ? .before : (left == right ? .same : .after)
    }

    /// This order, or where it leaves two values the same, the next one.
    @inline(__always)
    func then(_ next: @autoclosure () -> Order) -> Order {
        if case .same = self { next() } else { self }
    }

    /// Shorter lists come first; those of one length by the first elements that differ.
    static func of<Element>(
        _ left: [Element], _ right: [Element], _ order: (Element, Element) -> Order
    ) -> Order {
        var result = Order(left.count, right.count)
        var position = 0
        while result == .same && position < left.count {
            result = order(left[position], right[position])
            position += 1
        }
        return result
    }
}

extension Array {
    /// The position of the element that is the same as what is looked for, in a sorted array.
    func position(_ order: (Element) -> Order) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            switch order(self[middle]) {
            case .before: low = middle + 1
            case .same: return middle
            case .after: high = middle
            }
        }
        return nil
    }
}
