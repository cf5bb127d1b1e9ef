import Foundation
import TestSupport
import Wire

/// Values with names, as the worked example shows them.
struct ExampleValues {
    enum Value: Equatable {
        /// Shown in hexadecimal.
        case bytes([UInt8])
        case text(String)
        /// Several lines, each with its newline.
        case lines(String)
    }

    private(set) var all: [String: Value] = [:]

    private mutating func add(_ name: String, _ value: Value) {
        precondition(all.updateValue(value, forKey: name) == nil, "\(name) has one value")
    }

    mutating func bytes(_ name: String, _ bytes: [UInt8]) { add(name, .bytes(bytes)) }

    mutating func secret(_ name: String, _ secret: Secret) {
        bytes(name, secret.withBytes { Array($0) })
    }

    mutating func text(_ name: String, _ text: String) { add(name, .text(text)) }

    mutating func text(_ name: String, _ bytes: [UInt8]) {
        add(name, .text(String(decoding: bytes, as: UTF8.self)))
    }

    mutating func lines(_ name: String, _ bytes: [UInt8]) {
        add(name, .lines(String(decoding: bytes, as: UTF8.self)))
    }
}

/// The page with the worked example. People write its words; the values in its blocks are computed.
///
/// A block begins with a fence called `values`. In it `name = …` is bytes, `name: …` a text, and
/// `name |` stands above lines. What follows on lines that begin with two spaces belongs to the value.
enum ExamplePage {
    enum Failure: Error, Equatable {
        case unknown(String)
        case twice(String)
        case notShown([String])
        case notAValue(String)
    }

    static let width = 100
    private static let indent = "  "

    static let url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/Specification/example.md")

    static func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    /// `page` with `values` in its blocks. Every value must stand there once.
    static func filled(_ page: String, with values: ExampleValues) throws(Failure) -> String {
        var output: [String] = []
        var shown: Set<String> = []
        var isBlock = false
        for line in page.components(separatedBy: "\n") {
            if isBlock {
                if line == "```" {
                    isBlock = false
                } else if line.isEmpty || line.hasPrefix(indent) {
                    continue
                } else {
                    let name = try name(of: line)
                    guard let value = values.all[name] else { throw .unknown(name) }
                    guard shown.insert(name).inserted else { throw .twice(name) }
                    output += self.lines(name, value)
                    continue
                }
            } else if line == "```values" {
                isBlock = true
            }
            output.append(line)
        }
        let missing = Set(values.all.keys).subtracting(shown)
        guard missing.isEmpty else { throw .notShown(missing.sorted()) }
        return output.joined(separator: "\n")
    }

    private static func name(of line: String) throws(Failure) -> String {
        let name = line.prefix { $0 != " " && $0 != ":" }
        let rest = line.dropFirst(name.count)
        guard rest.hasPrefix(" =") || rest.hasPrefix(":") || rest == " |" else {
            throw .notAValue(line)
        }
        return String(name)
    }

    private static func lines(_ name: String, _ value: ExampleValues.Value) -> [String] {
        switch value {
        case .bytes(let bytes): wrapped("\(name) = ", hex(bytes))
        case .text(let text): wrapped("\(name): ", text)
        case .lines(let text):
            ["\(name) |"]
                + text.dropLast().components(separatedBy: "\n").map {
                    $0.isEmpty ? "" : indent + $0
                }
        }
    }

    /// Breaks a value where neither side of the break is a space.
    private static func wrapped(_ start: String, _ text: String) -> [String] {
        let characters = Array(text)
        var lines: [String] = []
        var position = 0
        repeat {
            let head = lines.isEmpty ? start : indent
            var end = min(position + width - head.count, characters.count)
            while end < characters.count, characters[end] == " " || characters[end - 1] == " " {
                end -= 1
            }
            lines.append(head + String(characters[position..<end]))
            position = end
        } while position < characters.count
        return lines
    }
}
