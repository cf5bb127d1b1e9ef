import Client
import Commitments
import Sharing
import Wire

// What can be wrong with a proof, or with what is to be proven.

extension ProofStatementError {
    /// Shows the text with a mark under the place.
    func complaint(about text: String) -> Complaint {
        let before = String(decoding: Array(text.utf8).prefix(offset), as: UTF8.self)
        let mark = String(repeating: " ", count: before.count) + "^"
        let lines = ["this isn't a statement: \(reason.words)", "  \(text)", "  \(mark)"]
        return Complaint(.usage, lines)
            .hint("write it like 'sum(tax_exclusive_amount) >= 100000 EUR'")
    }
}

extension ProofStatementError.Reason {
    var words: String {
        switch self {
        case .tooLong(let limit): "it has more than \(limit) bytes"
        case .expected(let what): "\(what) is expected here"
        case .notANumber: "this is neither a number such as 1234.50 nor a date"
        case .unknownUnit(let code):
            "\(code) is neither a currency's code nor a unit such as rec20/KGM"
        case .tooPrecise(let scale): "this unit has \(scale) digits after the point"
        case .outOfRange: "this is too large, or zero where that means nothing"
        case .emptyRange: "the lower end is above the upper one"
        case .mixedEnds: "one end is a date and the other isn't"
        case .sumOfDates: "dates don't add up"
        case .notAPlace: "a record is written invoices/2026-01#3"
        case .twice(let name): "\(name) is there twice"
        case .tooMany(let limit): "more than \(limit)"
        case .notCanonical(let canonical): "it is spelled \(canonical)"
        }
    }
}

extension ScorecardError {
    func complaint(aboutFile path: String) -> Complaint {
        .usage("\(path) isn't a scorecard: \(words)")
            .hint(
                #"write {"fields":[{"field":"payable_amount","unit":"EUR","weight":3}],"#
                    + #""threshold":500000}, with other fields as needed, each once"#)
    }

    private var words: String {
        switch self {
        case .tooLarge: "it is larger than \(Scorecard.maximumFileBytes) bytes"
        case .json(let error): error.words
        case .claims(.malformed("fields")):
            "its fields are no list of 1 to \(Scorecard.maximumTerms) terms"
        case .claims(let error): "it \(error.words)"
        case .termClaims(let number, let error): "term \(number + 1) \(error.words)"
        case .term(let number, let reason): "term \(number + 1): \(reason.words)"
        }
    }
}

extension ProvingRefusal {
    var words: String {
        switch self {
        case .notCovered(let name): "\(name) isn't among the records that are there"
        case .noValue(let record, let field): "\(record) has no \(field)"
        case .otherUnit(let record, let field, let unit):
            "the \(field) of \(record) is in \(unit.isEmpty ? "another unit" : unit)"
        case .twice(let record): "\(record) is there twice"
        case .superseded(let record): "\(record) was replaced by a later record"
        case .erased(let record): "\(record) was erased"
        case .links(let refusal): refusal.words
        case .assertion(let refusal): refusal.words
        }
    }

    var hint: String? {
        switch self {
        case .noValue, .otherUnit: "name the records that it is about: --record …"
        case .notCovered, .twice, .superseded, .erased, .links, .assertion: nil
        }
    }
}

extension LinkRefusal {
    /// Statements and groups are counted from 1.
    fileprivate var words: String {
        switch self {
        case .lists(let have, let expected):
            "there are \(have) lists of linked records, and \(expected) statements about some"
        case .notListed(let statement):
            "statement \(statement + 1) doesn't say which records are linked"
        case .otherList(let statement):
            "the linked records aren't those whose digest statement \(statement + 1) has"
        case .otherCount(let statement, let have, let expected):
            "\(have) groups are linked, and statement \(statement + 1) says \(expected)"
        case .wrongGroup(let statement, let group):
            "group \(group + 1) of statement \(statement + 1) has too many or too few records"
        case .wrongSeries(let statement, let record):
            "\(record) isn't of the books that statement \(statement + 1) is about"
        case .twice(let statement, let record):
            "\(record) is linked twice by statement \(statement + 1)"
        case .notAscending(let statement, let group):
            "group \(group + 1) of statement \(statement + 1) isn't in its order"
        }
    }
}

extension LeftOut.Reason {
    /// Why a record is linked to nothing, for the owner of the values alone.
    var words: String {
        switch self {
        case .alone: "nothing belongs to it"
        case .outside: "what belongs to it isn't in these books"
        case .ambiguous: "another one has the same number"
        case .noValue(let field): "there is no \(field)"
        case .otherSum: "the amounts don't come to each other"
        case .notPositive: "an amount isn't above zero"
        case .otherCount(let have, let said): "it says \(said) entries, and \(have) are there"
        case .outOfDays(let days): "\(days) days are between the dates"
        case .entangled: "several payments are for several invoices at once"
        }
    }
}

extension AssertionRefusal {
    /// Records, values and statements are counted from 1.
    fileprivate var words: String {
        switch self {
        case .tooManyRecords(let have, let limit): "\(have) records; \(limit) is the limit"
        case .tooManyValues(let have, let limit): "\(have) values; \(limit) is the limit"
        case .tooManyStatements(let have, let limit): "\(have) statements; \(limit) is the limit"
        case .tooManyTerms(let statement, let have, let limit):
            "statement \(statement + 1) counts \(have) values; \(limit) is the limit"
        case .tooManyParts(let statement, let have, let limit):
            "statement \(statement + 1) says \(have) things; \(limit) is the limit"
        case .tooManyRanges(let have, let limit):
            "it takes \(have) range proofs; \(limit) is the limit"
        case .malformedContext: "what the proof is bound to isn't what it should be"
        case .duplicateRecord(let record): "record \(record + 1) is there twice"
        case .supersededRecord(let record): "record \(record + 1) was replaced"
        case .erasedRecord(let record): "record \(record + 1) was erased"
        case .noSuchRecord(let value): "value \(value + 1) is of a record that isn't there"
        case .nullValue(let value): "value \(value + 1) isn't in its record"
        case .duplicateValue(let value): "value \(value + 1) is there twice"
        case .noStatements: "there is no statement"
        case .noTerms(let statement): "statement \(statement + 1) is about nothing"
        case .malformedText(let statement):
            "what statement \(statement + 1) is called is empty or too long"
        case .noSuchValue(let statement, _):
            "statement \(statement + 1) is about a value that isn't there"
        case .repeatedValue(let statement, _):
            "statement \(statement + 1) counts a value twice"
        case .mixedUnits(let statement, _):
            "statement \(statement + 1) counts a value in another unit"
        case .notANumber(let statement, _):
            "statement \(statement + 1) adds or bounds a key, which can only be equal"
        case .unitCount(let statement, let have, let expected):
            "statement \(statement + 1) names \(have) units for \(expected) terms"
        case .zeroWeight(let statement, _): "statement \(statement + 1) has a weight of zero"
        case .weightsTooLarge(let statement):
            "the weights of statement \(statement + 1) sum to more than \(AssertionLimits.weights)"
                + " over these records"
        case .boundOutOfRange(let statement): "a bound of statement \(statement + 1) is too large"
        case .emptyBound(let statement):
            "the lower end of statement \(statement + 1) is above the upper one"
        case .identityCombination(let statement):
            "the commitments of statement \(statement + 1) cancel each other out"
        case .unknownSuite: "the proof is of a kind that isn't known"
        case .proof(let refusal): refusal.words
        }
    }
}

extension ProofRefusal {
    fileprivate var words: String {
        switch self {
        case .wrongLength(let have, let expected):
            "the proof has \(have) bytes instead of \(expected)"
        case .nonCanonicalPoint(let offset), .identityPoint(let offset):
            "the proof has no usable point at byte \(offset)"
        case .nonCanonicalScalar(let offset): "the proof has no number at byte \(offset)"
        case .unsupportedCount(let count): "no proof is about \(count) ranges"
        case .equationFails: "the proof doesn't hold"
        }
    }
}

extension AssertionProvingError {
    var words: String {
        switch self {
        case .openingCount(let have, let expected): "\(have) amounts, and \(expected) are needed"
        case .openingMismatch(let value): "value \(value + 1) isn't what was committed to"
        case .valueOutOfRange(let value): "value \(value + 1) is too large"
        case .untrue(let statement): "statement \(statement + 1) isn't true"
        case .identityCombination(let statement):
            "the commitments of statement \(statement + 1) cancel each other out"
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
        case .more(let count): "and \(count) more of this kind"
        }
    }

    private static func sum(_ field: String) -> String {
        if Relation(rawValue: field) != nil { return "a group of linked records" }
        return ["score", "total"].contains(field) ? "a \(field)" : "a sum of \(field)"
    }
}
