/// The multiples 2^(11·k) of points known beforehand, so that all digits of all scalars fall into
/// one set of buckets and nothing is doubled. It pays from some 250 points on.
package struct WindowMultiples: Sendable {
    package static let width = 11
    /// 24 digits of 11 bits hold any scalar and a carry.
    package static let count = 24

    private let entries: [AffinePoint]

    package init(of points: [Point]) {
        var multiples: [Point] = []
        multiples.reserveCapacity(points.count * WindowMultiples.count)
        for point in points {
            var multiple = point
            multiples.append(multiple)
            for _ in 1..<WindowMultiples.count {
                var doubled = multiple.projective
                for _ in 1..<WindowMultiples.width { doubled = doubled.doubled.projective }
                multiple = doubled.doubled.extended
                multiples.append(multiple)
            }
        }
        entries = Point.affine(multiples)
    }

    /// Adds scalarᵢ · pointᵢ for all points to the buckets. Variable time.
    package func add(_ scalars: some Sequence<Scalar>, to buckets: inout Buckets) {
        entries.withUnsafeBufferPointer { entries in
            var offset = 0
            for scalar in scalars {
                scalar.integer.forEachSignedDigit(width: WindowMultiples.width) { index, digit in
                    if digit > 0 {
                        buckets.add(entries[offset &+ index], to: digit)
                    } else {
                        buckets.subtract(entries[offset &+ index], from: 0 &- digit)
                    }
                }
                offset += WindowMultiples.count
            }
        }
    }
}
