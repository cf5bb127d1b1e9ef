import Cedar
import CedarTools
import Foundation
import TestSupport
import Testing
import Wire

/// Text from others can't crash or stall the parser or a decision.
@Suite struct RobustnessTests {
    /// What to repeat in front of, in the middle of, and behind a deeply nested condition.
    struct Nesting: Sendable, CustomTestStringConvertible {
        let open: String
        let inner: String
        let close: String

        var testDescription: String { open + inner + close }

        func policy(depth: Int) -> String {
            "permit(principal, action, resource) when { " + String(repeating: open, count: depth)
                + inner + String(repeating: close, count: depth) + " };"
        }
    }

    static let nestings = [
        Nesting(open: "(", inner: "true", close: ")"), Nesting(open: "[", inner: "1", close: "]"),
        Nesting(open: "{a: ", inner: "context", close: "}"),
        Nesting(open: "!(", inner: "true", close: ")"),
        Nesting(open: "if true then ", inner: "1", close: " else 2"),
        Nesting(open: "if ", inner: "true", close: " then true else true"),
        Nesting(open: "[].contains(", inner: "context", close: ")"),
        Nesting(open: "ip(", inner: "\"\"", close: ")"),
        Nesting(open: "1 + (2 * (", inner: "1", close: "))"),
        Nesting(open: "", inner: "context", close: ".a"),
        Nesting(open: "", inner: "context", close: "[\"a\"]"),
        Nesting(open: "", inner: "context", close: ".contains(1)"),
        Nesting(open: "principal in [", inner: "1", close: "]"),
        Nesting(open: "true && (true || (", inner: "1 < 2", close: "))"),
    ]

    /// Runs on a thread with the least stack that secondary threads have on a supported system.
    private func onSmallThread(_ body: @escaping @Sendable () -> Void) {
        let done = DispatchSemaphore(value: 0)
        let thread = Thread {
            body()
            done.signal()
        }
        // Twice that where the tests themselves are built without optimisation.
        thread.stackSize = 1 << 20
        thread.start()
        done.wait()
    }

    @Test(arguments: nestings)
    func deepExpressionsAreRefused(nesting: Nesting) {
        onSmallThread {
            for depth in [20, 31, 32, 61, 62, 63, 64, 65, 1000, 50_000] {
                let set = try? PolicySet(parsing: nesting.policy(depth: depth))
                if depth <= 20 { #expect(set != nil) }
                if depth > 64 { #expect(set == nil) }
                guard let set, let uid = EntityUID(type: "U", id: "") else { continue }
                let request = Request(principal: uid, action: uid, resource: uid)
                _ = set.isAuthorized(request, entities: .empty)
            }
        }
        #expect(throws: PolicyError.self) { try PolicySet(parsing: nesting.policy(depth: 1000)) }
    }

    @Test(arguments: ["Set<", "{a: "])
    func deepTypesAreRefused(open: String) throws {
        let close = open == "Set<" ? ">" : "}"
        func schema(_ depth: Int) -> String {
            "type T = " + String(repeating: open, count: depth) + "Long"
                + String(repeating: close, count: depth) + ";"
        }
        _ = try Schema(parsing: schema(60))
        #expect(throws: SchemaError.self) { try Schema(parsing: schema(65)) }
        #expect(throws: SchemaError.self) { try Schema(parsing: schema(50_000)) }
    }

    @Test func deepJSONIsRefused() throws {
        func json(_ depth: Int) -> [UInt8] {
            Array(
                ("{\"a\": " + String(repeating: "[", count: depth)
                    + String(repeating: "]", count: depth) + "}").utf8)
        }
        _ = try Record(contextJSON: json(31))
        #expect(throws: DataError.json(.tooDeep(limit: 32))) { try Record(contextJSON: json(32)) }
        #expect(throws: DataError.json(.tooDeep(limit: 32))) {
            try Record(contextJSON: json(100_000))
        }
    }

    @Test func longChainsAreFine() throws {
        for (term, sign) in [("1", " + "), ("1", " - "), ("1", " * ")] {
            let chain = Array(repeating: term, count: 20_000).joined(separator: sign)
            _ = try outcome("\(chain) == 1")
        }
        for sign in [" && ", " || "] {
            let chain = Array(repeating: "true", count: 20_000).joined(separator: sign)
            #expect(try holds(chain))
        }
        let set = Array(repeating: "1", count: 20_000).joined(separator: ",")
        #expect(try holds("[\(set)] == [1]"))
    }

    @Test func theNumberAndLengthOfPoliciesIsLimited() throws {
        let policy = "permit(principal, action, resource);"
        var limits = Limits(
            maximumBytes: policy.utf8.count * 2, maximumPolicies: 2, maximumNesting: 8)
        _ = try PolicySet(parsing: policy + policy, limits: limits)
        #expect(throws: PolicyError.self) {
            try PolicySet(parsing: policy + policy + " ", limits: limits)
        }
        limits.maximumBytes *= 2
        #expect(throws: PolicyError.self) {
            try PolicySet(parsing: policy + policy + policy, limits: limits)
        }
        // They count for all sources together.
        #expect(throws: PolicyError.self) {
            try PolicySet(
                parsing: [.init(text: policy), .init(text: policy), .init(text: policy)],
                limits: limits)
        }
        #expect(throws: PolicyError.self) {
            try PolicySet(
                parsing: "permit(principal == ((((((((((U::\"a\")))))))))),action,resource);",
                limits: limits)
        }
    }

    /// Comparing anew at each place of the text would take minutes here.
    @Test func patternsTakeLinearTime() throws {
        let text = String(repeating: "a", count: 1_000_000)
        let pattern = "*" + String(repeating: "a", count: 100_000) + "b*"
        let context = Record(["text": .string(Text(text))])
        let time = try ContinuousClock().measure {
            let matches = try holds("context.text like \"\(pattern)\"", context: context)
            #expect(!matches)
        }
        #expect(time < .seconds(5))
    }

    /// Written out as `x has a && x.a has b && x.a.b has c`, x would be evaluated three times on
    /// each level.
    @Test func nestedPathsTakeLinearTime() throws {
        var expression = "{a: {b: {c: true}}}"
        for _ in 0..<14 { expression = "{a: {b: {c: (\(expression) has a.b.c)}}}" }
        let time = try ContinuousClock().measure {
            let found = try holds("\(expression) has a.b.c")
            #expect(found)
        }
        #expect(time < .seconds(5))
    }

    /// Types that name each other would be of exponential size, written out.
    @Test func typesOfTypesTakeLinearTime() throws {
        var text = "type T0 = Long;"
        for number in 1...500 {
            text += "type T\(number) = { a: T\(number - 1), b: T\(number - 1) };"
        }
        text += "entity E = { t: T500 };"
        let time = try ContinuousClock().measure { _ = try Schema(parsing: text) }
        #expect(time < .seconds(5))
    }

    /// Whatever the bytes are, parsing ends with a result or an error.
    @Test func mutilatedTextsAreHandled() throws {
        var random = SeededGenerator(seed: 20_240_817)
        let policy = Array(
            """
            @id("x")
            permit(principal is A::B in C::"d", action in [Action::"a"], resource == R::"x")
            when { principal.a["b"].c has d.e && !(1 + 2 * -3 <= context.x) }
            when { {a: [true]}.a.isEmpty() || context == {"b c": 1} }
            unless { if a::"x" in [resource] then "q\\u{61}" like "a*\\*" else ip("::1").isIpv6() };
            """.utf8)
        let schema = Array(
            """
            namespace N { @doc("x")
            entity U, G in [G] = { "a b"?: Set<{x: Long}>, b: ipaddr } tags String;
            entity C enum ["a"]; type T = { a: U }; action all;
            action v, "w" in [all] appliesTo { principal: U, resource: [C], context: T }; }
            """.utf8)
        let json = Array(
            #"""
            [{"uid":{"type":"A","id":"\u00e9"},"parents":[],
              "attrs":{"a":[1,{"__extn":{"fn":"ip","arg":"::1"}}]}}]
            """#.utf8)
        for _ in 0..<3000 {
            for (kind, original) in [policy, schema, json].enumerated() {
                let bytes = random.mutated(original)
                let text = String(decoding: bytes, as: UTF8.self)
                switch kind {
                case 0: _ = try? PolicySet(parsing: text)
                case 1: _ = try? Schema(parsing: text)
                default: _ = try? Entities(json: bytes)
                }
            }
        }
    }
}
