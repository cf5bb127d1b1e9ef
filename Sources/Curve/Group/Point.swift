/// A point of the twisted Edwards curve −x² + y² = 1 + d·x²·y² that represents an element of
/// ristretto255 (RFC 9496, section 4.1), in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z.
///
/// The addition formulas are complete: no pair of points is an exception. All coordinates are tight.
package struct Point: Sendable {
    var x: FieldElement
    var y: FieldElement
    var z: FieldElement
    var t: FieldElement

    @inline(__always)
    init(x: FieldElement, y: FieldElement, z: FieldElement, t: FieldElement) {
        self.x = x
        self.y = y
        self.z = z
        self.t = t
    }

    /// The neutral element.
    package static let identity = Point(x: .zero, y: .one, z: .one, t: .zero)

    /// d = −121665/121666.
    static let d = FieldElement(
        0x3_4dca_1359_78a3, 0x1_a828_3b15_6ebd, 0x5_e7a2_6001_c029, 0x7_39c6_63a0_3cbb,
        0x5_2036_cee2_b6ff)
    static let twoD = FieldElement(
        0x6_9b94_26b2_f159, 0x3_5050_762a_dd7a, 0x3_cf44_c003_8052, 0x6_738c_c740_7977,
        0x2_406d_9dc5_6dff)
}

/// A point without T, which a doubling does not need.
struct ProjectivePoint: Sendable {
    var x: FieldElement
    var y: FieldElement
    var z: FieldElement
}

/// The result of an addition or doubling before its last products: (E·F, G·H, F·G, E·H).
struct CompletedPoint {
    var e: FieldElement
    var f: FieldElement
    var g: FieldElement
    var h: FieldElement

    @inline(__always)
    var extended: Point { Point(x: e * f, y: g * h, z: f * g, t: e * h) }

    @inline(__always)
    var projective: ProjectivePoint { ProjectivePoint(x: e * f, y: g * h, z: f * g) }
}

/// A summand prepared for additions: Y + X, Y − X, 2Z, 2d·T.
struct CachedPoint: Sendable {
    var sum: FieldElement
    var difference: FieldElement
    var twoZ: FieldElement
    var twoDT: FieldElement
}

/// A summand with Z = 1, prepared for additions: y + x, y − x, 2d·x·y.
struct AffinePoint: Sendable {
    var sum: FieldElement
    var difference: FieldElement
    var twoDT: FieldElement
}

extension ProjectivePoint {
    @inline(__always)
    var doubled: CompletedPoint {
        let xx = x.squared
        let yy = y.squared
        let zz = z.squared
        let h = xx + yy
        let g = xx - yy
        return CompletedPoint(e: h - (x + y).squared, f: zz + zz + g, g: g, h: h)
    }
}

extension Point {
    @inline(__always)
    var projective: ProjectivePoint { ProjectivePoint(x: x, y: y, z: z) }

    @inline(__always)
    var doubled: Point { projective.doubled.extended }

    @inline(__always)
    var cached: CachedPoint {
        CachedPoint(sum: y + x, difference: y - x, twoZ: z + z, twoDT: t * Point.twoD)
    }

    @inline(__always)
    static func + (p: Point, q: CachedPoint) -> CompletedPoint {
        completed((p.y + p.x) * q.sum, (p.y - p.x) * q.difference, p.t * q.twoDT, p.z * q.twoZ)
    }

    @inline(__always)
    static func - (p: Point, q: CachedPoint) -> CompletedPoint {
        reversed((p.y + p.x) * q.difference, (p.y - p.x) * q.sum, p.t * q.twoDT, p.z * q.twoZ)
    }

    @inline(__always)
    static func + (p: Point, q: AffinePoint) -> CompletedPoint {
        completed((p.y + p.x) * q.sum, (p.y - p.x) * q.difference, p.t * q.twoDT, p.z + p.z)
    }

    @inline(__always)
    static func - (p: Point, q: AffinePoint) -> CompletedPoint {
        reversed((p.y + p.x) * q.difference, (p.y - p.x) * q.sum, p.t * q.twoDT, p.z + p.z)
    }

    package static func + (p: Point, q: Point) -> Point { (p + q.cached).extended }

    package static func - (p: Point, q: Point) -> Point { (p - q.cached).extended }

    @inline(__always)
    package static prefix func - (p: Point) -> Point {
        Point(x: -p.x, y: p.y, z: p.z, t: -p.t)
    }

    @inline(__always)
    private static func completed(
        _ b: FieldElement, _ a: FieldElement, _ c: FieldElement, _ d: FieldElement
    ) -> CompletedPoint {
        CompletedPoint(e: b - a, f: d - c, g: d + c, h: b + a)
    }

    @inline(__always)
    private static func reversed(
        _ b: FieldElement, _ a: FieldElement, _ c: FieldElement, _ d: FieldElement
    ) -> CompletedPoint {
        CompletedPoint(e: b - a, f: d + c, g: d - c, h: b + a)
    }

    /// Brings many points to Z = 1 with a single inversion.
    static func affine(_ points: [Point]) -> [AffinePoint] {
        var inverses = points.map(\.z)
        FieldElement.invertAll(&inverses)
        return zip(points, inverses).map { point, inverse in
            let x = point.x * inverse
            let y = point.y * inverse
            return AffinePoint(sum: y + x, difference: y - x, twoDT: x * y * twoD)
        }
    }
}
