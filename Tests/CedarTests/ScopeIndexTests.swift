import Cedar
import TestSupport
import Testing

/// Large sets look only at policies whose scope can match; what they decide must be what each
/// policy alone decides.
@Suite struct ScopeIndexTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func largeSetsDecideAsTheirPoliciesAlone(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func pick<Element>(_ choices: [Element]) -> Element {
            choices[Int(random.next() % UInt64(choices.count))]
        }
        let ids = ["a", "b", "c", "d"]
        func entity() -> String { "\(pick(["U", "G"]))::\"\(pick(ids))\"" }
        func party(_ name: String) -> String {
            switch random.next() % 6 {
            case 0: "\(name) == \(entity())"
            case 1: "\(name) in \(entity())"
            case 2: "\(name) is U"
            case 3: "\(name) is U in \(entity())"
            default: name
            }
        }
        func action() -> String {
            switch random.next() % 4 {
            case 0: "action == Action::\"\(pick(ids))\""
            case 1: "action in Action::\"\(pick(ids))\""
            case 2: "action in [Action::\"\(pick(ids))\", Action::\"\(pick(ids))\"]"
            default: "action"
            }
        }
        let texts = (0..<120).map { _ in
            let condition = pick(["", "when { principal.x }", "when { false }"])
            let scope = [party("principal"), action(), party("resource")].joined(separator: ", ")
            return "\(pick(["permit", "forbid"]))(\(scope)) \(condition);"
        }
        let set = try PolicySet(parsing: texts.joined(separator: "\n"))
        let alone = try texts.map { try PolicySet(parsing: $0) }
        let entities = try hierarchy(&random, ids)
        for _ in 0..<60 {
            let request = Request(
                principal: try uid(pick(["U", "G", "X"]), pick(ids)),
                action: try uid("Action", pick(ids)),
                resource: try uid(pick(["U", "G", "X"]), pick(ids)))
            let response = set.isAuthorized(request, entities: entities)
            let answers = alone.map { $0.isAuthorized(request, entities: entities) }
            let applying = answers.indices.filter { !answers[$0].determining.isEmpty }
            let forbidding = applying.filter { alone[$0].policies[0].effect == .forbid }
            let determining = forbidding.isEmpty ? applying : forbidding
            #expect(response.determining == determining.map { set.policies[$0].id }, "seed \(seed)")
            #expect(
                response.errors.map(\.policy)
                    == answers.indices.filter { !answers[$0].errors.isEmpty }
                    .map { set.policies[$0].id }, "seed \(seed)")
            #expect((response.decision == .allow) == (forbidding.isEmpty && !applying.isEmpty))
        }
    }

    private func hierarchy(_ random: inout SeededGenerator, _ ids: [String]) throws -> Entities {
        var entities: [Entity] = []
        for type in ["U", "G", "Action"] {
            for (number, id) in ids.enumerated() where random.next() % 4 > 0 {
                var parents: Set<EntityUID> = []
                for above in ids.dropFirst(number + 1) where random.next() % 3 == 0 {
                    parents.insert(try uid(type == "U" ? "G" : type, above))
                }
                entities.append(Entity(try uid(type, id), parents: parents))
            }
        }
        return try Entities(entities)
    }
}
