import Foundation
import Importing
import Sharing
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

    /// From paper: in capitals, without the gaps, with the letters that look like digits.
    @Test func isReadAsTyped() throws {
        let lines = kit.text.split(separator: "\n").map(String.init)
        let secret = try #require(lines.last)
        let typed = secret.dropFirst("secret".count).filter { $0 != " " }
        for spelling in [
            String(typed), typed.uppercased(), typed.replacingOccurrences(of: "0", with: "O"),
            typed.replacingOccurrences(of: "1", with: "l"),
            typed.map { "\($0)-" }.joined(),
        ] {
            let text = (lines.dropLast() + ["SECRET \(spelling)", ""]).joined(separator: "\r\n  ")
            #expect(
                try RecoveryKit(parsing: text).root.secret.isEqual(to: kit.root.secret))
        }
    }

    /// Any one character of the secret typed wrongly, two exchanged, one left out.
    @Test func errorsOfTypingAreNoticed() throws {
        let lines = kit.text.split(separator: "\n").map(String.init)
        let secret = Array(try #require(lines.last).dropFirst("secret".count).filter { $0 != " " })
        func attempt(_ typed: [Character]) -> RecoveryKitError? {
            let text = (lines.dropLast() + ["secret \(String(typed))"]).joined(separator: "\n")
            do {
                _ = try RecoveryKit(parsing: text)
                return nil
            } catch { return error }
        }
        #expect(attempt(secret) == nil)
        for position in secret.indices {
            var wrong = secret
            wrong[position] = wrong[position] == "7" ? "8" : "7"
            #expect(attempt(wrong) == .wrongSecret)
            wrong.remove(at: position)
            #expect(attempt(wrong) == .wrongSecret)
            guard position > 0, secret[position] != secret[position - 1] else { continue }
            wrong = secret
            wrong.swapAt(position, position - 1)
            #expect(attempt(wrong) == .wrongSecret)
        }
        #expect(attempt(Array("not base32!")) == .wrongSecret)
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
        #expect(attempt(lines.filter { !$0.hasPrefix("secret") }) == .wrongSecret)
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
        let secret = kit.root.text(for: [])
        #expect(!"\(kit)".contains(secret.prefix(7)) && !"\(kit.root)".contains("7, 7"))
    }
}
