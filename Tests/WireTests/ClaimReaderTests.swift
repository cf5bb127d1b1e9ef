import Testing

@testable import Wire

@Suite struct ClaimReaderTests {
    private func reader(_ text: String) throws -> ClaimReader {
        try ClaimReader(JSONDocument(.canonical, Array(text.utf8)).root)
    }

    @Test func takesEachMemberOnce() throws {
        var claims = try reader(#"{"a":1,"b":"x","c":[1,2]}"#)
        #expect(try claims.required("c").elements?.compactMap(\.integer) == [1, 2])
        #expect(try claims.required("a") { $0.integer } == 1)
        #expect(claims.optional("a")?.integer == nil)
        #expect(throws: ClaimError.missing("a")) { try claims.required("a") }
        #expect(throws: ClaimError.unexpected("b")) { try claims.finish() }
        #expect(try claims.optional("b") { $0.text } == "x")
        try claims.finish()
    }

    @Test func refusesMalformedMembers() throws {
        var claims = try reader(#"{"a":1,"b":1}"#)
        #expect(throws: ClaimError.malformed("a")) { try claims.required("a") { $0.text } }
        #expect(throws: ClaimError.malformed("b")) { try claims.optional("b") { $0.text } }
        #expect(throws: ClaimError.missing("d")) { try claims.required("d") { $0.text } }
        #expect(try claims.optional("d") { $0.text } == nil)
    }

    @Test(arguments: ["[]", "1", "null", #""a""#])
    func refusesWhatIsNoObject(_ text: String) {
        #expect(throws: ClaimError.notAnObject) { try reader(text) }
    }

    /// Names are compared byte by byte, not as text.
    @Test func comparesBytes() throws {
        var claims = try reader("{\"\u{212a}\":1}")
        #expect(claims.optional("K") == nil)
        #expect(throws: ClaimError.self) { try claims.finish() }
    }

    /// Nested members aren't taken for members.
    @Test func staysAtItsLevel() throws {
        var claims = try reader(#"{"a":{"b":1},"c":2}"#)
        #expect(claims.optional("b") == nil)
        #expect(claims.optional("c")?.integer == 2)
        var inner = try ClaimReader(claims.required("a"))
        #expect(inner.optional("b")?.integer == 1)
        try inner.finish()
    }
}
