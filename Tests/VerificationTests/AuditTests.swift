import Rules
import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// A regulator's replay of a whole log.
@Suite struct AuditTests {
    let story: Story

    init() throws { story = try Self.shared.get() }

    private static let shared = Result { try Story() }

    /// The replay of a log, with what is changed in what the auditor gets.
    static func audit(
        _ log: TestLog, seesDisclosures: Bool = true, last: VerifiedCheckpoint? = nil,
        notes: [Note]? = nil,
        leaf: (Int, [UInt8]) -> [UInt8] = { $1 },
        shown: (Int, ShownDisclosures) -> ShownDisclosures = { $1 }
    ) throws -> AuditReport {
        var audit = Audit(
            under: log.trust, policies: TextShelf.standard(of: log.origin), state: StateInMemory(),
            seesDisclosures: seesDisclosures, last: last)
        for note in try notes ?? [log.checkpoint()] { audit.checkpoint(note) }
        let keys = OfferedKeys()
        for (index, entry) in log.entries.enumerated() {
            audit.entry(
                ReadEntry(
                    leaf(index, entry.statement.jws.bytes),
                    shown(index, .shown(Disclosure.join(entry.disclosures))), keys: keys))
        }
        return audit.finish()
    }

    @Test func anHonestLogIsClean() throws {
        let report = try Self.audit(story.log)
        #expect(report.isClean)
        #expect(report.findings.isEmpty)
        #expect(report.size == UInt64(story.log.entries.count))
        #expect(report.newest?.size == report.size)
        #expect(report.root == report.newest?.root)
        let facts = report.facts
        #expect(facts.kinds[.record] == 9)
        #expect(facts.kinds[.access] == 1)
        #expect(facts.participants == 6)
        #expect(facts.liveGrants == 1)
        #expect(facts.purposes == [.creditAssessment: 1])
        #expect(facts.booksClosed == 1)
        #expect(facts.booksOpen == 1)
        #expect(facts.erasedRecords == 1)
        #expect(facts.accesses == [story.northbank.handle: 1])
        #expect(facts.complete == story.log.entries.count)
        #expect(facts.calendar.months.values.map(\.entries).reduce(0, +) == story.log.entries.count)
        let json = report.json
        #expect(try JSON(canonical: json.canonicalBytes) == json)
        #expect(json["facts"]?["grants"]?["live"] == 1)
    }

    @Test func thePublicReplaysToo() throws {
        let report = try Self.audit(
            story.log, seesDisclosures: false, shown: { _, _ in .withheld })
        #expect(report.isClean)
        #expect(report.facts.complete < story.log.entries.count)
        #expect(report.facts.accessesOfUnknown == 1)
    }

    /// One byte of one entry.
    @Test func aChangedEntryIsNamed() throws {
        let index = story.log.index(of: story.records[2].statement.jti)
        for position in [10, 400, 3000] {
            let report = try Self.audit(
                story.log,
                leaf: { at, leaf in
                    at == index ? leaf.replacing(position) { $0 == 0x41 ? 0x42 : 0x41 } : leaf
                })
            #expect(report.findings.first?.index == Int64(index))
            #expect(report.findingCounts["root-wrong"] == 1)
            #expect(report.findings.first?.evidence.entry != nil)
        }
    }

    @Test func entriesLeftOutOrMoved() throws {
        var log = story.log
        let size = log.entries.count
        let short = try Self.audit(log.prefix(size - 1), notes: [log.checkpoint()])
        #expect(
            short.findings.map(\.what) == [.entriesMissing(have: UInt64(size - 1))])
        #expect(short.newest == nil)
        log = log.swapping(size - 1, size - 2)
        let swapped = try Self.audit(log, notes: [story.log.checkpoint()])
        #expect(swapped.findings.last?.what.name == "root-wrong")
    }

    @Test func anotherGenesis() throws {
        let other = try TestLog(seed: 2)
        var audit = Audit(
            under: Trust(genesis: story.log.log, policy: other.trust.policy),
            policies: TextShelf.standard(of: other.origin), state: StateInMemory(),
            seesDisclosures: true)
        audit.entry(
            ReadEntry(other.entries[0].statement.jws.bytes, .shown([]), keys: OfferedKeys()))
        #expect(audit.finish().findings.map(\.what.name) == ["genesis-not-pinned"])
    }

    @Test func withheldWrongAndErasedDisclosures() throws {
        let index = story.log.index(of: story.grant.jti)
        func names(_ shown: ShownDisclosures) throws -> [String] {
            let report = try Self.audit(story.log, shown: { $0 == index ? shown : $1 })
            #expect(report.findings.first?.index == Int64(index))
            return report.findings.map(\.what.name)
        }
        #expect(try names(.withheld) == ["disclosures-withheld"])
        #expect(try names(.shown([])) == ["disclosures-wrong"])
        #expect(try names(.shown([0x41])) == ["disclosures-wrong"])
        let access = story.log.entries[story.log.index(of: story.access.jti)]
        #expect(
            try names(.shown(Disclosure.join(access.disclosures))) == ["disclosures-wrong"])
        #expect(try names(.erased) == ["disclosures-withheld"])
    }

    @Test func whatIsErasedNeedNotBeShown() throws {
        var log = story.log
        try log.add(
            Revoke(grant: story.grant.jti), selective: log.reason(.purposeFulfilled), by: story.acme
        )
        try log.add(
            Erase(.grant(story.grant.jti, epoch: 2)), selective: log.reason(.purposeFulfilled),
            by: story.acme)
        let index = log.index(of: story.grant.jti)
        let report = try Self.audit(log, shown: { $0 == index ? .erased : $1 })
        #expect(report.isClean)
        #expect(report.facts.revoked == 1)
        #expect(report.facts.erasedStatements == 1)
        let withheld = try Self.audit(log, shown: { $0 == index ? .withheld : $1 })
        #expect(withheld.findings.count == 1)
    }

    /// Every lie that the host took part in is named, at its place.
    @Test(arguments: LieTests.expected.map(\.0))
    func liesAreFound(_ lie: Story.Lie) throws {
        let story = try Story(lie, perBook: 2)
        let report = try Self.audit(story.log)
        // These are wrong only in what a package says of the log, or nothing the rules forbid.
        let admissible: Set<Story.Lie> = [
            .contradiction, .rekeyOfOtherGrant, .rekeyAfterAccess, .erasureAfterAccess,
            .accessOfOtherGrant,
            // To the rules it is a record in its issuer's own book; the package refuses it.
            .recordByAnother,
        ]
        if lie == .accessOfOtherGrant {
            #expect(report.findings.map(\.what) == [.refused(.call(.foreign))])
        } else if lie == .rekeyOfNothing {
            #expect(report.findingCounts == ["disclosures-wrong": 1])
        } else if admissible.contains(lie) {
            #expect(report.findingCounts["refused"] == nil, "\(report.findings.map(\.what))")
        } else {
            #expect((report.findingCounts["refused"] ?? 0) >= 1)
            #expect(report.findings.allSatisfy { $0.evidence.entry != nil })
        }
    }

    /// A gateway that skips its policies: each wrong decision is named, and nothing else.
    @Test func decisionsAgainstPolicy() throws {
        var log = try TestLog(seed: 50)
        let party = Person("both-hands")
        // Operating excludes using.
        try log.admit(party, [.lender, .operator], forced: true)
        let wrong = log.entries.count - 1
        try log.admit(Person("other"), [.lender])
        let report = try Self.audit(log)
        #expect(
            report.findings.map(\.what)
                == [
                    .againstPolicy(
                        .policy(.forbidden(policies: ["operating-excludes-holding-and-using"])))
                ])
        #expect(report.findings.first?.index == Int64(wrong))
        // What it did all the same is taken over: the key stands.
        var longer = log
        longer.lawless = true
        try longer.add(
            ChangeEncryptionKey(party.decryption.encryptionKey, .unspecified), by: party,
            forced: true)
        #expect(try Self.audit(longer).findings.count == 1)
    }
}

extension TestLog {
    func prefix(_ count: Int) -> TestLog { edited { Array($0.prefix(count)) } }

    func swapping(_ first: Int, _ second: Int) -> TestLog {
        edited {
            var entries = $0
            entries.swapAt(first, second)
            return entries
        }
    }

    private func edited(_ edit: ([Entry]) -> [Entry]) -> TestLog {
        var copy = self
        copy.replace(edit(entries))
        return copy
    }
}
