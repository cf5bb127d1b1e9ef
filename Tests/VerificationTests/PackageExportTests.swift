import Sharing
import Testing
import Transparency
import Verification
import Wire

/// A package's parts in other people's formats.
@Suite struct PackageExportTests {
    @Test func everyPartVerifiesAlone() throws {
        let story = try Story()
        let verified = try story.opened()
        let files = PackageExport(verified).files
        #expect(files.map(\.name) == Set(files.map(\.name)).sorted())
        let named = Dictionary(files.map { ($0.name, $0.bytes) }) { first, _ in first }
        #expect(named[PackageExport.checkpointName] == verified.package.checkpoint.bytes)

        // The keys are read from the set alone, by thumbprint.
        let set = try JSON(lenient: try #require(named[PackageExport.keysName]))
        let members = try #require(set["keys"]?.elements)
        #expect(members.map { $0["kid"] } == verified.signingKeys.map { .digest($0.thumbprint) })
        #expect(members.map { $0["x"] } == verified.signingKeys.map { $0.jwk["x"] })

        var records = 0
        for (name, bytes) in named where name.hasSuffix(".sd-jwt") {
            let presentation = try Presentation(parsing: bytes)
            let receipt = try TransparencyProof(
                parsing: try #require(named[name.replacing(".sd-jwt", with: ".tlog-proof")]))
            _ = try receipt.verify(
                leaf: .leaf(presentation.issuerJWT), policy: story.log.trust.policy)
            // Whoever signed it: the key is in the set.
            let jws = try JWS(parsing: presentation.issuerJWT)
            let key = try #require(
                verified.signingKeys.first { $0.thumbprint == jws.kid }, "\(name)")
            _ = try jws.verified(by: key)
            guard name.contains("invoices") else { continue }
            records += 1
            let claims = try presentation.verify(by: key, at: story.log.now).claims
            let served = verified.records.contains {
                $0.index == Int64(receipt.index) && $0.fields != nil
            }
            #expect((claims["due_date"] != nil) == served, "\(name)")
        }
        #expect(records == verified.records.count)
    }
}
