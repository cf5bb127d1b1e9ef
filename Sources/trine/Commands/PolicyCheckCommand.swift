import ArgumentParser
import PolicyTools
import Rules
import Sharing
import Wire

struct PolicyCheckCommand: ResultCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find rights that can meet in one hand, and policies that never apply.",
        discussion: """
            For every combination of roles and every action: which rights that the schema declares \
            exclusive can still meet in one hand, which policies never apply or can't be evaluated, \
            where a field of a class that there isn't yet could be read, which requests no policy \
            answers; each with an example. The exit code is 1 where \
            anything but the last is found.

            Example: trine policy check Policies
            """)

    @OptionGroup var files: PolicyPaths
    @OptionGroup var printing: PrintingOptions

    func outcome() throws -> Outcome {
        let set = try files.set()
        let check = PolicyCheck(set)
        return Outcome(check.members(of: set)) { check.words(of: set) }.ending(well: check.isClean)
    }
}

extension PolicyCheck {
    fileprivate func words(of set: CedarPolicies) -> String {
        var parts = [
            "\(set.policyIDs.count) policies; \(hands.count) combinations of roles can be; "
                + "\(decisions) decisions made."
        ]
        parts += meetings.map { meeting in
            "MEET: \(meeting.rights.joined(separator: " and ")) exclude each other"
                + (meeting.onSameBooks ? " on the same books" : "")
                + ", but \(meeting.hand.words) may do both:"
                + meeting.examples.map {
                    "\n  \($0.request.words)\n    permitted by "
                        + $0.policies.joined(separator: ", ")
                }.joined()
        }
        parts += neverApplied.map { "NEVER: no situation was found in which \($0) applies" }
        parts += failing.map {
            "ERROR: \($0.policy) can't be evaluated, which denies:\n  \($0.example.words)"
        }
        parts += escapes.map {
            "TOMORROW: for \($0.purpose.rawValue), \($0.action.rawValue) lets through a field of a class "
                + "that there isn't yet; allow classes instead of forbidding some, such as\n"
                + "  unless { [\"amount\", \"date\"].containsAll(context.terms.classes) }"
        }
        parts += impossible.map {
            "NOBODY: no situation was found in which \($0.rawValue) is permitted"
        }
        parts += unanswered.map {
            "unanswered: \($0.action.rawValue) by "
                + $0.hands.map(\.words).joined(separator: ", ")
                + " (refused, since nothing permits it), for example\n  " + $0.example.words
        }
        if isClean {
            parts.append("No rights that exclude each other can meet, and every policy can apply.")
        }
        return parts.joined(separator: "\n")
    }

    fileprivate func members(of set: CedarPolicies) -> Members {
        [
            "decisions": decisions,
            "escapes": escapes.map {
                [
                    "action": $0.action, "example": $0.example.request,
                    "policies": $0.example.policies, "purpose": $0.purpose.rawValue,
                ] as Members
            }, "hands": hands, "impossible": impossible,
            "never_applied": neverApplied, "policies": set.policyIDs, "set": set.digest,
            "errors": failing.map { ["example": $0.example, "policy": $0.policy] as Members },
            "meetings": meetings.map { meeting in
                [
                    "examples": meeting.examples.map {
                        ["policies": $0.policies, "request": $0.request] as Members
                    },
                    "hand": meeting.hand, "on_same_books": meeting.onSameBooks,
                    "rights": meeting.rights,
                ] as Members
            },
            "unanswered": unanswered.map {
                ["action": $0.action, "example": $0.example, "hands": $0.hands] as Members
            },
        ]
    }
}
