import Client
import Interface
import Rules
import Sharing
import Wire

// What can be wrong between here and a gateway, and with the log that it shows.

extension ConnectionError: Worded {
    var complaint: Complaint {
        switch self {
        case .unreachable(let detail):
            .unreachable("the gateway can't be reached: \(detail)")
                .hint("is it running? what was signed is kept and sent the next time")
        case .interrupted(let detail):
            .unreachable("the connection to the gateway broke: \(detail)")
                .hint("run it again: what took effect is recognised, and not done twice")
        case .unavailable(let status, let problem):
            .unreachable(
                "the gateway can't serve now (\(status)\(problem.map { ": " + $0.words } ?? ""))"
            )
            .hint("run it again later: what took effect is recognised, and not done twice")
        case .refused(let problem):
            .refused("the gateway refuses: \(problem.words)").hint(problem.hint)
        case .malformed(let path, let error):
            .untrusted(
                "the gateway's answer to \(path) isn't one" + (error.map { ": \($0.words)" } ?? "")
            )
            .hint("is a gateway at this address, and of this version?")
        case .answerTooLarge(let path, let limit):
            .untrusted("the gateway's answer to \(path) is larger than \(limit) bytes")
        }
    }
}

extension Problem {
    /// Its title, and its facts where it has some.
    var words: String { Self.words(title.isEmpty ? name : title, facts) }

    fileprivate static func words(_ title: String, _ facts: [String: JSON]) -> String {
        let texts = facts.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.text ?? $0.value.canonicalText)"
        }
        return title + (texts.isEmpty ? "" : " (\(texts.joined(separator: ", ")))")
    }

    /// What to do here, where the command line knows more than the gateway's own detail.
    fileprivate var hint: String? {
        let hints = [
            "unknown-key": Self.notAdmitted, "unknown-participant": Self.notAdmitted,
            "key-retired": Self.givenUp, "key-expired": Self.givenUp,
            "grant-dead": "ask for a new one: trine lender request",
            "budget-spent": "ask for a new grant: trine lender request",
            "records-erased": "run it again: a new call gets what is left",
            "stale": Self.clock, "too-old": Self.clock, "from-the-future": Self.clock,
            "forbidden": "the policies of this log don't allow it",
            "too-much": Self.fewer, "too-fragmented": Self.fewer,
        ]
        return hints[name] ?? detail
    }

    private static let notAdmitted =
        "not admitted yet? an authority does that: trine authority pending"
    private static let givenUp =
        "this machine was given up: ask the owner to enrol it again (trine device add), into a new home"
    private static let clock = "check this machine's clock"
    private static let fewer = "ask for fewer records at a time"
}

extension Refusal {
    /// As the gateway words it in a problem.
    var words: String { Problem.words(entry.title, entry.facts) }
}

extension UnknownRules: Worded {
    var complaint: Complaint {
        Complaint(
            .update,
            [
                "from entry \(index) on the log is under rules \(rules), which this program doesn't know"
            ]
        )
        .hint("update it; what came before that entry still verifies")
    }
}

extension LogFault: Worded {
    var complaint: Complaint {
        switch self {
        case .otherGenesis(let have, let pinned):
            .untrusted("the log there begins with \(have), and the log's address pins \(pinned)")
                .hint("it is another log; ask who invited you")
        case .describedOtherwise:
            .untrusted("the gateway names another log, or other keys, than the log's first entry")
                .hint("it may serve two logs under one address; ask who invited you")
        case .splitView(let size, let other):
            .untrusted("the log of \(size) entries and the one of \(other) aren't one history")
                .hint("both checkpoints are kept in the home as split-view-…: show them to others")
        case .stale(let size, let known):
            Complaint(
                .stale,
                ["the gateway shows the log with \(size) entries, and this home has seen \(known)"]
            )
            .hint("it may be a copy that lags behind: try again later")
        case .rolledBack(let size, let known, let isProven):
            Complaint(
                .rolledBack,
                ["the gateway's log had \(known) entries and has \(size) now: some were taken back"]
            )
            .hint(
                "both checkpoints are kept in the home as rolled-back-…: "
                    + (isProven
                        ? "their dates prove it to everybody: trine checkpoint --compare"
                        : "show them to others"))
        case .frozen(let dated, let limit):
            Complaint(
                .frozen,
                [
                    "the newest state of the log that the gateway shows is of \(dated), and this log "
                        + "wants one of the last \(limit) seconds: nobody can tell what stands now"
                ]
            )
            .hint("ask its operator; lists show what this home knew with --offline")
        case .timeAhead(let dated):
            Complaint(.timeAhead, ["the gateway dates the log \(dated), which is still to come"])
                .hint(Self.ownClock)
        case .undated(let size):
            unused("the checkpoint of \(size) entries bears no date of the host's")
        case .backdated(let index, let seconds):
            .untrusted(
                "the host made entry \(index) as of \(seconds) seconds before a time at which, by its "
                    + "own word, the log didn't have it"
            )
            .hint("entry and checkpoint are kept in the home as backdated-…: show them to others")
        case .checkpoint(let error):
            .untrusted("the checkpoint isn't accepted under the trust policy: \(error.words)")
                .hint("compare trust.policy in the home with what the log's keys should be")
        case .noFounding(let refusal):
            unused("entry 0 doesn't begin a log" + (refusal.map { ": \($0.words)" } ?? ""))
        case .tile: unused("a part of the log's hash tree is missing")
        case .notIncluded(let index, _): unused("entry \(index) isn't where it is said to be")
        case .receipt: unused("a receipt proves nothing")
        case .entry(let index, let error):
            unused("entry \(index) isn't a statement" + (error.map { ": \($0.words)" } ?? ""))
        case .entriesWrong(let from, let to):
            unused("the entries from \(from) to \(to - 1) aren't those under its checkpoint")
        case .disclosures(let index): unused("what is disclosed of entry \(index) isn't its own")
        case .withheld(let index):
            .untrusted(
                "the gateway keeps from you what entry \(index) says to you, so what you know of "
                    + "your grants is incomplete"
            )
            .hint("sign nothing meanwhile; tell the authority and the regulator")
        case .typeMissing(let type):
            .untrusted(
                "the gateway doesn't give the record type \(type.name)/\(type.version) as the log "
                    + "names it"
            )
            .hint("tell the authority; don't sign anything meanwhile")
        case .callMissing(let index): unused("entry \(index) doesn't carry what you signed")
        case .update(let unknown): unknown.complaint
        case .outOfOrder(let index): unused("entry \(index) isn't in order, or wasn't asked for")
        }
    }

    private static let ownClock = "check this machine's clock"

    private func unused(_ what: String) -> Complaint {
        .untrusted("what the gateway shows doesn't verify: \(what)").hint("nothing of it was used")
    }
}
