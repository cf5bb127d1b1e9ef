import ArgumentParser
import Foundation
import Gateway
import Storage
import Wire

extension GatewayCommand {
    struct Doctor: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "doctor",
            abstract: "Say whether a gateway can be served, and what is wrong.",
            discussion: """
                A line for each thing that it needs: ok, WARN or FAIL, and the code of the thing; what \
                isn't well comes with what to do. A ledger of up to 1 GB is read whole. \
                Nothing is changed and no passphrase is needed, so what is in the keyring isn't looked \
                at; the gateway may be running. The exit code is 0 where all is well, else 1.

                Example: trine gateway doctor ./gateway
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let things = await GatewayDirectory(directory).examine(now: .now)
            return Outcome([
                "things": things.map {
                    [
                        "code": $0.code, "detail": $0.words, "hint": $0.hint,
                        "verdict": $0.verdict.rawValue,
                    ] as Members
                }
            ]) {
                things.flatMap { thing in
                    let verdict = thing.verdict.rawValue
                    let space = String(repeating: " ", count: 6 - verdict.count)
                    let line = "\(verdict)\(space)\(thing.code): \(thing.words)"
                    return [line] + [thing.hint.map { "      " + $0 }].compactMap(\.self)
                }.joined(separator: "\n")
            }.ending(well: things.allSatisfy { $0.verdict == .ok })
        }
    }

    struct Status: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show where a gateway's log stands.",
            discussion: """
                Nothing is changed and no passphrase is needed; the gateway may be running.

                Example: trine gateway status ./gateway
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let gateway = GatewayDirectory(directory)
            let settings = try gateway.settings()
            let published = try gateway.publishedSize()
            let condition = try FrozenStore(gateway.store).condition
            let isRunning = SQLiteStore.isInUse(gateway.store)
            return Outcome([
                "due": condition.dueErasures, "entries": condition.entries,
                "generation": condition.generation, "origin": settings.origin.text,
                "published": published, "running": isRunning, "term": condition.term,
            ]) {
                """
                \(settings.origin): \(condition.entries) entries, \(published) published
                \(isRunning ? "a gateway works on it" : "no gateway is running"), term \
                \(condition.term)
                vault of generation \(condition.generation), \(condition.dueErasures) keys due
                """
            }
        }
    }

    struct Backup: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Copy a gateway's log and the vault of its keys, while it is served.",
            discussion: """
                The ledger goes to --ledger, which may be kept for as long as you like: alone it tells \
                nothing confidential. The vault goes to --vault, in place of the one that is there: an \
                older vault would have the keys of what was erased since, so keep the newest alone, and \
                on another medium. With the newest vault a ledger of any age opens, but for what was \
                erased. The settings and the keyring, which is encrypted, go with the ledger.

                Either directory doesn't exist, is empty, or has an earlier backup of this gateway and \
                nothing else; anything else is refused, and nothing is changed.

                Example: trine gateway backup ./gateway --ledger ./monday --vault ./vault
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @Option(help: "The directory for the ledger.", completion: .directory) var ledger: String
        @Option(help: "The directory of the newest vault.", completion: .directory) var vault:
            String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let entries = try await GatewayDirectory(directory)
                .backUp(ledger: ledger, vault: vault)
            return Outcome(["entries": entries, "ledger": ledger, "vault": vault]) {
                "\(entries) entries are in \(ledger), their keys in \(vault)."
            }.noting(printing.json ? [] : ["keep no older copy of the vault"])
        }
    }

    struct Restore: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Make a gateway's directory from backups, or check them.",
            discussion: """
                The gateway that comes of it doesn't know what was published after the backup. It \
                isn't served before somebody accepts that this is lost (trine gateway serve DIR \
                --accept-loss), and everybody who has seen more of the log will say so.

                With --check nothing is made: the backups are checked as trine gateway check does. What \
                was erased after the ledger was copied is named as missing its key.

                Example: trine gateway restore ./monday --vault ./vault ./gateway2
                """)

        @Argument(help: "The directory of the ledger's backup.", completion: .directory) var ledger:
            String
        @Argument(help: "The gateway's directory, which is made.", completion: .directory)
        var directory: String?
        @Option(help: "The directory of the newest vault.", completion: .directory) var vault:
            String
        @Flag(help: "Check the backups, and make nothing.") var check = false
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard check != (directory != nil) else {
                throw ValidationError("name the directory to make, or --check")
            }
        }

        func outcome() async throws -> Outcome {
            guard let directory else {
                let backup = try FrozenStore(ledger, vault: vault, anyAge: true)
                return try await Inspection(store: backup).run(progress: Terminal.entries).outcome
            }
            let gateway = GatewayDirectory(directory)
            let made = try gateway.restore(ledger: ledger, vault: vault)
            var notes = ["what was published after these is lost: serve it with --accept-loss"]
            if made.isVaultOlder {
                notes.insert(
                    "the vault is older than the ledger: what was erased since is destroyed again "
                        + "when this gateway is served", at: 0)
            }
            return Outcome([
                "directory": gateway.path, "entries": made.entries,
                "older_vault": made.isVaultOlder,
            ]) {
                "\(gateway.path) has \(made.entries) entries."
            }.noting(printing.json ? [] : notes)
        }
    }
    struct Rebuild: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "rebuild",
            abstract: "Make a gateway's indices and state anew from its log.",
            discussion: """
                For when a check finds them wrong. The entries are replayed under the rules, and what \
                follows from them takes the place of what was there, all of it or nothing. The entries, \
                what belongs to them and the keys aren't changed. A store that is behind what the gateway \
                published is left as it is. The gateway must not be running; no passphrase is needed.

                Example: trine gateway rebuild ./gateway
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let gateway = GatewayDirectory(directory)
            _ = try gateway.settings()
            switch try await gateway.rebuild(progress: Terminal.entries) {
            case .rebuilt(let entries, let state, let kept):
                return Outcome(["entries": entries, "kept": kept, "state": state]) {
                    "Rebuilt from \(entries) entries: \(state) pieces of state, \(kept) of them kept, "
                        + "since what made them was erased."
                }
            case .impossible(let findings): return impossible(findings)
            case .stopped(let unknown):
                return Outcome(["findings": [Members]()]) { "Nothing was changed." }
                    .ending(with: .update).noting(unknown.complaint.notes)
            }
        }

        private func impossible(_ findings: [InspectionFinding]) -> Outcome {
            let wrong = findings.map {
                ["detail": "\($0.fault)", "place": "\($0.place)"] as Members
            }
            return Outcome(["findings": wrong]) {
                (["The entries themselves are damaged, and nothing was changed."]
                    + findings.map { "  \($0.place): \($0.fault)" }).joined(separator: "\n")
            }.ending(well: false)
        }
    }
}
