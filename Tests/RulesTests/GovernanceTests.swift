import TestWorld
import Testing
import Transparency

@testable import Rules
@testable import Sharing
@testable import Wire

extension Person {
    static let third = Person("third-authority")
}

/// What three authorities decide, two of them together.
@Suite struct GovernanceTests {
    private func alliance(threshold: Int64 = 2) -> Chain {
        Chain(authorities: [.authority, .second, .third], threshold: threshold)
    }

    private func refusal(_ fault: ApprovalFault, by person: Person = .second) -> Refusal {
        .governance(.badApproval(by: person.handle, fault))
    }

    private let missing = Refusal.governance(.approvalsMissing(have: 1, need: 2))

    // MARK: The threshold

    /// Every kind that authorities decide needs as many of them as the charter says.
    @Test func eachKindNeedsTheThreshold() {
        var chain = alliance()
        let newcomer = Person("newcomer")
        let admission = chain.admissionMotion(of: newcomer, [.lender])
        let leaver = chain.admissionMotion(of: .outsider, [.lender])
        let leaving = chain.motion(Suspend(Person.outsider.handle), StatedReason(.unspecified))
        for motion in [leaver, leaving] {
            let agreed = [chain.approval(of: motion, by: .third)]
            #expect(chain.submit(chain.issued(motion, by: .second, with: agreed)) == nil)
        }
        let forgetting = chain.motion(
            Erase(.admission(leaver.jti, of: Person.outsider.handle)),
            StatedReason(.retentionEnded))
        let motions: [Motion] = [
            admission,
            chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified)),
            chain.motion(Reinstate(Person.lender.handle), StatedReason(.resolved)),
            chain.motion(chain.policyMotion),
            chain.motion(ChangeCharter(chain.charter())),
            chain.motion(chain.moving),
            chain.motion(Upgrade(rules: 2, from: 1000)),
            chain.motion(PublishType(chain.nextInvoice)),
            forgetting,
        ]
        #expect(
            Set(motions.map(\.kind))
                == Set(Kind.allCases.filter { $0.form is any GovernanceForm.Type }))
        for motion in motions {
            #expect(chain.submit(chain.issued(motion, by: .second)) == missing, "\(motion.kind)")
            let approvals = [chain.approval(of: motion, by: .third)]
            #expect(
                chain.submit(chain.issued(motion, by: .second, with: approvals)) == nil,
                "\(motion.kind)")
        }
    }

    @Test func twoOfThreeMissing() {
        var chain = alliance(threshold: 3)
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let one = [chain.approval(of: motion, by: .second)]
        #expect(
            chain.submit(chain.issued(motion, by: .authority))
                == .governance(.approvalsMissing(have: 1, need: 3)))
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: one))
                == .governance(.approvalsMissing(have: 2, need: 3)))
        let all = one + [chain.approval(of: motion, by: .third)]
        #expect(chain.submit(chain.issued(motion, by: .authority, with: all)) == nil)
    }

    /// Whoever has enough approvals issues it, but for who isn't an authority.
    @Test func theIssuerIsAnAuthority() {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let two = [chain.approval(of: motion, by: .second), chain.approval(of: motion, by: .third)]
        #expect(
            chain.submit(chain.issued(motion, by: .regulator, with: two))
                == .issuer(.notAuthority))
        #expect(chain.submit(chain.issued(motion, by: .authority, with: two)) == nil)
    }

    // MARK: What doesn't count

    /// Its `jti` is part of what is approved, and a log has it once.
    @Test func anApprovalIsUsedOnce() {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let approval = chain.approval(of: motion, by: .second)
        #expect(chain.submit(chain.issued(motion, by: .authority, with: [approval])) == nil)
        let back = chain.motion(Reinstate(Person.lender.handle), StatedReason(.resolved))
        let agreed = [chain.approval(of: back, by: .second)]
        #expect(chain.submit(chain.issued(back, by: .authority, with: agreed)) == nil)
        // The same again, a second later: the log has this jti.
        chain.now = chain.now.advanced(by: 1)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [approval]))
                == .place(.jtiTaken))
        // The same said anew is another motion.
        let again = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        #expect(
            chain.submit(chain.issued(again, by: .authority, with: [approval]))
                == refusal(.otherMotion))
    }

    /// An older, laxer policy set isn't put in force again with the approvals it had then.
    @Test func anOldSetIsNotEnactedAgain() {
        var chain = alliance()
        let first = chain.motion(chain.policyMotion)
        let approval = chain.approval(of: first, by: .second)
        #expect(chain.submit(chain.issued(first, by: .authority, with: [approval])) == nil)
        chain.now = chain.now.advanced(by: 10)
        let again = chain.motion(chain.policyMotion)
        #expect(
            chain.submit(chain.issued(again, by: .authority, with: [approval]))
                == refusal(.otherMotion))
    }

    /// Two approvals of one authority aren't a statement, and the issuer's own isn't another's.
    @Test func oneAuthorityCountsOnce() throws {
        var chain = alliance(threshold: 3)
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let twice = [
            chain.approval(of: motion, by: .second), chain.approval(of: motion, by: .second),
        ]
        var claims = Suspend(Person.lender.handle)
        claims.approvals = twice
        let payload = try JSON(
            canonical: motion.payload
        ).replacing("approvals", by: .array(twice.map { .string($0.jws.text) }))
        let jws = JWS(
            signing: payload.canonicalBytes, type: Kind.suspend.type, with: Person.authority.key)
        #expect(throws: StatementError.claims(.malformed("approvals"))) {
            try Statement(parsing: jws.bytes)
        }
        let own = [
            chain.approval(of: motion, by: .authority), chain.approval(of: motion, by: .second),
        ]
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: own))
                == refusal(.ofTheIssuer, by: .authority))
    }

    @Test func ofARetiredKey() {
        var chain = alliance()
        let spare = Person.key("spare")
        #expect(chain.submit(chain.added(spare, [.approve], to: .second)) == nil)
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let approval = chain.approval(of: motion, by: .second, with: spare)
        let unknown = chain.approval(of: motion, by: .second, with: Person.key("nobody's"))
        let retiring = chain.sign(
            RetireKey(spare.verificationKey.thumbprint, .unspecified), by: .second)
        #expect(chain.submit(retiring) == nil)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [approval]))
                == refusal(.issuer(.keyRetired)))
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [unknown]))
                == refusal(.issuer(.unknownKey)))
    }

    @Test func withoutTheScope() {
        var chain = alliance()
        let spare = Person.key("spare")
        let approving = Person.key("approving")
        #expect(chain.submit(chain.added(spare, [.seal, .serve], to: .second)) == nil)
        #expect(chain.submit(chain.added(approving, [.approve], to: .second)) == nil)
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let bad = chain.approval(of: motion, by: .second, with: spare)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [bad]))
                == refusal(.issuer(.scopeMissing(.approve))))
        let good = chain.approval(of: motion, by: .second, with: approving)
        #expect(chain.submit(chain.issued(motion, by: .authority, with: [good])) == nil)
        // The issuer's own signature is an approval too: its key has that scope.
        #expect(chain.submit(chain.added(Person.key("clerk"), [.serve], to: .third)) == nil)
        let time = chain.motion(chain.moving)
        let agreed = [chain.approval(of: time, by: .second)]
        let signed = time.issued(
            by: Person.third.signer(Chain.origin, chain.genesis, with: Person.key("clerk")),
            at: chain.now, with: agreed)
        #expect(chain.submit(signed) == .issuer(.scopeMissing(.approve)))
    }

    @Test func ofAnother() throws {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let borrowed = chain.approval(of: motion, by: .second, with: Person.third.key)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [borrowed]))
                == refusal(.issuer(.keyOfAnother)))
        let lender = chain.approval(of: motion, by: .lender)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [lender]))
                == refusal(.notAuthority, by: .lender))
        let good = chain.approval(of: motion, by: .second)
        let signature = good.jws.text.split(separator: ".")
        let zero = Base64URL.encode(
            [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0, count: 32))
        let forged = try Approval(
            parsing: Array("\(signature[0]).\(signature[1]).\(zero)".utf8))
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [forged]))
                == refusal(.issuer(.badSignature)))
    }

    /// Who is suspended, or was left out of the charter, doesn't approve, even what it signed before.
    @Test func ofWhoDoesNotGovern() {
        var chain = alliance()
        let later = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let approval = chain.approval(of: later, by: .third)
        let suspension = chain.motion(Suspend(Person.third.handle), StatedReason(.unspecified))
        let agreed = [chain.approval(of: suspension, by: .second)]
        #expect(chain.submit(chain.issued(suspension, by: .authority, with: agreed)) == nil)
        #expect(
            chain.submit(chain.issued(later, by: .authority, with: [approval]))
                == refusal(.issuer(.suspended(Person.third.handle)), by: .third))
        #expect(
            chain.submit(chain.issued(later, by: .third, with: []))
                == .issuer(.suspended(Person.third.handle)))

        var other = alliance()
        let motion = other.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let early = other.approval(of: motion, by: .third)
        let charter = other.motion(
            ChangeCharter(other.charter(authorities: [.authority, .second])))
        let yes = [other.approval(of: charter, by: .second)]
        #expect(other.submit(other.issued(charter, by: .authority, with: yes)) == nil)
        #expect(
            other.submit(other.issued(motion, by: .authority, with: [early]))
                == refusal(.notAuthority, by: .third))
        #expect(other.submit(other.issued(motion, by: .third)) == .issuer(.notAuthority))
    }

    @Test func inTime() {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        let hour = chain.approval(of: motion, by: .second, until: chain.now.advanced(by: 3600))
        let endless = chain.approval(
            of: motion, by: .second, until: chain.now.advanced(by: 14 * 86_400 + 1))
        let ahead = chain.approval(of: motion, by: .second, at: chain.now.advanced(by: 3601))
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [endless]))
                == refusal(.tooLong))
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [ahead])) == refusal(.notYet))
        chain.now = chain.now.advanced(by: 3600)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [hour])) == refusal(.ended))
        chain.now = chain.now.advanced(by: -1)
        #expect(chain.submit(chain.issued(motion, by: .authority, with: [hour])) == nil)
    }

    @Test func forAnotherLog() {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.lender.handle), StatedReason(.unspecified))
        for (origin, log) in [
            (Chain.origin, Digest<Digested.Genesis>(hashing: [1])),
            (Origin("other.example/log")!, chain.genesis!),
        ] {
            let approval = Approval.sign(
                motion.digest, by: Person.second.signer(origin, log), at: chain.now,
                jti: chain.jti())
            #expect(
                chain.submit(chain.issued(motion, by: .authority, with: [approval]))
                    == refusal(.otherLog))
        }
    }

    /// A motion that differs in one byte, in a member or in a selective claim's salt, is another; who
    /// issues it and when makes no difference.
    @Test func oneByteIsAnotherMotion() throws {
        var chain = alliance()
        let newcomer = Person("newcomer")
        let jti = chain.jti()
        let motion = chain.admissionMotion(of: newcomer, [.lender], jti: jti)
        guard let admit = motion.claims as? Admit else { return }
        let resalted = chain.motion(admit, newcomer.identity, jti: jti)
        #expect(motion.digest != resalted.digest)
        let approval = chain.approval(of: resalted, by: .second)
        #expect(
            chain.submit(chain.issued(motion, by: .authority, with: [approval]))
                == refusal(.otherMotion))
        guard case .object(let members) = try JSON(canonical: motion.payload) else { return }
        for (name, value) in members {
            let changed = try? Motion(
                parsing: JSON.object(members).replacing(name, by: value.changed).canonicalBytes,
                kind: .admit, disclosures: motion.disclosures)
            guard let changed else { continue }
            #expect(
                (changed.digest == motion.digest) == ["iss", "iat", "approvals"].contains(name),
                "\(name)")
        }
        // The kind is part of it.
        let reason = StatedReason(.unspecified).disclosures(using: &chain.random)
        let kinds =
            [Suspend(Person.lender.handle), Reinstate(Person.lender.handle)]
            as [any GovernanceForm]
        let motions = kinds.map {
            Motion(
                $0, selective: reason, by: Person.authority.signer(Chain.origin, chain.genesis),
                at: chain.now, jti: jti)
        }
        #expect(motions[0].payload == motions[1].payload && motions[0].digest != motions[1].digest)
    }

    /// Of `time`, the time is all that is decided: an approval is good for that moment alone.
    @Test func theTimeOfTimeIsApproved() throws {
        var chain = alliance()
        let jti = chain.jti()
        let motion = chain.motion(chain.moving, jti: jti)
        let approval = chain.approval(of: motion, by: .second)
        chain.now = chain.now.advanced(by: 13 * 86_400)
        let other = chain.motion(chain.moving, jti: jti)
        #expect(
            chain.submit(chain.issued(other, by: .authority, with: [approval]))
                == refusal(.otherMotion))
        // Whoever submits it, and whenever, it says what was approved.
        #expect(chain.submit(chain.issued(motion, by: .third, with: [approval])) == nil)
        #expect(chain.log?.time == motion.proposedAt)
    }

    /// An approved time is good where log time was when it was proposed, for as long as an approval
    /// counts, and until the authorities set log time otherwise.
    @Test(arguments: [14 * 86_400, 14 * 86_400 + 1] as [Int64])
    func anApprovedTimeIsGoodForOnePlace(later: Int64) {
        var chain = alliance()
        let began = chain.now
        let motions = (0..<2).map { _ in chain.motion(chain.moving) }
        let approvals = motions.map { [chain.approval(of: $0, by: .second)] }
        let early = chain.motion(
            MoveTime(from: began.advanced(by: later), number: 0))
        let approved = [chain.approval(of: early, by: .second)]
        #expect(
            chain.submit(chain.issued(early, by: .authority, with: approved))
                == .place(.logTimeMoved(to: began, timesSet: 0)))
        chain.now = began.advanced(by: later)
        #expect(chain.submit(chain.sign(chain.moving, by: .host)) == nil)
        let first = chain.submit(chain.issued(motions[0], by: .authority, with: approvals[0]))
        guard later <= Limits.approvalSeconds else {
            #expect(first == .place(.logTimeMoved(to: began.advanced(by: later), timesSet: 0)))
            return
        }
        #expect(first == nil && chain.log?.time == began)
        // Log time is where it was, and comes there again: the other one was decided before.
        let second = chain.issued(motions[1], by: .authority, with: approvals[1])
        #expect(chain.submit(second) == .place(.logTimeMoved(to: began, timesSet: 1)))
        #expect(
            chain.submit(chain.issued(early, by: .authority, with: approved))
                == .place(.logTimeMoved(to: began, timesSet: 1)))
    }

    // MARK: Who is left

    /// Nobody is locked out by one word, and nobody so that too few are left.
    @Test func authoritiesAreSuspendedByTheThreshold() {
        var chain = alliance()
        let motion = chain.motion(Suspend(Person.second.handle), StatedReason(.unspecified))
        #expect(chain.submit(chain.issued(motion, by: .authority)) == missing)
        let third = [chain.approval(of: motion, by: .third)]
        #expect(chain.submit(chain.issued(motion, by: .authority, with: third)) == nil)
        for person in [Person.third, .authority] {
            let next = chain.motion(Suspend(person.handle), StatedReason(.unspecified))
            let issuer: Person = person.handle == Person.third.handle ? .authority : .third
            let agreed = [
                chain.approval(
                    of: next, by: person.handle == Person.third.handle ? .third : .authority)
            ]
            #expect(
                chain.submit(chain.issued(next, by: issuer, with: agreed))
                    == .governance(.tooFewAuthorities(have: 1, need: 2)))
        }
        let back = chain.motion(Reinstate(Person.second.handle), StatedReason(.resolved))
        let agreed = [chain.approval(of: back, by: .third)]
        #expect(chain.submit(chain.issued(back, by: .authority, with: agreed)) == nil)
    }

    @Test func oneAuthoritySuspendsNeitherItselfNorTheLast() {
        var chain = Chain(authorities: [.authority], threshold: 1)
        #expect(
            chain.submit(
                chain.sign(
                    Suspend(Person.authority.handle), StatedReason(.unspecified), by: .authority))
                == .governance(.tooFewAuthorities(have: 0, need: 1)))
    }
}

extension JSON {
    func replacing(_ name: String, by value: JSON) -> JSON {
        guard case .object(var members) = self else { return self }
        members[name] = value
        return .object(members)
    }

    /// Another value of the same type, by one byte where that is possible.
    var changed: JSON {
        switch self {
        case .string(let text):
            let last = text.last == "A" ? "B" : "A"
            return .string(text.dropLast() + last)
        case .integer(let number): return .integer(number + 1)
        case .array(let values):
            return .array(values.isEmpty ? [] : [values[0].changed] + values.dropFirst())
        case .object(let members):
            guard let (name, value) = members.min(by: { $0.key < $1.key }) else { return self }
            return replacing(name, by: value.changed)
        default: return self
        }
    }
}
