import Foundation
import Sharing
import TestSupport
import Testing
import Verification
import Wire

/// Presentations as RFC 9901 defines them.
@Suite struct PresentationTests {
    /// Within the vectors' key bindings' time.
    static let now = Timestamp(seconds: 1_795_212_250)!

    // Skipped where the vectors of the reference implementation aren't beside the package.
    @Test(.enabled(if: Shared.exists("vectors/sd-jwt/reference.json")))
    func referenceImplementation() throws {
        let file = try JSON(lenient: Shared.bytes("vectors/sd-jwt/reference.json"))
        let issuer = try #require(file["issuer_public_jwk"].flatMap { Self.key($0) })
        let cases = try #require(file["cases"]?.elements)
        #expect(cases.count == 44)
        for vector in cases {
            let name = vector["name"]?.text ?? ""
            let demand = vector["nonce"]?.text.map {
                KeyBindingDemand(nonce: $0, audience: vector["aud"]?.text ?? "")
            }
            // A stripped key binding was demanded all the same.
            let stripped =
                name == "kb-stripped"
                ? KeyBindingDemand(nonce: "nonce-1", audience: "https://lender.example") : nil
            do throws(PresentationRefusal) {
                let presentation = try Presentation(
                    parsing: Array((vector["presentation"]?.text ?? "").utf8))
                let verified = try presentation.verify(
                    by: issuer, at: Self.now, demanding: demand ?? stripped)
                #expect(vector["valid"] == .bool(true), "\(name)")
                #expect(verified.claims == vector["expected"], "\(name)")
                #expect((verified.bound != nil) == (demand != nil), "\(name)")
            } catch {
                #expect(vector["valid"] == .bool(false), "\(name): \(error)")
                #expect(Self.refusals[name] == error, "\(name): \(error)")
            }
        }
    }

    static let refusals: [String: PresentationRefusal] = [
        "bad-signature": .jwt(.issuer, .signature), "alg-none": .jwt(.issuer, .algorithm),
        "payload-altered": .jwt(.issuer, .signature),
        "disclosure-altered": .strayDisclosure(number: 0), "disclosure-repeated": .digestTwice,
        "disclosure-not-array": .malformedDisclosure(number: 0),
        "disclosure-unreferenced": .strayDisclosure(number: 0),
        "missing-final-tilde": .jwt(.keyBinding, .malformed),
        "kb-wrong-nonce": .otherNonce, "kb-wrong-aud": .otherAudience,
        "kb-disclosure-dropped": .otherPresentation, "kb-stripped": .keyBindingMissing,
    ]

    static func key(_ jwk: JSON) -> VerificationKey? {
        jwk["x"]?.text.flatMap { Base64URL.decode($0) }.flatMap { VerificationKey(bytes: $0) }
    }
}
