import ArgumentParser
import Foundation

/// A person's word for what can't be taken back: asked for at a terminal, said with `--yes` elsewhere.
struct ConsentOptions: ParsableArguments {
    @Flag(help: "Do it without asking. Needed where there is no terminal to ask on.")
    var yes = false

    @Flag(help: "Only say what would happen.") var dryRun = false

    /// Throws ``Complaint`` where nobody could be asked: before a passphrase is, or the gateway.
    func check() throws {
        guard yes || dryRun || Terminal.hasPerson else {
            throw Complaint(
                .usage, ["this can't be taken back, and there is no terminal to ask on"]
            )
            .named("consent-needed")
            .hint("see what would happen: --dry-run; then say so: --yes")
        }
    }

    /// What a command does: nothing but say what would happen, or `work` once a person agreed.
    func carryOut(_ plan: Consequences, _ work: () async throws -> Outcome) async throws -> Outcome
    {
        if dryRun { return Self.foreseen(plan) }
        try ask(plan)
        return try await work()
    }

    /// What `--dry-run` says.
    static func foreseen(_ plan: Consequences) -> Outcome {
        let members: Members = ["dry_run": true]
        return Outcome(plan.members.merging(members) { $1 }) {
            (["Nothing was signed. This is what would happen:", ""] + plan.lines)
                .joined(separator: "\n")
        }
    }

    /// Throws ``Complaint`` where a person doesn't agree.
    func ask(_ plan: Consequences) throws {
        if yes { return }
        guard try Terminal.agrees(to: plan.lines, typing: plan.word) else {
            throw Complaint.refused("nothing was done").named("not-agreed")
        }
    }
}

/// What an act would do, as it is shown before it is done.
struct Consequences {
    /// For people, a sentence a line.
    let lines: [String]
    /// For other programs.
    let members: Members
    /// What has to be typed for it; where `nil`, `y` is enough.
    var word: String?
}
