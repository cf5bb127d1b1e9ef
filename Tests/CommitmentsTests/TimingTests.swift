import Foundation
import TestSupport
import Testing

@testable import Commitments
@testable import Curve

/// Whether secrets change how long things take, in the manner of dudect (Reparaz, Balasch,
/// Verbauwhede, 2017): inputs of two classes in random order, Welch's t-test on the times.
///
/// It finds gross leaks only; what the code promises is written down in the specification. A busy
/// machine makes it fail, so that it runs for `make timing` only.
@Suite(
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["TRINE_TIMING"] != nil, "see make timing"))
struct TimingTests {
    /// Above this, the classes differ beyond doubt.
    private static let threshold = 10.0

    /// Welch's t for the times of `measure` on inputs of two classes, without the slowest tenth.
    ///
    /// The inputs are made before the first measurement, so that what making them leaves behind
    /// in the caches doesn't tell the classes apart.
    private static func statistic<Input>(
        _ count: Int, _ inputs: (_ isSecond: Bool) -> Input, _ measure: (Input) -> Void
    ) -> Double {
        var random = SeededRandom(90)
        var times: [[Double]] = [[], []]
        let clock = ContinuousClock()
        let prepared = (0..<count).map { _ in
            let isSecond = random.next() & 1 == 1
            return (isSecond, inputs(isSecond))
        }
        for (isSecond, input) in prepared {
            let time = clock.measure { measure(input) }
            times[isSecond ? 1 : 0].append(time / .nanoseconds(1))
        }
        let limit = (times[0] + times[1]).sorted()[count * 9 / 10]
        let moments = times.map { all in
            let kept = all.filter { $0 <= limit }
            let mean = kept.reduce(0, +) / Double(kept.count)
            let square = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (mean: mean, error: square / Double(kept.count - 1) / Double(kept.count))
        }
        return abs(moments[0].mean - moments[1].mean)
            / (moments[0].error + moments[1].error).squareRoot()
    }

    /// On a busy machine one of ten attempts must be quiet; a leak shows in all of them.
    private static func isQuiet<Input>(
        _ inputs: (_ isSecond: Bool) -> Input, _ measure: (Input) -> Void
    ) -> Bool {
        (0..<10).contains { _ in statistic(2_000, inputs, measure) < threshold }
    }

    @Test func commitments() {
        var random = SeededRandom(91)
        let quiet = TimingTests.isQuiet { isSecond in
            isSecond
                ? random.opening(Int64(bitPattern: random.next()))
                : Opening(value: 0, blinding: .one)
        } _: { opening in
            _ = Pedersen.commit(opening)
        }
        #expect(quiet)
    }

    @Test func sums() {
        var random = SeededRandom(92)
        let (table, first) = Generators.smallMultiples(party: 0)
        let quiet = TimingTests.isQuiet { isSecond in
            (0..<4).map { _ in isSecond ? random.scalar() : Scalar.zero }
        } _: { scalars in
            _ = ConstantTimeSum.sum(scalars, table: table, first: first)
        }
        #expect(quiet)
    }

    @Test func scalars() {
        var random = SeededRandom(93)
        let quiet = TimingTests.isQuiet { isSecond in
            isSecond ? random.scalar() : -Scalar.one
        } _: { scalar in
            var product = scalar
            for _ in 0..<200 { product = product * scalar - product }
            _ = product.encoding
        }
        #expect(quiet)
    }

    /// The test itself is worth something: it sees what takes variable time.
    @Test func variableTimeIsSeen() {
        var random = SeededRandom(94)
        let point = Pedersen.valueBase.point
        let statistic = TimingTests.statistic(2_000) { isSecond in
            isSecond ? random.scalar() : Scalar.one
        } _: { scalar in
            var sum = StrausSum()
            sum.add(scalar, point)
            _ = sum.result()
        }
        #expect(statistic > TimingTests.threshold)
    }
}
