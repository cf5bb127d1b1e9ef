import Cedar
import Testing

/// Which attributes of the context a set may read.
@Suite struct ContextReadsTests {
    private func mayReadTime(_ condition: String, unless: Bool = false) throws -> Bool {
        let word = unless ? "unless" : "when"
        return try PolicySet(
            parsing: """
                permit(principal, action, resource);
                forbid(principal, action, resource) when { true } \(word) { \(condition) };
                """
        ).mayRead(contextAttribute: "time")
    }

    @Test(arguments: [
        "context.time == 1", "1 == context.time", "context[\"time\"] == 1", "context has time",
        "context.time.year == 1", "context has time.year", "(context).time == 1",
        "if principal.a then [context.time].contains(1) else false",
        "principal.a || !(context.own has country && context.time == 1)",
        // The context as a whole.
        "context == {time: 1}", "{a: context}.a.time == 1", "[context].contains({time: 1})",
        "(if principal.a then context else context).time == 1",
    ])
    func whatMayReadIt(condition: String) throws {
        #expect(try mayReadTime(condition))
        #expect(try mayReadTime(condition, unless: true))
    }

    @Test(arguments: [
        "true", "context.other == 1", "context.terms.time == 1", "context has terms.time",
        "principal.time == 1", "resource has time", "{time: 1}.time == 1", "\"time\" == context.a",
        "context.times == 1",
    ])
    func whatDoesNot(condition: String) throws {
        #expect(try !mayReadTime(condition))
        #expect(try !mayReadTime(condition, unless: true))
    }
}
