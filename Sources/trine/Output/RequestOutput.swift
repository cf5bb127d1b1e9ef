import Client
import Sharing
import Wire

/// A request with what became of it, and for its enterprise whether what it wants proven is true now.
struct AskedFor {
    let request: KnownRequest
    let standing: RequestStanding
    let truth: Truth?

    init(_ request: KnownRequest, _ standing: RequestStanding, _ truth: Truth? = nil) {
        self.request = request
        self.standing = standing
        self.truth = truth
    }

    fileprivate var truthMembers: Members {
        switch truth {
        case .known(let statements, let records):
            ["true": statements.map(\.isTrue), "records": records]
        case .unprovable(let error): ["unprovable": error.complaint.message]
        case nil: [:]
        }
    }

    fileprivate var truthWords: String? {
        let jti = request.jti
        switch truth {
        case nil: return nil
        case .unprovable(let error): return "\(jti) can't be answered: \(error.complaint.message)"
        case .known(let statements, let records):
            let lines = statements.flatMap { one in
                ["  \(one.isTrue ? "true" : "UNTRUE")  \(one.statement)"]
                    + one.reasons.map { "          \($0)" }
            }
            let answer =
                statements.allSatisfy(\.isTrue)
                ? ["To prove it: trine enterprise grant --request \(jti)"] : []
            return (["\(jti), over the \(records) records there now:"] + lines + answer)
                .joined(separator: "\n")
        }
    }
}

extension RequestStanding {
    /// A word for other programs.
    var name: String {
        switch self {
        case .open: "open"
        case .answered: "answered"
        case .declined: "declined"
        case .expired: "expired"
        }
    }

    var words: String {
        switch self {
        case .open: "open"
        case .answered(let grant): "answered by \(grant)"
        case .declined(let at): "declined \(LocalTime.day(at))"
        case .expired: "expired"
        }
    }

    var answer: JTI? { if case .answered(let grant) = self { grant } else { nil } }
}

extension Outcome {
    /// Requests, as either side sees them, or a regulator who sees both.
    static func requests(_ asked: [AskedFor], _ names: Names, as reader: Handle) -> Outcome {
        let seesBoth = asked.contains { $0.request.by != reader && $0.request.terms.to != reader }
        func other(_ request: KnownRequest) -> Handle {
            request.by == reader ? request.terms.to : request.by
        }
        let parties: [Column<AskedFor>] =
            seesBoth
            ? [
                .init("BY") { names.shown($0.request.by) },
                .init("TO") { names.shown($0.request.terms.to) },
            ] : [.init("WHO") { names.shown(other($0.request)) }]
        let columns: [Column<AskedFor>] = [
            .init("WHAT", "scope") { $0.request.terms.scope },
            .init("FIELDS") { $0.request.terms.subject.words },
            .init("PURPOSE", "purpose") { $0.request.purpose },
            .init(LocalTime.heading("UNTIL")) { LocalTime.day($0.request.terms.expires) },
            .init("STATE") { $0.standing.words },
            .init { $0.request.terms.subject.members }, .init(members: \.truthMembers),
            .init {
                [
                    "answer": $0.standing.answer, "data_life": $0.request.terms.dataLife,
                    "exp": $0.request.terms.expires,
                    "fetches": $0.request.terms.fetches, "from": $0.request.by,
                    "index": $0.request.index, "nbf": $0.request.terms.notBefore,
                    "state": $0.standing.name, "to": $0.request.terms.to,
                ]
            },
        ]
        let table = Table<AskedFor>(
            [.init("REQUEST", "request") { $0.request.jti }] + parties + columns)
        return Outcome(["requests": table.json(asked)]) {
            guard let text = table.text(asked) else { return "No requests." }
            return ([text] + asked.compactMap(\.truthWords)).joined(separator: "\n\n")
        }
    }
}
