import Foundation
import TestSupport
import Testing

@testable import Commitments

/// Proofs released once. They verify for ever: a change that refuses them is a new suite.
struct FrozenProofs: Codable {
    struct Range: Codable {
        let bits: Int
        let label: String
        let commitments: [String]
        let proof: String
    }

    struct Assertion: Codable {
        let log: String
        let treeSize: UInt64
        let treeRoot: String
        let grantee: String
        let grant: String
        let purpose: String
        let expiry: Int64
        let records: [Record]
        let values: [Value]
        let statements: [Statement]
        let proof: String
    }

    struct Record: Codable {
        let identifier: String
        let digest: String
    }

    struct Value: Codable {
        let record: Int
        let field: String
        let unit: String
        let scale: Int
        let commitment: String
    }

    struct Statement: Codable {
        let kind: String
        let bound: String?
        let ends: [Int64]?
        let values: [Int]
        let weights: [Int64]?
    }

    let ranges: [Range]
    let assertions: [Assertion]

    static func load() throws -> FrozenProofs {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/proofs-v1.json")
        return try JSONDecoder().decode(FrozenProofs.self, from: Data(contentsOf: file))
    }
}

extension FrozenProofs.Assertion {
    func assertion() throws -> ValueAssertion {
        let context = ProofContext(
            log: bytes(hex: log), treeSize: treeSize, treeRoot: bytes(hex: treeRoot),
            records: records.map {
                .init(
                    identifier: $0.identifier, digest: bytes(hex: $0.digest), standing: .current)
            }, grantee: grantee, grant: grant, purpose: purpose, expiry: expiry)
        let values = try values.map {
            PresentedValue(
                record: $0.record, field: $0.field, unit: ValueUnit(code: $0.unit, scale: $0.scale),
                commitment: try Commitment(parsing: bytes(hex: $0.commitment)))
        }
        return try ValueAssertion(
            context: context, values: values,
            statements: try statements.map { try $0.statement(values) })
    }
}

extension FrozenProofs.Statement {
    func statement(_ presented: [PresentedValue]) throws -> ValueStatement {
        let ends = ends ?? []
        let bound: ValueStatement.Bound =
            switch self.bound {
            case "at-least": .atLeast(ends[0])
            case "at-most": .atMost(ends[0])
            case "between": .between(ends[0], ends[1])
            default: .exactly(ends.first ?? 0)
            }
        switch kind {
        case "linear", "score":
            let weights = try #require(weights)
            let terms = zip(values, weights).map { LinearForm.Term(value: $0, weight: $1) }
            let units: LinearForm.Units =
                kind == "score"
                ? .perTerm(values.map { presented[$0].unit })
                : .common(presented[values[0]].unit)
            return .linear(LinearForm(terms: terms, units: units), bound)
        case "each":
            return .each(values, presented[values[0]].unit, bound)
        default:
            return .equal(values[0], values[1])
        }
    }
}

struct FrozenProofTests {
    @Test func rangeProofs() throws {
        let frozen = try FrozenProofs.load().ranges
        #expect(frozen.count == 16)
        for range in frozen {
            let claim = RangeClaim(
                proof: try RangeProof(
                    parsing: bytes(hex: range.proof),
                    bits: try #require(RangeBits(rawValue: range.bits)),
                    count: range.commitments.count),
                commitments: try range.commitments.map { try Commitment(parsing: bytes(hex: $0)) },
                transcript: Transcript(label: range.label))
            _ = try claim.verify()
        }
    }

    @Test func assertions() throws {
        let frozen = try FrozenProofs.load().assertions
        #expect(frozen.count == 4)
        for item in frozen {
            let assertion = try item.assertion()
            _ = try assertion.verify(bytes(hex: item.proof))
        }
    }
}
