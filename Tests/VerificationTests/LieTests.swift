import Sharing
import Testing
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
        (.recordByAnother, "records/3 otherIssuer"),
        (.recordSignatureBroken, "records/3 badSignature"),
        (.contradiction, "records/3 contradiction"),
        (.keyWithoutProof, "participants/3 notAdmitted"),
        (.admittedByNobody, "participants/0 notAdmitted"),
        (.grantByAnother, "carrier otherGrant"),
        (.grantByLender, "grant notEnterprise"),
        (.grantWithoutScope, "grant scopeMissing"),
        (.proveGrant, "access notGranted"),
        (.rekeyOfOtherGrant, "carrier otherGrant"),
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
        (.servedUngrantedField, "access notGranted"),
        (.servedUnaskedField, "access notAskedFor"),
        (.servedUngrantedBook, "access notGranted"),
        (.servedUnaskedRange, "access notAskedFor"),
        (.servedBeyondBook, "invoices/2026-10 beyondBook"),
        (.servedErased, "records/1 erased"),
        (.erasureByAnother, "erasures/0 otherIssuer"),
        (.erasureAfterAccess, "access outOfOrder"),
    ]

    @Test func everyLieIsListed() {
        #expect(Set(Self.expected.map(\.0)) == Set(Story.Lie.allCases))
    }

    @Test(arguments: expected)
    func isRefusedWhereItIs(_ lie: Story.Lie, _ expected: String) throws {
        let changes: Set<Story.Lie> = [.servedErased, .erasureByAnother, .erasureAfterAccess]
        let story = try Story(lie, perBook: 2, changes: changes.contains(lie))
        do {
            _ = try story.opened()
            Issue.record("\(lie) was accepted")
        } catch {
            #expect(error.label == expected)
        }
    }

    @Test func aContradictionCarriesItsEvidence() throws {
        let story = try Story(.contradiction, perBook: 2, changes: false)
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        guard case .contradiction(let proof)? = refusal?.reason else {
            Issue.record("\(refusal as Any)")
            return
        }
        #expect(proof.field == "payable_amount")
        #expect(proof.issuer == story.acme.handle)
        // The evidence alone: the key signed both, and they contradict each other.
        let statement = try proof.record.statement()
        _ = try statement.jws.verified(by: proof.key)
        let disclosures = try #require(Disclosure.split(proof.record.disclosures))
        #expect(
            Set(disclosures.map(\.name)) == ["payable_amount", "payable_amount_commitment"])
        #expect(throws: OpeningError.contradiction(field: "payable_amount")) {
            try OpenedFields(statement, disclosures: disclosures)
        }
        #expect((try? JSON(canonical: proof.bytes)) != nil)
    }
}

extension PackageRefusal {
    /// The part and the name of the reason's case.
    var label: String {
        let name = Mirror(reflecting: reason).children.first?.label ?? "\(reason)"
        return "\(part) \(name)"
    }
}
