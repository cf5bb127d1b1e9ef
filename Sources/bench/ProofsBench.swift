import CSodium
import Commitments
import Curve
import Foundation
import Sharing
import Wire

/// What proofs about amounts cost, as multiples of one scalar multiplication by libsodium, and beside
/// an anonymous credential that proves the same.
struct ProofsBench: BenchGroup {
    let name = "proofs"
    let title = "Amounts proven without being shown, on one core"

    func run() async throws -> [Measurement] {
        let unit = Self.scalarMultiplication()
        let yardstick = ("a ristretto255 multiplication", unit)
        var measurements = try Self.ranges(yardstick)
        measurements.append(try Self.threshold(yardstick))
        measurements += try LinkedPairs(count: 240).measure(yardstick)
        measurements += try AnonCredsComparison.measure()
        return measurements
    }

    /// `crypto_scalarmult_ristretto255` of libsodium.
    private static func scalarMultiplication() -> Double {
        var scalar = [UInt8](repeating: 0, count: 32)
        var point = [UInt8](repeating: 0, count: 32)
        var product = point
        crypto_core_ristretto255_scalar_random(&scalar)
        crypto_core_ristretto255_random(&point)
        let times = 200
        let all = processorTime(of: 50) {
            for _ in 0..<times { _ = crypto_scalarmult_ristretto255(&product, scalar, point) }
        }
        return all / Double(times)
    }

    private static func ranges(
        _ yardstick: (name: String, amount: Double)
    ) throws -> [Measurement] {
        var random = SystemRandomNumberGenerator()
        func claim() throws -> RangeClaim {
            let start = Transcript(label: "trine/bench")
            var transcript = start
            let (proof, commitments) = try RangeProof.prove(
                values: [.random(in: 0...(.max), using: &random)], blindings: [blinding(&random)],
                bits: .sixtyFour, transcript: &transcript, using: &random)
            return RangeClaim(proof: proof, commitments: commitments, transcript: start)
        }
        let one = try claim()
        let prove = try processorTime(of: 40) { _ = try claim() }
        let verify = try processorTime(of: 100) { _ = try one.verify() }
        return [
            Measurement(
                name: "verify 64 bits", amount: verify, yardstick: yardstick, mostRatio: 20),
            Measurement(
                name: "prove 64 bits", amount: prove, yardstick: yardstick, mostRatio: 135),
        ]
    }

    /// Commitments parsed, summed, and the proof verified: all but the chain.
    private static func threshold(
        _ yardstick: (name: String, amount: Double)
    ) throws -> Measurement {
        var random = SystemRandomNumberGenerator()
        let count = 10_000
        let openings = (0..<count).map {
            Opening(value: Int64($0) * 100, blinding: blinding(&random))
        }
        let encodings = openings.map { Pedersen.commit($0).encoding }
        let context = ProofContext(
            log: [UInt8](repeating: 1, count: 32), treeSize: UInt64(count),
            treeRoot: [UInt8](repeating: 2, count: 32),
            records: (0..<count).map {
                .init(
                    identifier: "record-\($0)",
                    digest: Digest<Digested.Statement>(hashing: "\($0)".utf8).bytes,
                    standing: .current)
            },
            grantee: "lender", grant: "grant", purpose: "credit-assessment", expiry: 1)
        let euros = ValueUnit(code: "EUR", scale: 2)
        func assertion() throws -> ValueAssertion {
            try ValueAssertion(
                context: context,
                values: try encodings.enumerated().map { number, encoding in
                    PresentedValue(
                        record: number, field: "tax_exclusive_amount", unit: euros,
                        commitment: try Commitment(parsing: encoding))
                },
                statements: [.linear(.sum(of: 0..<count, unit: euros), .atLeast(1_000_000))])
        }
        let proof = try assertion().prove(openings, using: &random)
        let time = try processorTime(of: 10) { _ = try assertion().verify(proof) }
        return Measurement(
            name: "verify a threshold over 10 000 records, \(proof.count) bytes", amount: time,
            yardstick: yardstick, mostSeconds: 0.150)
    }

    static func blinding(_ random: inout SystemRandomNumberGenerator) -> Scalar {
        Scalar(reducing: (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
}

/// The least processor time of several runs on this thread, in seconds: on a machine that others use
/// too, it is what the work takes on one core.
func processorTime(of runs: Int, _ work: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<runs {
        let start = processorSeconds()
        try work()
        best = min(best, processorSeconds() - start)
    }
    return best
}

private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
