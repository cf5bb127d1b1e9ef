import Commitments
import Custody
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// Proofs about amounts that nobody is shown, over a real gateway.
@Suite struct ProofTests {
    static let january = BookName(series: .invoices, month: Month("2026-01")!)
    static let scope = Scope.months(.invoices, january.month...january.month)

    private func wish(
        _ statements: [String], scope: Scope = scope, to handle: String = "northbank"
    ) throws -> GrantWish {
        GrantWish(
            to: Handle(handle)!, scope: scope,
            statements: try statements.map { try ProofStatement(parsing: $0) },
            purpose: .creditAssessment, lifetime: 30 * 86_400, fetches: 10, dataLife: 86_400)
    }

    /// What the turnover of the sample documents of January really is.
    private func turnover(_ enterprise: Enterprise) async throws -> ExactDecimal {
        var sum = ExactDecimal.zero
        for record in try await enterprise.records(in: Self.january) where record.isHead {
            let shown = try await enterprise.show(
                RecordNumber(book: record.book, number: Int(record.number))!,
                fields: ["tax_exclusive_amount"])
            guard case .amount(let amount)? = shown.fields?.values["tax_exclusive_amount"] else {
                continue
            }
            sum = sum + amount.value
        }
        return sum
    }

    /// Serves a log with an enterprise that imported January, and a lender.
    private func story(
        _ body: (TestLog, Enterprise, Lender) async throws -> Void
    ) async throws {
        try await TestLog.serving { log in
            let home = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let session = try await log.open(home)
            let enterprise = try Enterprise(session)
            _ = try await enterprise.importDocuments([try log.documents("2026-01")])
            let lender = try Lender(try await log.open(lenderHome))
            try await body(log, enterprise, lender)
            await session.close()
            await lender.session.close()
        }
    }

    /// One statement over two flows: what the enterprise invoices under is what it is billed under.
    @Test func recordsOfSeveralSeriesAreTied() async throws {
        try await story { log, enterprise, lender in
            let scope = Scope.records(
                ["bills", "invoices"].map {
                    RecordRange(book: BookName("\($0)/2026-01")!, from: 1, to: 2)!
                })
            let texts = [
                "equal(bills/2026-01#1.buyer_vat_id, invoices/2026-01#2.seller_vat_id)",
                "equal(bills/2026-01#2.buyer_vat_id, invoices/2026-01#1.seller_vat_id)",
                "each(issue_date) between 2026-01-01 and 2026-01-31",
            ]
            let plan = try await enterprise.plan(try wish(texts, scope: scope))
            #expect(plan.proof?.untrue.isEmpty == true && plan.recordCount == 4)
            #expect(plan.terms.epochs.map(\.series) == [.bills, .invoices])
            let grant = try await enterprise.grant(plan).statement
            let package = try await lender.fetch(grant.jti)
            #expect(package.verdict.statements.map(\.description) == texts)
            #expect(package.verdict.books.map(\.book.series) == [.bills, .invoices])
            let shown = package.records.compactMap(\.fields)
            #expect(shown.count == 4)
            #expect(shown.allSatisfy { $0.values.isEmpty && !$0.commitments.isEmpty })
            let again = try Package(parsing: package.package.bytes)
                .verify(under: lender.session.trust)
            #expect(again.verdict == package.verdict)

            // What isn't true isn't signed.
            let untrue = try await enterprise.plan(
                try wish(
                    [
                        "equal(bills/2026-01#1.number, invoices/2026-01#2.number)",
                        "each(issue_date) <= 2025-12-31", texts[0],
                    ], scope: scope))
            #expect(untrue.proof?.untrue == [0, 1])
            // To be read are records of one series.
            await #expect(throws: ClientError.severalSeries([.bills, .invoices])) {
                try await enterprise.plan(
                    GrantWish(
                        to: Handle("northbank")!, scope: scope, fields: ["due_date"],
                        purpose: .creditAssessment, lifetime: 86_400, fetches: 1, dataLife: 0))
            }
        }
    }

    @Test func aThresholdIsProvenFetchedAndVerifiedOffline() async throws {
        try await story { log, enterprise, lender in
            let sum = try await turnover(enterprise)
            _ = try await enterprise.close(Self.january)
            let plan = try await enterprise.plan(
                try wish([
                    "sum(tax_exclusive_amount) >= \(sum) EUR",
                    "each(tax_exclusive_amount) <= 1000000 EUR",
                ]))
            #expect(plan.proof?.untrue.isEmpty == true && plan.recordCount > 10)
            let grant = try await enterprise.grant(plan).statement
            let package = try await lender.fetch(grant.jti)
            #expect(package.verdict.right == .prove && package.verdict.isComplete)
            #expect(package.verdict.records == plan.recordCount)
            #expect(!package.verdict.books.contains { !$0.closed })
            for record in package.records { #expect(record.fields?.values.isEmpty ?? true) }
            // The envelope has keys of the commitments and of nothing else.
            let keys = try await Self.keys(of: grant.jti, lender)
            #expect(keys.nodes.isEmpty && keys.singles.isEmpty)
            #expect(keys.listed.map(\.field) == ["tax_exclusive_amount_commitment"])
            #expect(keys.listed[0].keys.count == plan.recordCount)
            let saved = try Package(parsing: package.package.bytes)
            let again = try saved.verify(under: lender.session.trust)
            #expect(again.verdict == package.verdict)
            // What was proven is remembered: the other bound would give the sum away.
            let other = try await enterprise.plan(
                try wish(["sum(tax_exclusive_amount) <= \(sum) EUR"]))
            #expect(other.warnings.count == 1 && plan.warnings.isEmpty)
            let untrue = try await enterprise.plan(try wish(["sum(tax_exclusive_amount) = 1 EUR"]))
            #expect(untrue.proof?.untrue == [0] && untrue.warnings.isEmpty)
            #expect(again.proven?.statements == plan.proof?.statements)
        }
    }

    private static func keys(of grant: JTI, _ lender: Lender) async throws -> GrantedKeys {
        let session = lender.session
        let call = Fetch.sign(
            grant: grant, fields: ["tax_exclusive_amount_commitment"], ranges: [],
            by: try session.signer(.all), at: session.now, jti: session.newJTI(), opener: .random())
        let answer = try await session.connection.fetch(call)
        let known = try #require(try await session.sync().grants[grant])
        let key = try session.keyring.decryptionKey(era: 1)
        let granted = try #require(answer.granted)
        return try granted.envelope.open(
            with: key,
            context: .init(
                log: session.log, statement: grant, issuer: known.issuer,
                grantee: session.handle, recipient: key.encryptionKey))
    }

    /// One cent more than there is.
    @Test func whatIsNotTrueIsRefusedBeforeAnythingIsSigned() async throws {
        try await story { log, enterprise, _ in
            let sum = try await turnover(enterprise) + ExactDecimal("0.01")!
            let before = await log.store.head()?.size
            let plan = try await enterprise.plan(
                try wish([
                    "each(tax_exclusive_amount) <= 1000000 EUR",
                    "sum(tax_exclusive_amount) >= \(sum) EUR",
                ]))
            let proof = try #require(plan.proof)
            #expect(proof.untrue == [1])
            await #expect(throws: ClientError.untrue([proof.statements[1]])) {
                try await enterprise.grant(plan)
            }
            let after = await log.store.head()?.size
            #expect(after == before)
        }
    }

    /// What nobody could prove isn't asked for.
    @Test func aRequestHasItsForm() async throws {
        try await story { log, enterprise, lender in
            let before = await log.store.head()?.size
            for (text, expected) in [
                (
                    "sum(tax_amount) >= 1.0 EUR",
                    ClientError.statement(
                        "sum(tax_amount) >= 1.0 EUR",
                        .init(offset: 20, reason: .notCanonical("sum(tax_amount) >= 1 EUR")))
                ), ("sum(due_date) >= 1 EUR", ClientError.notProvable("due_date", .invoice)),
            ] {
                let terms = RequestTerms(
                    .guarantee, to: enterprise.session.handle, right: .prove, scope: Self.scope,
                    subject: .statements([text]), notBefore: log.clock.now,
                    expires: log.clock.now.advanced(by: 86_400), fetches: 3, dataLife: 86_400)
                await #expect(throws: expected) {
                    try await lender.request(terms)
                }
            }
            let after = await log.store.head()?.size
            #expect(after == before)
        }
    }

    /// A list as of a tree that isn't the log's, or doesn't have its records yet, is no entry.
    @Test func theListIsOfATreeOfThisLog() async throws {
        try await story { log, enterprise, _ in
            let plan = try await enterprise.plan(
                try wish(["sum(tax_exclusive_amount) >= 1 EUR"]))
            let at = try #require(plan.proof?.at)
            let last = try #require(plan.covered.last?.records.last)
            let leaves = await log.store.leaves(0..<at.size).map { Hash.leaf($0) }
            func point(_ size: Int64) -> TreePoint {
                var edge = RightEdge()
                for leaf in leaves.prefix(Int(size)) { edge.append(leaf) }
                return .init(size: size, root: Digest(bytes: edge.root.bytes)!)
            }
            #expect(point(at.size) == at)
            for (at, expected) in [
                (.init(size: at.size, root: Digest(hashing: [1])), "other-tree"),
                (.init(size: at.size - 1, root: at.root), "other-tree"),
                (.init(size: at.size + 1, root: at.root), "point-beyond-log"),
                (point(last.index), "record-after-point"), (point(1), "record-after-point"),
                (point(last.index + 1), nil),
            ] as [(TreePoint, String?)] {
                let name = await Self.submit(plan, as: at, enterprise)
                #expect(name == expected)
            }
        }
    }

    /// Registers the plan's grant as of another tree; the name of the problem, if there is one.
    private static func submit(
        _ plan: GrantPlan, as at: TreePoint, _ enterprise: Enterprise
    ) async -> String? {
        let session = enterprise.session
        do {
            let jti = session.newJTI()
            let envelope = try enterprise.seal(
                GrantedKeys(proofs: [[1]]), to: plan.grantee, plan.recipient.key, carrier: jti)
            var random = session.surroundings.random
            let signed = Statement.sign(
                Grant(
                    right: .prove, purpose: plan.purpose, notBefore: plan.notBefore,
                    expires: plan.expires, policies: plan.policies, envelope: envelope.digest,
                    at: at),
                selective: plan.terms.disclosures(using: &random), by: try session.signer(.grant),
                at: session.now, jti: jti)
            _ = try await session.register(signed, blob: envelope.bytes)
            return nil
        } catch ConnectionError.refused(let problem) { return problem.name } catch {
            return "\(error)"
        }
    }

    /// After an erasure the proof is about something that isn't there any more.
    @Test func anErasedRecordEndsTheProof() async throws {
        try await story { _, enterprise, lender in
            let plan = try await enterprise.plan(
                try wish(["sum(tax_exclusive_amount) >= 1 EUR"]))
            let grant = try await enterprise.grant(plan).statement.jti
            _ = try await lender.fetch(grant)
            _ = try await enterprise.erase(
                RecordNumber(book: Self.january, number: 2)!, .enteredInError)
            // The gateway doesn't serve it any more, and charges nothing.
            let refusal = await #expect(throws: ConnectionError.self) {
                try await lender.fetch(grant)
            }
            guard case .refused(let problem) = refusal else {
                Issue.record("\(refusal as Any)")
                return
            }
            #expect(problem.name == "records-not-current")
            // The next proof is about what is left.
            let next = try await enterprise.plan(
                try wish(["sum(tax_exclusive_amount) >= 1 EUR"]))
            #expect(next.recordCount == plan.recordCount - 1)
            let package = try await lender.fetch(try await enterprise.grant(next).statement.jti)
            #expect(package.verdict.books[0].erased == 1 && package.verdict.isComplete)
        }
    }

    /// What can be read and what was proven say more together: both ways round, and by equality.
    @Test func whatCanBeReadCounts() async throws {
        try await story { _, enterprise, _ in
            let all = RecordRange(book: Self.january, from: 2, to: 4)!
            let two = RecordRange(book: Self.january, from: 2, to: 3)!
            let reading = GrantWish(
                to: Handle("northbank")!, scope: .records([two]), fields: ["payable_amount"],
                purpose: .creditAssessment, lifetime: 86_400, fetches: 1, dataLife: 0)
            let sum = try await enterprise.plan(
                try wish(["sum(payable_amount) >= 1 EUR"], scope: .records([all])))
            let equal = try await enterprise.plan(
                try wish(
                    [
                        "equal(invoices/2026-01#2.payable_amount,"
                            + " invoices/2026-01#2.tax_inclusive_amount)"
                    ], scope: .records([all])))
            #expect(
                equal.proof?.untrue.isEmpty == true && equal.warnings.isEmpty
                    && sum.warnings.isEmpty)
            let free = try await enterprise.plan(reading)
            #expect(free.warnings.isEmpty)
            _ = try await enterprise.grant(sum)
            _ = try await enterprise.grant(equal)
            let rest = ProofWarning.rest(field: "payable_amount", records: ["invoices/2026-01#4"])
            let same = ProofWarning.readable("tax_inclusive_amount of invoices/2026-01#2")
            let telling = try await enterprise.plan(reading)
            #expect(telling.warnings == [same, rest])
            _ = try await enterprise.grant(telling)
            // The other way round, now with values: what is left of an exact sum is exact.
            let shown = try await enterprise.show(
                RecordNumber(book: Self.january, number: 4)!, fields: ["payable_amount"])
            guard case .amount(let last)? = shown.fields?.values["payable_amount"] else {
                Issue.record("no amount")
                return
            }
            let value = try #require(ProofBound(.exactly(last.units), unit: .currency("EUR")))
            let exact = try await enterprise.plan(
                try wish(
                    ["each(payable_amount) <= \(value.description.dropFirst(2))"],
                    scope: .records([RecordRange(book: Self.january, from: 4, to: 4)!])))
            #expect(exact.warnings.isEmpty)
            var total = last.value
            for number in 2...3 {
                let shown = try await enterprise.show(
                    RecordNumber(book: Self.january, number: number)!, fields: ["payable_amount"])
                guard case .amount(let amount)? = shown.fields?.values["payable_amount"] else {
                    continue
                }
                total = total + amount.value
            }
            let pinning = try await enterprise.plan(
                try wish(["sum(payable_amount) = \(total) EUR"], scope: .records([all])))
            let text = String(value.description.dropFirst(2))
            #expect(
                pinning.warnings.contains(
                    .pinned("payable_amount of invoices/2026-01#4", low: text, high: text)))
        }
    }

    /// Of what is left out the verdict says so.
    @Test func aPartOfABookIsSaidToBeOne() async throws {
        try await story { _, enterprise, lender in
            let range = RecordRange(book: Self.january, from: 2, to: 4)!
            let plan = try await enterprise.plan(
                try wish(
                    [
                        "sum(tax_exclusive_amount) >= 1 EUR",
                        "score(2*payable_amount EUR, 1*tax_exclusive_amount EUR) >= 1",
                    ], scope: .records([range])))
            let package = try await lender.fetch(try await enterprise.grant(plan).statement.jti)
            #expect(package.verdict.records == 3 && !package.verdict.isComplete)
            #expect(package.verdict.lines().contains { $0.contains("left out") })
        }
    }

    @Test func whatCannotBeProvenIsSaidWhereItIs() async throws {
        try await story { _, enterprise, _ in
            let first = "invoices/2026-01#1"
            for (text, expected) in [
                (
                    "sum(tax_exclusive_amount) >= 1 USD",
                    ClientError.proof(
                        .otherUnit(record: first, field: "tax_exclusive_amount", unit: "EUR"))
                ),
                (
                    "sum(allowance_total) >= 1 EUR",
                    ClientError.proof(
                        .noValue(record: "invoices/2026-01#2", field: "allowance_total"))
                ),
                ("sum(due_date) >= 1 EUR", ClientError.notProvable("due_date", .invoice)),
                (
                    "equal(invoices/2026-02#1.tax_amount, invoices/2026-01#1.tax_amount)",
                    ClientError.proof(.notCovered("invoices/2026-02#1"))
                ),
            ] {
                await #expect(throws: expected) {
                    try await enterprise.plan(try wish([text]))
                }
            }
        }
    }

    /// A request names statements; the enterprise is told whether they are true, and answers at once.
    @Test func aRequestIsAnsweredInOneStep() async throws {
        try await story { log, enterprise, lender in
            let sum = try await turnover(enterprise)
            for (threshold, isTrue) in [(sum, true), (sum + ExactDecimal("0.01")!, false)] {
                let terms = RequestTerms(
                    .guarantee, to: enterprise.session.handle, right: .prove, scope: Self.scope,
                    subject: .statements(["sum(tax_exclusive_amount) >= \(threshold) EUR"]),
                    notBefore: log.clock.now, expires: log.clock.now.advanced(by: 86_400),
                    fetches: 3, dataLife: 86_400)
                let asked = try await lender.request(terms).statement.jti
                let request = try #require(
                    try await enterprise.requests().first { $0.jti == asked })
                guard case .known(let statements, _) = try await enterprise.truth(of: request)
                else {
                    Issue.record("not known")
                    return
                }
                #expect(statements.map(\.isTrue) == [isTrue])
                let wish = try GrantWish(answering: request, at: log.clock.now)
                // Time goes on before the answer is planned, which must not outlast the request.
                log.clock.advance(1)
                let plan = try await enterprise.plan(wish)
                let proof = try #require(plan.proof)
                #expect(plan.terms.request == asked && plan.expires < terms.expires)
                guard isTrue else {
                    await #expect(throws: ClientError.untrue(proof.statements)) {
                        try await enterprise.grant(plan)
                    }
                    continue
                }
                let package = try await lender.fetch(
                    try await enterprise.grant(plan).statement.jti)
                #expect(package.verdict.purpose == .guarantee)
            }
            log.clock.advance(2 * 86_400)
            let old = try #require(try await enterprise.requests().first)
            let late = log.clock.now
            #expect(throws: ClientError.requestOver(old.jti)) {
                try GrantWish(answering: old, at: late)
            }
        }
    }
}
