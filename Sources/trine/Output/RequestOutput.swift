import Client
import Sharing
import Wire

/// How requests are printed, on either side.
enum RequestOutput {
    static func json(_ request: KnownRequest, truth: Truth? = nil) -> JSON {
        var members: [String: JSON] = [
            "data_life": .integer(request.terms.dataLife),
            "exp": .integer(request.terms.expires.seconds),
            "fetches": .integer(request.terms.fetches),
            "from": .string(request.by.text),
            "index": .integer(request.index), "nbf": .integer(request.terms.notBefore.seconds),
            "purpose": .string(request.purpose.rawValue),
            "request": .string(request.jti.text),
            "scope": request.terms.scope.json, "to": .string(request.terms.to.text),
        ]
        members.merge(request.terms.subject.json) { $1 }
        switch truth {
        case .known(let statements, let records):
            members["true"] = .array(statements.map { .bool($0.isTrue) })
            members["records"] = .number(records)
        case .unprovable(let error):
            members["unprovable"] = .string(error.complaint.message)
        case nil: break
        }
        return .object(members)
    }

    static func words(
        _ requests: [KnownRequest], truths: [Truth?] = [], other: (KnownRequest) -> String
    ) -> String {
        var table = Table(["REQUEST", "WHO", "WHAT", "FIELDS", "PURPOSE", "UNTIL"])
        for request in requests {
            table.add([
                request.jti.text, other(request), request.terms.scope.words,
                request.terms.subject.words, request.purpose.rawValue,
                request.terms.expires.date.description,
            ])
        }
        guard !table.isEmpty else { return "No requests." }
        let known = zip(requests, truths).compactMap { request, truth in
            truth.map { words($0, request) }
        }
        return ([table.text] + known).joined(separator: "\n\n")
    }

    private static func words(_ truth: Truth, _ request: KnownRequest) -> String {
        let jti = request.jti.text
        switch truth {
        case .unprovable(let error):
            return "\(jti) can't be answered: \(error.complaint.message)"
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
