/// Sums of products of public scalars and many points, by buckets (Pippenger). Variable time.
package enum BucketSum {
    /// Σ scalarᵢ · pointᵢ.
    package static func sum(_ scalars: [Scalar], _ points: [Point]) -> Point {
        precondition(scalars.count == points.count)
        let short = scalars.map(\.shortForm)
        let bits = short.reduce(1) { max($0, $1.magnitude.bitWidth) }
        let width = bestWidth(count: points.count, bits: bits)
        let windows = (bits + width) / width
        // Digits by window, so that each window is one pass over the points.
        var digits = [Int32](repeating: 0, count: windows * points.count)
        for (position, form) in short.enumerated() {
            form.magnitude.forEachSignedDigit(width: width) { window, digit in
                digits[window &* points.count &+ position] =
                    Int32(form.isNegative ? 0 &- digit : digit)
            }
        }
        let cached = points.map(\.cached)
        var buckets = Buckets(width: width)
        var result = Point.identity
        for window in (0..<windows).reversed() {
            for _ in 0..<width { result = result.doubled }
            buckets.clear()
            for (position, point) in cached.enumerated() {
                let digit = Int(digits[window &* cached.count &+ position])
                if digit > 0 {
                    buckets.add(point, to: digit)
                } else if digit < 0 {
                    buckets.subtract(point, from: 0 &- digit)
                }
            }
            result = result + buckets.weightedSum
        }
        return result
    }

    /// The width with the fewest additions.
    private static func bestWidth(count: Int, bits: Int) -> Int {
        var best = (width: 1, cost: Int.max)
        for width in 2...14 {
            let windows = (bits + width) / width
            let cost = windows * (count + 2 << (width - 1))
            if cost < best.cost { best = (width, cost) }
        }
        return best.width
    }
}

/// Points collected by digit: bucket k stands for k times the points in it.
package struct Buckets {
    private var points: [Point]
    private var highest = 0

    /// Buckets for digits from 1 to 2^(width − 1).
    package init(width: Int) {
        points = [Point](repeating: .identity, count: 1 << (width - 1) + 1)
    }

    mutating func clear() {
        for index in 0..<(highest + 1) { points[index] = .identity }
        highest = 0
    }

    @inline(__always)
    mutating func add(_ point: CachedPoint, to digit: Int) {
        highest = max(highest, digit)
        points[digit] = (points[digit] + point).extended
    }

    @inline(__always)
    mutating func subtract(_ point: CachedPoint, from digit: Int) {
        highest = max(highest, digit)
        points[digit] = (points[digit] - point).extended
    }

    @inline(__always)
    mutating func add(_ point: AffinePoint, to digit: Int) {
        highest = max(highest, digit)
        points[digit] = (points[digit] + point).extended
    }

    @inline(__always)
    mutating func subtract(_ point: AffinePoint, from digit: Int) {
        highest = max(highest, digit)
        points[digit] = (points[digit] - point).extended
    }

    /// Σ k · bucket k, by running sums from the top.
    package var weightedSum: Point {
        var running = Point.identity
        var sum = Point.identity
        for digit in stride(from: highest, to: 0, by: -1) {
            running = running + points[digit]
            sum = sum + running
        }
        return sum
    }
}
