import Client
import Sharing
import Wire

/// A request, and for its enterprise whether what it wants proven is true now.
struct AskedFor {
    let request: KnownRequest
    let truth: Truth?

    init(_ request: KnownRequest, _ truth: Truth? = nil) {
        self.request = request
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
            let lines = statements.map { "  \($0.isTrue ? "true" : "UNTRUE")  \($0.statement)" }
            let answer =
                statements.allSatisfy(\.isTrue)
                ? ["To prove it: trine enterprise grant --request \(jti)"] : []
            return (["\(jti), over the \(records) records there now:"] + lines + answer)
                .joined(separator: "\n")
        }
    }
}

extension Outcome {
    /// Requests, as either side sees them.
    static func requests(
        _ asked: [AskedFor], in session: Session, other: @escaping (KnownRequest) -> Handle
    ) throws -> Outcome {
        let contacts = try session.contacts()
        let table = Table<AskedFor>([
            .init("REQUEST", "request") { $0.request.jti },
            .init("WHO") { contacts.shown(other($0.request)) },
            .init("WHAT", "scope") { $0.request.terms.scope },
            .init("FIELDS") { $0.request.terms.subject.words },
            .init("PURPOSE", "purpose") { $0.request.purpose },
            .init("UNTIL") { $0.request.terms.expires.date },
            .init { $0.request.terms.subject.members }, .init(members: \.truthMembers),
            .init {
                [
                    "data_life": $0.request.terms.dataLife, "exp": $0.request.terms.expires,
                    "fetches": $0.request.terms.fetches, "from": $0.request.by,
                    "index": $0.request.index, "nbf": $0.request.terms.notBefore,
                    "to": $0.request.terms.to,
                ]
            },
        ])
        return Outcome(["requests": table.json(asked)]) {
            guard let text = table.text(asked) else { return "No requests." }
            return ([text] + asked.compactMap(\.truthWords)).joined(separator: "\n\n")
        }
    }
}
