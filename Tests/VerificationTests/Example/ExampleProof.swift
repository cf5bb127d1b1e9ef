import Commitments
import Sharing
import TestSupport
import TestWorld
import Transparency
import Wire

@testable import Commitments

/// Two statements about the one commitment, and the transcript of their proof, message by message.
extension WorkedExample {
    static let statements = ["sum(total) = 1234.5 EUR", "sum(total) >= 1000 EUR"]

    mutating func prove(_ record: Sealed, at tree: TreePoint) throws {
        let terms = ProofTerms(
            log: log, at: tree, grantee: Self.bank.handle, grant: Self.jti(5),
            purpose: .creditAssessment, expires: Self.time(5).advanced(by: 30 * 86_400))
        let proven = ProofRecord(
            book: Self.book, number: 1, jti: record.statement.jti,
            digest: record.statement.digest, standing: .current,
            commitments: ["total": record.commitment])
        let assertion = try ProofAssembly(
            try Self.statements.map { try ProofStatement(canonical: $0) }, of: [proven],
            for: terms
        ).assertion
        let proof = try assertion.prove([record.opening], using: &random)
        _ = try assertion.verify(proof)
        let derived = try DerivedCommitments(assertion) { _ in
            Failure.disagreement("a combination")
        }
        let equality = derived.equalities[0].encoding
        let range = derived.ranges[0].encoding

        var transcript = TracedTranscript(label: "trine/commitments/presentation/v1")
        transcript.absorb(terms, proven)
        values.lines("transcript.context", transcript.taken())
        transcript.absorbStatements()
        values.lines("transcript.statements", transcript.taken())
        let parts = proof.dropFirst().parts
        transcript.absorbEquality(of: equality, parts)
        values.lines("transcript.equality", transcript.taken())
        transcript.absorbRange(of: range, Array(parts.dropFirst(2)))
        values.lines("transcript.range", transcript.taken())
        let seal = transcript.challenge("seal", count: 32)
        try Self.expect(
            try AssertionReplay(assertion, proof).seal == seal, "the transcript")
        values.bytes("proof.seal", seal)
        values.bytes("proof.D", equality)
        values.bytes("proof.V", range)
        values.bytes("proof", proof)
    }
}

extension ArraySlice<UInt8> {
    /// The points and scalars of a proof, 32 bytes each.
    fileprivate var parts: [[UInt8]] {
        stride(from: startIndex, to: endIndex, by: 32).map { Array(self[$0..<($0 + 32)]) }
    }
}

/// A transcript that notes each message and challenge.
private struct TracedTranscript {
    private var transcript: Transcript
    private var lines: [String]

    init(label: String) {
        transcript = Transcript(label: label)
        lines = ["dom-sep <- \(hex(label.utf8))"]
    }

    /// What was noted since it was asked last.
    mutating func taken() -> [UInt8] {
        defer { lines = [] }
        return lines.flatMap { Array("\($0)\n".utf8) }
    }

    mutating func append(_ label: StaticString, _ message: [UInt8]) {
        transcript.append(label, message)
        lines.append("\(label) <- \(hex(message))")
    }

    mutating func append(_ label: StaticString, _ text: String) { append(label, Array(text.utf8)) }

    mutating func append(_ label: StaticString, _ number: Int64) {
        append(label, number.littleEndianBytes)
    }

    @discardableResult
    mutating func challenge(_ label: StaticString, count: Int = 64) -> [UInt8] {
        let bytes = transcript.challenge(label, count: count)
        lines.append("\(label) -> \(hex(bytes))")
        return bytes
    }
}

extension TracedTranscript {
    mutating func absorb(_ terms: ProofTerms, _ record: ProofRecord) {
        append("suite", [1])
        append("log", terms.log.bytes)
        append("tree-size", terms.at.size)
        append("tree-root", terms.at.root.bytes)
        append("grantee", terms.grantee.text)
        append("grant", terms.grant.text)
        append("purpose", terms.purpose.rawValue)
        append("expiry", terms.expires.seconds)
        append("records", 1)
        append("jti", record.jti.text)
        append("digest", record.digest.bytes)
        append("values", 1)
        append("record", 0)
        append("field", "total")
        append("unit", "EUR")
        append("scale", 2)
        append("commitment", record.commitments["total"]!.commitment.encoding)
    }

    mutating func absorbStatements() {
        append("statements", 2)
        for (bound, end) in [("exactly", 123_450), ("at-least", 100_000)] as [(String, Int64)] {
            append("statement", "linear")
            append("bound", bound)
            append("end", end)
            append("terms", 1)
            append("value", 0)
            append("weight", 1)
            append("units", "common")
            append("unit", "EUR")
            append("scale", 2)
        }
    }

    mutating func absorbEquality(of combination: [UInt8], _ parts: [[UInt8]]) {
        append("equalities", 1)
        append("zero", combination)
        challenge("combine")
        append("nonce", parts[0])
        challenge("challenge")
        append("response", parts[1])
    }

    mutating func absorbRange(of combination: [UInt8], _ parts: [[UInt8]]) {
        append("dom-sep", "rangeproof v1")
        append("n", 64)
        append("m", 1)
        append("V", combination)
        append("A", parts[0])
        append("S", parts[1])
        challenge("y")
        challenge("z")
        append("T_1", parts[2])
        append("T_2", parts[3])
        challenge("x")
        append("t_x", parts[4])
        append("t_x_blinding", parts[5])
        append("e_blinding", parts[6])
        challenge("w")
        append("dom-sep", "ipp v1")
        append("n", 64)
        for round in 0..<6 {
            append("L", parts[7 + 2 * round])
            append("R", parts[8 + 2 * round])
            challenge("u")
        }
        append("a", parts[19])
        append("b", parts[20])
    }
}
