import TestSupport
import Testing

@testable import Wire

@Suite struct IdentifierTests {
    @Test(arguments: [
        "abc", "northbank", "e-7k2m9q4x", "a--", "a12", String(repeating: "z", count: 32),
    ])
    func handle(_ text: String) { #expect(Handle(text)?.text == text) }

    @Test(arguments: [
        "", "ab", "1abc", "-abc", "Abc", "aBc", "ab_c", "ab.c", "ab c", "abc\n", "äbc", "ab\u{e9}",
        "a/b", "abc\u{0}", String(repeating: "z", count: 33),
    ])
    func noHandle(_ text: String) { #expect(Handle(text) == nil) }

    @Test func randomHandles() {
        var random = SeededGenerator.printed()
        let handles = (0..<200).map { _ in Handle(prefix: "e", using: &random) }
        #expect(Set(handles).count == 200)
        #expect(handles.allSatisfy { Handle($0.text) == $0 && $0.text.count == 10 })
    }

    @Test(arguments: ["trine.example/alliance", "a.b", "log.example/a_b/c-d"])
    func origin(_ text: String) throws {
        let origin = try #require(Origin(text))
        let handle = try #require(Handle("northbank"))
        #expect(origin.issuer(handle) == "https://\(text)/participants/northbank")
        #expect(origin.handle(inIssuer: origin.issuer(handle)) == handle)
        #expect(origin.handle(inIssuer: "https://\(text)/participants/") == nil)
        #expect(origin.handle(inIssuer: "http://\(text)/participants/northbank") == nil)
        #expect(origin.handle(inIssuer: "https://x.\(text)/participants/northbank") == nil)
    }

    @Test(arguments: [
        "", "a", "ab", "nodot", "/a.b", "a.b/", "a.b//c", "A.b", "a.b c", "a.b\n", "a.b?c",
        "a.b:80",
        "ä.b", "a.b#c", "a." + String(repeating: "b", count: 127),
    ])
    func noOrigin(_ text: String) { #expect(Origin(text) == nil) }

    @Test func jti() throws {
        var random = SeededGenerator.printed()
        for _ in 0..<2000 {
            let jti = JTI(using: &random)
            #expect(jti.text.first != "-")
            #expect(jti.text.utf8.count == JTI.textLength)
            #expect(JTI(text: jti.text) == jti)
            #expect(JTI(bytes: jti.bytes) == jti)
        }
        let zero = try #require(JTI(text: "AAAAAAAAAAAAAAAAAAAAAA"))
        let low = try #require(JTI(bytes: [UInt8](repeating: 0, count: 15) + [1]))
        let high = try #require(JTI(bytes: [1] + [UInt8](repeating: 0, count: 15)))
        #expect(zero < low && low < high)
    }

    @Test(arguments: [
        "", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB",
        "AAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAA+A",
    ])
    func noJTI(_ text: String) { #expect(JTI(text: text) == nil) }

    @Test func digest() throws {
        let digest = Digest<Digested.Blob>(hashing: Array("abc".utf8))
        #expect(
            digest.bytes
                == bytes(hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(Digest<Digested.Blob>(text: digest.text) == digest)
        #expect(Digest<Digested.Blob>(bytes: digest.bytes) == digest)
        #expect(Digest<Digested.Blob>(bytes: digest.bytes.dropLast()) == nil)
        #expect(Digest<Digested.Blob>(text: digest.text + "=") == nil)
        #expect(Digest<Digested.Blob>(text: digest.text.dropLast() + "1") == nil)
        #expect(Digest<Digested.Blob>(hashing: AnySequence(Array("abc".utf8))) == digest)
    }
}
