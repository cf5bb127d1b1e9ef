import Foundation
import Testing

/// A session at a terminal as a person sees it: commands, what they print, how they end.
///
/// A line `$ command` is run by the shell in a scratch directory. The lines below it are what it must
/// print: those that begin with `trine: ` or are notes in JSON to standard error, all others to standard
/// output. Then the
/// exit code in brackets, where it isn't 0. `…` stands for any text, on a line of its own for any
/// lines; `{name}` for a word that is remembered and can be used further down. A command that ends in
/// `&` goes on in the background until the end of the session. `#` begins a remark.
struct Transcript: CustomTestStringConvertible {
    struct Step {
        let line: Int
        var command: String
        var output: [String] = []
        var errors: [String] = []
        var exit: Int32 = 0
    }

    let name: String
    let steps: [Step]

    var testDescription: String { name }

    init(_ path: URL) throws {
        self.init(
            path.deletingPathExtension().lastPathComponent,
            try String(contentsOf: path, encoding: .utf8))
    }

    /// The commands that a page of the documentation shows, with what it says that they print. A command
    /// goes on behind a line that ends in a backslash.
    init(blocksOf page: URL) throws {
        var text = ""
        var isInBlock = false
        for line in try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isInBlock = line == "```console"
            } else if isInBlock {
                text += line.hasSuffix("\\") ? String(line.dropLast()) : line + "\n"
            }
        }
        self.init(page.lastPathComponent, text)
    }

    private init(_ name: String, _ text: String) {
        self.name = name
        var steps: [Step] = []
        var isError = false
        for (number, line) in text.components(separatedBy: "\n").enumerated() {
            if line.hasPrefix("#") { continue }
            if line.hasPrefix("$ ") {
                steps.append(Step(line: number + 1, command: String(line.dropFirst(2))))
                isError = false
            } else if let code = Self.exitCode(line) {
                steps[steps.count - 1].exit = code
            } else if !steps.isEmpty {
                // What follows an error is more of it only where it says nothing of its own.
                isError =
                    line.hasPrefix("trine: ") || line.hasPrefix("{\"note\":")
                    || (isError && line == "…")
                if isError {
                    steps[steps.count - 1].errors.append(line)
                } else {
                    steps[steps.count - 1].output.append(line)
                }
            }
        }
        // Empty lines at the end of an output only separate the commands.
        self.steps = steps.map { step in
            var step = step
            while step.output.last == "" { step.output.removeLast() }
            return step
        }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    static let all: [Transcript] = {
        let transcripts = folder.appendingPathComponent("Transcripts")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: transcripts.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().compactMap {
            try? Transcript(transcripts.appendingPathComponent($0))
        }
    }()

    private static func exitCode(_ line: String) -> Int32? {
        guard line.hasPrefix("["), line.hasSuffix("]") else { return nil }
        return Int32(line.dropFirst().dropLast())
    }
}

/// What transcripts remember, and the patterns they are matched with.
struct TranscriptMemory {
    private(set) var words: [String: String]

    init(_ words: [String: String]) { self.words = words }

    /// The command with what is remembered in the place of names.
    func expanded(_ command: String) -> String {
        words.reduce(command) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
    }

    /// Whether `actual` is what `expected` says; remembers the words that it names.
    mutating func matches(_ actual: String, _ expected: [String]) throws -> Bool {
        var names: [String] = []
        let pattern = expected.map { line in
            line == "…" ? "(?:.*\n)*?" : self.pattern(line, &names) + "\n"
        }.joined()
        let expression = try NSRegularExpression(pattern: "^" + pattern + "$")
        let whole = actual.isEmpty || actual.hasSuffix("\n") ? actual : actual + "\n"
        let range = NSRange(whole.startIndex..., in: whole)
        guard let match = expression.firstMatch(in: whole, range: range), match.range == range
        else {
            return false
        }
        for (number, name) in names.enumerated() {
            guard let range = Range(match.range(at: number + 1), in: whole) else { return false }
            words[name] = String(whole[range])
        }
        return true
    }

    private func pattern(_ line: String, _ names: inout [String]) -> String {
        var pattern = ""
        var rest = line[...]
        while !rest.isEmpty {
            if rest.hasPrefix("…") {
                pattern += ".*"
                rest = rest.dropFirst()
            } else if rest.hasPrefix("{"), let end = rest.firstIndex(of: "}"),
                rest[rest.index(after: rest.startIndex)..<end].allSatisfy(\.isLetter),
                end > rest.index(after: rest.startIndex)
            {
                let name = String(rest[rest.index(after: rest.startIndex)..<end])
                if let word = words[name] {
                    pattern += NSRegularExpression.escapedPattern(for: word)
                } else if let number = names.firstIndex(of: name) {
                    pattern += "\\\(number + 1)"
                } else {
                    names.append(name)
                    pattern += "([^\\s\"]+)"
                }
                rest = rest[rest.index(after: end)...]
            } else {
                pattern += NSRegularExpression.escapedPattern(for: String(rest.removeFirst()))
            }
        }
        return pattern
    }
}
