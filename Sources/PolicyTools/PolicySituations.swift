import Cedar
import Rules
import Sharing
import Wire

/// Situations to put to a policy set: the ordinary ones, and odd ones made of what the policies
/// themselves speak of. The same set always gets the same.
struct PolicySituations {
    private var random = Shuffle()
    private var numbers: [Int64] = [0, 1, 12]
    private var seconds: [Int64] = [0, 86_400]
    /// Of several classes, and one that no type has.
    private var fields: [[String]] = [
        [], ["due_date"], ["tax_exclusive_amount"], ["lines"], ["document"], ["payment_account"],
        [PolicySituations.fieldOfTomorrow],
    ]

    /// The name of no field of any type.
    static let fieldOfTomorrow = "a_field_of_tomorrow"
    /// One that no policy lists is there too.
    private var countries = ["ZZ"]
    private var handles = [Example.one, Example.other]

    /// Takes numbers, durations, words and participants from the policies' conditions.
    init(of policies: CedarPolicies) {
        for policy in policies.set.policies {
            for scope in [policy.principal, policy.resource] { scope.entity.map { take($0) } }
            for condition in policy.conditions { take(condition.expression) }
        }
        numbers = Array(Set(numbers)).sorted()
        seconds = Array(Set(seconds)).sorted()
    }

    // MARK: Ordinary

    /// What `hand` may want by `action` in ordinary circumstances: each right and purpose, towards
    /// each single role, on its own books and another's.
    static func ordinary(_ action: PolicyAction, by hand: PolicyHand) -> [PolicyRequest] {
        let principal = hand.entity(Example.one)
        func request(
            _ other: PolicyEntity?, _ owner: Handle?, _ right: Right? = nil,
            _ purpose: Purpose? = nil
        ) -> PolicyRequest {
            var request = PolicyRequest(
                principal: principal, action: action, counterparty: other, owner: owner,
                right: right, purpose: purpose,
                fields: right == .read ? ["tax_exclusive_amount"] : [], series: .invoices,
                months: Example.months(1, reach: 0), lifetime: 86_400, fetches: 1, dataLife: 86_400,
                time: Example.time, types: .standard)
            request.forgotten = ForgottenStatement(kind: .grant, age: 86_400)
            return request
        }
        func each(_ make: (Right, Purpose) -> [PolicyRequest]) -> [PolicyRequest] {
            Right.allCases.flatMap { right in Purpose.allCases.flatMap { make(right, $0) } }
        }
        let enterprise = PolicyHand([.enterprise]).entity(Example.other)
        switch action.subject {
        case .newcomer:
            return Role.allCases.map { request(PolicyHand([$0]).entity(Example.other), nil) }
        case .log: return [request(nil, nil)]
        case .ownBooks: return [request(nil, principal.handle)]
        case .othersBooks where action.facts == [.time]:
            return [request(enterprise, enterprise.handle)]
        case .othersBooks, .givenGrant:
            return each {
                [
                    request(enterprise, enterprise.handle, $0, $1),
                    request(principal, principal.handle, $0, $1),
                ]
            }
        case .grant:
            return each { right, purpose in
                Role.allCases.map {
                    request(
                        PolicyHand([$0]).entity(Example.other), principal.handle, right, purpose)
                }
            }
        }
    }

    // MARK: Odd

    mutating func next() -> PolicyRequest {
        let action = pick(PolicyAction.allCases)
        let principal = entity(pick(handles))
        let other = entity(pick(handles))
        let usual = action.subject == .othersBooks ? other : principal
        let unusual = action.subject == .othersBooks ? principal : other
        let owner = (chance(10) ? unusual : usual).handle
        let answers: AnsweredRequest? =
            chance(40)
            ? AnsweredRequest(
                by: chance(50) ? principal.handle : other.handle, exceeded: chance(50)) : nil
        var request = PolicyRequest(
            principal: principal, action: action, counterparty: other, owner: owner,
            right: pick(Right.allCases), purpose: pick(Purpose.allCases), fields: pick(fields),
            series: pick(RecordTypes.standard.series),
            months: Example.months(
                Int(clamping: pick(numbers)), reach: Int(clamping: pick(numbers))),
            lifetime: pick(seconds), fetches: max(1, pick(numbers)), dataLife: pick(seconds),
            held: chance(30), past: Involvement.allCases.filter { _ in chance(25) },
            answers: answers, time: Example.time, types: .standard)
        request.forgotten = ForgottenStatement(
            kind: pick([.grant, .rekey, .request, .admit]), age: pick(seconds))
        return request
    }

    private mutating func entity(_ handle: Handle) -> PolicyEntity {
        let roles = Role.allCases.filter { _ in chance(25) }
        return PolicyEntity(
            handle: handle, roles: roles, suspended: chance(20), isHost: chance(15),
            isAuthority: chance(15),
            found: .init(
                size: chance(50) ? pick(SizeClass.allCases) : nil,
                country: chance(80) ? pick(countries) : nil))
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(random.next() % UInt64(elements.count))]
    }

    private mutating func chance(_ percent: UInt64) -> Bool { random.next() % 100 < percent }

    // MARK: What the policies speak of

    private mutating func take(_ uid: EntityUID) {
        let owner = uid.id.string.split(separator: "/").first.map(String.init) ?? ""
        guard ["Participant", "Books"].contains(uid.type.description), let handle = Handle(owner),
            !handles.contains(handle)
        else { return }
        handles.append(handle)
    }

    private mutating func take(_ expression: Expression) {
        switch expression.detail {
        case .value(.long(let number)) where (0...Int64(Month.count)).contains(number):
            numbers += [max(0, number - 1), number, number + 1]
        case .value(.string(let text)):
            let name = text.string
            if name.isCountry, !countries.contains(name) { countries.append(name) }
            if !fields.contains([name]), name.contains("_") || RecordType.knows(name) {
                fields.append([name])
            }
        case .value(.entity(let uid)): take(uid)
        case .function(.duration):
            if case .value(.string(let text))? = expression.operands.first?.detail,
                let duration = Cedar.Duration(parsing: text)
            {
                let whole = max(0, duration.milliseconds / 1000)
                seconds += [max(0, whole - 1), whole, whole + 1]
            }
        default: break
        }
        for operand in expression.operands { take(operand) }
    }
}

extension String {
    /// Two capital letters.
    package var isCountry: Bool {
        utf8.count == 2 && utf8.allSatisfy { (0x41...0x5a).contains($0) }
    }
}

extension RecordType {
    fileprivate static func knows(_ field: String) -> Bool {
        RecordTypes.standard.all.contains { $0.field(field) != nil }
    }
}

/// Deterministic pseudo-random numbers for situations (SplitMix64).
private struct Shuffle {
    private var state: UInt64 = 0x5452_494e_45

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
