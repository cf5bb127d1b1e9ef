import ArgumentParser
import Client
import PolicyTools
import Rules
import Sharing
import Wire

struct PolicyDiff: AsyncParsableCommand {
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

    func run() async throws {
        let set = try files.set()
        let result = try await common.session { session in
            try await Regulator(session).compare(
                with: set, keeping: try await common.replayState(for: session)
            ) { done, all in
                Terminal.progress("\(done) of \(all) entries")
            }
        }
        Terminal.clearProgress()
        common.print(result.json) { result.words }
    }
}

extension PolicyComparison {
    fileprivate var words: String {
        var lines = ["\(decisions) decisions replayed; \(changeCount) would have been otherwise."]
        for change in changes {
            lines.append(
                "entry \(change.index): \(change.request.words)\n  was "
                    + "\(change.was.permitted ? "permitted" : "refused")"
                    + Self.by(change.was) + ", would be "
                    + "\(change.wouldBe.permitted ? "permitted" : "refused")"
                    + Self.by(change.wouldBe))
        }
        if changeCount > changes.count {
            lines.append("and \(changeCount - changes.count) more")
        }
        return lines.joined(separator: "\n")
    }

    private static func by(_ decision: PolicyDecision) -> String {
        let ids = decision.failed + decision.determining
        return ids.isEmpty ? ", since nothing permits it" : " by \(ids.joined(separator: ", "))"
    }

    fileprivate var json: JSON {
        [
            "changed": .number(changeCount),
            "changes": .array(
                changes.map {
                    [
                        "index": .integer($0.index), "request": .string($0.request.words),
                        "was": .bool($0.was.permitted),
                        "was_by": .texts($0.was.determining),
                        "would_be": .bool($0.wouldBe.permitted),
                        "would_be_by": .array(
                            ($0.wouldBe.failed + $0.wouldBe.determining).map { .string($0) }),
                    ]
                }), "decisions": .number(decisions),
        ]
    }
}
