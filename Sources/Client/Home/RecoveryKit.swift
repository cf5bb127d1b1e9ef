public import Custody
import Foundation
public import Importing
public import Sharing
public import Wire

/// The recovery kit of a participant: everything that brings it back where its home is lost, and what
/// leads to its next era where its home was stolen.
///
/// It is text for paper, or for a stick that lies in a safe. Who has it can act as the participant.
public struct RecoveryKit: Sendable {
    /// What is typed of a page where no file has it: the log's address, who one is there, and the words.
    ///
    /// What else a home has comes from the log; the roles are known once it was read.
    public init(
        _ words: [String], of handle: Handle, _ fingerprint: Fingerprint, in log: LogAddress,
        origin: Origin, identifiers: [RegisteredIdentifier] = []
    ) throws(RecoveryWordsError) {
        root = try Root(words: words)
        configuration = Configuration(
            gateway: log.gateway, origin: origin, genesis: log.genesis, handle: handle, roles: [],
            identifiers: identifiers, fingerprint: fingerprint)
    }

    /// What a page says whose words were typed beside the home that it is of. Throws
    /// ``RecoveryWordsError``.
    public init(
        _ words: [String], for configuration: Configuration
    ) throws(RecoveryWordsError) {
        root = try Root(words: words)
        self.configuration = configuration
    }

    /// As the home had it when the kit was made, with the participant's own fingerprint: a home that is
    /// made from the kit knows whether the log admitted it, or somebody else under its handle.
    public let configuration: Configuration
    public let root: Root

    /// The kit of somebody who applied: there is a fingerprint.
    init(_ configuration: Configuration, _ root: Root) {
        precondition(configuration.fingerprint != nil, "founders have no kit")
        self.configuration = configuration
        self.root = root
    }

    private enum Line: String, CaseIterable {
        case handle, fingerprint, roles, gateway, origin, genesis, identifier, words, check

        /// Whether there may be several, in their order.
        var repeats: Bool { self == .identifier || self == .words }
    }

    private static let format = "trine-kit/1"
    /// A kit file is a page.
    public static let maximumBytes = 16 << 10

    /// What stands on the page.
    public var text: String {
        let words = root.words
        let values: [(Line, String)] =
            [
                (.handle, configuration.handle.text),
                (.fingerprint, configuration.fingerprint?.description ?? ""),
                (.roles, configuration.roles.map(\.rawValue).joined(separator: ", ")),
                (.gateway, configuration.gateway.text), (.origin, configuration.origin.text),
                (.genesis, configuration.genesis.text),
            ] + configuration.identifiers.map { (.identifier, $0.description) }
            + stride(from: 0, to: Root.wordCount, by: Self.wordsPerLine).map {
                (.words, words[$0..<($0 + Self.wordsPerLine)].joined(separator: " "))
            } + [(.check, root.check(for: Self.context(of: configuration)))]
        let width = Line.allCases.map(\.rawValue.count).max() ?? 0
        let lines = values.filter { !$1.isEmpty }.map { line, value in
            line.rawValue + String(repeating: " ", count: width + 2 - line.rawValue.count) + value
        }
        return ([Self.format] + Self.remarks + lines).joined(separator: "\n") + "\n"
    }

    /// For whoever finds the page in ten years.
    private static let remarks = [
        "# This is the recovery kit of a participant of a Trine log.",
        "# Who has this page can act as the participant and read its records: keep it as you keep",
        "# cash, and not on the computer that it is for.",
        "# It brings everything back where the computer is lost, and it is needed where one is",
        "# stolen. The 24 words are the secret; nobody has another copy.",
    ]
    private static let wordsPerLine = 6

    /// What the check covers besides the root: a line of another's kit is noticed.
    private static func context(of configuration: Configuration) -> [UInt8] {
        configuration.genesis.bytes + (configuration.fingerprint?.text ?? "").utf8
            + configuration.handle.text.utf8
    }

    /// Reads a page: lines of a name and a value in any order; empty ones and those that begin with
    /// `#` say nothing. Throws ``RecoveryKitError``.
    public init(parsing text: String) throws(RecoveryKitError) {
        var lines = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard let first = lines.first, first.hasPrefix("trine-kit/") else { throw .notAKit }
        guard first == Self.format else { throw .unknownFormat }
        lines.removeFirst()
        var values: [Line: [String]] = [:]
        for line in lines {
            guard let end = line.firstIndex(where: \.isWhitespace),
                let name = Line(rawValue: line[..<end].lowercased()),
                values[name] == nil || name.repeats
            else { throw .malformed(line: String(line.prefix { !$0.isWhitespace })) }
            values[name, default: []].append(
                line[end...].trimmingCharacters(in: .whitespaces))
        }
        configuration = try Self.configuration(values)
        let words = (values[.words] ?? []).flatMap { $0.split(whereSeparator: \.isWhitespace) }
        guard let root = try? Root(words: words.map(String.init)),
            let check = values[.check]?.first,
            root.passes(check, for: Self.context(of: configuration))
        else { throw .wrongSecret }
        self.root = root
    }

    private static func configuration(
        _ values: [Line: [String]]
    ) throws(RecoveryKitError) -> Configuration {
        func read<Value>(
            _ line: Line, _ parse: (String) -> Value?
        ) throws(RecoveryKitError) -> Value {
            guard let value = values[line]?.first.flatMap(parse) else {
                throw .malformed(line: line.rawValue)
            }
            return value
        }
        func all<Element>(
            _ line: Line, _ texts: [String], _ parse: (String) -> Element?
        ) throws(RecoveryKitError) -> [Element] {
            let elements = texts.compactMap(parse)
            guard elements.count == texts.count else { throw .malformed(line: line.rawValue) }
            return elements
        }
        let roles = (values[.roles]?.first ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        return Configuration(
            gateway: try read(.gateway) { try? GatewayAddress(parsing: $0) },
            origin: try read(.origin) { Origin($0) },
            genesis: try read(.genesis) { Digest(text: $0) },
            handle: try read(.handle) { Handle($0) },
            roles: try all(.roles, roles) { Role(rawValue: $0) },
            identifiers: try all(.identifier, values[.identifier] ?? []) {
                RegisteredIdentifier($0)
            },
            fingerprint: try read(.fingerprint) { Fingerprint(typed: $0) })
    }
}

/// Why a text is no recovery kit. It says nothing of the secret.
public enum RecoveryKitError: Error, Equatable, Sendable {
    case notAKit
    /// Written by a later version.
    case unknownFormat
    /// A line that isn't one, is there twice, is missing, or doesn't say what it should.
    case malformed(line: String)
    /// The secret was copied wrongly, or is of another kit.
    case wrongSecret
    /// The kit is another participant's, or of another log.
    case ofAnother(Handle)
}
