import Foundation
import Rules
import Sharing
import Testing
import Transparency
import Wire

@testable import Verification

/// A gateway that was patched to skip its policies, and what an audit makes of its log.
@Suite struct AuditedPolicyTests {
    /// Permits everything, under the digest of the set that the log names.
    private struct Skipped: PolicyLibrary {
        struct Everything: Policies {
            let digest: Digest<Digested.Policies>
            func decide(_ request: PolicyRequest) -> PolicyDecision {
                PolicyDecision(permitted: true, determining: ["skipped"])
            }
        }
        func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
            Everything(digest: digest)
        }
    }

    private static func grant(
        _ log: inout TestLog, to party: Party, by acme: Party, purpose: Purpose = .creditAssessment,
        days: Int64 = 30, fields: [String] = ["due_date"], from: String = "2026-01"
    ) throws -> Int64 {
        let terms = GrantTerms(
            to: party.handle, scope: .months(.invoices, Month(from)!...Month("2026-12")!),
            subject: .fields(fields), fetches: 10, dataLife: 86_400, epochs: [0])
        let claims = Claims.GrantClaims(
            right: .read, purpose: purpose, notBefore: log.now,
            expires: log.now.advanced(by: days * 86_400),
            policies: CedarPolicies.standard.digest, envelope: Digest(hashing: []))
        try log.add(.grant(claims), selective: terms.disclosures(using: &log.random), by: acme)
        return Int64(log.entries.count - 1)
    }

    /// A chain on which every kind of wrong decision was made, and right ones between them.
    static func patched() throws -> (log: TestLog, wrong: [Int64: [String]]) {
        var log = try TestLog(seed: 60)
        log.policies = Skipped()
        func party(_ name: String) -> Party { Party(name, using: &log.random) }
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
        let terms = RequestTerms(
            to: acme.handle, right: .read,
            scope: .months(.invoices, Month("2026-01")!...Month("2026-02")!),
            subject: .fields(["due_date"]), notBefore: log.now,
            expires: log.now.advanced(by: 86_400), fetches: 1, dataLife: 0)
        try log.add(
            .request(.inspection), selective: terms.disclosures(using: &log.random), by: bank)
        wrong[Int64(log.entries.count - 1)] = ["inspection-is-asked-by-regulators"]
        try log.add(
            .request(.guarantee), selective: terms.disclosures(using: &log.random), by: bank)
        return (log, wrong)
    }

    @Test func everyWrongDecisionIsNamed() throws {
        let (log, wrong) = try Self.patched()
        let report = try AuditTests.audit(log)
        #expect(report.findings.count == wrong.count)
        for finding in report.findings {
            let index = try #require(finding.index)
            let policies = try #require(wrong[index], "entry \(index) was decided rightly")
            #expect(finding.what == .againstPolicy(.forbidden(policies: policies)))
            #expect(finding.evidence.entry == log.entries[Int(index)].statement.jws.bytes)
        }
        // An auditor who isn't given the texts says so of every decision, rather than nothing.
        var audit = Audit(
            under: log.trust, policies: PolicyShelf(), state: StateInMemory(),
            seesDisclosures: true)
        for entry in log.entries {
            audit.entry(
                ReadEntry(
                    entry.statement.jws.bytes, .shown(Disclosure.join(entry.disclosures)),
                    keys: OfferedKeys()))
        }
        #expect(audit.finish().findings.contains { $0.what == .againstPolicy(.policyUnknown) })
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
        #expect(clean.html.contains("Nothing is wrong."))
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
