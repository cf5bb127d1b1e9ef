import Commitments
import Foundation
import Sharing
import Testing
import Transparency
import Verification
import Wire

/// Packages of grants to prove: what a good one says, and for what every other one is refused.
@Suite struct ProofPackageTests {
    private static let good = Result { try ProofStory().opened() }

    @Test func aProofVerifiesOffline() throws {
        let verified = try Self.good.get()
        let saved = try Package(parsing: verified.package.bytes)
        #expect(saved == verified.package)
        let story = try ProofStory()
        let again = try saved.verify(under: story.log.trust)
        #expect(again.verdict == verified.verdict)
        #expect(again.proven?.statements.map(\.description) == ProofStory.statements)
        #expect(again.verdict.statements.count == 3 && again.verdict.records == 3)
        #expect(again.verdict.provenAt == story.at.size)
        let words = again.verdict.lines()
        #expect(words[0].hasPrefix("e-acme proved 3 statements to northbank"))
        #expect(words.contains("  The sum of tax_exclusive_amount is at least 328.45 EUR."))
        #expect(words.contains("invoices/2026-09: complete, still open with 3 records."))
        #expect(words.contains("Not proven:"))
        // What only the host can know is said to be its word.
        #expect(
            words.contains {
                $0.hasPrefix("  that by entry \(again.verdict.access) no record of another book")
                    && $0.hasSuffix("beyond the word of the host, house,")
            })
    }

    /// No value and no key of one is anywhere in what the lender gets.
    @Test func noAmountIsShown() throws {
        let verified = try Self.good.get()
        for record in verified.records {
            #expect(record.fields?.values.isEmpty == true)
            #expect(record.fields.map { Set($0.commitments.keys) } == Set(ProofStory.used))
        }
        #expect(verified.verdict.fields.isEmpty)
    }

    static let notThis = PackageRefusal(.proof, .proof(.assertion(.proof(.equationFails))))
    static let first = "invoices/2026-09#1"

    static let refusals: [(ProofStory.Twist, String)] = [
        (.otherLog, "\(notThis)"), (.otherTreeSize, "\(notThis)"),
        (.otherTreeRoot, "\(notThis)"), (.otherGrantee, "\(notThis)"),
        (.otherGrant, "\(notThis)"), (.otherPurpose, "\(notThis)"), (.otherExpiry, "\(notThis)"),
        (.otherRecords, "\(notThis)"), (.otherStatement, "\(notThis)"),
        (
            .notAStatement,
            text(
                .grant,
                .statement(0, .init(offset: 26, reason: .expected(">=, <=, = or between"))))
        ),
        (
            .notCanonical,
            text(
                .grant,
                .statement(
                    0,
                    .init(
                        offset: 30, reason: .notCanonical("sum(tax_exclusive_amount) >= 1 EUR"))))
        ),
        (.notProvable, text(.grant, .notProvable(statement: 0, field: "due_date"))),
        (.noValue, text(.proof, .proof(.noValue(record: first, field: "tax_amount")))),
        (
            .otherUnit,
            text(
                .proof,
                .proof(.otherUnit(record: first, field: "tax_exclusive_amount", unit: "EUR")))
        ),
        (.otherRecord, text(.proof, .proof(.notCovered("invoices/2026-09#4")))),
        (.tooHeavy, text(.proof, .proof(.assertion(.weightsTooLarge(statement: 0))))),
        (.superseded, text(.proof, .proof(.superseded(record: first)))),
        (.supersededButServed, text(.proof, .proof(.superseded(record: first)))),
        (.erased, text(.proof, .proof(.erased(record: first)))),
        (.leftOut, text(.proof, .proof(.notCovered(first)))),
        (.notServed, text(.proof, .proof(.notCovered(first)))),
        (.listedLater, text(.proof, .recordAfterPoint(record: "invoices/2026-09#3"))),
        (.months, text(.grant, .recordsNotListed)),
        (.otherSeries, text(.record(3), .wrongSeries)),
        (.otherType, text(.record(3), .unknownRecordType)),
        (.noPoint, text(.grant, .pointMissing)),
        (.laterPoint, text(.grant, .pointAfterGrant(size: 7))),
        (.noProof, text(.grant, .proofMissing)), (.twoProofs, text(.grant, .proofMissing)),
        (.hugeProof, text(.grant, .proofMissing)),
        (
            .cutProof,
            text(
                .proof, .proof(.assertion(.proof(.wrongLength(have: 928, expected: 929)))))
        ),
        (
            .longProof,
            text(
                .proof, .proof(.assertion(.proof(.wrongLength(have: 930, expected: 929)))))
        ),
    ]

    private static func text(_ part: PackagePart, _ reason: PackageRefusal.Reason) -> String {
        "\(PackageRefusal(part, reason))"
    }

    @Test func everyTwistIsListed() {
        #expect(
            Set(Self.refusals.map(\.0)).union([.strangePoint])
                == Set(ProofStory.Twist.allCases))
    }

    @Test(arguments: refusals)
    func isRefusedForWhatItIs(_ twist: ProofStory.Twist, _ expected: String) throws {
        let story = try ProofStory(twist)
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        #expect(refusal.map { "\($0)" } == expected)
    }

    @Test func aTreeThatIsNotTheLogsIsRefused() throws {
        let story = try ProofStory(.strangePoint)
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        guard refusal?.part == .proof, case .otherTree = refusal?.reason else {
            Issue.record("\(refusal as Any)")
            return
        }
    }

    /// Every byte of the proof, and every hash that leads to the checkpoint.
    @Test func everyByteCounts() throws {
        let verified = try Self.good.get()
        let story = try ProofStory()
        let proof = try #require(verified.package.proof)
        for position in proof.presentation.indices {
            var changed = proof.presentation
            changed[position] ^= 1
            let package = verified.package.with(
                PackageProof(consistency: proof.consistency, presentation: changed))
            let refusal = #expect(throws: PackageRefusal.self, "byte \(position)") {
                try package.verify(under: story.log.trust)
            }
            #expect(refusal?.part == .proof)
        }
        for position in proof.consistency.indices {
            var changed = proof.consistency
            changed[position] = Hash.leaf([1])
            let package = verified.package.with(
                PackageProof(consistency: changed, presentation: proof.presentation))
            let refusal = #expect(throws: PackageRefusal.self) {
                try package.verify(under: story.log.trust)
            }
            guard case .otherTree = refusal?.reason else {
                Issue.record("\(refusal as Any)")
                continue
            }
        }
    }

    /// A turnover over many records: the proof stays as small, the keys take little, and all that is
    /// served is checked. Sealing takes most of the time: `TRINE_PROOF_RECORDS=10000` for more.
    @Test func manyRecords() throws {
        let given = ProcessInfo.processInfo.environment["TRINE_PROOF_RECORDS"]
        let count = max(4, given.flatMap { Int($0) } ?? 300)
        let sum = Double(count * (count + 1) / 2 - 6) + 328.45
        let story = try ProofStory(
            statements: [
                "sum(tax_exclusive_amount) >= \(sum) EUR", "sum(payable_amount) >= 1 EUR",
            ], count: count)
        #expect(story.envelope.bytes.count < 3 * count * 43 + 4_000)
        let clock = ContinuousClock()
        var verified: VerifiedPackage?
        let opening = try clock.measure { verified = try story.opened() }
        let package = try #require(verified?.package)
        #expect(package.proof?.presentation.count == 737)
        #expect(verified?.verdict.records == count && verified?.verdict.isComplete == true)
        let again = try clock.measure { _ = try package.verify(under: story.log.trust) }
        print(
            "\(count) records: opened in \(opening), verified in \(again), envelope of"
                + " \(story.envelope.bytes.count) bytes, package of \(package.bytes.count)")
    }

    /// Only what was there at the access can have been served, or account for a number.
    @Test func noRecordIsLaterThanTheAccess() throws {
        var story = try ProofStory()
        let access = Int64(story.log.index(of: story.access.jti))
        story.records.append(try story.log.seal(story.acme, number: 4, day: "2026-10-17"))
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        #expect(refusal == PackageRefusal(.access, .outOfOrder(after: access + 1)))
    }

    /// One record twice, and one in another's place.
    @Test func noRecordCountsTwice() throws {
        let verified = try Self.good.get()
        let story = try ProofStory()
        let records = verified.package.records
        for (list, number) in [
            ([records[0], records[0], records[1], records[2]], 1),
            ([records[0], records[1], records[2], records[0]], 3),
            ([records[0], records[1], records[1]], 2),
        ] {
            let package = verified.package.with(records: list)
            #expect(throws: PackageRefusal(.record(number), .recordTwice)) {
                try package.verify(under: story.log.trust)
            }
        }
    }

    /// A grant to prove without its proof, and a grant to read with one.
    @Test func aProofBelongsToAGrantToProve() throws {
        let verified = try Self.good.get()
        let story = try ProofStory()
        let without = verified.package.with(nil)
        #expect(throws: PackageRefusal(.proof, .proofMissing)) {
            try without.verify(under: story.log.trust)
        }
        let reading = try Story()
        let package = try reading.opened().package.with(verified.package.proof)
        #expect(throws: PackageRefusal(.proof, .strayProof)) {
            try package.verify(under: reading.log.trust)
        }
    }
}

extension Package {
    fileprivate func with(records: [LoggedStatement]) -> Package {
        Package(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: grant,
            rekey: rekey, access: access, records: records, erasures: erasures, proof: proof)
    }

    func with(_ proof: PackageProof?) -> Package {
        Package(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: types,
            grant: grant,
            rekey: rekey, access: access, records: records, erasures: erasures, proof: proof)
    }
}
