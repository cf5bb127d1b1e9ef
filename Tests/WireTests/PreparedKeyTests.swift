import Foundation
import TestSignatures
import TestSupport
import Testing

@testable import Wire

/// A prepared key's verdicts are libsodium's.
@Suite struct PreparedKeyTests {
    /// The two agree on signatures that are made to tell them apart. `make fuzz-signatures` compares
    /// many more.
    @Test func agreesWithLibsodium() {
        var random = SeededGenerator.printed()
        let fuzz = SignatureFuzz(seed: random.next())
        var total = SignatureFuzz.Tally()
        for round in 0..<40 { total += fuzz.round(UInt64(round)) }
        #expect(total.differences.isEmpty, "\(total.differences)")
        // What is compared is not all refused for the same reason.
        #expect(total.valid > total.compared / 20 && total.valid < total.compared / 2)
    }

    /// Every encoding of a point of small order as A and as R, with an S that satisfies the equation.
    @Test func agreesOnPointsOfSmallOrder() throws {
        let all = SmallOrder.canonical + SmallOrder.others + SmallOrder.unreduced
        for a in all {
            let key = try #require(VerificationKey(registered: a))
            #expect(key.prepared() == nil)
            #expect(key.prepared(wide: true) == nil)
            for r in all {
                let signature = r + [UInt8](repeating: 0, count: 32)
                for message in 0..<8 {
                    #expect(!key.isValidByLibsodium(signature: signature, of: [UInt8(message)]))
                }
            }
        }
    }

    /// With a key of known secret and S = k·a, S·B − k·A is the neutral element, which no R may be.
    @Test(arguments: [false, true])
    func refusesSmallOrderOfR(wide: Bool) throws {
        for seed in 1...8 as ClosedRange<UInt8> {
            let fuzz = SignatureFuzz(seed: UInt64(seed))
            for (key, signature, message) in fuzz.signaturesWithSmallR() {
                let key = try #require(VerificationKey(registered: key))
                let prepared = try #require(key.prepared(wide: wide))
                #expect(!key.isValidByLibsodium(signature: signature, of: message))
                #expect(!prepared.isValid(signature: signature, of: message))
            }
        }
    }

    /// The edge cases of "Taming the many EdDSAs", and what libsodium makes of them.
    @Test(arguments: [false, true])
    func publishedEdgeCases(wide: Bool) throws {
        struct Case: Decodable {
            let message: String
            let publicKey: String
            let signature: String
            let valid: Bool
        }
        struct File: Decodable {
            let cases: [Case]
        }
        let url = try #require(Self.fixture("edge-cases.json"))
        let cases = try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases
        #expect(cases.count == 12)
        for (number, edge) in cases.enumerated() {
            let key = try #require(VerificationKey(registered: bytes(hex: edge.publicKey)))
            let (signature, message) = (bytes(hex: edge.signature), bytes(hex: edge.message))
            let byLibsodium = key.isValidByLibsodium(signature: signature, of: message)
            let byUs =
                key.prepared(wide: wide)?.isValid(signature: signature, of: message) ?? false
            #expect(byLibsodium == edge.valid, "case \(number)")
            #expect(byUs == edge.valid, "case \(number)")
        }
    }

    /// Needs the published vectors beside the package.
    @Test(.enabled(if: Shared.exists(Ed25519Tests.vectors)), arguments: [false, true])
    func wycheproof(wide: Bool) throws {
        let file = try Shared.decode(Ed25519Tests.vectors, as: Ed25519Tests.Wycheproof.self)
        for group in file.testGroups {
            let key = try #require(VerificationKey(registered: bytes(hex: group.publicKey.pk)))
            let prepared = key.prepared(wide: wide)
            for test in group.tests {
                let isValid =
                    prepared?.isValid(signature: bytes(hex: test.sig), of: bytes(hex: test.msg))
                #expect((isValid ?? false) == (test.result == "valid"), "tcId \(test.tcId)")
            }
        }
    }

    @Test(arguments: [0, 32, 63, 65, 128])
    func refusesOtherLengths(_ count: Int) throws {
        let prepared = try #require(SigningKey.test(1).verificationKey.prepared())
        #expect(!prepared.isValid(signature: [UInt8](repeating: 0, count: count), of: []))
    }

    /// Messages that aren't in one piece of memory are checked too.
    @Test func takesAnyCollection() throws {
        let key = SigningKey.test(1)
        let message = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let prepared = try #require(key.verificationKey.prepared())
        let signature = key.signature(of: message)
        #expect(prepared.isValid(signature: signature[...], of: message[...]))
        #expect(prepared.isValid(signature: signature, of: message.lazy.map { $0 }))
        #expect(!prepared.isValid(signature: signature, of: message.dropLast()))
    }

    private static func fixture(_ name: String) -> URL? {
        let url = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)")
        return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
}
