import TestSupport
import Testing

@testable import Commitments
@testable import Curve

struct TranscriptTests {
    // Skipped where the published vectors are absent.
    @Test(.enabled(if: Shared.exists("vectors/bulletproofs/dalek_generators_merlin.txt")))
    func knownAnswers() throws {
        let text = try Shared.text("vectors/bulletproofs/dalek_generators_merlin.txt")
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=")
            values[parts[0].filter { $0 != " " }] = String(parts[1].filter { $0 != " " })
        }
        var transcript = Transcript(label: "test protocol")
        transcript.append("some label", Array("some data".utf8))
        #expect(hex(transcript.challenge("challenge", count: 32)) == values["merlinKAT"])
        #expect(hex(Pedersen.valueBase.encoding) == values["B"])
        #expect(hex(Pedersen.blindingBase.encoding) == values["B_blinding"])
        let first = Generators.tiers[0].get().points
        let second = Generators.tiers[1].get().points
        #expect(hex(first[0].encoding) == values["G[party0][0]"])
        #expect(hex(first[1].encoding) == values["G[party0][1]"])
        #expect(hex(second[0].encoding) == values["G[party1][0]"])
    }

    @Test func hashFunctions() {
        // FIPS 202 examples: the empty message, and one of 1600 bits of 10100011.
        #expect(
            hex(Sponge.sha3([]))
                == "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
                + "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26")
        var empty = Sponge.shake256([])
        #expect(
            hex(empty.squeeze(32))
                == "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f")
        var whole = Sponge.shake256([UInt8](repeating: 0xa3, count: 200))
        var parts = Sponge.shake256([UInt8](repeating: 0xa3, count: 200))
        let long = whole.squeeze(500)
        #expect(long == (0..<500).flatMap { _ in parts.squeeze(1) })
        #expect(
            hex(long.prefix(32))
                == "cd8a920ed141aa0407a22d59288652e9d9f1a7ee0c1e7c1ca699424da84a904d")
    }

    @Test func everythingAbsorbedChangesTheChallenge() {
        func challenge(_ build: (inout Transcript) -> Void) -> [UInt8] {
            var transcript = Transcript(label: "test")
            build(&transcript)
            return transcript.challenge("c", count: 32)
        }
        let variants = [
            challenge { $0.append("a", [1, 2]) },
            challenge { $0.append("a", [1, 3]) },
            challenge { $0.append("b", [1, 2]) },
            challenge { $0.append("a", [1, 2, 0]) },
            challenge {
                $0.append("a", [1]); $0.append("a", [2])
            },
            challenge {
                $0.append("a", [2]); $0.append("a", [1])
            },
            challenge {
                $0.append("a", []); $0.append("a", [1, 2])
            },
            challenge {
                $0.append("a", [1, 2]); _ = $0.challenge("x", count: 1)
            },
            challenge { _ in },
        ]
        #expect(Set(variants).count == variants.count)
    }

    @Test func proverRandomnessDependsOnAllItsInputs() {
        func scalar(
            _ message: UInt8, _ value: UInt64, _ blinding: Int64, _ seed: UInt8
        ) -> Scalar {
            var transcript = Transcript(label: "test")
            transcript.append("a", [message])
            var random = SeededRandom(seed)
            var source = transcript.proverRandomness(
                values: [value], blindings: [Scalar(blinding)], using: &random)
            return source.next()
        }
        let scalars = [
            scalar(0, 0, 0, 0), scalar(1, 0, 0, 0), scalar(0, 1, 0, 0), scalar(0, 0, 1, 0),
            scalar(0, 0, 0, 1),
        ]
        #expect(Set(scalars).count == 5)
        #expect(scalar(0, 0, 0, 0) == scalars[0])
    }
}
