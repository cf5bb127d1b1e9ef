public import Rules
import Sharing
import Wire

extension PolicyRequest {
    /// The request in words, for people: who wants to do what, with whose books, and how far.
    public var words: String {
        var parts = ["\(principal.words) wants to \(verb)"]
        if action.facts.contains(.terms) || action.facts.contains(.wish) {
            parts.append(use)
            if held { parts.append("while books are under hold") }
            if !past.isEmpty {
                parts.append("having done before: \(past.map(\.rawValue).joined(separator: ", "))")
            }
            if let answers {
                parts.append(
                    "in answer to \(answers.by)'s request"
                        + (answers.exceeded ? ", and going beyond it" : ""))
            }
        } else if action.facts.contains(.held), held {
            parts.append("while they are under hold")
        }
        return parts.joined(separator: ", ")
    }

    private var verb: String {
        let books =
            "\(series.map { "\($0.rawValue) of " } ?? "books of ")\(owner?.text ?? "nobody")"
        let other = counterparty?.words ?? "nobody"
        return action.words.replacing("BOOKS", with: books).replacing("OTHER", with: other)
    }

    private var use: String {
        var parts: [String] = []
        if let right {
            parts.append(
                right == .read
                    ? "read \(fields.isEmpty ? "nothing" : fields.joined(separator: ", "))"
                    : "be proven something"
                        + (fields.isEmpty ? "" : " about \(fields.joined(separator: ", "))"))
        }
        if let months { parts.append("of \(months.lowerBound) to \(months.upperBound)") }
        if let purpose { parts.append("for \(purpose.rawValue)") }
        if let lifetime { parts.append("over \(Self.span(lifetime))") }
        if let dataLife, right == .read { parts.append("keeping it \(Self.span(dataLife))") }
        return parts.joined(separator: " ")
    }

    private static func span(_ seconds: Int64) -> String {
        if seconds == 86_400 { return "a day" }
        return seconds % 86_400 == 0 ? "\(seconds / 86_400) days" : "\(seconds) seconds"
    }
}

extension PolicyEntity {
    /// `northbank (lender)`, `e-7k2m9q4x (enterprise, suspended)`.
    public var words: String {
        let names =
            (isAuthority ? ["authority"] : []) + (isHost ? ["host"] : []) + roles.map(\.rawValue)
            + (found.size.map { [$0.rawValue] } ?? []) + (found.country.map { [$0] } ?? [])
            + (suspended ? ["suspended"] : [])
        return names.isEmpty ? handle.text : "\(handle) (\(names.joined(separator: ", ")))"
    }
}
