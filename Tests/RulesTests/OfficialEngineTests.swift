import Cedar
import Foundation
import Testing

@testable import PolicyTools
@testable import Rules
@testable import Sharing
@testable import Wire

/// The official engine (PyPI `cedarpy`) reads the same files and decides alike. Skipped where neither
/// `TRINE_PYTHON` nor `python3` has the package; `make test` brings it.
@Suite(.enabled(if: OfficialEngine.isThere, "no Python with the package cedarpy"))
struct OfficialEngineTests {
    /// The policies pass its validator, and the tests beside them its evaluator.
    @Test func filesAgree() throws {
        let report = try OfficialEngine.run(
            OfficialEngine.files, PolicyFolderTests.root.path, input: "")
        #expect(report.hasPrefix("ok "), "\(report)")
        #expect(Int(report.dropFirst(3).prefix { $0.isNumber }) ?? 0 >= 150)
    }

    /// Its validator refuses what ours does, and nothing else.
    @Test func validationAgrees() throws {
        let report = try OfficialEngine.run(
            OfficialEngine.validation, PolicyFolderTests.root.path, input: "")
        #expect(report.hasPrefix("ok "), "\(report)")
        #expect(Int(report.dropFirst(3).prefix { $0.isNumber }) ?? 0 >= 70)
    }

    /// The same on policies at random, one in seven of them valid. `TRINE_SEED` repeats a run.
    @Test func validationAgreesOnAnything() throws {
        let seed =
            ProcessInfo.processInfo.environment["TRINE_SEED"].flatMap { UInt32($0) }
            ?? .random(in: 0 ... .max)
        print("validationAgreesOnAnything(): TRINE_SEED=\(seed)")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Readers/random_policies.py")
        let output = try OfficialEngine.run(
            "import sys; sys.argv[1:] = sys.argv[1].split(); exec(open(\"\(script.path)\").read())",
            "\(seed) 4000", input: "")
        let lines = try output.split(separator: "\n").map { try JSON(lenient: Array($0.utf8)) }
        let schema = try Schema(parsing: try #require(lines.first?.text))
        #expect(lines.count == 4001)
        var valid = 0
        for line in lines.dropFirst() {
            guard case .array(let pair) = line, let text = pair.first?.text,
                case .bool(let theirs)? = pair.last
            else {
                Issue.record("\(line)")
                continue
            }
            // A text that isn't a policy at all doesn't fit either.
            let accepted = (try? PolicySet(parsing: text))?.errors(against: schema).isEmpty == true
            #expect(accepted == theirs, "\(text)")
            if theirs { valid += 1 }
        }
        #expect(valid > 300)
    }

    /// Questions at random, made of what the policies speak of.
    @Test func decisionsAgree() throws {
        var situations = PolicySituations(of: .standard)
        let requests = (0..<400).map { _ in situations.next() }
        let lines = try requests.map { request -> String in
            let question = PolicyQuestion(request)
            let object: [String: Any] = [
                "principal": "\(question.request.principal)",
                "action": "\(question.request.action)",
                "resource": "\(question.request.resource)",
                "context": OfficialEngine.json(.record(question.request.context)),
                "entities": question.entities.all.filter { !$0.uid.type.isAction }.map {
                    [
                        "uid": OfficialEngine.uid($0.uid),
                        "attrs": OfficialEngine.json(.record($0.attributes)),
                        "parents": $0.parents.map(OfficialEngine.uid),
                    ] as [String: Any]
                },
            ]
            return String(
                decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
        let output = try OfficialEngine.run(
            OfficialEngine.decisions, PolicyFolderTests.root.path,
            input: lines.joined(separator: "\n"))
        let theirs = output.split(separator: "\n").map(String.init)
        try #require(theirs.count == requests.count, "\(output.prefix(2000))")
        var permitted = 0
        for (request, their) in zip(requests, theirs) {
            let decision = CedarPolicies.standard.decide(request)
            if decision.permitted { permitted += 1 }
            let ours =
                (decision.permitted ? "allow" : "deny") + " "
                + decision.determining.sorted().joined(separator: ",")
                + (decision.failed.isEmpty ? "" : " failed")
            #expect(ours == their, "\(request.words)")
        }
        #expect(permitted > 0 && permitted < requests.count)
    }
}

enum OfficialEngine {
    static let python = ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    static let isThere = (try? run("import cedarpy", "", input: "")) != nil

    static func uid(_ uid: EntityUID) -> [String: String] {
        ["type": uid.type.description, "id": uid.id.string]
    }

    static func json(_ value: Value) -> Any {
        func call(_ function: String, _ argument: String) -> Any {
            ["__extn": ["fn": function, "arg": argument]]
        }
        switch value {
        case .bool(let value): return value
        case .long(let value): return value
        case .string(let text): return text.string
        case .entity(let uid): return ["__entity": self.uid(uid)]
        case .set(let set): return set.elements.map(json)
        case .record(let record):
            return Dictionary(
                uniqueKeysWithValues: record.fields.map { ($0.name.string, json($0.value)) })
        case .datetime(let time):
            let date = Date(timeIntervalSince1970: Double(time.milliseconds) / 1000)
            return call("datetime", ISO8601DateFormatter().string(from: date))
        case .duration(let span): return call("duration", "\(span.milliseconds)ms")
        case .decimal, .ip: return "\(value)"
        }
    }

    static let files = """
        import cedarpy, glob, json, os, re, sys
        root = sys.argv[1]
        read = lambda path: open(os.path.join(root, path)).read()
        schema, count, wrong = read("Policies/trine.cedarschema"), 0, []
        name = lambda uid: '%s::"%s"' % (uid["type"], uid["id"])
        for path in sorted(glob.glob(os.path.join(root, "Policies/tests/*.json"))):
            test = json.load(open(path))
            policies = read(test["policies"])
            checked = cedarpy.validate_policies(policies, schema)
            if checked.validation_passed != test["shouldValidate"]:
                wrong.append((path, [str(e) for e in checked.errors]))
            requests = [dict(principal=name(r["principal"]), action=name(r["action"]),
                             resource=name(r["resource"]), context=r["context"])
                        for r in test["requests"]]
            entities = json.loads(read(test["entities"]))
            answers = cedarpy.is_authorized_batch(requests, policies, entities, schema=schema)
            ids = re.findall('^@id\\\\("([^"]+)"\\\\)', policies, flags=re.M)
            number = {name: "policy%d" % position for position, name in enumerate(ids)}
            numbered = lambda names: sorted(number[name] for name in names)
            for request, answer in zip(test["requests"], answers):
                count += 1
                found = ("allow" if answer.allowed else "deny",
                         sorted(answer.diagnostics.reasons), answer.diagnostics.errors)
                if found != (request["decision"], numbered(request["reason"]), request["errors"]):
                    wrong.append((path, request["description"], found))
        print(wrong if wrong else "ok %d" % count)
        """

    static let validation = """
        import cedarpy, glob, os, sys
        read = lambda path: open(os.path.join(sys.argv[1], path)).read()
        count, wrong = 0, []
        for folder, schema in [("Tests/CedarTests/Validation", "schema.cedarschema"),
                               ("Policies/tests/refused", "../../trine.cedarschema")]:
            schema = read(os.path.join(folder, schema))
            for path in sorted(glob.glob(os.path.join(sys.argv[1], folder, "*.cedar"))):
                count += 1
                expected = open(path).readline().strip() == "// valid"
                checked = cedarpy.validate_policies(open(path).read(), schema)
                if checked.validation_passed != expected:
                    wrong.append((path, [str(error) for error in checked.errors]))
        print(wrong if wrong else "ok %d" % count)
        """

    static let decisions = """
        import cedarpy, json, os, re, sys
        read = lambda path: open(os.path.join(sys.argv[1], "Policies", path)).read()
        policies, schema = read("separation.cedar"), read("trine.cedarschema")
        ids = re.findall('^@id\\\\("([^"]+)"\\\\)', policies, flags=re.M)
        for line in sys.stdin:
            request = json.loads(line)
            entities = request.pop("entities")
            answer = cedarpy.is_authorized(request, policies, entities, schema=schema)
            names = sorted(ids[int(reason[6:])] for reason in answer.diagnostics.reasons)
            print("allow" if answer.allowed else "deny", ",".join(names)
                  + (" failed" if answer.diagnostics.errors else ""))
        """

    static func run(_ script: String, _ argument: String, input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "-c", script, argument]
        let (output, source) = (Pipe(), Pipe())
        (process.standardOutput, process.standardInput) = (output, source)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let writer = Thread {
            try? source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? source.fileHandleForWriting.close()
        }
        writer.start()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.fileReadUnknown) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
