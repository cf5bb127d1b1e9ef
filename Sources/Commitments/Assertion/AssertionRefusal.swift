/// Why an assertion cannot be made or is not accepted.
public enum AssertionRefusal: Error, Sendable, Hashable {
    case tooManyRecords(have: Int, limit: Int)
    case tooManyValues(have: Int, limit: Int)
    case tooManyStatements(have: Int, limit: Int)
    case tooManyTerms(statement: Int, have: Int, limit: Int)
    /// A statement is made of too many others.
    case tooManyParts(statement: Int, have: Int, limit: Int)
    case tooManyRanges(have: Int, limit: Int)

    /// A digest that does not have 32 bytes, or a text that is empty or too long.
    case malformedContext(ProofContext.Part)
    /// Two records have one identifier or one digest; the index is the second one's.
    case duplicateRecord(Int)
    case supersededRecord(Int)
    case erasedRecord(Int)

    /// The value at this index names a record that the context does not have.
    case noSuchRecord(value: Int)
    /// The record says that this field has no value.
    case nullValue(Int)
    /// One field of one record twice; the index is the second one's.
    case duplicateValue(Int)

    case noStatements
    case noTerms(statement: Int)
    /// The text of a statement made of others is empty or too long.
    case malformedText(statement: Int)
    case noSuchValue(statement: Int, value: Int)
    /// A statement counts one value twice.
    case repeatedValue(statement: Int, value: Int)
    /// The value's unit is not the one the statement is about.
    case mixedUnits(statement: Int, value: Int)
    /// A sum or bound of keys, which can only be equal.
    case notANumber(statement: Int, value: Int)
    /// A score names another number of units than it has terms.
    case unitCount(statement: Int, have: Int, expected: Int)
    case zeroWeight(statement: Int, value: Int)
    case weightsTooLarge(statement: Int)
    case boundOutOfRange(statement: Int)
    /// The lower end is above the upper one.
    case emptyBound(statement: Int)
    /// The commitments cancel out, which independent blindings do not.
    case identityCombination(statement: Int)

    /// The proof's first byte names no known suite; nil if there is none.
    case unknownSuite(UInt8?)
    case proof(ProofRefusal)
}

/// Why no proof can be made of an assertion.
public enum AssertionProvingError: Error, Sendable, Hashable {
    /// As many openings as values are needed.
    case openingCount(have: Int, expected: Int)
    /// The opening does not open the commitment of the value at this index.
    case openingMismatch(value: Int)
    /// The value at this index is 2⁴⁷ or more in absolute value.
    case valueOutOfRange(value: Int)
    /// The statement at this index is not true.
    case untrue(statement: Int)
    /// The blindings of this statement's values cancel out, which independent ones do not.
    case identityCombination(statement: Int)
}
