import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// The host takes part in a lie, so the log has it, with every proof. The package is refused where
/// the lie is, for what it is.
@Suite struct LieTests {
    static let expected: [(Story.Lie, String)] = [
        (.recordByUnknownKey, "records/3 unknownKey"),
        (.recordByRetiredKey, "records/3 keyNotStanding"),
        (.recordByFutureKey, "records/3 keyNotStanding"),
        (.recordWithoutScope, "records/3 scopeMissing"),
        (.recordByExpiredKey, "records/3 keyNotStanding"),
        (.recordBackdated, "records/3 notAdmitted"),
        (.recordByAnother, "records/3 otherIssuer"),
        (.recordSignatureBroken, "records/3 badSignature"),
        (.contradiction, "records/3 contradiction"),
        (.epochUnderstated, "records/3 beyondEpoch"),
        (.replacedWithoutField, "records/2 wrongFieldCount"),
        (.statusOfAnother, "records/3 wrongStatus"),
        (.keyWithoutProof, "participants/3 notAdmitted"),
        (.admittedByNobody, "participants/0 notAdmitted"),
        (.grantByAnother, "carrier otherGrant"),
        (.grantByLender, "grant notEnterprise"),
        (.grantWithoutScope, "grant scopeMissing"),
        (.proveGrant, "access notGranted"),
        (.rekeyOfOtherGrant, "carrier otherGrant"),
        (.rekeyOfNothing, "carrier disclosures"),
        (.rekeyAfterAccess, "access outOfOrder"),
        (.rekeyByAnother, "carrier otherGrant"),
        (.accessByAnother, "access notHost"),
        (.accessOfOtherGrant, "access otherGrant"),
        (.accessBeforeGrant, "access outOfOrder"),
        (.accessTooEarly, "access outsideDates"),
        (.accessTooLate, "access outsideDates"),
        (.enterpriseSuspended, "access suspended"),
        (.lenderSuspended, "access suspended"),
        (.fetchByAnother, "access foreignFetch"),
        (.fetchOfOtherGrant, "access foreignFetch"),
        (.fetchStale, "access staleFetch"),
        (.fetchWithRetiredKey, "access keyNotStanding"),
        (.fetchMalformed, "access fetch"),
        (.fetchWithExpiredKey, "access keyNotStanding"),
        (.servedUngrantedField, "access notGranted"),
        (.servedUnaskedField, "access notAskedFor"),
        (.servedUngrantedBook, "access notGranted"),
        (.servedUnaskedRange, "access notAskedFor"),
        (.servedBeyondBook, "invoices/2026-10 beyondBook"),
        (.servedErased, "records/1 erased"),
        (.erasureByAnother, "erasures/0 otherIssuer"),
        (.erasureByAnothersKey, "erasures/0 keyOfAnother"),
        (.erasureAfterAccess, "access outOfOrder"),
        (.erasureBeforeRecord, "erasures/0 strayErasure"),
    ]

    @Test func everyLieIsListed() {
        #expect(Set(Self.expected.map(\.0)) == Set(Story.Lie.allCases))
    }

    @Test(arguments: expected)
    func isRefusedWhereItIs(_ lie: Story.Lie, _ expected: String) throws {
        let changes: Set<Story.Lie> = [
            .servedErased, .erasureByAnother, .erasureByAnothersKey, .erasureAfterAccess,
            .erasureBeforeRecord, .replacedWithoutField,
        ]
        let story = try Story(lie, perBook: 2, changes: changes.contains(lie))
        do {
            _ = try story.opened()
            Issue.record("\(lie) was accepted")
        } catch {
            #expect(error.label == expected)
        }
    }

    /// Log time that the authorities set back counts from there on. Without their statement what comes
    /// after it is too old.
    @Test func timeThatWasSetBackCounts() throws {
        let story = try Story(perBook: 2, timeSetBack: true)
        let package = try story.opened().package
        #expect(try package.verify(under: story.log.trust).verdict.isComplete)
        let place = try #require(story.settingTime)
        var participants = package.participants
        participants.remove(at: place)
        let without = Package(
            checkpoint: package.checkpoint, genesis: package.genesis, participants: participants,
            types: package.types,
            grant: package.grant, rekey: package.rekey, access: package.access,
            records: package.records, erasures: package.erasures)
        let refusal = #expect(throws: PackageRefusal.self) {
            try without.verify(under: story.log.trust)
        }
        #expect(refusal?.label.hasSuffix(" notAdmitted") == true)
    }

    @Test func aContradictionCarriesItsEvidence() throws {
        let story = try Story(.contradiction, perBook: 2, changes: false)
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        guard case .contradiction(let proof)? = refusal?.reason else {
            Issue.record("\(refusal as Any)")
            return
        }
        #expect(proof.field == "payable_amount")
        // The evidence alone, from its file: anybody can verify it.
        let shown = try Contradiction(parsing: proof.bytes)
        #expect(shown == proof)
        let verified = try shown.verify(under: story.log.trust)
        #expect(verified.enterprise == story.acme.handle && verified.field == "payable_amount")
        #expect(verified.index == proof.record.index)
        #expect(verified.lines()[0].contains("invoices/2026-10#2"))
    }

    /// What is no contradiction isn't one by being called so, and what was edited isn't evidence.
    @Test func onlyAContradictionIsOne() throws {
        let story = try Story(.contradiction, perBook: 2, changes: false)
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        guard case .contradiction(let proof)? = refusal?.reason else {
            Issue.record("\(refusal as Any)")
            return
        }
        // Two disclosures of an honest record.
        let honest = try Story(perBook: 2, changes: false)
        let package = try honest.opened().package
        let record = package.records[0]
        let both = try #require(Disclosure.split(record.disclosures)).filter {
            $0.name.hasPrefix("payable_amount")
        }
        let text = String(decoding: proof.bytes, as: UTF8.self)
        func edited(_ member: String, _ value: JSON) throws -> Contradiction {
            guard case .object(var members) = try JSON(canonical: Array(text.utf8)) else {
                preconditionFailure()
            }
            members[member] = value
            return try Contradiction(parsing: JSON.object(members).canonicalBytes)
        }
        let logged = JSON.object([
            "index": .integer(record.index),
            "proof": .array(record.proof.map { .string($0.base64) }),
            "sd_jwt": .string(
                String(decoding: record.jws + [0x7e] + Disclosure.join(both), as: UTF8.self)),
        ])
        guard case .object(var members) = try JSON(canonical: package.bytes) else { return }
        for name in ["access", "carrier", "erasures", "grant", "records"] { members[name] = nil }
        members["field"] = "payable_amount"
        members["format"] = .string(Contradiction.format)
        members["record"] = logged
        let claimed = try Contradiction(parsing: JSON.object(members).canonicalBytes)
        #expect(throws: PackageRefusal(.record(0), .noContradiction)) {
            try claimed.verify(under: honest.log.trust)
        }
        // One of the two twice, and something that doesn't belong.
        let split = try #require(Disclosure.split(proof.record.disclosures))
        let twice = proof.record.jws + [0x7e] + Disclosure.join(split + split.prefix(1))
        let again = JSON.object([
            "index": .integer(proof.record.index),
            "proof": .array(proof.record.proof.map { .string($0.base64) }),
            "sd_jwt": .string(String(decoding: twice, as: UTF8.self)),
        ])
        #expect(throws: PackageRefusal(.record(0), .noContradiction)) {
            try edited("record", again).verify(under: story.log.trust)
        }
        #expect(throws: MessageError(place: "", reason: .claims(.unexpected("a")))) {
            try edited("a", 1)
        }
        #expect(throws: PackageRefusal(.record(0), .noContradiction)) {
            try edited("field", "tax_exclusive_amount").verify(under: story.log.trust)
        }
        #expect(throws: PackageRefusal(.record(0), .unknownKey)) {
            try edited("participants", .array([])).verify(under: story.log.trust)
        }
    }
}

extension PackageRefusal {
    /// The part and the name of the reason's case.
    var label: String {
        let name = Mirror(reflecting: reason).children.first?.label ?? "\(reason)"
        return "\(part) \(name)"
    }
}
