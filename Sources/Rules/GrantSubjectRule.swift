import Sharing
import Wire

/// What a request or grant may be about, and what a verifier would refuse of a grant to prove as far
/// as it shows without the proof.
enum GrantSubjectRule {
    /// The fields are of a type of the one series, or the statements about committed fields of types of
    /// all series, and about records in the scope.
    static func check(
        _ subject: GrantSubject, scope: Scope, _ types: RecordTypes
    ) throws(Refusal) {
        guard let known = types.fields(of: scope) else {
            throw .grant(.foreignScope)
        }
        if case .months(_, let months) = scope, months.count > Limits.booksPerAccess {
            throw .grant(.foreignScope)
        }
        switch subject {
        case .statements(let texts): try check(texts, of: known, scope: scope)
        case .fields(let names):
            guard scope.onlySeries != nil else { throw .grant(.foreignScope) }
            guard known.withCommitments(names) == nil else { return }
            let unknown = names.filter { known.withCommitments([$0]) == nil }
            throw .grant(.unknownFields(unknown.map(\.text)))
        }
    }

    /// The records are listed, not more than a proof can be about, and each is current.
    static func checkList(
        _ scope: Scope, of texts: [String], by enterprise: Handle, _ decision: Decision
    ) throws(Refusal) {
        guard case .records(let ranges) = scope else { throw .proof(.recordsNotListed) }
        let statements = texts.compactMap { try? ProofStatement(canonical: $0) }
        for (number, statement) in statements.enumerated() where statement.lacksList {
            throw .proof(.linksNotListed(statement: number))
        }
        do { try ProofStatement.checkSize(of: statements, about: ranges) } catch {
            throw .proof(.proofTooLarge(error))
        }
        try decision.requireCurrent(ranges, of: enterprise)
    }

    /// Each statement is spelled as it is signed, and about committed fields; records that one names
    /// are in the scope.
    private static func check(
        _ texts: [String], of known: SeriesFields, scope: Scope
    ) throws(Refusal) {
        for (number, text) in texts.enumerated() {
            let statement: ProofStatement
            do { statement = try ProofStatement(canonical: text) } catch {
                throw .proof(.malformedProofStatement(number, error))
            }
            if let field = statement.foreignField(to: known) {
                throw .proof(.notProvable(statement: number, field: field))
            }
            for place in statement.places where !scope.covers(place.record) {
                throw .proof(.recordNotInScope(statement: number, record: place.record.description))
            }
        }
    }
}

extension Decision {
    /// All of these are registered, and none is erased or replaced, be it in another book.
    func requireCurrent(_ ranges: [RecordRange], of enterprise: Handle) throws(Refusal) {
        for range in ranges {
            guard book(range.book, of: enterprise).areCurrent(range.from...range.to) else {
                throw .proof(.recordsNotCurrent(range.book))
            }
        }
    }
}

extension Scope {
    fileprivate func covers(_ record: RecordNumber) -> Bool {
        let number = Int64(record.number)
        return RecordRange(book: record.book, from: number, to: number).map(covers) ?? false
    }
}
