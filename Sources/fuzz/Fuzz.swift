import Foundation
import TestSignatures

/// Compares our own checks of signatures with libsodium's, on all cores:
/// `trine-fuzz [COUNT [SEED [FIRST-ROUND]]]`.
///
/// It prints the seed and how far it came, so that a run can be continued with the round that comes next.
/// It exits with 1 where a verdict differs, and names each such signature.
@main struct Fuzz {
    /// Rounds between two lines of progress.
    private static let perLine = 4096

    static func main() async {
        let numbers = CommandLine.arguments.dropFirst().map { UInt64($0) }
        guard numbers.count <= 3, !numbers.contains(nil) else {
            FileHandle.standardError.write(Data("usage: trine-fuzz [COUNT [SEED [FIRST]]]\n".utf8))
            exit(2)
        }
        let given = numbers.compactMap(\.self)
        let count = given.first ?? 1_000_000
        let fuzz = SignatureFuzz(seed: given.dropFirst().first ?? .random(in: .min ... .max))
        let first = given.dropFirst(2).first ?? 0
        let perRound = UInt64(SignatureFuzz.perRound)
        let end = first + (count + perRound - 1) / perRound
        print("seed \(fuzz.seed), rounds \(first) to \(end - 1) of \(perRound) signatures each")
        var total = SignatureFuzz.Tally()
        for start in stride(from: first, to: end, by: Self.perLine) {
            let next = min(end, start + UInt64(Self.perLine))
            total += await compare(start..<next, by: fuzz)
            print(
                "\(total.compared) compared, \(total.valid) of them valid,",
                "\(total.differences.count) different; next round \(next)")
            fflush(nil)
        }
        for difference in total.differences {
            let (key, signature, message) = (
                hex(difference.key), hex(difference.signature), hex(difference.message)
            )
            print(
                "DIFFERENT in round \(difference.round): libsodium says \(difference.libsodium);",
                "key \(key) signature \(signature) message \(message)")
        }
        exit(total.differences.isEmpty ? 0 : 1)
    }

    private static func compare(
        _ rounds: Range<UInt64>, by fuzz: SignatureFuzz
    ) async -> SignatureFuzz.Tally {
        await withTaskGroup(of: SignatureFuzz.Tally.self) { group in
            for start in stride(from: rounds.lowerBound, to: rounds.upperBound, by: 64) {
                group.addTask {
                    var tally = SignatureFuzz.Tally()
                    for round in start..<min(start + 64, rounds.upperBound) {
                        tally += fuzz.round(round)
                    }
                    return tally
                }
            }
            return await group.reduce(into: SignatureFuzz.Tally()) { $0 += $1 }
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }
}
