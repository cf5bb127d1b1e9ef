/// A policy as decisions need it: its scope as tests on the request, its conditions as a node. All
/// of it is numbers into the program, so that looking at a policy costs no reference counting.
struct CompiledPolicy: Sendable {
    enum PartyTest: Sendable {
        case any
        case equal(Int32)
        case `in`(Int32)
        case `is`(Int32)
        case isIn(Int32, Int32)
    }

    enum ActionTest: Sendable {
        case any
        case equal(Int32)
        case `in`(first: Int32, count: Int32)
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
        switch scope {
        case .any: self = .any
        case .equal(let uid): self = .equal(compiler.add(uid))
        case .in(let uids):
            let numbers = uids.map { compiler.add($0) }
            self = .in(first: numbers.first ?? 0, count: Int32(numbers.count))
        }
    }

    @inline(__always)
    func matches(_ evaluator: borrowing Evaluator) -> Bool {
        let uids = evaluator.program.uids
        switch self {
        case .any: return true
        case .equal(let number): return uids[Int(number)] == evaluator.request.action
        case .in(let first, let count):
            for number in first..<(first + count) {
                let uid = uids[Int(number)]
                if uid == evaluator.request.action || evaluator.action.isIn(uid) {
                    return true
                }
            }
            return false
        }
    }
}

extension CompiledPolicy.PartyTest {
    /// Only linked policies and those without slots are compiled.
    init(_ scope: Policy.PartyScope, _ compiler: inout Compiler) {
        switch scope {
        case .any: self = .any
        case .is(let type): self = .is(compiler.add(type))
        case .equal(.entity(let uid)): self = .equal(compiler.add(uid))
        case .in(.entity(let uid)): self = .in(compiler.add(uid))
        case .isIn(let type, .entity(let uid)):
            self = .isIn(compiler.add(type), compiler.add(uid))
        case .equal(.slot), .in(.slot), .isIn(_, .slot):
            preconditionFailure("a template is not compiled before it is linked")
        }
    }

    @inline(__always)
    func matches(_ uid: EntityUID, _ member: Entities.Member, _ program: Program) -> Bool {
        switch self {
        case .any: return true
        case .equal(let number): return program.uids[Int(number)] == uid
        case .in(let number):
            let other = program.uids[Int(number)]
            return other == uid || member.isIn(other)
        case .is(let type): return program.types[Int(type)] == uid.type
        case .isIn(let type, let number):
            guard program.types[Int(type)] == uid.type else { return false }
            let other = program.uids[Int(number)]
            return other == uid || member.isIn(other)
        }
    }
}
