import ArgumentParser
import Foundation
import Testing

@testable import trine

/// What `Specification/commands.md` says for programs is what the program does.
@Suite struct CommandTableTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

    private static func page() throws -> Set<Substring> {
        let path = sources.appendingPathComponent("Specification/commands.md")
        return Set(try String(contentsOf: path, encoding: .utf8).split(separator: "\n"))
    }

    private static func expectRows(_ rows: [String], under heading: String) throws {
        let page = try page()
        let missing = rows.filter { !page.contains(Substring($0)) }
        #expect(missing.isEmpty, "\(heading)\n\(missing.joined(separator: "\n"))")
    }

    @Test func everyExitCodeIsThere() throws {
        try Self.expectRows(
            Exit.allCases.map { "| \($0.rawValue) | `\($0.name)` | \($0.meaning) |" },
            under: "Exit codes")
        #expect(Set(Exit.allCases.map(\.name)).count == Exit.allCases.count)
    }

    /// A name that isn't said is derived from the type, which costs each start of the program more than
    /// reading the command line does.
    @Test func everyCommandSaysItsName() {
        func check(_ command: any ParsableCommand.Type) {
            #expect(command.configuration.commandName != nil, "\(command)")
            command.configuration.subcommands.forEach(check)
        }
        check(Trine.self)
    }

    @Test func everySettingIsThere() throws {
        try Self.expectRows(
            Setting.allCases.map { setting in
                let flag = setting.flag.map { "`\($0)`" } ?? ""
                return "| `\(setting.rawValue)` | \(flag) | \(setting.usual) | \(setting.meaning) |"
            }, under: "Settings")
    }

    /// Every variable that the program reads is in the table of settings.
    @Test func everyVariableIsASetting() throws {
        let known = Set(Setting.allCases.map(\.rawValue))
        for text in try Self.texts(in: ["trine", "Client", "Custody"]) {
            for word in text.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") })
            where word.hasPrefix("TRINE_") && !["TRINE_EVENT", "TRINE_SUBJECT"].contains(word) {
                #expect(known.contains(String(word)), "\(word) isn't a setting")
            }
        }
    }

    /// Of what a workflow throws, and of what the commands say themselves.
    @Test func everyErrorIsThere() throws {
        var exits: [String: Set<Int32>] = [:]
        for error in WordsTests.all {
            exits[ErrorName.of(error), default: []].insert(error.complaint.exit.rawValue)
        }
        // This one has the name of the gateway's own problem.
        exits["grant-dead"] = nil
        try Self.expectRows(
            exits.sorted { $0.key < $1.key }.map { name, exits in
                "| `\(name)` | \(exits.sorted().map(String.init).joined(separator: ", ")) |"
            }, under: "Errors")
        let page = try Self.page().joined(separator: "\n")
        for name in try Self.namedHere() { #expect(page.contains("`\(name)`"), "\(name)") }
    }

    /// The names that commands give with `.named("…")`.
    private static func namedHere() throws -> Set<String> {
        let expression = try NSRegularExpression(pattern: #"\.named\("([a-z-]+)"\)"#)
        var names: Set<String> = []
        for text in try texts(in: ["trine"]) {
            let whole = NSRange(text.startIndex..., in: text)
            for match in expression.matches(in: text, range: whole) {
                guard let range = Range(match.range(at: 1), in: text) else { continue }
                names.insert(String(text[range]))
            }
        }
        #expect(names.count > 10)
        return names
    }

    private static func texts(in modules: [String]) throws -> [String] {
        try modules.flatMap { module in
            let folder = sources.appendingPathComponent(module)
            return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
                .filter { $0.hasSuffix(".swift") }
                .map { try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8) }
        }
    }
}
