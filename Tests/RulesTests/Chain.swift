import Foundation
import TestSupport
import TestWorld
import Testing
import Transparency

@testable import Rules
@testable import Sharing
@testable import Wire

extension Person {
    static let authority = Person("authority")
    static let second = Person("second-authority")
    static let host = Person("gateway")
    static let enterprise = Person("e-workshop")
    static let other = Person("e-bakery")
    static let lender = Person("northbank")
    static let rival = Person("southbank")
    static let regulator = Person("regulator")
    static let guarantor = Person("guarantor")
    static let outsider = Person("outsider")
}

/// Policy sets by digest, made for a test.
struct TestPolicies: PublishedTexts {
    var sets: [Digest<Digested.Policies>: any Policies] = [
        CedarPolicies.standard.digest: CedarPolicies.standard
    ]
    var invalid: Set<Digest<Digested.Policies>> = []
    var types = TextShelf(types: .standard, of: Chain.origin)
    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? { sets[digest] }
    func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool { invalid.contains(digest) }
    func type(_ digest: Digest<Digested.RecordType>) -> RecordType? { types.type(digest) }

    struct Custom: Policies {
        let digest: Digest<Digested.Policies>
        let decision: @Sendable (PolicyRequest) -> PolicyDecision
        func decide(_ request: PolicyRequest) -> PolicyDecision { decision(request) }
    }

    /// Adds a set that decides by `decision`.
    mutating func add(
        _ name: String, _ decision: @escaping @Sendable (PolicyRequest) -> PolicyDecision
    ) -> Digest<Digested.Policies> {
        let digest = Digest<Digested.Policies>(hashing: Array(name.utf8))
        sets[digest] = Custom(digest: digest, decision: decision)
        return digest
    }
}

/// A log in memory: every statement goes through the rules, and what they admit is applied.
struct Chain {
    static let origin = Origin("trine.example/alliance")!
    static let start = Timestamp(seconds: 1_795_000_000)!

    var state = Slice()
    private(set) var size: Int64 = 0
    private(set) var genesis: Digest<Digested.Genesis>?
    /// What was admitted so far.
    private(set) var admitted: [SignedStatement] = []
    var policies = TestPolicies()
    /// The time at which statements are signed unless told otherwise.
    var now = Chain.start
    var random = SeededGenerator(seed: 1)
    private(set) var documents = 0

    /// A log with nothing in it.
    init(empty: Void) {}

    /// A log with two authorities unless told otherwise, a host, two enterprises, two lenders, a
    /// regulator, a guarantor.
    init(authorities: [Person] = [.authority, .second], threshold: Int64 = 1) {
        self.init(empty: ())
        require(
            submit(
                founding(threshold: threshold, authorities: authorities, by: authorities[0])))
        for (person, roles) in [
            (.enterprise, [.enterprise]), (.other, [.enterprise]), (.lender, [.lender]),
            (.rival, [.lender]), (.regulator, [.regulator]), (.guarantor, [.guarantor]),
        ] as [(Person, [Role])] {
            let motion = admissionMotion(of: person, roles, by: authorities[0])
            let approvals = authorities.dropFirst().prefix(Int(threshold) - 1).map {
                approval(of: motion, by: $0)
            }
            require(submit(issued(motion, by: authorities[0], with: approvals)))
        }
    }

    private func require(_ refusal: Refusal?) {
        precondition(refusal == nil, "the scene is set: \(String(describing: refusal))")
    }

    // MARK: Deciding

    /// Decides on no more than the state that the rules name, and on all of it: it makes no
    /// difference. Applies what is admitted, and gives the refusal otherwise.
    mutating func submit(_ signed: SignedStatement, withheld: Bool = false) -> Refusal? {
        let admission: Admission
        do { admission = try decide(signed, withheld: withheld) } catch { return error }
        state.apply(admission.changes)
        size += 1
        admitted.append(signed)
        if signed.statement.kind == .genesis { genesis = signed.statement.digest.relabelled() }
        return nil
    }

    func decide(_ signed: SignedStatement, withheld: Bool = false) throws(Refusal) -> Admission {
        try decide(candidate(signed, withheld: withheld))
    }

    func candidate(_ signed: SignedStatement, withheld: Bool = false) -> Candidate {
        let selective = withheld ? nil : try? signed.statement.opened(with: signed.disclosures)
        return Candidate(signed.statement, selective: selective, index: size)
    }

    func decide(_ candidate: Candidate) throws(Refusal) -> Admission {
        let slice = slice(for: candidate)
        let result = Result { () throws(Refusal) in
            try Rules.decide(candidate, in: slice, texts: policies)
        }
        let onAll = Result { () throws(Refusal) in
            try Rules.decide(candidate, in: state, texts: policies)
        }
        switch (result, onAll) {
        case (.success(let left), .success(let right)):
            #expect(left.changes.values == right.changes.values, "the named state suffices")
            #expect(left.time == right.time && left.complete == right.complete)
        case (.failure(let left), .failure(let right)):
            #expect(left == right, "the named state suffices")
        default: Issue.record("decided differently on the named state: \(result), \(onAll)")
        }
        return try result.get()
    }

    /// The part of the state that the rules name for `candidate`.
    func slice(for candidate: Candidate) -> Slice {
        var slice = Slice()
        for key in Rules.keys(of: candidate) { slice[key] = state[key] }
        for key in Rules.furtherKeys(of: candidate, in: slice) { slice[key] = state[key] }
        return slice
    }

    /// The state of a bystander, who replays the leaves and is shown nothing, is what of the whole
    /// state follows from public claims, to the byte.
    func expectPublicFold(_ location: SourceLocation = #_sourceLocation) {
        var bystander = StateInMemory()
        for (index, signed) in admitted.enumerated() {
            let candidate = Candidate(signed.statement, selective: nil, index: Int64(index))
            let decision = bystander.admit(candidate, under: policies)
            if case .failure(let refusal) = decision {
                Issue.record("\(signed.statement.kind): \(refusal)", sourceLocation: location)
            }
        }
        let rows = { (values: [StateKey: StateValue]) in
            Dictionary(
                uniqueKeysWithValues: values.compactMap { key, value in
                    value.publicBytes.map { (key.text, String(decoding: $0, as: UTF8.self)) }
                })
        }
        let (seen, whole) = (rows(bystander.all), rows(state.values))
        for key in Set(seen.keys).union(whole.keys).sorted() {
            #expect(seen[key] == whole[key], "\(key)", sourceLocation: location)
        }
    }

    // MARK: State

    var log: LogState? { state[LogState.key] }

    func book(_ name: String, of person: Person = .enterprise) -> BookState {
        state[BookState.key(person.handle, BookName(name)!)] ?? .init()
    }

    func grant(_ jti: JTI) -> GrantState? {
        state[GrantState.key(jti)]
    }

    func participant(_ person: Person) -> ParticipantState? {
        state[ParticipantState.key(person.handle)]
    }

    func epochs(of person: Person = .enterprise, _ series: Series = .invoices) -> EpochState {
        state[EpochState.key(person.handle, series)] ?? .init()
    }

    // MARK: Signing

    /// A statement that sets log time from where it is.
    var moving: MoveTime {
        guard let log else { preconditionFailure("there is a log") }
        return MoveTime(from: log.time, number: log.timesSet)
    }

    mutating func jti() -> JTI { JTI(using: &random) }

    /// Signs anything as anybody. Where only a reason is selective, one is given.
    mutating func sign(
        _ claims: any KindForm, _ selective: (any SelectiveClaims)? = nil, by person: Person,
        with key: SigningKey? = nil, at time: Timestamp? = nil, jti: JTI? = nil,
        log: Digest<Digested.Genesis>? = nil, origin: Origin = Chain.origin
    ) -> SignedStatement {
        let log = claims is Genesis ? nil : log ?? genesis ?? Digest(hashing: [])
        let wantsReason = type(of: claims).selectiveNames == ["reason"]
        let selective: any SelectiveClaims =
            selective ?? (wantsReason ? StatedReason(.unspecified) : NoSelectiveClaims())
        return Statement.sign(
            claims, selective: selective.disclosures(using: &random),
            by: person.signer(origin, log, with: key), at: time ?? now, jti: jti ?? self.jti())
    }

    mutating func founding(
        rules: Int64 = 1, threshold: Int64 = 1, origin: Origin = Chain.origin,
        logKey: String? = nil, clockKey: String? = nil,
        authorities: [Person] = [.authority, .second], witnesses: [String] = [],
        host: Person = .host, policies: Digest<Digested.Policies> = CedarPolicies.standard.digest,
        types: [TypeVersion]? = nil, by signer: Person = .authority, with key: SigningKey? = nil
    ) -> SignedStatement {
        sign(
            Genesis(
                of: origin, logKey: logKey ?? Self.logKey(), clockKey: clockKey,
                authorities: authorities, host: host, rules: rules, threshold: threshold,
                witnesses: witnesses,
                policies: policies, types: types), by: signer, with: key)
    }

    static func logKey(_ name: String = origin.text) -> String {
        VerifierKey(log: try! KeyName(name), key: Person.key("log").verificationKey).text
    }

    mutating func admission(
        of person: Person, _ roles: [Role], by authority: Person = .authority,
        keys: [(SigningKey, [KeyScope])]? = nil, encryptionKey: EncryptionKey? = nil,
        identity: LegalIdentity? = nil, to log: Digest<Digested.Genesis>? = nil
    ) -> SignedStatement {
        let (claims, disclosures) = person.admission(
            as: roles, keys: keys, encryptionKey: encryptionKey, identity: identity,
            to: log ?? genesis ?? Digest(hashing: []), using: &random)
        return sign(claims, disclosing: disclosures, by: authority)
    }

    /// Signs with these disclosures.
    mutating func sign(
        _ claims: any KindForm, disclosing disclosures: [Disclosure], by person: Person
    ) -> SignedStatement {
        Statement.sign(
            claims, selective: disclosures, by: person.signer(Self.origin, genesis), at: now,
            jti: jti())
    }

    func offer(
        _ key: SigningKey, for person: Person, _ scopes: [KeyScope] = [.all],
        introducer: SigningKey, log: Digest<Digested.Genesis>? = nil,
        provenBy prover: SigningKey? = nil
    ) -> KeyOffer {
        person.offer(
            key, scopes: scopes, to: log ?? genesis ?? Digest(hashing: []), introducer: introducer,
            provenBy: prover)
    }

    mutating func added(
        _ key: SigningKey, _ scopes: [KeyScope], to person: Person
    ) -> SignedStatement {
        sign(AddKey(offer(key, for: person, scopes, introducer: person.key)), by: person)
    }

    // MARK: What authorities decide

    mutating func motion(
        _ claims: any GovernanceForm, _ selective: any SelectiveClaims = NoSelectiveClaims(),
        by person: Person = .authority, jti: JTI? = nil
    ) -> Motion {
        Motion(
            claims, selective: selective.disclosures(using: &random),
            by: person.signer(Self.origin, genesis), at: now, jti: jti ?? self.jti())
    }

    mutating func admissionMotion(
        of person: Person, _ roles: [Role], by authority: Person = .authority, jti: JTI? = nil
    ) -> Motion {
        let (claims, disclosures) = person.admission(
            as: roles, to: genesis ?? Digest(hashing: []), using: &random)
        return Motion(
            claims, selective: disclosures, by: authority.signer(Self.origin, genesis), at: now,
            jti: jti ?? self.jti())
    }

    mutating func approval(
        of motion: Motion, by person: Person, with key: SigningKey? = nil,
        at time: Timestamp? = nil,
        until end: Timestamp? = nil
    ) -> Approval {
        motion.approved(
            by: person.signer(Self.origin, genesis, with: key), at: time ?? now, until: end,
            jti: jti())
    }

    func issued(
        _ motion: Motion, by person: Person, with approvals: [Approval] = []
    ) -> SignedStatement {
        motion.issued(by: person.signer(Self.origin, genesis), at: now, with: approvals)
    }

    /// The charter in force, but for what is given.
    func charter(
        authorities: [Person]? = nil, threshold: Int64? = nil, freshness: Int64? = nil,
        witnesses: [String]? = nil
    ) -> Charter {
        guard let charter = log?.charter else { preconditionFailure("there is a log") }
        return Charter(
            authorities: authorities?.map(\.handle) ?? charter.authorities,
            threshold: threshold ?? charter.threshold,
            freshness: freshness ?? charter.freshness, witnesses: witnesses ?? charter.witnesses)
    }

    /// The standard policies once more.
    var policyMotion: PublishPolicies {
        PublishPolicies(
            set: CedarPolicies.standard.digest, files: CedarPolicies.standard.texts.claims)
    }
}
