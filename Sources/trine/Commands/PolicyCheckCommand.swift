import ArgumentParser
import PolicyTools
import Rules
import Sharing
import Wire

struct PolicyCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find rights that can meet in one hand, and policies that never apply.",
        discussion: """
            For every combination of roles and every action: which rights that the schema declares \
            exclusive can still meet in one hand, which policies never apply or can't be evaluated, \
            which requests no policy answers; each with an example. The exit code is 1 where \
            anything but the last is found.

            Example: trine policy check Policies
            """)

    @OptionGroup var files: PolicyPaths
    @Flag(help: "Print the result as one JSON object.") var json = false

    func run() throws {
        let set = try files.set()
        let check = PolicyCheck(set)
        Terminal.print(json ? check.json(of: set).canonicalText : Self.words(check, set))
        if !check.isClean { throw ExitCode(Exit.refused.rawValue) }
    }

    private static func words(_ check: PolicyCheck, _ set: CedarPolicies) -> String {
        var parts = [
            "\(set.policyIDs.count) policies; \(check.hands.count) combinations of roles can be; "
                + "\(check.decisions) decisions made."
        ]
        for meeting in check.meetings {
            parts.append(
                "MEET: \(meeting.rights.joined(separator: " and ")) exclude each other"
                    + (meeting.onSameBooks ? " on the same books" : "")
                    + ", but \(meeting.hand.words) may do both:"
                    + meeting.examples.map {
                        "\n  \($0.request.words)\n    permitted by "
                            + $0.policies.joined(separator: ", ")
                    }.joined())
        }
        for id in check.neverApplied {
            parts.append("NEVER: no situation was found in which \(id) applies")
        }
        for failing in check.failing {
            parts.append(
                "ERROR: \(failing.policy) can't be evaluated, which denies:\n  "
                    + failing.example.words)
        }
        for action in check.impossible {
            parts.append("NOBODY: no situation was found in which \(action.rawValue) is permitted")
        }
        for silent in check.unanswered {
            parts.append(
                "unanswered: \(silent.action.rawValue) by "
                    + silent.hands.map(\.words).joined(separator: ", ")
                    + " (refused, since nothing permits it), for example\n  "
                    + silent.example.words)
        }
        if check.isClean {
            parts.append("No rights that exclude each other can meet, and every policy can apply.")
        }
        return parts.joined(separator: "\n")
    }
}

extension PolicyCheck {
    fileprivate func json(of set: CedarPolicies) -> JSON {
        [
            "decisions": .number(decisions),
            "errors": .array(
                failing.map {
                    ["example": .string($0.example.words), "policy": .string($0.policy)]
                }),
            "hands": .texts(hands.map(\.words)),
            "impossible": .texts(impossible.map(\.rawValue)),
            "meetings": .array(
                meetings.map { meeting in
                    [
                        "examples": .array(
                            meeting.examples.map {
                                [
                                    "policies": .texts($0.policies),
                                    "request": .string($0.request.words),
                                ]
                            }),
                        "hand": .string(meeting.hand.words),
                        "on_same_books": .bool(meeting.onSameBooks),
                        "rights": .texts(meeting.rights),
                    ]
                }),
            "never_applied": .texts(neverApplied),
            "policies": .texts(set.policyIDs),
            "set": .string("\(set.digest)"),
            "unanswered": .array(
                unanswered.map {
                    [
                        "action": .string($0.action.rawValue),
                        "example": .string($0.example.words),
                        "hands": .texts($0.hands.map(\.words)),
                    ]
                }),
        ]
    }
}
