import Demo
import Foundation
import Gateway
import Testing
import Verification
import Wire

/// A fraud as its victim meets it, with the program that was built.
@Suite struct ContradictionTests {
    private struct Scene {
        let stage: Stage

        func file(_ name: String) -> URL { stage.directory.appendingPathComponent(name) }

        /// Runs a command that has to succeed.
        @discardableResult
        func run(_ command: String) throws -> String {
            let (output, errors, exit) = try stage.run(command)
            #expect(exit == 0, "\(command)\n\(output)\(errors)")
            return output
        }

        /// Runs a command that has to refuse, and returns what it says.
        func refused(_ command: String) throws -> String {
            let (output, errors, exit) = try stage.run(command)
            #expect(exit == 1 && output.isEmpty, "\(command)\n\(output)\(errors)")
            return errors
        }
    }

    /// A log with an enterprise that signed one amount and committed to another, and a lender that
    /// was granted it.
    private func scene() async throws -> (Scene, record: String, grant: String) {
        let scene = Scene(stage: try Stage())
        let port = try LoopbackPort.free()
        _ = try scene.run(
            "trine gateway init gateway --origin trine.example/alliance --home authority"
                + " --listen 127.0.0.1:\(port)")
        try scene.stage.start("trine gateway serve gateway &")
        func invitation(_ handle: String) throws -> String {
            try scene.run("trine authority invite --handle \(handle) --home authority")
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        try scene.run(
            "trine join '\(try invitation("bearings"))' --role enterprise --name 'Example"
                + " Bearings GmbH' --country DE --id vat:DE000100017 --home enterprise --kit enterprise.kit"
        )
        try scene.run(
            "trine join '\(try invitation("northbank"))' --role lender --home lender --kit lender.kit"
        )
        try scene.run("trine authority admit bearings --home authority")
        try scene.run("trine authority admit northbank --home authority")
        let enterprise = try await DishonestEnterprise(home: scene.file("enterprise"))
        let record = try await enterprise.register(
            scene.file("documents/2025-01-03-EXB-2025-01-001.xml"), payable: 9_999_999)
        await enterprise.close()
        let grant = try scene.run(
            "trine enterprise grant northbank --record '\(record)' --fields payable_amount"
                + " --purpose credit-monitoring --for 30d --home enterprise --json")
        let found = try #require(
            try JSONSerialization.jsonObject(with: Data(grant.utf8)) as? [String: Any])
        return (scene, record, try #require(found["jti"] as? String))
    }

    @Test func theVictimSeesKeepsAndShowsIt() async throws {
        let (scene, record, grant) = try await scene()
        defer { scene.stage.clear() }
        let words = "bearings signed a contradiction: in \(record), entry 3, payable_amount is "
        // The fetch says so, and keeps what proves it, with -o under that name.
        let said = try scene.refused("trine lender fetch \(grant) --home lender")
        #expect(said.contains(words) && said.contains("99999.99"), "\(said)")
        #expect(said.contains("what proves it is bearings-"))
        let kept = try scene.refused("trine lender fetch \(grant) -o fraud.json --home lender")
        #expect(kept.contains(words) && kept.contains("fraud.json"))

        // Anybody who trusts the log verifies it, offline.
        let verdict = try scene.run("trine verify fraud.json --home lender")
        #expect(verdict.contains(words) && verdict.hasSuffix("Verified.\n"), "\(verdict)")
        let json = try scene.run("trine verify fraud.json --home lender --json")
        #expect(json.contains("\"verified\":true") && json.contains("\"field\":\"payable_amount\""))

        // With the true amount in its place it proves nothing: the amount isn't the record's.
        let bytes = try Data(contentsOf: scene.file("fraud.json"))
        let proof = try Contradiction(parsing: Array(bytes))
        let text = String(decoding: bytes, as: UTF8.self)
        try Data(
            text.replacing("\"field\":\"payable_amount\"", with: "\"field\":\"tax_amount\"").utf8
        )
        .write(to: scene.file("other.json"))
        _ = try scene.refused("trine verify other.json --home lender")

        // A package that somebody saved without looking says it too, and gives the file.
        let package = try #require(
            try await TrustingLender.package(home: scene.file("lender"), grant: grant, proof))
        try Data(package.bytes).write(to: scene.file("saved.trine"))
        let hint = try scene.refused("trine verify saved.trine --home lender")
        #expect(hint.contains(words) && hint.contains("--export DIR"))
        let exported = try scene.refused("trine verify saved.trine --home lender --export parts")
        #expect(exported.contains("parts/contradiction.json"))
        #expect(try scene.run("trine verify parts/contradiction.json --home lender") == verdict)
    }
}
