import Custody
import Foundation

/// What the owner of a home set in its file `settings`: lines `key = value`, and nothing secret.
public struct Settings: Hashable, Sendable {
    /// For how long a passphrase that was typed opens the keyring again; `nil` where it never does.
    public private(set) var agentSeconds: Int64? = Self.usualAgentSeconds
    /// The programs that may be asked for the secret of a slot, by its name: absolute paths.
    public private(set) var helpers: [String: String] = [:]

    /// A quarter of an hour.
    public static let usualAgentSeconds: Int64 = 900
    /// A working day.
    public static let agentSeconds: ClosedRange<Int64> = 1...86_400

    public init() {}

    /// Reads the file; empty lines and those that begin with `#` say nothing. Throws
    /// ``SettingsError`` with the number of the line that is wrong.
    init(parsing bytes: [UInt8]) throws(SettingsError) {
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let text = line.trimmingCharacters(in: .whitespaces)
            if text.isEmpty || text.hasPrefix("#") { continue }
            let parts = text.split(separator: "=", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2, set(parts[0], parts[1]) else {
                throw SettingsError(line: number + 1)
            }
        }
    }

    private mutating func set(_ key: String, _ value: String) -> Bool {
        if key == "agent" {
            agentSeconds = value == "no" ? nil : Self.seconds(value)
            return value == "no" || agentSeconds != nil
        }
        guard key.hasPrefix("helper.") else { return false }
        let name = String(key.dropFirst("helper.".count))
        guard KeyringSlot.isName(name), value.hasPrefix("/"), helpers[name] == nil else {
            return false
        }
        helpers[name] = value
        return true
    }

    /// `15m`, `8h`, `90s`; `nil` for anything else, and for more than a day.
    public static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()),
            number > 0, number <= agentSeconds.upperBound
        else { return nil }
        let seconds = number * unit
        return agentSeconds.contains(seconds) ? seconds : nil
    }
}

/// A line of the settings that says nothing that is known.
public struct SettingsError: Error, Equatable, Sendable {
    public let line: Int

    public init(line: Int) { self.line = line }
}

extension Home {
    /// Throws ``HomeError`` and ``SettingsError``.
    public func settings() throws -> Settings {
        guard let bytes = try read(.settings) else { return Settings() }
        return try Settings(parsing: bytes)
    }
}
