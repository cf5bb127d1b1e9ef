import ArgumentParser
import Foundation
import Wire

/// What can be set from outside, each by a flag, else by the environment, else as it usually is. This is
/// the one table of it; the specification says the same.
enum Setting: String, CaseIterable {
    case home = "TRINE_HOME"
    case passphraseFile = "TRINE_PASSPHRASE_FILE"
    case zone = "TZ"
    case signatures = "TRINE_SIGNATURES"
    case argon = "TRINE_TEST_ARGON2_MIB"
    case auditOnDisk = "TRINE_TEST_AUDIT_ON_DISK"

    var flag: String? {
        switch self {
        case .home: "--home"
        case .passphraseFile, .zone, .signatures, .argon, .auditOnDisk: nil
        }
    }

    var usual: String {
        switch self {
        case .home: "~/.trine"
        case .passphraseFile: "the passphrase is asked for"
        case .zone: "the machine's zone"
        case .signatures: "prepared keys, and libsodium for others"
        case .argon: "256"
        case .auditOnDisk: "from 200000 entries on"
        }
    }

    var meaning: String {
        switch self {
        case .home: "the participant's directory"
        case .passphraseFile:
            "a file, readable by its owner alone, whose first line is the passphrase"
        case .zone: "the time zone in which days and times are shown and given"
        case .signatures: "`libsodium`: it alone checks signatures; the verdicts are the same"
        case .argon: "for tests: MiB of memory that deriving a key from the passphrase takes"
        case .auditOnDisk: "for tests: an audit keeps its state on disk"
        }
    }

    static func value(_ environment: [String: String], _ setting: Setting) -> String? {
        environment[setting.rawValue].flatMap { $0.isEmpty ? nil : $0 }
    }
}

struct SettingsCommand: ResultCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "List what can be set from outside, and what it is now.",
        discussion: """
            A flag goes before the environment, and that before what is usual.

            Example: trine settings
            """)

    @OptionGroup var printing: PrintingOptions

    func outcome() throws -> Outcome {
        let environment = ProcessInfo.processInfo.environment
        return .list(
            "settings", Setting.allCases, none: "",
            .init("VARIABLE", "variable") { $0.rawValue }, .init("FLAG", "flag") { $0.flag },
            .init("NOW", "now") { Setting.value(environment, $0) },
            .init("USUAL", "usual") { $0.usual },
            .init("WHAT IT IS", "meaning") { $0.meaning })
    }
}
