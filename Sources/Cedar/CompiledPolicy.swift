/// A policy as decisions need it: its scope as tests on the request, its conditions as a node. All
/// of it is numbers into the program, so that looking at a policy costs no reference counting.
struct CompiledPolicy: Sendable {
    /// The numbers of the type and of the entity that the scope names, where it names one.
    struct PartyTest: Sendable {
        let type: Int32?
        let entity: Int32?
        let includesMembers: Bool
    }

    /// The numbers of the actions that the scope names, where it names some.
    struct ActionTest: Sendable {
        let actions: Range<Int32>?
        let includesMembers: Bool
    }

    let isForbid: Bool
    let principal: PartyTest
    let action: ActionTest
    let resource: PartyTest
    /// `nil` where there are no conditions.
    let condition: Int32?

    init(_ policy: Policy, _ compiler: inout Compiler) {
        isForbid = policy.effect == .forbid
        principal = PartyTest(policy.principal, &compiler)
        action = ActionTest(policy.action, &compiler)
        resource = PartyTest(policy.resource, &compiler)
        condition = compiler.add(policy.conditions)
    }

    @inline(__always)
    func scopeMatches(_ evaluator: borrowing Evaluator) -> Bool {
        action.matches(evaluator)
            && principal.matches(
                evaluator.request.principal, evaluator.principal, evaluator.program)
            && resource.matches(
                evaluator.request.resource, evaluator.resource, evaluator.program)
    }
}

extension CompiledPolicy.ActionTest {
    init(_ scope: Policy.ActionScope, _ compiler: inout Compiler) {
        actions = scope.actions.map { uids in
            let numbers = uids.map { compiler.add($0) }
            let first = numbers.first ?? 0
            return first..<(first + Int32(numbers.count))
        }
        includesMembers = scope.includesMembers
    }

    @inline(__always)
    func matches(_ evaluator: borrowing Evaluator) -> Bool {
        guard let actions else { return true }
        for number in actions {
            let uid = evaluator.program.code.uids[Int(number)]
            if uid == evaluator.request.action { return true }
            if includesMembers && evaluator.action.isIn(uid) { return true }
        }
        return false
    }
}

extension CompiledPolicy.PartyTest {
    /// Only linked policies and those without slots are compiled.
    init(_ scope: Policy.PartyScope, _ compiler: inout Compiler) {
        precondition(!scope.hasSlot, "a template is not compiled before it is linked")
        type = scope.type.map { compiler.add($0) }
        entity = scope.entity.map { compiler.add($0) }
        includesMembers = scope.includesMembers
    }

    @inline(__always)
    func matches(_ uid: EntityUID, _ member: Entities.Member, _ program: Program) -> Bool {
        if let type, program.code.types[Int(type)] != uid.type { return false }
        guard let entity else { return true }
        let other = program.code.uids[Int(entity)]
        return other == uid || (includesMembers && member.isIn(other))
    }
}
