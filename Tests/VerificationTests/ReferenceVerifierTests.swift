import Foundation
import Sharing
import TestWorld
import Testing
import Verification
import Wire

/// The reference implementation of RFC 9901 in Python (PyPI `sd-jwt`) reads what we export. Skipped
/// where neither `TRINE_PYTHON` nor `python3` has the package.
@Suite(.enabled(if: ReferenceVerifier.isThere, "no Python with the package sd-jwt"))
struct ReferenceVerifierTests {
    @Test func exportedRecordsAreAccepted() throws {
        let story = try Story(perBook: 1, changes: false)
        let statement = story.records[0].statement
        let package = try story.opened().package
        let logged = try #require(package.records.first { $0.jws == statement.jws.bytes })
        let record = try Presentation(parsing: logged.sdJWT)
        let demand = KeyBindingDemand(nonce: "n-1", audience: "https://bank.example")
        let bound = try record.bound(to: demand, at: story.log.now, with: story.acme.key)
        let key = story.acme.key.verificationKey

        let plain = try ReferenceVerifier.verify(record.bytes, by: key)
        let ours = try record.verify(by: key, at: story.log.now)
        #expect(try JSON(lenient: Array(try #require(plain).utf8)) == ours.claims)
        #expect(try ReferenceVerifier.verify(bound.bytes, by: key, demand) != nil)

        // What it refuses: another nonce, a changed payload, signature, disclosure; another key.
        let other = KeyBindingDemand(nonce: "n-2", audience: demand.audience)
        #expect(try ReferenceVerifier.verify(bound.bytes, by: key, other) == nil)
        #expect(try ReferenceVerifier.verify(record.bytes, by: key, demand) == nil)
        let dropped = Presentation(statement, disclosures: []).sdJWT + (bound.keyBinding ?? [])
        #expect(try ReferenceVerifier.verify(dropped, by: key, demand) == nil)
        #expect(
            try ReferenceVerifier.verify(record.bytes, by: story.mallory.key.verificationKey) == nil
        )
        for position in [200, logged.jws.count - 10] {
            let changed = record.bytes.replacing(position) { $0 == 0x41 ? 0x42 : 0x41 }
            #expect(try ReferenceVerifier.verify(changed, by: key) == nil)
        }
        // A changed disclosure is one that no digest refers to: its claim is gone.
        let changed = record.bytes.replacing(logged.jws.count + 20) { $0 == 0x41 ? 0x42 : 0x41 }
        let claims = try ReferenceVerifier.verify(changed, by: key)
        #expect(claims == nil || !claims!.contains("\"due_date\":"))
    }
}

enum ReferenceVerifier {
    static let python =
        ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    static let isThere = (try? run("import sd_jwt.verifier", [])) != nil

    /// The claims as JSON, or `nil` where it refuses.
    static func verify(
        _ presentation: [UInt8], by key: VerificationKey, _ demand: KeyBindingDemand? = nil
    ) throws -> String? {
        try run(
            script,
            [
                String(decoding: presentation, as: UTF8.self), key.jwk.canonicalText,
                demand?.audience ?? "", demand?.nonce ?? "",
            ])
    }

    private static let script = """
        import json, sys
        import sd_jwt.verifier
        from jwcrypto.jwk import JWK
        sd_jwt.verifier.DEFAULT_SIGNING_ALG = "EdDSA"
        text, key, aud, nonce = sys.argv[1:]
        verifier = sd_jwt.verifier.SDJWTVerifier(
            text, lambda issuer, header: JWK.from_json(key), aud or None, nonce or None)
        print(json.dumps(verifier.get_verified_payload()))
        """

    private static func run(_ script: String, _ arguments: [String]) throws -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, "-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            if arguments.isEmpty { throw CocoaError(.fileReadUnknown) }
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
