import ArgumentParser
import Client
import Custody
import Foundation
import Wire

struct DoctorCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Look whether a home, its keyring, its gateway and this machine's clock are in order.",
        discussion: """
            Each thing that isn't comes with what to do. Nothing is changed; the exit code is 0 where all \
            is in order, else that of the first fault.

            Example: trine doctor
            """)

    @OptionGroup var common: CommonOptions

    private struct Finding {
        let what: String
        let complaint: Complaint?
        let words: String
    }

    func outcome() async throws -> Outcome {
        let home = common.directory
        var findings: [Finding] = []
        func look(_ what: String, _ words: String, _ work: () throws -> Void) -> Bool {
            do {
                try work()
                findings.append(Finding(what: what, complaint: nil, words: words))
                return true
            } catch {
                findings.append(Self.finding(what, error))
                return false
            }
        }
        let isThere = look("home", "\(home.directory) is there, and yours alone") {
            try PrivateFile.checkPrivate(home.directory)
        }
        let isKnown =
            isThere
            && look("config", "it says whose home it is") { _ = try home.configuration() }
        if isKnown {
            _ = look("trust", "the log's pin and trust policy are readable") {
                _ = try home.trust()
            }
            _ = look("contacts", "the names are readable") { _ = try home.contacts() }
            _ = look("bundles", "the bundles are readable") { _ = try FieldBundles(in: home) }
            do {
                let words = try await common.session { session in
                    let view = try await session.sync()
                    let unsent =
                        await session.hasUnsent
                        ? "; something signed waits to be sent" : "; nothing waits to be sent"
                    return "\(view.next) entries read, log time \(LocalTime.minute(view.time))"
                        + unsent
                }
                findings.append(Finding(what: "keyring", complaint: nil, words: "it opens"))
                findings.append(Finding(what: "log", complaint: nil, words: words))
            } catch { findings.append(Self.finding("log", error)) }
        }
        let first = findings.lazy.compactMap(\.complaint).first
        let table = Table<Finding>([
            .init("WHAT", "what") { $0.what },
            .init("OK", "ok") { $0.complaint == nil },
            .init("FOUND", "found") { $0.words },
            .init("TO DO", "hint") { $0.complaint?.hint },
        ])
        return Outcome(["findings": table.json(findings)]) { [findings] in
            table.text(findings) ?? ""
        }.ending(with: first?.exit ?? .success)
    }

    private static func finding(_ what: String, _ error: any Error) -> Finding {
        guard let worded = error as? any Worded else {
            return Finding(what: what, complaint: .home("\(error)"), words: "\(error)")
        }
        let complaint = worded.complaint
        return Finding(what: what, complaint: complaint, words: complaint.message)
    }
}
