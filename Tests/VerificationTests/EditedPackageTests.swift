import Sharing
import TestSupport
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// A package that was good, edited by whoever hands it on.
@Suite struct EditedPackageTests {
    let story: Story
    let package: Package

    init() throws {
        story = try Self.shared.get()
        package = try Self.opened.get().package
    }

    private static let shared = Result { try Story() }
    private static let opened = Result { try shared.get().opened() }

    func refusal(_ package: Package, under trust: Trust? = nil) -> String {
        do {
            _ = try package.verify(under: trust ?? story.log.trust)
            return "accepted"
        } catch { return error.label }
    }

    @Test func itIsGoodUnedited() { #expect(refusal(package) == "accepted") }

    @Test func otherCheckpoint() throws {
        var stranger = try TestLog(seed: 99)
        for _ in 1..<story.log.entries.count {
            try stranger.admit(
                Person("p-\(stranger.entries.count)"), [.lender])
        }
        #expect(
            refusal(package.with(checkpoint: try stranger.checkpoint())) == "checkpoint checkpoint")
        // The right log's, of another size.
        let smaller = try story.log.checkpoint(size: story.log.entries.count - 1)
        #expect(refusal(package.with(checkpoint: smaller)) == "genesis notIncluded")
    }

    @Test func otherTrust() throws {
        let stranger = try TestLog(seed: 99)
        #expect(refusal(package, under: stranger.trust) == "checkpoint checkpoint")
        let pinned = Trust(genesis: stranger.log, policy: story.log.trust.policy)
        #expect(refusal(package, under: pinned) == "genesis genesisNotPinned")
    }

    @Test func checkpointOfAnotherOrigin() throws {
        // The same key signs for two logs.
        let name = try KeyName("trine.example/other")
        var random = SeededGenerator(seed: 5)
        let signer = NoteSigner(
            name: name, key: SigningKey(seed: .random(count: 32, using: &random)))
        let original = try Checkpoint(parsing: package.checkpoint.unverifiedText)
        let note = try Note(
            parsing: try Checkpoint(
                origin: name.text, size: original.size, root: original.root
            ).signed(by: signer))
        let trust = Trust(
            genesis: story.log.log, policy: TrustPolicy(trusting: signer.verifierKey))
        #expect(refusal(package.with(checkpoint: note), under: trust) == "genesis otherOrigin")
    }

    /// A disclosure that belongs to nothing, behind a statement of which nothing is to be disclosed.
    @Test func strayDisclosures() throws {
        let text = Array("[\"AAAAAAAAAAAAAAAAAAAAAA\",\"x\",1]".utf8)
        let stray = Array((Base64URL.encode(text) + "~").utf8)
        let genesis = package.genesis.with(disclosures: package.genesis.disclosures + stray)
        #expect(refusal(package.with(genesis: genesis)) == "genesis disclosures")
        let erasures = package.erasures.replacing(0) {
            $0.with(disclosures: $0.disclosures + stray)
        }
        #expect(!erasures.isEmpty)
        #expect(refusal(package.with(erasures: erasures)) == "erasures/0 disclosures")
    }

    @Test func otherGenesis() throws {
        #expect(refusal(package.with(genesis: package.grant)) == "genesis notGenesis")
    }

    @Test func statementsOfAnotherLog() throws {
        // Two logs of one authority; the second has a statement that was made for the first.
        let other = try Story(seed: 8)
        var log = other.log
        log.append(story.records[0].statement, [])
        let answer = try other.answer()
        let moved = try log.logged(log.entries.count - 1)
        let refreshed = FetchAnswer(
            checkpoint: try log.checkpoint(), genesis: try log.logged(0),
            granted: answer.granted.map {
                .init(
                    access: $0.access.moved(in: log), grant: $0.grant.moved(in: log),
                    rekey: $0.rekey?.moved(in: log), envelope: $0.envelope)
            },
            participants: answer.participants.map { $0.moved(in: log) },
            types: answer.types,
            records: answer.records.map {
                .init(logged: $0.logged.moved(in: log), fields: $0.fields)
            }
                + [.init(logged: moved, fields: [])],
            erasures: answer.erasures.map { $0.moved(in: log) })
        let refusal = #expect(throws: PackageRefusal.self) {
            try refreshed.open(
                with: [other.northbank.decryption], under: other.log.trust, expecting: other.fetch)
        }
        #expect(refusal?.label == "records/9 otherLog")
    }

    @Test func participantsLeftOutOrDisordered() throws {
        let all = package.participants
        #expect(
            refusal(package.with(participants: Array(all.dropFirst()))) == "grant notEnterprise")
        #expect(refusal(package.with(participants: Array(all.prefix(1)))) == "access unknownKey")
        #expect(
            refusal(package.with(participants: all.reversed())) == "participants/1 outOfOrder")
        #expect(
            refusal(package.with(participants: all + [package.records[8]]))
                == "participants/3 unexpectedKind")
        #expect(
            refusal(
                package.with(
                    participants: all.replacing(0) {
                        $0.with(disclosures: package.grant.disclosures)
                    }))
                == "participants/0 disclosures")
    }

    @Test func partsExchanged() throws {
        #expect(refusal(package.with(grant: package.access)) == "grant unexpectedKind")
        let last = try story.log.logged(story.log.entries.count - 1)
        #expect(refusal(package.with(access: last)) == "access unexpectedKind")
        #expect(refusal(package.with(rekey: package.grant)) == "carrier unexpectedKind")
        #expect(
            refusal(package.with(records: package.records + [package.access]))
                == "records/9 unexpectedKind")
        #expect(
            refusal(package.with(erasures: [package.access])) == "erasures/0 unexpectedKind")
    }

    @Test func disclosuresOfGrantAndAccess() throws {
        let grant = package.grant
        #expect(refusal(package.with(grant: grant.with(disclosures: []))) == "grant disclosures")
        #expect(
            refusal(package.with(grant: grant.with(disclosures: package.access.disclosures)))
                == "grant disclosures")
        #expect(
            refusal(package.with(grant: grant.with(disclosures: grant.disclosures + [0x41])))
                == "grant disclosures")
        let twice = grant.disclosures + grant.disclosures.prefix { $0 != 0x7e } + [0x7e]
        #expect(refusal(package.with(grant: grant.with(disclosures: twice))) == "grant disclosures")
        let access = package.access
        #expect(refusal(package.with(access: access.with(disclosures: []))) == "access disclosures")
    }

    @Test func recordsLeftOutAddedOrTwice() throws {
        let records = package.records
        #expect(
            refusal(package.with(records: Array(records.dropFirst())))
                == "invoices/2026-09 recordsMissing")
        #expect(
            refusal(package.with(records: records + [records[0]])) == "records/9 recordTwice")
        // What accounts for a number may be missing: then the book is incomplete, and says so.
        let verdict = try package.with(records: records.filter { $0 != records[4] })
            .verify(under: story.log.trust).verdict
        #expect(verdict.books[1].missing == [1...1])
        #expect(
            refusal(package.with(records: records.filter { $0 != records[1] }))
                == "erasures/0 strayErasure")
        let erased = try package.with(erasures: []).verify(under: story.log.trust).verdict
        #expect(erased.books[0].missing == [2...2])
        #expect(
            refusal(package.with(erasures: package.erasures + package.erasures))
                == "erasures/1 strayErasure")
    }

    @Test func disclosuresOfRecords() throws {
        let records = package.records
        func edited(_ number: Int, _ edit: ([Disclosure]) -> [Disclosure]) -> String {
            refusal(
                package.with(
                    records: records.replacing(number) {
                        $0.with(
                            disclosures: Disclosure.join(
                                edit(Disclosure.split($0.disclosures)!)))
                    }))
        }
        #expect(edited(0) { $0.dropLast() } == "records/0 wrongFields")
        #expect(edited(0) { $0 + [$0[0]] } == "records/0 wrongFields")
        #expect(
            edited(1) { _ in Disclosure.split(records[0].disclosures)! } == "records/1 notServed")
        #expect(
            edited(0) { _ in Disclosure.split(records[2].disclosures)! } == "records/0 fields")
        #expect(
            edited(0) { list in
                list.map {
                    $0.name == "payable_amount"
                        ? Disclosure(
                            salt: $0.salt, name: $0.name, value: ["unit": "EUR", "value": "1.00"])
                        : $0
                }
            } == "records/0 fields")
        #expect(
            refusal(
                package.with(records: records.replacing(0) { $0.with(disclosures: [0x7e]) }))
                == "records/0 disclosures")
    }

    @Test func proofs() throws {
        let record = package.records[0]
        #expect(
            refusal(package.with(records: package.records.replacing(0) { $0.with(proof: []) }))
                == "records/0 notIncluded")
        #expect(
            refusal(
                package.with(
                    records: package.records.replacing(0) { $0.with(index: record.index + 1) }))
                == "records/0 notIncluded")
        #expect(
            refusal(package.with(records: package.records.replacing(0) { $0.with(index: 1 << 50) }))
                == "records/0 notIncluded")
    }
}

extension Package {
    func with(
        checkpoint: Note? = nil, genesis: LoggedStatement? = nil,
        participants: [LoggedStatement]? = nil, grant: LoggedStatement? = nil,
        rekey: LoggedStatement? = nil, access: LoggedStatement? = nil,
        records: [LoggedStatement]? = nil, erasures: [LoggedStatement]? = nil,
        types: [LoggedType]? = nil
    ) -> Package {
        let participants = participants ?? self.participants
        return Package(
            checkpoint: checkpoint ?? self.checkpoint, genesis: genesis ?? self.genesis,
            participants: participants, types: types ?? self.types, grant: grant ?? self.grant,
            rekey: rekey ?? self.rekey, access: access ?? self.access,
            records: records ?? self.records, erasures: erasures ?? self.erasures)
    }
}

extension LoggedStatement {
    func with(
        index: Int64? = nil, jws: [UInt8]? = nil, disclosures: [UInt8]? = nil, proof: [Hash]? = nil
    ) -> LoggedStatement {
        LoggedStatement(
            index: index ?? self.index, jws: jws ?? self.jws,
            disclosures: disclosures ?? self.disclosures, proof: proof ?? self.proof,
            erased: erased)
    }

    /// With the proof that the log has now.
    func moved(in log: TestLog) -> LoggedStatement {
        with(proof: (try? log.logged(Int(index)))?.proof)
    }
}

extension Array {
    func replacing(_ position: Int, _ edit: (Element) -> Element) -> [Element] {
        var copy = self
        copy[position] = edit(copy[position])
        return copy
    }
}
