import Foundation
import Importing
import Sharing
import TestSupport
import Testing
import Wire

@testable import Client
@testable import Custody

/// The page that a participant keeps: what is on it is read again, and nothing else is taken for it.
@Suite struct RecoveryKitTests {
    private let kit = try! RecoveryKitTests.made(7)

    private static func made(
        _ byte: UInt8, handle: String = "bearings", fingerprint: UInt8 = 5
    ) throws -> RecoveryKit {
        RecoveryKit(
            Configuration(
                gateway: try GatewayAddress(parsing: "https://gateway.example"),
                origin: Origin("trine.example/alliance")!, genesis: Digest(hashing: [1]),
                handle: Handle(handle)!, roles: [.enterprise, .lender],
                identifiers: ["vat:DE000100017", "register:HRB 1, Berlin"].compactMap {
                    RegisteredIdentifier($0)
                }, fingerprint: Fingerprint(Digest(hashing: [fingerprint]))),
            Root(Secret(copying: [UInt8](repeating: byte, count: 32))))
    }

    @Test func isReadAgain() throws {
        let text = kit.text
        let again = try RecoveryKit(parsing: text)
        #expect(again.configuration == kit.configuration)
        #expect(again.root.secret.isEqual(to: kit.root.secret))
        #expect(again.text == text)
        #expect(text.utf8.allSatisfy { $0 < 0x7f } && text.utf8.count < 2000)
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 92 })
        #expect(kit.configuration.identifiers.count == 2)
    }

    /// From paper: in capitals, by the first four letters, on lines as they come.
    @Test func isReadAsTyped() throws {
        let lines = kit.text.split(separator: "\n").map(String.init)
        let rest = lines.filter { !$0.hasPrefix("words") && !$0.hasPrefix("check") }
        let check = try #require(lines.last).dropFirst("check".count).filter { $0 != " " }
        let words = kit.root.words
        let shortened = words.map { String($0.prefix(4)) }
        for (spelled, check) in [
            ([words.joined(separator: " ")], check),
            (words.map { $0.uppercased() }, check.uppercased()),
            ([shortened.joined(separator: "  ")], check.map { "\($0)-" }.joined()),
        ] {
            let text = (rest + spelled.map { "Words \($0)" } + ["CHECK \(check)", ""])
                .joined(separator: "\r\n  ")
            #expect(
                try RecoveryKit(parsing: text).root.secret.isEqual(to: kit.root.secret))
        }
    }

    /// Any one word another one, two exchanged, one left out; any character of the check.
    @Test func errorsOfTypingAreNoticed() throws {
        let lines = kit.text.split(separator: "\n").map(String.init)
        let rest = lines.filter { !$0.hasPrefix("words") && !$0.hasPrefix("check") }
        let check = Array(try #require(lines.last).dropFirst("check".count).filter { $0 != " " })
        func attempt(_ words: [String], _ check: [Character]) -> RecoveryKitError? {
            let text = rest + ["words " + words.joined(separator: " "), "check \(String(check))"]
            do {
                _ = try RecoveryKit(parsing: text.joined(separator: "\n"))
                return nil
            } catch { return error }
        }
        var random = SeededGenerator(seed: 24)
        var root = [UInt8](repeating: 0, count: 32)
        for place in root.indices { root[place] = UInt8.random(in: 0...255, using: &random) }
        let words = kit.root.words
        #expect(attempt(words, check) == nil && check.count == 8)
        for position in words.indices {
            var wrong = words
            for _ in 0..<8 {
                let other = try #require(WordList.words.randomElement(using: &random))
                guard other != words[position] else { continue }
                wrong[position] = other
                #expect(attempt(wrong, check) == .wrongSecret)
            }
            wrong.remove(at: position)
            #expect(attempt(wrong, check) == .wrongSecret)
            guard position > 0, words[position] != words[position - 1] else { continue }
            wrong = words
            wrong.swapAt(position, position - 1)
            #expect(attempt(wrong, check) == .wrongSecret)
        }
        for position in check.indices {
            var wrong = check
            wrong[position] = wrong[position] == "7" ? "8" : "7"
            #expect(attempt(words, wrong) == .wrongSecret)
            wrong.remove(at: position)
            #expect(attempt(words, wrong) == .wrongSecret)
        }
        #expect(attempt(["not", "words"], check) == .wrongSecret)
    }

    /// A line of another's page is noticed, and so is one that is missing or there twice.
    @Test func pagesAreWhole() throws {
        let lines = kit.text.split(separator: "\n").map(String.init)
        func attempt(_ lines: [String]) -> RecoveryKitError? {
            do {
                _ = try RecoveryKit(parsing: lines.joined(separator: "\n"))
                return nil
            } catch { return error }
        }
        #expect(attempt(lines) == nil)
        #expect(attempt([]) == .notAKit)
        #expect(attempt(["trine-kit/2"] + lines.dropFirst()) == .unknownFormat)
        #expect(attempt(Array(lines.dropFirst())) == .notAKit)
        for name in ["handle", "fingerprint", "gateway", "origin", "genesis"] {
            let rest = lines.filter { !$0.hasPrefix(name) }
            #expect(attempt(rest) == .malformed(line: name))
            #expect(attempt(rest + ["\(name) ?", lines[0]]) != nil)
            let line = try #require(lines.first { $0.hasPrefix(name) })
            #expect(attempt(lines + [line]) == .malformed(line: name))
        }
        #expect(attempt(lines.filter { !$0.hasPrefix("words") }) == .wrongSecret)
        #expect(attempt(lines.filter { !$0.hasPrefix("check") }) == .wrongSecret)
        #expect(attempt(lines + ["secrets x"]) == .malformed(line: "secrets"))
        let other = try Self.made(7, handle: "pumps").text.split(separator: "\n").map(String.init)
        #expect(
            attempt(Array(lines.dropLast()) + [try #require(other.last)]) == .wrongSecret,
            "the same root under another name")
        let later = try Self.made(7, fingerprint: 6).text.split(separator: "\n").map(String.init)
        #expect(
            attempt(Array(lines.dropLast()) + [try #require(later.last)]) == .wrongSecret,
            "the same root with another fingerprint")
    }

    /// Nothing of the secret appears where kits or roots are printed.
    @Test func isNotPrinted() {
        let shown = "\(kit) \(kit.root)"
        #expect(!shown.contains(kit.root.words[0]) && !shown.contains("7, 7"))
    }

    /// The published vectors of BIP-39.
    @Test func wordsAreThoseOfTheStandard() throws {
        #expect(WordList.words.count == 2048 && Set(WordList.words).count == 2048)
        #expect(Set(WordList.words.map { $0.prefix(4) }).count == 2048)
        let vectors: [(String, String)] = [
            (
                "0000000000000000000000000000000000000000000000000000000000000000",
                """
                abandon abandon abandon abandon abandon abandon abandon abandon \
                abandon abandon abandon abandon abandon abandon abandon abandon \
                abandon abandon abandon abandon abandon abandon abandon art
                """
            ),
            (
                "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
                """
                legal winner thank year wave sausage worth useful \
                legal winner thank year wave sausage worth useful \
                legal winner thank year wave sausage worth title
                """
            ),
            (
                "8080808080808080808080808080808080808080808080808080808080808080",
                """
                letter advice cage absurd amount doctor acoustic avoid \
                letter advice cage absurd amount doctor acoustic avoid \
                letter advice cage absurd amount doctor acoustic bless
                """
            ),
            (
                "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                """
                zoo zoo zoo zoo zoo zoo zoo zoo \
                zoo zoo zoo zoo zoo zoo zoo zoo \
                zoo zoo zoo zoo zoo zoo zoo vote
                """
            ),
            (
                "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
                """
                hamster diagram private dutch cause delay private meat \
                slide toddler razor book happy fancy gospel tennis \
                maple dilemma loan word shrug inflict delay length
                """
            ),
            (
                "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
                """
                panda eyebrow bullet gorilla call smoke muffin taste \
                mesh discover soft ostrich alcohol speed nation flash \
                devote level hobby quick inner drive ghost inside
                """
            ),
            (
                "066dca1a2bb7e8a1db2832148ce9933eea0f3ac9548d793112d9a95c9407efad",
                """
                all hour make first leader extend hole alien \
                behind guard gospel lava path output census museum \
                junior mass reopen famous sing advance salt reform
                """
            ),
            (
                "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
                """
                void come effort suffer camp survey warrior heavy \
                shoot primary clutch crush open amazing screen patrol \
                group space point ten exist slush involve unfold
                """
            ),
        ]
        for (digits, text) in vectors {
            let words = text.split(separator: " ").map(String.init)
            let root = Root(Secret(copying: bytes(hex: digits)))
            #expect(root.words == words)
            #expect(try Root(words: words).secret.isEqual(to: root.secret))
            #expect(throws: RecoveryWordsError.count(23)) { try Root(words: words.dropLast()) }
            #expect(throws: RecoveryWordsError.unknown(position: 2)) {
                try Root(words: [words[0], "zzzz"] + words.dropFirst(2))
            }
        }
    }
}
