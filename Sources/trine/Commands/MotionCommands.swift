import ArgumentParser
import Client
import Foundation
import Sharing
import Wire

/// What an authority decides alone is submitted; with `--motion` it is written to a file for others.
struct MotionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write a motion for the other authorities to this file instead of submitting it.",
            valueName: "file"), completion: .file())
    var motion: String?

    func check() throws { try motion.map(OutputFile.check) }

    /// A motion is looked at by others before it is in force; what is submitted at once needs consent.
    func check(_ consent: ConsentOptions) throws {
        try check()
        if motion == nil { try consent.check() }
    }

    /// Submits `proposal`, or writes it.
    func outcome(
        _ proposal: Proposal, by authority: Authority, _ members: Members, words: String,
        after: String = "", asking: (consent: ConsentOptions, plan: Consequences)? = nil
    ) async throws -> Outcome {
        if let asking, asking.consent.dryRun { return ConsentOptions.foreseen(asking.plan) }
        guard let motion else {
            try asking.map { try $0.consent.ask($0.plan) }
            let done = try await authority.submit(proposal)
            return .signed(done, members, words: words, after: after)
        }
        let charter = try await authority.session.charter()
        try OutputFile.write(proposal.file, to: motion)
        let contacts = try authority.session.contacts()
        let lines = proposal.lines(naming: contacts.shown)
        return Outcome(proposal.members.merging(["file": motion]) { $1 }) {
            (lines + [
                "",
                "This motion is in \(motion); \(charter.threshold) of "
                    + "\(charter.authorities.count) authorities have to agree.",
            ]).joined(separator: "\n")
        }.noting([
            "they look at it with: trine authority show \(motion)",
            "and approve it with: trine authority approve \(motion) -o FILE",
            "then submit it: trine authority submit \(motion) FILE…",
        ])
    }
}

extension Proposal {
    init(file path: String) throws {
        try self.init(parsing: try InputFile.bytes(path, limit: Proposal.maximumBytes))
    }
}

struct ShowMotion: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a motion would decide.",
        discussion: "Example: trine authority show suspension.motion")

    @Argument(help: "The motion's file.", completion: .file()) var file: String
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let proposal = try Proposal(file: file)
        let contacts = try session.contacts()
        let lines =
            proposal.lines(naming: contacts.shown) + [
                "", "It says that \(contacts.shown(proposal.motion.proposer)) proposes it.",
            ]
        return Outcome(proposal.members) { lines.joined(separator: "\n") }
    }
}

struct ApproveMotion: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approve a motion, as an authority.",
        discussion: """
            The approval is good for this one motion and for 14 days, whoever submits it, and can't \
            be taken back but by retiring the key. Look at the motion first: trine authority show. \
            For an admission the fingerprint is needed that the applicant told you, by telephone \
            or on paper.

            Example: trine authority approve suspension.motion -o suspension.approval
            """)

    @Argument(help: "The motion's file.", completion: .file()) var file: String
    @Option(name: .shortAndLong, help: "The file to write the approval to.", completion: .file())
    var output: String
    @Option(help: "What the applicant told you, by another way than the gateway.")
    var fingerprint: Fingerprint?
    @OptionGroup var common: CommonOptions

    func prepare() throws { try OutputFile.check(output) }

    func outcome(in session: Session) async throws -> Outcome {
        let proposal = try Proposal(file: file)
        let approval = try await Authority(session).approve(
            proposal, fingerprint: fingerprint)
        try OutputFile.write(ApprovalFile.bytes(approval), to: output)
        let contacts = try session.contacts()
        let lines =
            ["You approve:"] + proposal.lines(naming: contacts.shown) + [
                "", "The approval is in \(output), good until \(approval.expires).",
            ]
        let members: Members = ["expires": approval.expires, "file": output]
        return Outcome(proposal.members.merging(members) { $1 }) {
            lines.joined(separator: "\n")
        }
    }
}

struct SubmitMotion: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit",
        abstract: "Submit a motion with the approvals of other authorities.",
        discussion: """
            Your own signature is your approval: look at the motion first (trine authority show). \
            For an admission the fingerprint is needed, unless you invited who is admitted. Whoever \
            submits it is its issuer.

            Example: trine authority submit suspension.motion suspension.approval
            """)

    @Argument(help: "The motion's file.", completion: .file()) var file: String
    @Argument(help: "The files of the approvals.", completion: .file()) var approvals: [String] = []
    @Option(help: "What the applicant told you, by another way than the gateway.")
    var fingerprint: Fingerprint?
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let proposal = try Proposal(file: file)
        let approvals = try approvals.map {
            try ApprovalFile.read(try InputFile.bytes($0, limit: ApprovalFile.maximumBytes))
        }
        let done = try await Authority(session).submit(
            proposal, fingerprint: fingerprint, with: approvals)
        let kind = proposal.motion.kind.rawValue
        let governed = done.statement.claims as? any GovernanceForm
        let others = governed?.approvals.map(\.issuer) ?? []
        let words = others.isEmpty ? "" : " with " + others.map(\.text).joined(separator: ", ")
        return .signed(
            done, ["approved_by": others, "kind": kind], words: "Decided (\(kind))\(words)")
    }
}

struct CharterCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "charter",
        abstract: "Put another charter in force: who governs, how many together, which witnesses.",
        discussion: """
            The file has one line for each authority, and says how many decide together and how old \
            a checkpoint may be that somebody is shown; then the lines of a trust policy \
            (tlog-policy) about witnesses, if there are any:

              authority bank1
              authority chamber
              threshold 2
              freshness 86400

            Every authority was admitted before. Without a file the charter in force is shown.

            Example: trine authority charter alliance.charter --motion charter.motion
            """)

    @Argument(help: "The file of the charter.", completion: .file()) var file: String?
    @OptionGroup var motion: MotionOptions
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func prepare() throws { if file != nil { try motion.check(consent) } }

    func outcome(in session: Session) async throws -> Outcome {
        guard let file else {
            let charter = try await session.charter()
            return Outcome(json: charter.json) { charter.fileText }
        }
        let text = String(decoding: try InputFile.bytes(file, limit: 64 << 10), as: UTF8.self)
        let authority = try await Authority(session)
        let charter = try Charter(file: text)
        let proposal = try authority.propose(ChangeCharter(charter))
        let lines = proposal.lines(naming: try session.contacts().shown)
        return try await motion.outcome(
            proposal, by: authority,
            ["authorities": charter.authorities, "threshold": charter.threshold],
            words: "Changed the charter: \(charter.threshold) of \(charter.authorities.count)",
            asking: (consent, charter.consequences(lines, for: session.handle)))
    }
}

extension Charter {
    fileprivate init(file text: String) throws {
        var authorities: [Handle] = []
        var threshold: Int64?
        var freshness = FoundingCharter.usualFreshness
        var witnesses: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let words = line.split(separator: " ").map(String.init)
            guard let keyword = words.first, !keyword.hasPrefix("#") else { continue }
            let wrong = Complaint.usage("line \(number + 1) of the charter isn't one: \(line)")
            switch (keyword, words.count) {
            case ("authority", 2):
                guard let handle = Handle(words[1]) else { throw wrong }
                authorities.append(handle)
            case ("threshold", 2):
                guard let count = Int64(words[1]) else { throw wrong }
                threshold = count
            case ("freshness", 2):
                guard let seconds = Int64(words[1]) else { throw wrong }
                freshness = seconds
            case ("witness", 3...), ("group", 4...), ("quorum", 2): witnesses.append(String(line))
            default: throw wrong
            }
        }
        let charter = Charter(
            authorities: authorities, threshold: threshold ?? Int64(authorities.count),
            freshness: freshness, witnesses: witnesses)
        do {
            self = try Charter.shape.read(try JSONDocument(.canonical, charter.canonicalBytes).root)
        } catch { throw Complaint.usage("this can't be a charter: \(error)") }
    }

    fileprivate var fileText: String {
        let lines = authorities.map { "authority \($0)" } + ["threshold \(threshold)"]
        return (lines + ["freshness \(freshness)"] + witnesses).joined(separator: "\n")
    }
}

struct UpgradeCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Announce the next version of the rules.",
        discussion: """
            It takes effect at the first entry from --from on before which seven days of log time \
            have passed. Programs that don't know these rules stop there, so everybody has to \
            update before. Until then another announcement replaces this one.

            Example: trine authority upgrade --rules 2 --from 20000
            """)

    @Option(help: "The version.") var rules: Int64
    @Option(help: "The first entry that it can decide.") var from: Int64
    @OptionGroup var motion: MotionOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard rules > 1, from > 0, max(rules, from) <= JSON.maximumInteger else {
            throw ValidationError("--rules is above 1 and --from above 0")
        }
    }

    func prepare() throws { try motion.check() }

    func outcome(in session: Session) async throws -> Outcome {
        let authority = try await Authority(session)
        return try await motion.outcome(
            try authority.propose(Upgrade(rules: rules, from: from)), by: authority,
            ["from": from, "rules": rules], words: "Announced rules \(rules)")
    }
}

struct TimeCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "time",
        abstract: "Set log time to this machine's clock, where the host moved it wrongly.",
        discussion: "Example: trine authority time --motion time.motion")

    @OptionGroup var motion: MotionOptions
    @OptionGroup var common: CommonOptions

    func prepare() throws { try motion.check() }

    func outcome(in session: Session) async throws -> Outcome {
        let authority = try await Authority(session)
        let proposal = try await authority.settingTime()
        let time = proposal.motion.proposedAt
        return try await motion.outcome(
            proposal, by: authority, ["time": time], words: "Set log time to \(time)")
    }
}
