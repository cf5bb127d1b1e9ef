import Commitments
import Sharing

extension ProofStatement {
    /// The statement as a sentence; of linked records those in `list` follow, group after group.
    func sentences(of types: RecordTypes, _ list: LinkList?) -> [String] {
        switch self {
        case .sum(let field, let bound): ["The sum of \(field) is \(bound.words)."]
        case .each(let field, let bound): ["The \(field) of every record is \(bound.words)."]
        case .equal(let first, let second):
            [Self.sentence(first, second, types.committed(first))]
        case .score(let card): [card.sentence]
        case .total(let sum): [sum.sentence]
        case .linked(let link): link.sentences(of: list?.groups ?? [])
        }
    }

    private static func sentence(
        _ first: ProofPlace, _ second: ProofPlace, _ kind: CommittedKind?
    ) -> String {
        let (this, that) = (
            "The \(first.field) of \(first.record)", "the \(second.field) of \(second.record)"
        )
        return switch kind {
        case .key: "\(this) and \(that) are equal apart from case and punctuation."
        case .day: "\(this) is the same day as \(that)."
        case .quantity: "\(this) is the same quantity as \(that)."
        case .amount: "\(this) is the same amount as \(that)."
        case nil: "\(this) is the same as \(that)."
        }
    }
}

extension PlaceSum {
    fileprivate var sentence: String {
        let named = terms.enumerated().map { number, term in
            let name = "the \(term.place.field) of \(term.place.record)"
            let sign = term.weight < 0 ? "less " : number > 0 ? "plus " : ""
            let times = term.weight.magnitude == 1 ? "" : "\(term.weight.magnitude) times "
            return sign + times + name
        }
        let sum = named.joined(separator: ", ")
        return sum.prefix(1).uppercased() + sum.dropFirst() + " is \(bound.words)."
    }
}

extension ProofBound {
    fileprivate var words: String {
        // The canonical text has the numbers: `>= 100000 EUR`.
        let text = description
        let rest = text.drop { $0 != " " }.dropFirst()
        return switch ends {
        case .atLeast: "at least \(rest)"
        case .atMost: "at most \(rest)"
        case .exactly: "exactly \(rest)"
        case .between: "between \(rest)"
        }
    }
}

extension Scorecard {
    fileprivate var sentence: String {
        let points = terms.map { term in
            "\(term.weight) point\(term.weight.magnitude == 1 ? "" : "s") for each "
                + "\(term.smallestUnit) of \(term.field)"
        }
        return "The score is at least \(threshold), with \(points.joined(separator: ", "))."
    }
}

extension Scorecard.Term {
    /// `0.01 EUR`.
    fileprivate var smallestUnit: String {
        unit.scale == 0
            ? "1 \(unit.code)"
            : "0.\(String(repeating: "0", count: unit.scale - 1))1 \(unit.code)"
    }
}

extension Verdict {
    /// What was proven, of how many records, and what wasn't.
    var proofLines: [String] {
        var lines = sentences.map { "  " + $0 }
        if let provenAt {
            lines.append(
                "The records were listed as of the first \(provenAt) entries of the log, and none is"
                    + " erased or replaced by anything here.")
        }
        return lines
    }

    /// What a reader might take for proven, and isn't.
    ///
    /// `word` names those on whose word the log is what it is.
    func unprovenLines(onTheWordOf word: String) -> [String] {
        var lines = [
            "that the values were true when they were sealed",
            "that all business of these months was registered",
            "that by entry \(access) no record of another book had replaced one of these, and none"
                + " was erased, beyond the word of \(word)",
        ]
        let open = books.filter { !$0.closed }.map(\.book.description)
        if !open.isEmpty {
            lines.append("that nothing will be added to \(open.joined(separator: ", "))")
        }
        let incomplete = books.filter { !$0.isComplete }.map(\.book.description)
        if !incomplete.isEmpty {
            lines.append(
                "anything about the left out numbers of \(incomplete.joined(separator: ", "))")
        }
        lines += statements.unproven
        lines.append("anything about other books, fields or times")
        lines.append("any value: none was shown, and only what the statements say is known")
        return ["Not proven:"] + lines.map { "  " + $0 + ($0 == lines.last ? "." : ",") }
    }
}
