import Testing

@testable import Sharing
@testable import Wire

@Suite struct DisclosureTests {
    static let salt = Disclosure.Salt(bytes: [UInt8](repeating: 7, count: 32))!
    static let saltText = Base64URL.encode(salt.bytes)

    static func text(_ json: String) -> [UInt8] {
        Base64URL.encodedBytes(Array(json.replacing("$", with: saltText).utf8))
    }

    @Test func roundTrip() throws {
        let disclosure = Disclosure(salt: Self.salt, name: "due_date", value: "2026-12-20")
        #expect(disclosure.text == Self.text(#"["$","due_date","2026-12-20"]"#))
        #expect(disclosure.digest == Digest(hashing: disclosure.text))
        #expect(Disclosure(text: disclosure.text) == disclosure)
    }

    @Test(arguments: [
        #"["$","a"]"#, #"["$","a",1,2]"#, #"{"a":1}"#, #"["$",1,1]"#, #"[1,"a",1]"#,
        #"["$","a",1.5]"#, #"["$","a",1] "#, #"["$", "a",1]"#, #"["$","\u0061",1]"#,
        #"["$","a",{"b":1,"a":1}]"#, #"["$A","a",1]"#, #"["","a",1]"#, #"["\u0041","a",1]"#, "",
        "null", #"["$","a",-0]"#,
    ])
    func refuses(_ json: String) { #expect(Disclosure(text: Self.text(json)) == nil) }

    @Test func refusesOtherBase64() {
        let text = Self.text(#"["$","a",1]"#)
        #expect(Disclosure(text: text) != nil)
        #expect(Disclosure(text: text + [0x3d]) == nil)
        #expect(Disclosure(text: [0x20] + text) == nil)
        for bit in 0..<8 where bit != 0 {
            var changed = text
            changed[changed.count - 1] ^= 1 << UInt8(bit)
            if let other = Disclosure(text: changed) { #expect(other.text == changed) }
        }
    }

    /// Keys that Swift holds equal once stopped the whole process.
    @Test func refusesEquivalentKeys() {
        #expect(Disclosure(text: Self.text("[\"$\",\"a\",{\"e\u{301}\":1,\"\u{e9}\":2}]")) == nil)
        #expect(Disclosure(text: Self.text("[\"$\",\"a\",[{\"K\":1,\"\u{212a}\":2}]]")) == nil)
    }

    @Test func joinsAndSplits() {
        let some = ["a", "b", "c"].map { Disclosure(salt: Self.salt, name: $0, value: .null) }
        let text = Disclosure.join(some)
        #expect(Disclosure.split(text) == some)
        #expect(Disclosure.split([]) == [])
        #expect(Disclosure.join([]).isEmpty)
        let tilde = UInt8(ascii: "~")
        #expect(Disclosure.split(text.dropLast()) == nil)
        #expect(Disclosure.split(text + [tilde]) == nil)
        #expect(Disclosure.split([tilde] + text) == nil)
        #expect(Disclosure.split([tilde]) == nil)
        #expect(Disclosure.split(text + [0x41]) == nil)
    }

    @Test(arguments: [0, 16, 31, 33]) func saltHas256Bits(_ count: Int) {
        #expect(Disclosure.Salt(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }
}
