import Testing

@testable import Commitments
@testable import Curve

private typealias Sample = SampleAssertion

/// A proof with an equality and a range proof of two values, taken apart and bent in every place.
struct TamperingTests {
    private static let sample: Sample = {
        var sample = Sample(
            [12_000, -2_000, 12_000, 1],
            [.equal(0, 2), Sample.sum(3, .atLeast(20_000)), .each([1], Sample.euros, .atMost(0))])
        // No statement is about the last value, and no value about the last record.
        sample.context = Sample.context(records: 5)
        return sample
    }()

    private static let proof: Result<[UInt8], any Error> = Result {
        var copy = sample
        return try copy.prove()
    }

    /// What stands at each 32 bytes behind the suite: nonce and response; A, S, T₁, T₂; three
    /// scalars; seven rounds of two points; a and b.
    private static let elementIsPoint: [Bool] =
        [true, false] + [true, true, true, true] + [false, false, false]
        + [Bool](repeating: true, count: 14) + [false, false]

    @Test func everyByteOfTheProof() throws {
        let proof = try TamperingTests.proof.get()
        #expect(proof.count == 1 + 32 * TamperingTests.elementIsPoint.count)
        let assertion = try TamperingTests.sample.assertion()
        _ = try assertion.verify(proof)
        for offset in proof.indices.dropFirst() {
            var bent = proof
            bent[offset] ^= 1 << UInt8(offset % 8)
            let start = 1 + (offset - 1) / 32 * 32
            let isPoint = TamperingTests.elementIsPoint[(offset - 1) / 32]
            let element = bent[start..<start + 32]
            let expected: ProofRefusal =
                if isPoint {
                    Point(decoding: Array(element)) == nil
                        ? .nonCanonicalPoint(offset: start) : .equationFails
                } else {
                    (try? Scalar(canonical: element)) == nil
                        ? .nonCanonicalScalar(offset: start) : .equationFails
                }
            #expect(throws: AssertionRefusal.proof(expected), "offset \(offset)") {
                try assertion.verify(bent)
            }
        }
    }

    @Test func suite() throws {
        var proof = try TamperingTests.proof.get()
        let assertion = try TamperingTests.sample.assertion()
        for suite in (0...255 as ClosedRange<UInt8>) where suite != 1 {
            proof[0] = suite
            #expect(throws: AssertionRefusal.unknownSuite(suite)) { try assertion.verify(proof) }
        }
        #expect(throws: AssertionRefusal.unknownSuite(nil)) { try assertion.verify([]) }
    }

    @Test func length() throws {
        let proof = try TamperingTests.proof.get()
        let assertion = try TamperingTests.sample.assertion()
        for count in [1, 2, 33, 64, 65, proof.count - 32, proof.count - 1] {
            let refusal = ProofRefusal.wrongLength(have: count, expected: proof.count)
            #expect(throws: AssertionRefusal.proof(refusal)) {
                try assertion.verify(proof.prefix(count))
            }
        }
        for trailing in [1, 32, 64, 1_000] {
            let refusal = ProofRefusal.wrongLength(
                have: proof.count + trailing, expected: proof.count)
            #expect(throws: AssertionRefusal.proof(refusal)) {
                try assertion.verify(proof + [UInt8](repeating: 0, count: trailing))
            }
        }
    }

    @Test func specialElements() throws {
        let proof = try TamperingTests.proof.get()
        let assertion = try TamperingTests.sample.assertion()
        let zeros = [UInt8](repeating: 0, count: 32)
        for (index, isPoint) in TamperingTests.elementIsPoint.enumerated() {
            let start = 1 + 32 * index
            var bent = proof
            bent.replaceSubrange(start..<start + 32, with: zeros)
            let refusal: ProofRefusal =
                isPoint ? .identityPoint(offset: start) : .equationFails
            #expect(throws: AssertionRefusal.proof(refusal)) { try assertion.verify(bent) }
            if isPoint {
                // The same field element, written with p added or with the topmost bit set.
                bent[start + 31] = 0x80
                let refusal = ProofRefusal.nonCanonicalPoint(offset: start)
                #expect(throws: AssertionRefusal.proof(refusal)) { try assertion.verify(bent) }
            } else {
                let scalar = try Scalar(canonical: proof[start..<start + 32])
                let unreduced = Limbs.add(scalar.integer, .order).littleEndianBytes
                bent.replaceSubrange(start..<start + 32, with: unreduced)
                let refusal = ProofRefusal.nonCanonicalScalar(offset: start)
                #expect(throws: AssertionRefusal.proof(refusal)) { try assertion.verify(bent) }
            }
        }
    }

    private static let changes: [(name: String, change: @Sendable (inout Sample) -> Void)] = [
        ("log", { $0.context.log[31] ^= 1 }),
        ("tree size", { $0.context.treeSize += 1 }),
        ("tree root", { $0.context.treeRoot[0] ^= 1 }),
        ("grantee", { $0.context.grantee = "northbanl" }),
        ("grant", { $0.context.grant = "grant-2" }),
        ("purpose", { $0.context.purpose = "credis" }),
        ("expiry", { $0.context.expiry += 1 }),
        ("record identifier", { $0.context.records[1].identifier += "x" }),
        ("record digest", { $0.context.records[1].digest[31] ^= 1 }),
        ("record order", { $0.context.records.swapAt(0, 1) }),
        ("another record", { $0.context.records += Sample.context(records: 6).records[5...] }),
        ("value order", { $0.values.swapAt(0, 1) }),
        ("value's record alone", { $0.values[1].record = 4 }),
        ("another value's record", { $0.values[3].record = 4 }),
        ("another value's unit", { $0.values[3].unit.code = "USD" }),
        ("another value's scale", { $0.values[3].unit.scale = 3 }),
        ("another value's commitment", { $0.values[3].commitment = Pedersen.valueBase }),
        ("field", { $0.values[1].field = "payable_amount" }),
        ("unit everywhere", { $0.changeUnit(ValueUnit(code: "USD", scale: 2)) }),
        ("scale everywhere", { $0.changeUnit(ValueUnit(code: "EUR", scale: 3)) }),
        ("commitment", { $0.values[1].commitment = Pedersen.valueBase }),
        ("another value", { $0.addValue() }),
        ("bound", { $0.statements[1] = Sample.sum(3, .atLeast(19_999)) }),
        ("bound's direction", { $0.statements[1] = Sample.sum(3, .atMost(20_000)) }),
        ("statement order", { $0.statements.swapAt(1, 2) }),
        ("terms", { $0.statements[1] = Sample.sum(2, .atLeast(20_000)) }),
        ("equal values", { $0.statements[0] = .equal(2, 0) }),
        ("score", { $0.statements[1] = .linear($0.score, .atLeast(20_000)) }),
        ("each", { $0.statements[2] = .each([1], Sample.euros, .atMost(1)) }),
        (
            "linear instead of each",
            {
                $0.statements[2] = .linear(
                    .sum(of: [1], unit: Sample.euros), .atLeast(-2_000))
            }
        ),
    ]

    @Test func everyPartOfTheContext() throws {
        let proof = try TamperingTests.proof.get()
        for (name, change) in TamperingTests.changes {
            var sample = TamperingTests.sample
            change(&sample)
            let assertion = try sample.assertion()
            // A statement that calls for another proof is refused for the length already.
            let refusal: ProofRefusal =
                assertion.proofSize == proof.count
                ? .equationFails
                : .wrongLength(have: proof.count, expected: assertion.proofSize)
            #expect(throws: AssertionRefusal.proof(refusal), "\(name)") {
                try assertion.verify(proof)
            }
        }
    }

    /// A statement made of others is of this text and of these parts in their order.
    @Test func everyPartOfAStatement() throws {
        let parts: [ValueStatement] = [
            .difference(0, 1, 0...20_000), .equal(0, 2), Sample.sum(3, .exactly(22_000)),
        ]
        var sample = Sample([12_000, -2_000, 12_000], [.all("these", parts)])
        let proof = try sample.prove()
        _ = try sample.assertion().verify(proof)
        let others: [ValueStatement] = [
            .all("those", parts), .all("these", [parts[1], parts[0], parts[2]]),
            .all("these", [.difference(2, 1, 0...20_000)] + parts[1...]),
            .all("these", [.difference(0, 1, 1...20_000)] + parts[1...]),
            .all("these", [.difference(0, 1, 0...19_999)] + parts[1...]),
            .all("these", [parts[0], .equal(2, 0), parts[2]]),
            .all("these", [parts[0], .all("a", [parts[1]]), parts[2]]),
        ]
        for other in others {
            sample.statements = [other]
            #expect(throws: AssertionRefusal.proof(.equationFails), "\(other)") {
                try sample.assertion().verify(proof)
            }
        }
        sample.statements = parts
        #expect(throws: AssertionRefusal.proof(.equationFails)) {
            try sample.assertion().verify(proof)
        }
    }

    private static func statement(_ statement: ValueStatement) -> @Sendable (inout Sample) -> Void {
        { $0.statements[1] = statement }
    }

    /// Statements that differ in one place, whether or not they call for the same proof.
    private static let statementChanges: [@Sendable (inout Sample) -> Void] = {
        func linear(
            _ terms: [(Int, Int64)], _ bound: ValueStatement.Bound = .atLeast(0)
        ) -> ValueStatement {
            .linear(
                LinearForm(
                    terms: terms.map { .init(value: $0, weight: $1) },
                    units: .common(Sample.euros)), bound)
        }
        return [
            linear([(0, 1)]), linear([(0, 2)]), linear([(0, -1)]), linear([(1, 1)]),
            linear([(0, 1), (1, 1)]), linear([(1, 1), (0, 1)]), linear([(0, 1), (1, 2)]),
            linear([(0, 1)], .atMost(0)), linear([(0, 1)], .exactly(0)),
            linear([(0, 1)], .between(0, 0)), linear([(0, 1)], .between(0, 1)),
            linear([(0, 1)], .between(-1, 0)), linear([(0, 1)], .atLeast(1)),
            .linear(
                LinearForm(
                    terms: [.init(value: 0, weight: 1)], units: .perTerm([Sample.euros])),
                .atLeast(0)),
            .each([0], Sample.euros, .atLeast(0)), .each([1], Sample.euros, .atLeast(0)),
            .each([0, 1], Sample.euros, .atLeast(0)), .each([1, 0], Sample.euros, .atLeast(0)),
            .each([0], Sample.euros, .atLeast(1)), .each([0], Sample.euros, .atMost(0)),
            .each([0], Sample.euros, .exactly(0)), .each([0], Sample.euros, .between(0, 1)),
            .equal(0, 1), .equal(1, 0), .equal(0, 2),
        ].map(statement)
    }()

    /// Whatever is changed, another challenge comes first: nothing is bound only by what is derived
    /// from it.
    @Test func everyPartReachesTheTranscript() throws {
        var challenges: Set<[UInt8]> = []
        let changes =
            [{ @Sendable (_: inout Sample) in }] + TamperingTests.changes.map(\.change)
            + TamperingTests.statementChanges
        for change in changes {
            var sample = TamperingTests.sample
            change(&sample)
            var transcript = try sample.assertion().transcript
            challenges.insert(transcript.challenge("first", count: 32))
        }
        #expect(challenges.count == changes.count)
    }

    /// With the check of its equations gone, a proof would still have to be about these commitments.
    @Test func wrongWitness() throws {
        let sample = TamperingTests.sample
        let assertion = try sample.assertion()
        let commitments = assertion.commitments
        // The blindings are right and the values are not.
        var transcript = Transcript(label: "test")
        var random = SeededRandom(10)
        let made = try RangeProof.prove(
            values: [20_000], blindings: [sample.openings[0].blinding], bits: .sixtyFour,
            transcript: &transcript, using: &random)
        let claim = RangeClaim(
            proof: made.proof, commitments: [commitments[0]], transcript: Transcript(label: "test"))
        #expect(throws: ProofRefusal.equationFails) { try claim.verify() }
        let other = RangeClaim(
            proof: made.proof, commitments: made.commitments,
            transcript: Transcript(label: "tesu"))
        #expect(throws: ProofRefusal.equationFails) { try other.verify() }
    }
}

extension SampleAssertion {
    fileprivate mutating func changeUnit(_ unit: ValueUnit) {
        for index in values.indices { values[index].unit = unit }
        statements = [
            .equal(0, 2), .linear(.sum(of: 0..<3, unit: unit), .atLeast(20_000)),
            .each([1], unit, .atMost(0)),
        ]
    }

    fileprivate mutating func addValue() {
        values.append(values[0])
        values[4].field = "payable_amount"
    }

    /// The sum of all three values, as a score.
    fileprivate var score: LinearForm {
        LinearForm(
            terms: (0..<3).map { .init(value: $0, weight: 1) },
            units: .perTerm([Self.euros, Self.euros, Self.euros]))
    }
}

/// Whether each challenge depends on everything said before it: what is left out of a transcript
/// can be chosen after the challenge, which has broken several published proof systems.
struct ChallengeTests {
    @Test func everyElementChangesAllLaterChallenges() throws {
        var random = SeededRandom(11)
        let made = try {
            var transcript = Transcript(label: "test")
            return try RangeProof.prove(
                values: [1, 200], blindings: [random.scalar(), random.scalar()], bits: .eight,
                transcript: &transcript, using: &random)
        }()
        let encoding = made.proof.encoding
        let other = Commitment(made.commitments[0].point.doubled)
        func challenges(_ encoding: [UInt8], _ commitments: [Commitment]) throws -> [[UInt8]] {
            let (replay, seal) = try RangeClaim(
                proof: RangeProof(parsing: encoding, bits: .eight, count: 2),
                commitments: commitments, transcript: Transcript(label: "test")
            ).replayed()
            return replay.allChallenges.map(\.encoding) + [seal]
        }
        let honest = try challenges(encoding, made.commitments)
        // y, z, x, w, four rounds, and the seal.
        #expect(honest.count == 9)
        for index in made.commitments.indices {
            var commitments = made.commitments
            commitments[index] = other
            let changed = try challenges(encoding, commitments)
            #expect(zip(honest, changed).allSatisfy { $0 != $1 })
        }
        // The first challenge that depends on each element of the encoding.
        let first = [0, 0, 2, 2, 3, 3, 3] + (4..<8).flatMap { [$0, $0] } + [8, 8]
        #expect(first.count * 32 == encoding.count)
        for (element, first) in first.enumerated() {
            let isPoint = element < 4 || (7..<15).contains(element)
            var bent = encoding
            let replacement = isPoint ? other.encoding : Scalar(7).encoding
            bent.replaceSubrange(32 * element..<32 * (element + 1), with: replacement)
            let changed = try challenges(bent, made.commitments)
            for index in honest.indices {
                #expect((honest[index] == changed[index]) == (index < first))
            }
        }
    }

    /// The weights of a batch come after the last scalar of every proof in it.
    @Test func everyElementOfAnAssertionChangesItsSeal() throws {
        var sample = SampleAssertion(
            [5, 5, 7], [.equal(0, 1), SampleAssertion.sum(3, .between(0, 20))])
        let proof = try sample.prove()
        let assertion = try sample.assertion()
        let other = Commitment(Pedersen.valueBase.point.doubled).encoding
        var seals: Set<[UInt8]> = [try AssertionReplay(assertion, proof).seal]
        let elements = (proof.count - 1) / 32
        for element in 0..<elements {
            let start = 1 + 32 * element
            for replacement in [other, Scalar(7).encoding] {
                var bent = proof
                bent.replaceSubrange(start..<start + 32, with: replacement)
                guard let replay = try? AssertionReplay(assertion, bent) else { continue }
                seals.insert(replay.seal)
            }
        }
        // The encoding of the other element is no scalar, and that of the scalar no element.
        #expect(Point(decoding: Scalar(7).encoding) == nil)
        #expect((try? Scalar(canonical: other)) == nil)
        #expect(seals.count == elements + 1)
    }

    @Test func equalitiesAreAbsorbed() {
        let points = [Pedersen.valueBase, Pedersen.blindingBase].map {
            DerivedCommitments.Element(point: $0.point, encoding: $0.encoding)
        }
        func challenge(_ commitments: [DerivedCommitments.Element]) -> Scalar {
            var transcript = Transcript(label: "test")
            return transcript.beginEqualities(commitments)
        }
        let challenges = [
            challenge([]), challenge([points[0]]), challenge([points[1]]), challenge(points),
            challenge(points.reversed()),
        ]
        #expect(Set(challenges).count == challenges.count)
    }

    @Test func theSizeOfTheProofIsAbsorbed() throws {
        let commitment = Pedersen.valueBase
        func challenge(_ bits: Int, _ count: Int) -> [UInt8] {
            var transcript = Transcript(label: "test")
            transcript.beginRangeProof(
                bits: bits, [[UInt8]](repeating: commitment.encoding, count: count))
            return transcript.challenge("y", count: 32)
        }
        #expect(Set([challenge(8, 1), challenge(16, 1), challenge(8, 2)]).count == 3)
    }
}
