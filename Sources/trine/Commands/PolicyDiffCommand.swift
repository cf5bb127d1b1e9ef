import ArgumentParser
import Client
import PolicyTools
import Rules
import Sharing
import Wire

struct PolicyDiff: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say which past decisions on the log another set would have changed.",
        discussion: """
            Replays the log, as a regulator, and puts every question that was decided to the other \
            set too. Nothing is published. The exit code is 0, whatever differs.

            Example: trine policy diff Policies --home ./regulator
            """)

    @OptionGroup var files: PolicyPaths
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let result = try await Regulator(session).compare(
            with: try files.set(), keeping: try await session.replayState(),
            progress: Terminal.entries)
        return Outcome(result.members) { result.words }
    }
}

extension PolicyComparison {
    fileprivate var words: String {
        var lines = ["\(decisions) decisions replayed; \(changeCount) would have been otherwise."]
        lines += changes.map {
            "entry \($0.index): \($0.request.words)\n"
                + "  was \($0.was.words), would be \($0.wouldBe.words)"
        }
        if changeCount > changes.count { lines.append("and \(changeCount - changes.count) more") }
        return lines.joined(separator: "\n")
    }

    fileprivate var members: Members {
        let changes = changes.map {
            [
                "index": $0.index, "request": $0.request, "was": $0.was.permitted,
                "was_by": $0.was.determining, "would_be": $0.wouldBe.permitted,
                "would_be_by": $0.wouldBe.failed + $0.wouldBe.determining,
            ] as Members
        }
        return ["changed": changeCount, "changes": changes, "decisions": decisions]
    }
}

extension PolicyDecision {
    /// `refused by every-grant-ends`.
    fileprivate var words: String {
        let ids = failed + determining
        return (permitted ? "permitted" : "refused")
            + (ids.isEmpty ? ", since nothing permits it" : " by \(ids.joined(separator: ", "))")
    }
}
