import Sharing
import Wire

/// What a verifier would refuse of a grant to prove, as far as it shows without the proof.
extension Decision {
    /// The records are listed as of a tree that there is.
    func checkPoint(of grant: Claims.GrantClaims) throws(Refusal) {
        guard let at = grant.at else { throw .pointMissing }
        guard at.size <= view.candidate.index else {
            throw .pointBeyondLog(size: at.size, entries: view.candidate.index)
        }
    }

    /// Each statement is spelled as it is signed, and about amounts of the type; records that one
    /// names are in the scope.
    func checkStatements(
        _ texts: [String], of type: RecordType, scope: Scope
    ) throws(Refusal) {
        for (number, text) in texts.enumerated() {
            let statement: ProofStatement
            do { statement = try ProofStatement(canonical: text) } catch {
                throw .malformedProofStatement(number, error)
            }
            if let field = statement.foreignField(to: type) {
                throw .notAnAmount(statement: number, field: field)
            }
            guard case .equal(let first, let second) = statement else { continue }
            for place in [first, second] where !scope.covers(place.record) {
                throw .recordNotInScope(statement: number, record: place.record.description)
            }
        }
    }

    /// The records are listed, not more than a proof can be about, and each is current.
    func checkList(_ scope: Scope, of texts: [String]) throws(Refusal) {
        guard case .records(let ranges) = scope else { throw .recordsNotListed }
        let statements = texts.compactMap { try? ProofStatement(canonical: $0) }
        do { try ProofStatement.checkSize(of: statements, about: ranges) } catch {
            throw .proofTooLarge(error)
        }
        try requireCurrent(ranges, of: statement.issuer)
    }

    /// All of these are registered, and none is erased or replaced, be it in another book.
    func requireCurrent(_ ranges: [RecordRange], of enterprise: Handle) throws(Refusal) {
        for range in ranges {
            let book = view.book(enterprise, range.book) ?? BookState()
            guard book.areCurrent(range.from...range.to) else {
                throw .recordsNotCurrent(range.book)
            }
        }
    }
}

extension Scope {
    /// The books of single records; none for months.
    var listedBooks: Set<BookName> {
        guard case .records(let ranges) = self else { return [] }
        return Set(ranges.map(\.book))
    }

    fileprivate func covers(_ record: RecordNumber) -> Bool {
        let number = Int64(record.number)
        return RecordRange(book: record.book, from: number, to: number).map(covers) ?? false
    }
}
