import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// A whole story: records, grant, fetch, package, verdict.
@Suite struct PackageTests {
    @Test func anAnswerOpensAndItsPackageVerifiesElsewhere() throws {
        let story = try Story()
        let opened = try story.opened()
        let file = opened.package.bytes
        let verified = try Package(parsing: file).verify(under: story.log.trust)
        #expect(verified.package == opened.package)
        #expect(verified.verdict == opened.verdict)

        let verdict = verified.verdict
        #expect(verdict.enterprise == story.acme.handle)
        #expect(verdict.grantee == story.northbank.handle)
        #expect(verdict.purpose == .creditAssessment)
        #expect(verdict.fields == Story.fields)
        #expect(verdict.records == 7)
        #expect(verdict.heads == 7)
        #expect(verdict.access == Int64(story.log.index(of: story.access.jti)))
        #expect(verdict.word == .host)
        #expect(verdict.isComplete)
        #expect(
            verdict.books.map { [$0.count, $0.served, $0.replaced, $0.erased] }
                == [[4, 3, 0, 1], [5, 4, 1, 0]])
        #expect(verdict.books.map(\.closed) == [true, false])
        #expect(
            verified.records.compactMap { $0.fields?.values["payable_amount"] }.count == 7)
    }

    @Test func onlyGrantedFieldsAreInThePackage() throws {
        let story = try Story()
        let package = try story.opened().package
        let names = Set(
            package.records.flatMap { Disclosure.split($0.disclosures)! }.map(\.name))
        #expect(names == Set(RecordType.invoice.withCommitments(Story.fields)!.map(\.text)))
    }

    @Test func withoutRekeyTheGrantsOwnEnvelopeIsOpened() throws {
        let story = try Story(rekeyed: false)
        #expect(try story.opened().verdict.records == 7)
        let package = try story.opened().package
        #expect(package.rekey == nil)
        #expect(
            try Package(parsing: package.bytes).verify(under: story.log.trust).verdict.records == 7)
    }

    @Test func theVerdictInWordsAndAsJSON() throws {
        let verdict = try Story().opened().verdict
        let lines = verdict.lines { $0.text == "northbank" ? "Northern Bank" : $0.text }
        #expect(
            lines[0]
                == "e-acme let Northern Bank read 4 fields of 7 records for credit-assessment.")
        #expect(lines.contains("invoices/2026-09: complete, closed with 4 records (1 erased)."))
        #expect(
            lines.contains("invoices/2026-10: complete, still open with 5 records (1 replaced)."))
        #expect(lines.contains { $0.contains("on the word of the host, house") })
        #expect(verdict.json["complete"] == .bool(true))
        #expect(verdict.json["records"] == .integer(7))
    }

    /// A package is true as of the access, and says from which time on that was.
    @Test func thePackageNamesItsTime() throws {
        let story = try Story()
        let undated = try story.opened()
        let package = undated.package
        let upToAccess =
            [package.grant, package.rekey, package.access].compactMap(\.self)
            + package.participants + package.records
        let known = try upToAccess.filter { $0.index <= package.access.index }
            .map { try $0.statement().issuedAt }.max()
        #expect(undated.verdict.asOf == known && undated.verdict.dated == nil)
        #expect(undated.verdict.asOf >= undated.verdict.accessTime)
        #expect(undated.verdict.lines().contains { $0.contains("bears no date of the host's") })

        let date = Timestamp(clamping: 1_799_000_000)
        func opened(_ note: Note) throws -> Verdict {
            try story.answer().with(checkpoint: note).open(
                with: [story.northbank.decryption], under: story.log.trust,
                expecting: story.fetch
            ).verdict
        }
        let dated = try opened(try story.log.checkpoint(at: date))
        #expect(dated.asOf == undated.verdict.asOf && dated.dated == date)
        let index = undated.verdict.access
        #expect(
            dated.lines().contains(
                "All this is as of index \(index), when log time was \(dated.asOf) or later; of what"
                    + " came after it a package says nothing. Its checkpoint is dated \(date) by the"
                    + " host."))
        #expect(dated.json["as_of"] == .integer(dated.asOf.seconds))
        #expect(dated.json["dated"] == .integer(date.seconds))

        // Another's date isn't the host's.
        let other = Cosigner(
            name: story.log.signer.verifierKey.name, key: Person.key("another clock"))
        let note = try story.log.checkpoint()
        let checkpoint = try Checkpoint(parsing: note.unverifiedText)
        let posing = try note.adding(other.cosignature(of: checkpoint, at: 1_799_000_000))
        #expect(try opened(posing).dated == nil)
    }

    @Test func quorumIsNamedWhereWitnessesCosigned() throws {
        var story = try Story()
        let witness = Cosigner(
            name: try KeyName("witness.example"),
            key: SigningKey(seed: .random(count: 32, using: &story.log.random)))
        let file = """
            log \(story.log.signer.verifierKey)
            witness harbour \(witness.verifierKey)
            quorum harbour

            """
        let trust = Trust(genesis: story.log.log, policy: try TrustPolicy(parsing: file.utf8))
        let answer = try story.answer()
        let size = UInt64(story.log.entries.count)
        let checkpoint = try Checkpoint(parsing: answer.checkpoint.unverifiedText)
        #expect(checkpoint.size == size)
        #expect(
            throws: PackageRefusal(.checkpoint, .checkpoint(.quorumNotMet(have: 0, need: 1)))
        ) {
            try answer.open(
                with: [story.northbank.decryption], under: trust, expecting: story.fetch)
        }
        let cosigned = answer.with(
            checkpoint: try answer.checkpoint.adding(
                witness.cosignature(of: checkpoint, at: 1_790_001_000)))
        let verified = try cosigned.open(
            with: [story.northbank.decryption], under: trust, expecting: story.fetch)
        #expect(verified.verdict.word == .quorum(["harbour"]))
    }

    @Test func aBookThatLacksNumbersIsIncompleteAndSaysWhich() throws {
        let verdict = try Story(changes: false, narrow: true).opened().verdict
        #expect(!verdict.isComplete)
        #expect(verdict.books[0].missing == [2...4])
    }

    @Test func theEnterpriseReadsItsOwn() throws {
        let story = try Story()
        let own = try story.ownAnswer()
        let records = try own.openOwn(
            as: story.acme.handle, with: story.log.schedule(story.acme),
            fields: ["buyer_name", "payable_amount"], under: story.log.trust)
        #expect(records.count == 9)
        #expect(records[0].fields?.values["buyer_name"] == .text("Buyer 4"))
        #expect(records.count { $0.erasedAt != nil } == 1)
        #expect(records.count { $0.replacedBy != nil } == 1)
    }
}

extension FetchAnswer {
    func with(
        checkpoint: Note? = nil, genesis: LoggedStatement? = nil, granted: Granted? = nil,
        participants: [LoggedStatement]? = nil, records: [Record]? = nil,
        erasures: [LoggedStatement]? = nil
    ) -> FetchAnswer {
        FetchAnswer(
            checkpoint: checkpoint ?? self.checkpoint, genesis: genesis ?? self.genesis,
            granted: granted ?? self.granted, participants: participants ?? self.participants,
            types: types,
            records: records ?? self.records, erasures: erasures ?? self.erasures)
    }
}

extension Story {
    func ownAnswer() throws -> FetchAnswer {
        let names = RecordType.invoice.withCommitments(["buyer_name", "payable_amount"])!
        let erased = Set(erasures.compactMap(\.erased))
        let answer = try self.answer()
        return FetchAnswer(
            checkpoint: answer.checkpoint, genesis: answer.genesis, granted: nil,
            participants: answer.participants, types: answer.types,
            records: zip(answer.records, sortedRecords).map { shown, sealed in
                FetchAnswer.Record(
                    logged: shown.logged,
                    fields: erased.contains(sealed.statement.jti)
                        ? [] : sealed.fields.fields.filter { names.contains($0.name) })
            }, erasures: answer.erasures)
    }
}
