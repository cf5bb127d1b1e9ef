import ArgumentParser
import Client
import Custody
import Foundation
import Sharing
import Wire

struct WatchCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Import what comes into a folder, and tell of requests, reads and ends.",
        discussion: """
            It looks every --every seconds until it is stopped, or once with --once. While the gateway \
            can't be reached it says so once, and tries again after ever longer times. Of a folder the files \
            that haven't changed for five seconds are imported. What is new since the last look is said, \
            and where --exec names a command, that is run by the shell for each, with TRINE_EVENT and \
            TRINE_SUBJECT in its environment: request, grant, read, grant-ending, grant-ended, imported. \
            No name and no field is handed to it. Each look opens the home: have the passphrase in the file \
            that TRINE_PASSPHRASE_FILE names.

            Example: trine watch invoices/ --exec 'notify-send "$TRINE_EVENT"'
            """)

    @Argument(help: "A folder whose files are imported.", completion: .directory) var folder:
        String?
    @Option(help: "Seconds between two looks.") var every: Int = 60
    @Flag(help: "Look once and end.") var once = false
    @Option(help: "A command for the shell, run for each event.") var exec: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard every >= 1 else { throw ValidationError("--every is a number of seconds") }
        guard folder.map(InputFile.isThereAsFolder) ?? true else {
            throw ValidationError("there is no folder \(folder ?? "")")
        }
    }

    func outcome() async throws -> Outcome {
        var told: [Event] = []
        // The home is free for others between two looks.
        var seen: Seen?
        var silence = Silence()
        repeat {
            do {
                let (events, now) = try await common.session { session in
                    try await look(in: session, after: seen)
                }
                if silence.ends() { Terminal.note("the gateway answers again") }
                for event in events { try tell(event) }
                told += events
                seen = now
            } catch let error as any Worded where !once && Self.isPassing(error) {
                if silence.begins() {
                    Terminal.note("\(error.complaint.message); it is tried again and again")
                }
            }
            if !once { try await Task.sleep(for: .seconds(silence.seconds(or: every))) }
        } while !once
        let table = Table<Event>([
            .init("EVENT", "event") { $0.name }, .init("SUBJECT", "subject") { $0.subject },
        ])
        return Outcome(["events": table.json(told)]) { table.text(told) ?? "Nothing is new." }
    }

    /// Whether it may well be otherwise with the next look.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as ConnectionError: error.isPassing
        case LogFault.stale, LogFault.frozen, HomeError.busy: true
        default: false
        }
    }

    /// For how long nobody answered: it is said once, and asked ever more seldom.
    struct Silence {
        private var failures = 0

        /// Whether this is the first failure.
        mutating func begins() -> Bool {
            failures += 1
            return failures == 1
        }

        /// Whether there were failures, and now there are none.
        mutating func ends() -> Bool {
            defer { failures = 0 }
            return failures > 0
        }

        /// Seconds until the next look: twice as many after each failure, up to a quarter of an hour.
        func seconds(or usual: Int) -> Int {
            guard failures > 0 else { return usual }
            return max(usual, min(Self.longest, usual << min(failures - 1, Self.doublings)))
        }

        private static let longest = 900
        private static let doublings = 16
    }

    /// What happened, without a name or a field.
    struct Event: Sendable {
        let name: String
        let subject: String
    }

    /// What was there at the last look.
    struct Seen: Sendable {
        var requests: Set<JTI> = []
        var grants: Set<JTI> = []
        var live: Set<JTI> = []
        var ending: Set<JTI> = []
        var accesses = 0
    }

    private static let settledSeconds: TimeInterval = 5
    private static let soonSeconds: Int64 = 7 * 86_400

    private func look(
        in session: Session, after before: Seen?
    ) async throws -> ([Event], Seen) {
        var events: [Event] = []
        if let folder {
            let files = InputFile.settled(in: folder, for: Self.settledSeconds)
            if !files.isEmpty {
                let report = try await Enterprise(session).importDocuments(files)
                if report.imported > 0 {
                    events.append(Event(name: "imported", subject: "\(report.imported)"))
                }
            }
        }
        let view = try await session.sync()
        let own = session.handle
        let now = session.now
        var seen = Seen()
        for request in try view.requests.values where request.terms.to == own {
            if try await session.standing(of: request) == .open {
                seen.requests.insert(request.jti)
            }
        }
        let grants = try view.grants
        for grant in grants.values where [grant.issuer, grant.terms.to].contains(own) {
            seen.grants.insert(grant.jti)
            guard grant.isLive(at: now) else { continue }
            seen.live.insert(grant.jti)
            if grant.claims.expires.seconds - now.seconds < Self.soonSeconds {
                seen.ending.insert(grant.jti)
            }
        }
        let reads = try view.accesses.filter { grants[$0.grant]?.issuer == own }
        seen.accesses = reads.count
        func add(_ name: String, _ jtis: Set<JTI>) {
            events += jtis.map(\.text).sorted().map { Event(name: name, subject: $0) }
        }
        add("request", seen.requests.subtracting(before?.requests ?? []))
        add("grant-ending", seen.ending.subtracting(before?.ending ?? []))
        guard let before else { return (events, seen) }
        add("grant", seen.grants.subtracting(before.grants))
        add("grant-ended", before.live.subtracting(seen.live))
        events += reads.dropFirst(before.accesses).map {
            Event(name: "read", subject: $0.grant.text)
        }
        return (events, seen)
    }

    private func tell(_ event: Event) throws {
        if !once { Terminal.note("\(event.name) \(event.subject)") }
        guard let exec else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", exec]
        var environment = ProcessInfo.processInfo.environment
        environment["TRINE_EVENT"] = event.name
        environment["TRINE_SUBJECT"] = event.subject
        process.environment = environment
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            Terminal.note("the command for \(event.name) ended with \(process.terminationStatus)")
        }
    }
}

extension InputFile {
    static func isThereAsFolder(_ path: String) -> Bool {
        (try? isFolder(path)) ?? false
    }

    /// The files of a folder that haven't been written to for so long.
    static func settled(in folder: String, for seconds: TimeInterval) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name in
            let path = folder.hasSuffix("/") ? folder + name : folder + "/" + name
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            guard attributes?[.type] as? FileAttributeType == .typeRegular,
                let changed = attributes?[.modificationDate] as? Date,
                changed.timeIntervalSinceNow < -seconds
            else { return nil }
            return path
        }
    }
}
