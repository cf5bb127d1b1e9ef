import Foundation
import Rules
import Sharing
import TestWorld
import Testing
import Transparency
import Wire

@testable import Verification

/// A gateway that was patched to skip its policies, and what an audit makes of its log.
@Suite struct AuditedPolicyTests {
    private static func grant(
        _ log: inout TestLog, to party: Person, by acme: Person,
        purpose: Purpose = .creditAssessment,
        days: Int64 = 30, fields: [FieldName] = ["due_date"], from: String = "2026-01"
    ) throws -> Int64 {
        let terms = GrantTerms(
            to: party.handle, recipientKey: party.encryptionKey.digest,
            scope: .months(.invoices, Month(from)!...Month("2026-12")!),
            subject: .fields(fields), fetches: 10, dataLife: 86_400,
            epochs: [.init(series: .invoices, counts: [0])])
        let claims = Grant(
            right: .read, purpose: purpose, notBefore: log.now,
            expires: log.now.advanced(by: days * 86_400),
            policies: CedarPolicies.standard.digest, envelope: Digest(hashing: []))
        try log.add(claims, selective: terms.disclosures(using: &log.random), by: acme)
        return Int64(log.entries.count - 1)
    }

    /// A chain on which every kind of wrong decision was made, and right ones between them.
    static func patched() throws -> (log: TestLog, wrong: [Int64: [String]]) {
        var log = try TestLog(seed: 60)
        log.texts = UnjudgedPolicies(types: log.texts)
        func party(_ name: String) -> Person { Person(name) }
        let (acme, bank, regulator) = (party("acme"), party("northbank"), party("watch"))
        let both = party("both-hands")
        try log.admit(acme, [.enterprise])
        try log.admit(bank, [.lender])
        try log.admit(regulator, [.regulator])
        var wrong: [Int64: [String]] = [:]
        try log.admit(both, [.lender, .operator])
        wrong[Int64(log.entries.count - 1)] = ["operating-excludes-holding-and-using"]
        _ = try grant(&log, to: bank, by: acme)
        wrong[try grant(&log, to: bank, by: acme, days: 60)] = ["credit-assessment-lives-31-days"]
        wrong[try grant(&log, to: bank, by: acme, from: "2020-01")] = [
            "long-grants-answer-a-request", "credit-assessment-reaches-14-months",
        ]
        _ = try grant(&log, to: bank, by: acme, purpose: .creditMonitoring, days: 60)
        wrong[try grant(&log, to: regulator, by: acme)] = ["regulator-reads-for-inspection-only"]
        _ = try grant(&log, to: regulator, by: acme, purpose: .inspection)
        wrong[try grant(&log, to: bank, by: acme, fields: ["document"])] = [
            "contents-are-not-read-for-credit"
        ]
        try log.ask(acme, for: .inspection, by: bank)
        wrong[Int64(log.entries.count - 1)] = ["inspection-is-asked-by-regulators"]
        try log.ask(acme, for: .guarantee, by: bank)
        return (log, wrong)
    }

    @Test func everyWrongDecisionIsNamed() throws {
        let (log, wrong) = try Self.patched()
        let report = try AuditTests.audit(log)
        #expect(report.findings.count == wrong.count)
        for finding in report.findings {
            let index = try #require(finding.index)
            let policies = try #require(wrong[index], "entry \(index) was decided rightly")
            #expect(finding.what == .againstPolicy(.policy(.forbidden(policies: policies))))
            #expect(finding.evidence.entry == log.entries[Int(index)].statement.jws.bytes)
        }
        // An auditor who isn't given the texts says so of every decision, rather than nothing.
        var audit = Audit(
            under: log.trust,
            policies: TextShelf(types: .standard, of: log.origin), state: StateInMemory(),
            seesDisclosures: true)
        for entry in log.entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes, .shown(Disclosure.join(entry.disclosures)),
                    keys: OfferedKeys()))
        }
        #expect(
            audit.finish().findings.contains { $0.what == .againstPolicy(.policy(.policyUnknown)) })
    }

    /// A set that asks what a request isn't told, let in by a gateway that doesn't look: the audit names
    /// its entry, and whatever is decided under it.
    @Test func anInvalidSetIsNamed() throws {
        var log = try TestLog(seed: 64)
        log.texts = UnjudgedPolicies(types: log.texts)
        let text = """
            @id("curious") forbid (principal, action == Action::"request", resource)
            when { context.terms.held };
            """
        let texts = try PolicyTexts([.schema, .init(name: "a.cedar", text: text)])
        try log.add(
            PublishPolicies(set: texts.digest, files: texts.claims), by: log.authority)
        let index = log.entries.count - 1
        try log.admit(Person("acme"), [.enterprise])
        var shelf = TextShelf.standard(of: log.origin)
        #expect(throws: PolicySetRefusal.self) { shelf.add(try CedarPolicies(texts)) }
        shelf.refuse(texts.digest)
        var audit = Audit(
            under: log.trust, policies: shelf, state: StateInMemory(), seesDisclosures: true)
        for entry in log.entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes, .shown(Disclosure.join(entry.disclosures)),
                    keys: OfferedKeys()))
        }
        let found = audit.finish().findings
        #expect(
            found.contains {
                $0.index == Int64(index) && $0.what == .againstPolicy(.policy(.policyInvalid))
            }, "\(found.map(\.what))")
        #expect(found.contains { $0.index == Int64(index + 1) })
    }

    /// What was found about somebody is erased: whether the policies permitted what it did nobody can
    /// tell any more, where they asked for it. Where they would have forbidden it of anybody, it is found.
    @Test func whatIsErasedLeavesDecisionsOpen() throws {
        func requiring(_ condition: String) throws -> CedarPolicies {
            try CedarPolicies(
                PolicyTexts([
                    .schema,
                    .init(
                        name: "found.cedar",
                        text: """
                            @id("found") forbid (principal, action == Action::"request", resource)
                            unless { \(condition) };
                            """),
                    .init(name: "separation.cedar", text: StandardTexts.separation),
                ]))
        }
        let german = try requiring(#"context.own has country && context.own.country == "DE""#)
        let nobody = try requiring(#"context.own has country && context.own.country == "Germany""#)
        let (acme, bank) = (Person("acme"), Person("northbank"))
        var log = try TestLog(seed: 65)
        log.texts = UnjudgedPolicies(types: log.texts)
        try log.admit(acme, [.enterprise])
        let admission = try log.admit(bank, [.lender])
        for set in [german, nobody] {
            try log.add(
                PublishPolicies(set: set.digest, files: set.texts.claims), by: log.authority)
            try log.ask(acme, for: .guarantee, by: bank)
        }
        let places = log.entries.indices.filter { log.entries[$0].statement.kind == .request }
        func audit(forgetting index: Int?) -> AuditReport {
            var audit = Audit(
                under: log.trust,
                policies: TextShelf(
                    [CedarPolicies.standard, german, nobody], types: .standard, of: log.origin),
                state: StateInMemory(), seesDisclosures: true)
            for (place, entry) in log.entries.enumerated() {
                audit.entry(
                    ReadEntry(
                        entry.statement.jws.bytes,
                        place == index ? .erased : .shown(Disclosure.join(entry.disclosures)),
                        keys: OfferedKeys()))
            }
            return audit.finish()
        }
        #expect(audit(forgetting: nil).findings.map(\.index) == [Int64(places[1])])
        try log.add(Suspend(bank.handle), selective: log.reason(.unspecified), by: log.authority)
        try log.add(
            Erase(.admission(admission.jti, of: bank.handle)),
            selective: log.reason(.retentionEnded), by: log.authority)
        let report = audit(forgetting: log.index(of: admission.jti))
        #expect(report.findings.map(\.index) == [Int64(places[1])])
        #expect(report.facts.otherCounts == [AuditFacts.undecided: 1])
    }

    private static let actions = [
        "admit", "seal", "close", "erase", "request", "grant", "rekey", "revoke", "access",
        "forget",
    ]

    /// The set that a log begins with, and a forbid for each of `actions`.
    private static func forbidding(_ actions: [String]) throws -> CedarPolicies {
        let more = actions.map {
            "@id(\"no-\($0)\") forbid (principal, action == Action::\"\($0)\", resource);"
        }
        return try CedarPolicies(
            PolicyTexts([
                .schema,
                .init(name: "more.cedar", text: more.joined(separator: "\n")),
                .init(name: "separation.cedar", text: StandardTexts.separation),
            ]))
    }

    /// Every action that makes an entry, by a statement that is well-formed in all else, under a set that
    /// forbids it; each of them also before, where it was right.
    @Test func everyKindOfDecisionIsRecomputed() throws {
        #expect(
            Set(Self.actions + ["operate", "audit"]) == Set(PolicyAction.allCases.map(\.rawValue)))
        var log = try TestLog(seed: 63)
        log.texts = UnjudgedPolicies(types: log.texts)
        let (acme, bank) = (
            Person("acme"), Person("northbank")
        )
        try log.admit(acme, [.enterprise])
        try log.admit(bank, [.lender])
        var set = CedarPolicies.standard
        var number = 0

        func grant(_ month: Month) throws -> JTI {
            let terms = GrantTerms(
                to: bank.handle, recipientKey: bank.encryptionKey.digest,
                scope: .months(.invoices, month...month),
                subject: .fields(["due_date"]), fetches: 10, dataLife: 86_400,
                epochs: [.init(series: .invoices, counts: [0])])
            let claims = Grant(
                right: .read, purpose: .creditAssessment, notBefore: log.now,
                expires: log.now.advanced(by: 86_400), policies: set.digest,
                envelope: Digest(hashing: []))
            return try log.add(
                claims, selective: terms.disclosures(using: &log.random), by: acme
            ).jti
        }
        func access(_ grant: JTI, _ record: SealedRecord) throws {
            guard let claims = record.statement.claims as? RegisterRecord else { return }
            log.now = log.now.advanced(by: 1)
            let book = log.book(acme, claims.book)
            let fetch = Fetch.sign(
                grant: grant, fields: ["due_date"], ranges: [],
                by: Signer(
                    origin: log.origin, handle: bank.handle, log: log.digest, key: bank.key),
                at: log.now, jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
            ).jws
            let served = Served(
                fields: ["due_date"],
                ranges: [
                    RecordRange(book: claims.book, from: claims.number, to: claims.number)!
                ],
                books: [
                    .init(
                        book: claims.book, count: book.count, epoch: book.epoch,
                        closed: book.closed)
                ])
            try log.add(
                Access(grant: grant),
                selective: AccessTerms(fetch: fetch, served: served).disclosures(
                    using: &log.random), by: log.host)
        }
        func publish(_ next: CedarPolicies) throws {
            try log.add(
                PublishPolicies(set: next.digest, files: next.texts.claims), by: log.authority)
            set = next
        }
        /// One statement for each action, and where each stands.
        func all() throws -> [String: Int64] {
            var places: [String: Int64] = [:]
            func note(_ action: String) { places[action] = Int64(log.entries.count - 1) }
            let book = BookName(
                series: .invoices, month: Month(number: Month("2027-01")!.number + number)!)
            number += 1
            try log.admit(Person("p-\(number)"), [.lender])
            note("admit")
            // A month of its own: what comes after a revocation needs another epoch.
            let month = Month("2026-0\(number)")!
            let record = try log.seal(acme, number: number, day: "\(month)-17")
            note("seal")
            try log.add(CloseBook(book, count: 0, root: BookState().root), by: acme)
            note("close")
            let asked = try log.ask(acme, for: .guarantee, by: bank)
            note("request")
            let given = try grant(month)
            note("grant")
            try log.add(
                Rekey(grant: given, envelope: Digest(hashing: [])),
                selective: RekeyTerms(
                    epochs: [.init(series: .invoices, counts: [1])],
                    recipientKey: bank.encryptionKey.digest
                ).disclosures(using: &log.random),
                by: acme)
            note("rekey")
            try access(given, record)
            note("access")
            try log.add(Revoke(grant: given), selective: log.reason(.purposeFulfilled), by: acme)
            note("revoke")
            try log.add(
                Erase(.record(record.statement.jti)), selective: log.reason(.retentionEnded),
                by: acme)
            note("erase")
            try log.add(
                Erase(.request(asked.jti)), selective: log.reason(.unspecified), by: bank)
            note("forget")
            return places
        }

        _ = try all()
        let strict = try Self.forbidding(Self.actions)
        try publish(strict)
        let places = try all()
        #expect(places.count == Self.actions.count)
        // The host's serving is decided before the grantee's use.
        let unserved = try Self.forbidding(["operate"])
        try publish(unserved)
        let served = try all()["access"]
        try publish(.standard)
        _ = try all()

        var expected = Dictionary(
            uniqueKeysWithValues: places.map { ($0.value, ["no-\($0.key)"]) })
        expected[try #require(served)] = ["no-operate"]
        var audit = Audit(
            under: log.trust,
            policies: TextShelf(
                [CedarPolicies.standard, strict, unserved], types: .standard, of: log.origin),
            state: StateInMemory(), seesDisclosures: true)
        for entry in log.entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes, .shown(Disclosure.join(entry.disclosures)),
                    keys: OfferedKeys()))
        }
        audit.checkpoint(try log.checkpoint())
        let findings = audit.finish().findings
        #expect(findings.count == expected.count)
        for finding in findings {
            let index = try #require(finding.index)
            let policies = try #require(expected[index], "\(index): \(finding.what)")
            #expect(finding.what == .againstPolicy(.policy(.forbidden(policies: policies))))
            #expect(finding.evidence.entry == log.entries[Int(index)].statement.jws.bytes)
        }
    }

    /// The page has every finding with its evidence, and fetches and runs nothing.
    @Test func thePageStandsAlone() throws {
        let (log, wrong) = try Self.patched()
        let report = try AuditTests.audit(log)
        let html = AuditPage(
            report, of: log.origin, genesis: log.trust.genesis, by: Handle("regulator")!,
            made: log.now
        ).html
        for (index, policies) in wrong {
            #expect(html.contains("against-policy at \(index)<"))
            for policy in policies { #expect(html.contains(policy)) }
            let entry = String(
                decoding: log.entries[Int(index)].statement.jws.bytes, as: UTF8.self)
            #expect(html.contains(entry))
        }
        for word in ["<script", "http://", "src=", "href=", "@import", "url("] {
            #expect(!html.contains(word), "\(word)")
        }
        #expect(html.components(separatedBy: "https://").count > 1)  // only inside evidence
        #expect(html.contains("default-src 'none'") || html.contains("default-src &#39;none"))
        #expect(html.components(separatedBy: "<svg").count == 4)
        #expect(html.components(separatedBy: "role=\"img\"").count == 4)
        for name in [
            "Entries over time", "Books over time", "Grants by purpose", "Accesses by grantee",
        ] {
            #expect(html.contains(">\(name)<"), "\(name)")
        }
        try Self.expectBalanced(html)
        let clean = AuditPage(
            try AuditTests.audit(try TestLog(seed: 61)), of: log.origin,
            genesis: log.trust.genesis, by: Handle("regulator")!, made: log.now)
        #expect(clean.html.contains("No finding."))
    }

    /// Every element that is opened is closed, in order.
    private static func expectBalanced(_ html: String) throws {
        let void: Set<String> = ["meta", "!doctype"]
        var open: [String] = []
        for part in html.components(separatedBy: "<").dropFirst() {
            let tag = part.prefix { $0 != ">" && $0 != " " && $0 != "\n" }
            if tag.hasPrefix("/") {
                #expect(open.popLast() == String(tag.dropFirst()), "\(part.prefix(60))")
            } else if !void.contains(String(tag)) {
                open.append(String(tag))
            }
        }
        #expect(open.isEmpty, "\(open)")
    }

    /// Whatever evidence contains, it is text.
    @Test func evidenceIsEscaped() throws {
        let log = try TestLog(seed: 62)
        let hostile = Array("<script>alert('&\"')</script>".utf8)
        let report = try AuditTests.audit(log, leaf: { $0 == 0 ? hostile : $1 })
        #expect(!report.isClean)
        let html = AuditPage(
            report, of: log.origin, genesis: log.trust.genesis, by: Handle("regulator")!,
            made: log.now
        ).html
        #expect(!html.contains("<script"))
        #expect(html.contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;"))
        #expect(Markup.escaped("a\u{0}\u{9b}\u{7f}b\n") == "a\u{fffd}\u{fffd}\u{fffd}b\n")
        try Self.expectBalanced(html)
    }

    /// Many months are drawn together, and none is lost.
    @Test func longPlotsAreGrouped() {
        var page = Markup()
        BarPlot(
            title: "x", unit: "y", bars: (0..<200).map { ("m\($0)", 1) }
        ).draw(&page)
        #expect(page.text.components(separatedBy: "<rect").count - 1 == 50)
        #expect(page.text.contains(">m0 – m3<") && page.text.contains(">m199<"))
    }
}

extension TestLog {
    /// Asks `enterprise` for a grant to read the due dates of two months of invoices, for a day.
    @discardableResult
    fileprivate mutating func ask(
        _ enterprise: Person, for purpose: Purpose, by asker: Person
    ) throws -> Statement {
        let terms = RequestTerms(
            purpose, to: enterprise.handle, right: .read,
            scope: .months(.invoices, Month("2026-01")!...Month("2026-02")!),
            subject: .fields(["due_date"]), notBefore: now, expires: now.advanced(by: 86_400),
            fetches: 1, dataLife: 0)
        return try ask(terms, by: asker)
    }
}
