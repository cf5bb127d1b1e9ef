import Commitments
import Testing

@testable import Sharing
@testable import Wire

/// Proofs that records belong together: what is proven, and every way in which it could be false.
@Suite struct LinkedProofTests {
    private typealias Claim = LinkScene.Claim
    private static let balances = "linked(balances)"
    private static let settled = "linked(settles) days <= 60"
    private static let named = "linked(settles-by-reference) days between -5 and 90"

    private static func claim() throws -> Claim {
        try Claim(
            [
                balances, settled, "linked(follows)",
                "total(bank/2026-03#1.amount, -2*bank/2026-03#4.amount) <= 55 EUR", named,
            ],
            [
                LinkScene.balances, LinkScene.payments,
                [LinkScene.group(["statements/2026-03#1"], ["statements/2026-04#1"])],
                LinkScene.payments,
            ])
    }

    @Test func whatIsTrueIsProven() throws {
        let scene = LinkScene.standard
        let claim = try Self.claim()
        #expect(try scene.untrue(claim).isEmpty)
        try scene.verify(try scene.prove(claim), claim)
        // Equalities alone take 65 bytes, however many entries there are.
        let balances = try Claim([Self.balances], [LinkScene.balances])
        #expect(try scene.assembly(balances).assertion.proofSize == 65)
    }

    /// Orders, invoices and deliveries, by their numbers.
    @Test func flowsAreTied() throws {
        var scene = LinkScene()
        scene.values = [
            "orders/2026-01#1": [
                "number": .text("A-7"), "buyer_vat_id": .text("DE 1"),
                "issue_date": LinkScene.day("2026-01-05"),
            ],
            "deliveries/2026-01#1": [
                "number": .text("L1"), "order_reference": .text("a7"),
                "issue_date": LinkScene.day("2026-01-09"),
            ],
            "invoices/2026-01#1": [
                "order_reference": .text("A7"), "buyer_vat_id": .text("DE1"),
                "despatch_reference": .text("L-1"), "issue_date": LinkScene.day("2026-01-10"),
            ],
        ]
        let (order, delivery, invoice) = (
            ["orders/2026-01#1"], ["deliveries/2026-01#1"], ["invoices/2026-01#1"]
        )
        let claim = try Claim(
            [
                "linked(bills) days between 0 and 5", "linked(fulfils) days <= 4",
                "linked(despatches) days between 1 and 1",
            ],
            [
                [LinkScene.group(order, invoice)], [LinkScene.group(order, delivery)],
                [LinkScene.group(delivery, invoice)],
            ])
        try scene.verify(try scene.prove(claim), claim)
        let late = try Claim(["linked(fulfils) days <= 3"], [[LinkScene.group(order, delivery)]])
        #expect(try scene.untrue(late) == [0])
        scene.values["invoices/2026-01#1"]?["buyer_vat_id"] = .text("DE2")
        #expect(try scene.untrue(claim) == [0])
    }

    /// What each relation is about is committed to by the types that come with the program.
    @Test(arguments: Relation.allCases) func typesCommitToIt(_ relation: Relation) throws {
        let form = relation.form
        let series = Set([form.first, form.second]).sorted()
        let known = try #require(RecordTypes.standard.fields(of: series))
        let days = form.days == nil ? "" : " days <= 3"
        let statement = try ProofStatement(parsing: "linked(\(relation.rawValue))\(days)")
        #expect(statement.foreignField(to: known) == nil)
        let other = try #require(RecordTypes.standard.fields(of: Series(rawValue: "documents")!))
        #expect(statement.foreignField(to: other) != nil)
    }

    // MARK: What isn't true

    /// How a scene or a list is bent, and what can't be proven any more.
    struct Lie: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let groups: [LinkedGroup]
        let bend: @Sendable (inout LinkScene) -> Void

        init(
            _ name: String, _ text: String, _ groups: [LinkedGroup],
            _ bend: @escaping @Sendable (inout LinkScene) -> Void = { _ in }
        ) {
            testDescription = name
            self.text = text
            self.groups = groups
            self.bend = bend
        }
    }

    private static func entries(_ numbers: [Int]) -> [LinkedGroup] {
        [LinkScene.group(["statements/2026-03#1"], numbers.map { "bank/2026-03#\($0)" })]
    }

    private static func paid(_ invoice: Int, by entries: Int...) -> [LinkedGroup] {
        [
            LinkScene.group(
                ["invoices/2026-01#\(invoice)"], entries.map { "bank/2026-03#\($0)" })
        ]
    }

    static let lies: [Lie] = [
        Lie("an entry left out", balances, entries([1, 2, 3, 4])),
        Lie("two entries that cancel left out", balances, entries([1, 2, 3])),
        Lie("an entry that says something else", balances, entries([1, 2, 3, 4, 5])) {
            $0.entry("bank/2026-03#1", "DE001", "2026/3", 5_001, "2026-03-10", nil)
        },
        Lie("an entry of another statement", balances, entries([1, 2, 3, 4, 5])) {
            $0.entry("bank/2026-03#5", "DE001", "2026/4", 250, "2026-03-13", nil)
        },
        Lie("an entry of another account", balances, entries([1, 2, 3, 4, 5])) {
            $0.entry("bank/2026-03#5", "DE002", "2026/3", 250, "2026-03-13", nil)
        },
        Lie("a statement of other balances", balances, entries([1, 2, 3, 4, 5])) {
            $0.statement("statements/2026-03#1", "DE001", "2026/3", 1_000, 10_501, 5)
        },
        Lie("a statement of more entries", balances, entries([1, 2, 3, 4, 5])) {
            $0.statement("statements/2026-03#1", "DE001", "2026/3", 1_000, 10_500, 6)
        },
        Lie("paid less", settled, paid(2, by: 2)),
        Lie("paid with another's", settled, paid(2, by: 1)),
        Lie("paid too late", "linked(settles) days <= 58", paid(1, by: 1)),
        Lie("paid too early", "linked(settles) days between 60 and 90", paid(1, by: 1)),
        Lie("the later part too late", "linked(settles) days <= 48", paid(2, by: 2, 3)),
        Lie("a credit note paid out", settled, paid(3, by: 4)) {
            $0.invoice("invoices/2026-01#3", -250, due: "2026-03-10", "RF20C")
        },
        Lie("more paid and some returned", settled, paid(3, by: 1, 4, 5)),
        Lie("another's reference", named, paid(3, by: 1)),
        Lie(
            "a gap between balances", "linked(follows)",
            [LinkScene.group(["statements/2026-03#1"], ["statements/2026-04#1"])]
        ) { $0.statement("statements/2026-04#1", "DE001", "2026/4", 10_499, 10_499, 0) },
        Lie(
            "the next one of another account", "linked(follows)",
            [LinkScene.group(["statements/2026-03#1"], ["statements/2026-04#1"])]
        ) { $0.statement("statements/2026-04#1", "DE002", "2026/4", 10_500, 10_500, 0) },
    ]

    @Test(arguments: lies) func noLieIsProven(_ lie: Lie) throws {
        var scene = LinkScene.standard
        lie.bend(&scene)
        let claim = try Claim([lie.text], [lie.groups])
        #expect(try scene.untrue(claim) == [0])
        #expect(throws: AssertionProvingError.untrue(statement: 0)) { try scene.prove(claim) }
    }

    // MARK: What can't be stated

    static let impossible: [(String, String, [LinkedGroup], ProvingRefusal)] = [
        (
            "a payment for two invoices", settled, paid(1, by: 1) + paid(3, by: 1),
            .links(.twice(statement: 0, record: "bank/2026-03#1"))
        ),
        (
            "an entry twice in a group", balances, entries([1, 2, 2]),
            .links(.twice(statement: 0, record: "bank/2026-03#2"))
        ),
        (
            "a statement twice", balances, entries([1]) + entries([2]),
            .links(.twice(statement: 0, record: "statements/2026-03#1"))
        ),
        (
            "a statement after itself", "linked(follows)",
            [LinkScene.group(["statements/2026-04#1"], ["statements/2026-04#1"])],
            .links(.twice(statement: 0, record: "statements/2026-04#1"))
        ),
        (
            "statements as invoices", settled,
            [LinkScene.group(["statements/2026-03#1"], ["bank/2026-03#1"])],
            .links(.wrongSeries(statement: 0, record: "statements/2026-03#1"))
        ),
        (
            "invoices as payments", settled,
            [LinkScene.group(["invoices/2026-01#1"], ["invoices/2026-01#3"])],
            .links(.wrongSeries(statement: 0, record: "invoices/2026-01#3"))
        ),
        (
            "several payments for several invoices", settled,
            [
                LinkScene.group(
                    ["invoices/2026-01#1", "invoices/2026-01#2"],
                    ["bank/2026-03#1", "bank/2026-03#2", "bank/2026-03#3"])
            ], .links(.wrongGroup(statement: 0, group: 0))
        ),
        (
            "an invoice without a payment", settled, [LinkScene.group(["invoices/2026-01#1"], [])],
            .links(.wrongGroup(statement: 0, group: 0))
        ),
        (
            "two statements at once", balances,
            [LinkScene.group(["statements/2026-03#1", "statements/2026-03#2"], [])],
            .links(.wrongGroup(statement: 0, group: 0))
        ),
        (
            "a record of another grant", settled, paid(1, by: 9), .notCovered("bank/2026-03#9")
        ),
    ]

    @Test(arguments: impossible)
    func whatCanNotBeIsRefused(
        _ name: String, _ text: String, _ groups: [LinkedGroup], _ refusal: ProvingRefusal
    ) throws {
        let claim = try Claim([text], [groups])
        #expect(throws: refusal, "\(name)") { try LinkScene.standard.assembly(claim) }
    }

    /// Not by another statement of the grant either; the same group may be in several.
    @Test func aPaymentSettlesOnceInAllStatements() throws {
        var scene = LinkScene.standard
        scene.values["invoices/2026-01#3"]?["payment_reference"] = .text("RF18A")
        let texts = [Self.settled, Self.named]
        let same = try Claim(texts, [Self.paid(1, by: 1), Self.paid(1, by: 1)])
        #expect(try scene.untrue(same).isEmpty)
        let twice = try Claim(texts, [Self.paid(1, by: 1), Self.paid(3, by: 1)])
        #expect(
            throws: ProvingRefusal.links(.twice(statement: 1, record: "bank/2026-03#1"))
        ) { try scene.assembly(twice) }
        let parts = try Claim(
            [Self.settled, Self.settled], [Self.paid(2, by: 2), Self.paid(2, by: 3)])
        #expect(
            throws: ProvingRefusal.links(.twice(statement: 1, record: "invoices/2026-01#2"))
        ) { try scene.assembly(parts) }
    }

    @Test func currenciesDoNotMix() throws {
        var scene = LinkScene.standard
        scene.entry("bank/2026-03#1", "DE001", "2026/3", 5_000, "2026-03-10", "RF18A", "USD")
        let mixed = { ProvingRefusal.otherUnit(record: $0, field: "amount", unit: "USD") }
        for (text, groups) in [
            (Self.settled, Self.paid(1, by: 1)), (Self.balances, Self.entries([1, 2, 3, 4, 5])),
        ] {
            #expect(throws: mixed("bank/2026-03#1")) {
                try scene.assembly(try Claim([text], [groups]))
            }
        }
        // Another currency throughout is fine, beside groups in euros.
        scene.values["invoices/2026-01#1"]?["payable_amount"] = LinkScene.amount(5_000, "USD")
        let claim = try Claim([Self.settled], [LinkScene.payments])
        try scene.verify(try scene.prove(claim), claim)
    }

    @Test func whatIsNotThereIsNoZero() throws {
        var scene = LinkScene.standard
        scene.values["bank/2026-03#1"]?["creditor_reference"] = .null
        let claim = try Claim([Self.named], [LinkScene.payments])
        let missing = ProvingRefusal.noValue(
            record: "bank/2026-03#1", field: "creditor_reference")
        #expect(throws: missing) { try scene.assembly(claim) }
    }

    // MARK: Another list

    @Test func eachStatementHasItsList() throws {
        let scene = LinkScene.standard
        let claim = try Claim([Self.settled], [LinkScene.payments])
        func refusal(_ statements: [ProofStatement], _ lists: [LinkList]) -> LinkRefusal? {
            do {
                _ = try scene.assembly(Claim(statements: statements, lists: lists))
                return nil
            } catch ProvingRefusal.links(let refusal) { return refusal } catch {
                Issue.record("\(error)")
                return nil
            }
        }
        let list = claim.lists[0]
        #expect(refusal(claim.statements, [list]) == nil)
        #expect(refusal(claim.statements, []) == .lists(have: 0, expected: 1))
        #expect(refusal(claim.statements, [list, list]) == .lists(have: 2, expected: 1))
        #expect(
            refusal([try ProofStatement(parsing: Self.settled)], [list])
                == .notListed(statement: 0))
        // The same groups under another salt are another list, and so is every change.
        let again = try Claim([Self.settled], [LinkScene.payments]).lists[0]
        #expect(refusal(claim.statements, [again]) == .otherList(statement: 0))
        let fewer = LinkList(listed: [list.groups[0]], salt: list.salt)
        #expect(
            refusal(claim.statements, [fewer])
                == .otherCount(statement: 0, have: 1, expected: 2))
        // One order: a list has one spelling.
        let turned = LinkList(listed: list.groups.reversed(), salt: list.salt)
        let side = [RecordNumber("bank/2026-03#3")!, RecordNumber("bank/2026-03#2")!]
        let bent = LinkList(
            listed: [list.groups[0], LinkedGroup(asListed: [list.groups[1].first, side])],
            salt: list.salt)
        for (other, group) in [(turned, 1), (bent, 1)] {
            let listing = LinkedStatement.Listing(count: 2, digest: other.digest)!
            let statement = LinkedStatement(.settles, listing: listing, days: -3650...60)!
            #expect(
                refusal([.linked(statement)], [other])
                    == .notAscending(statement: 0, group: group))
        }
    }

    /// A proof is one of these pairs and of no others, even where those are true as well.
    @Test func theListIsBoundIntoTheProof() throws {
        var scene = LinkScene.standard
        scene.entry("bank/2026-03#7", "DE001", "2026/3", 5_000, "2026-03-10", "RF20C")
        let pairs = { (first: Int, second: Int) in
            Self.paid(1, by: first) + Self.paid(3, by: second)
        }
        let claim = try Claim([Self.settled], [pairs(1, 7)])
        let proof = try scene.prove(claim)
        try scene.verify(proof, claim)
        func refused(_ other: Claim) {
            #expect(throws: AssertionRefusal.proof(.equationFails)) {
                try scene.verify(proof, other)
            }
        }
        refused(try Claim([Self.settled], [pairs(7, 1)]))
        refused(try Claim([Self.settled], [pairs(1, 7)]))
        refused(try Claim(["linked(settles) days <= 61"], [pairs(1, 7)]))
        let other = try Claim(["linked(settles) days <= 61"], [pairs(1, 7)])
        #expect(try scene.untrue(other).isEmpty)
    }

    @Test func aListIsJSON() throws {
        let list = try Claim([Self.settled], [LinkScene.payments]).lists[0]
        let bytes = LinkList.shape.bytes(of: list)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"groups":[[["invoices/2026-01#1"],["bank/2026-03#1"]],[["invoices/2026-01#2"],"#
                    + #"["bank/2026-03#2","bank/2026-03#3"]]],"salt":""#))
        #expect(list.digest == Digest(hashing: bytes))
        func read(_ text: String) throws -> LinkList {
            try LinkList.shape.read(try JSONDocument(.canonical, Array(text.utf8)).root)
        }
        #expect(try read(text) == list)
        let salt = #""salt":"AAAAAAAAAAAAAAAAAAAAAA""#
        _ = try read(#"{"groups":[[["a/2026-01#1"],[]]],\#(salt)}"#)
        let group = #"[["a/2026-01#1"],[]]"#
        for wrong in [
            #"{"groups":[],\#(salt)}"#, #"{"groups":[[["a/2026-01#1"]]],\#(salt)}"#,
            #"{"groups":[[["a/2026-01#1"],[],[]]],\#(salt)}"#,
            #"{"groups":[[["a/2026-01#01"],[]]],\#(salt)}"#, #"{"groups":[\#(group)]}"#,
            #"{"groups":[\#(group)],"salt":"AAAA"}"#,
            "{\"groups\":[\(Array(repeating: group, count: 8193).joined(separator: ","))],\(salt)}",
        ] {
            #expect(throws: ClaimError.self, "\(wrong.prefix(80))") { try read(wrong) }
        }
    }

    /// Limits hold before anything is made of a list.
    @Test func aListHasALimit() throws {
        let digest = Digest<Digested.Links>(hashing: [])
        #expect(LinkedStatement.Listing(count: 8192, digest: digest) != nil)
        #expect(LinkedStatement.Listing(count: 8193, digest: digest) == nil)
        #expect(LinkedStatement.Listing(count: 0, digest: digest) == nil)
        let range = RecordRange(book: BookName("invoices/2026-01")!, from: 1, to: 9000)!
        func excess(_ count: Int, _ days: String) -> ProofExcess? {
            do {
                let text = "linked(settles, \(count), \(digest.text))\(days)"
                try ProofStatement.checkSize(
                    of: [try ProofStatement(canonical: text)], about: [range])
                return nil
            } catch { return error as? ProofExcess }
        }
        #expect(excess(8192, "") == nil && excess(4096, " days <= 60") == nil)
        #expect(excess(4097, " days <= 60") == .ranges(have: 16_388, limit: 16_384))
    }
}
