import Client
import Commitments
import Sharing
import Wire

/// The words for what can be wrong with a proof or with what is to be proven.
enum ProofWords {
    /// Shows the text with a mark under the place.
    static func complaint(about text: String, _ error: ProofStatementError) -> Complaint {
        let before = String(decoding: Array(text.utf8).prefix(error.offset), as: UTF8.self)
        let mark = String(repeating: " ", count: before.count) + "^"
        return Complaint(
            .usage, "this isn't a statement: \(words(error.reason))\n  \(text)\n  \(mark)",
            hint: "write it like 'sum(tax_exclusive_amount) >= 100000 EUR'")
    }

    static func complaint(aboutFile path: String, _ error: ScorecardError) -> Complaint {
        let detail =
            switch error {
            case .tooLarge: "it is larger than \(Scorecard.maximumFileBytes) bytes"
            case .json(let error): "\(error)"
            case .claims(.malformed("fields")):
                "its fields are no list of 1 to \(Scorecard.maximumTerms) terms"
            case .claims(let error): "it \(words(error))"
            case .termClaims(let number, let error): "term \(number + 1) \(words(error))"
            case .term(let number, let reason): "term \(number + 1): \(words(reason))"
            }
        return Complaint(
            .usage, "\(path) isn't a scorecard: \(detail)",
            hint: #"write {"fields":[{"field":"payable_amount","unit":"EUR","weight":3}],"#
                + #""threshold":500000}, with other fields as needed, each once"#)
    }

    private static func words(_ error: ClaimError) -> String {
        switch error {
        case .missing(let name): "has no \(name)"
        case .unexpected(let name): "has a \(name), which means nothing"
        case .malformed("threshold"), .malformed("weight"): "has a number that isn't a whole one"
        case .malformed(let name): "has a \(name) that isn't one"
        case .tooMany(let name, let limit): "has more than \(limit) \(name)"
        case .notAnObject: "isn't a JSON object"
        }
    }

    static func words(_ reason: ProofStatementError.Reason) -> String {
        switch reason {
        case .tooLong(let limit): "it has more than \(limit) bytes"
        case .expected(let what): "\(what) is expected here"
        case .notANumber: "this isn't a number such as 1234.50"
        case .unknownCurrency(let code): "\(code) isn't a currency's code"
        case .tooPrecise(let scale): "this currency has \(scale) digits after the point"
        case .outOfRange: "this is too large, or zero where that means nothing"
        case .emptyRange: "the lower end is above the upper one"
        case .notAPlace: "a record is written invoices/2026-01#3"
        case .twice(let name): "\(name) is there twice"
        case .tooMany(let limit): "more than \(limit)"
        case .notCanonical(let canonical): "it is spelled \(canonical)"
        }
    }

    /// `nil` for errors about something else.
    static func complaint(about error: ClientError) -> Complaint? {
        switch error {
        case .statement(let text, let error): complaint(about: text, error)
        case .noStatements(let limit):
            Complaint(.usage, "there can be 1 to \(limit) statements")
        case .notAnAmount(let field, let type):
            Complaint(
                .usage, "\(field) isn't an amount of an \(type.name)",
                hint: "there are: "
                    + type.fields.filter { $0.commitmentName != nil }.map(\.name.text)
                    .joined(separator: ", "))
        case .untrue(let statements):
            Complaint(
                .refused,
                "not true, so nothing was signed: "
                    + statements.map(\.description).joined(separator: "; "))
        case .proof(let refusal):
            Complaint(.refused, "this can't be proven: \(words(refusal))", hint: hint(refusal))
        case .proving(let error): Complaint(.refused, "no proof can be made: \(error)")
        case .tooFragmented(let limit):
            Complaint(
                .refused, "the records that count are in more than \(limit) pieces",
                hint: "prove fewer months at a time")
        case .requestOver(let jti):
            Complaint(.refused, "what the request \(jti) asks for would have ended by now")
        default: nil
        }
    }

    static func words(_ refusal: ProvingRefusal) -> String {
        switch refusal {
        case .notCovered(let name): "\(name) isn't among the records that are there"
        case .noValue(let record, let field): "\(record) has no \(field)"
        case .otherUnit(let record, let field, let unit):
            unit.isEmpty
                ? "the \(field) of \(record) is in another unit"
                : "the \(field) of \(record) is in \(unit)"
        case .twice(let record): "\(record) is there twice"
        case .superseded(let record): "\(record) was replaced by a later record"
        case .erased(let record): "\(record) was erased"
        case .assertion(let refusal): words(refusal)
        }
    }

    private static func words(_ refusal: AssertionRefusal) -> String {
        switch refusal {
        case .tooManyRecords(let have, let limit): "\(have) records; \(limit) is the limit"
        case .tooManyValues(let have, let limit): "\(have) amounts; \(limit) is the limit"
        case .tooManyRanges(let have, let limit):
            "it takes \(have) range proofs; \(limit) is the limit"
        case .weightsTooLarge(let statement):
            "the weights of statement \(statement + 1) sum to more than \(AssertionLimits.weights)"
                + " over these records"
        case .proof(.equationFails): "the proof doesn't hold"
        default: "\(refusal)"
        }
    }

    private static func hint(_ refusal: ProvingRefusal) -> String? {
        switch refusal {
        case .noValue, .otherUnit: "name the records that it is about: --record …"
        default: nil
        }
    }
}

extension ProofWarning {
    var words: String {
        switch self {
        case .pinned(let what, let low, let high) where low == high:
            "with all that it was let know, the grantee knows \(what): \(low)"
        case .pinned(let what, let low, let high):
            "with all that it was let know, the grantee knows \(what) nearly:"
                + " between \(low) and \(high)"
        case .readable(let what):
            "the grantee can read an amount that was proven to be the same as \(what)"
        case .nearlySame(let field, let grant, let records):
            "grant \(grant) has \(Self.sum(field)) over the same records but for"
                + " \(records.joined(separator: ", ")); the two together say what these come to"
        case .rest(let field, let records):
            "of \(Self.sum(field)) the grantee can read all but \(records.joined(separator: ", ")),"
                + " so what is proven of it is about these alone"
        }
    }

    private static func sum(_ field: String) -> String {
        field == "score" ? "a score" : "a sum of \(field)"
    }
}
