/// Statements about committed values in a context, all of it checked; not yet proven.
///
/// Prover and verifier build the same one, each from what it knows itself.
public struct ValueAssertion: Sendable {
    public let context: ProofContext
    public let values: [PresentedValue]
    public let statements: [ValueStatement]

    let commitments: [Commitment]
    let obligations: Obligations

    /// Checks context, values and statements, in this order.
    ///
    /// Throws every case of `AssertionRefusal` but those about a proof.
    public init(
        context: ProofContext, values: [PresentedValue], statements: [ValueStatement]
    ) throws(AssertionRefusal) {
        try context.check()
        commitments = try PresentedValue.check(values, recordCount: context.records.count)
        obligations = try Obligations(statements, values)
        self.context = context
        self.values = values
        self.statements = statements
    }

    /// The bytes that a proof takes; with the same statements, always the same.
    public var proofSize: Int {
        var size = 1
        if !obligations.equalities.isEmpty { size += 64 }
        for count in obligations.rangeCounts {
            size += RangeProof.encodedSize(bits: .sixtyFour, count: count)
        }
        return size
    }

    /// The transcript when all that the assertion says is absorbed.
    var transcript: Transcript {
        var transcript = Transcript(label: Labels.presentation)
        transcript.append("suite", [ProofSuite.ristretto])
        context.absorb(into: &transcript)
        transcript.append("values", UInt64(values.count))
        for (value, commitment) in zip(values, commitments) {
            transcript.append("record", UInt64(value.record))
            transcript.append("field", Array(value.field.utf8))
            value.unit.absorb(into: &transcript)
            transcript.append("commitment", commitment.encoding)
        }
        transcript.append("statements", UInt64(statements.count))
        for statement in statements { statement.absorb(into: &transcript) }
        return transcript
    }
}

/// The first byte of a proof: which group, transcript and proof system it uses.
enum ProofSuite {
    /// ristretto255, Merlin, Bulletproofs of 64 bits.
    static let ristretto: UInt8 = 1
}

extension ProofContext {
    fileprivate func check() throws(AssertionRefusal) {
        guard records.count <= AssertionLimits.records else {
            throw .tooManyRecords(have: records.count, limit: AssertionLimits.records)
        }
        guard log.count == 32 else { throw .malformedContext(.log) }
        guard treeRoot.count == 32 else { throw .malformedContext(.treeRoot) }
        guard grantee.isAcceptable else { throw .malformedContext(.grantee) }
        guard grant.isAcceptable else { throw .malformedContext(.grant) }
        guard purpose.isAcceptable else { throw .malformedContext(.purpose) }
        var identifiers = Set<String>(minimumCapacity: records.count)
        var digests = Set<[UInt8]>(minimumCapacity: records.count)
        for (index, record) in records.enumerated() {
            guard record.identifier.isAcceptable else {
                throw .malformedContext(.recordIdentifier(index))
            }
            guard record.digest.count == 32 else {
                throw .malformedContext(.recordDigest(index))
            }
            switch record.standing {
            case .current: break
            case .superseded: throw .supersededRecord(index)
            case .erased: throw .erasedRecord(index)
            }
            guard identifiers.insert(record.identifier).inserted,
                digests.insert(record.digest).inserted
            else { throw .duplicateRecord(index) }
        }
    }

    fileprivate func absorb(into transcript: inout Transcript) {
        transcript.append("log", log)
        transcript.append("tree-size", treeSize)
        transcript.append("tree-root", treeRoot)
        transcript.append("grantee", Array(grantee.utf8))
        transcript.append("grant", Array(grant.utf8))
        transcript.append("purpose", Array(purpose.utf8))
        transcript.append("expiry", UInt64(bitPattern: expiry))
        transcript.append("records", UInt64(records.count))
        for record in records {
            transcript.append("jti", Array(record.identifier.utf8))
            transcript.append("digest", record.digest)
        }
    }
}

extension PresentedValue {
    /// A field of a record, for finding it twice.
    private struct Place: Hashable {
        let record: Int
        let field: String
    }

    fileprivate static func check(
        _ values: [PresentedValue], recordCount: Int
    ) throws(AssertionRefusal) -> [Commitment] {
        guard values.count <= AssertionLimits.values else {
            throw .tooManyValues(have: values.count, limit: AssertionLimits.values)
        }
        var places = Set<Place>(minimumCapacity: values.count)
        var commitments: [Commitment] = []
        commitments.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard value.record >= 0, value.record < recordCount else {
                throw .noSuchRecord(value: index)
            }
            guard value.field.isAcceptable else { throw .malformedContext(.field(index)) }
            guard value.unit.isAcceptable else { throw .malformedContext(.unit(index)) }
            guard let commitment = value.commitment else { throw .nullValue(index) }
            guard places.insert(Place(record: value.record, field: value.field)).inserted else {
                throw .duplicateValue(index)
            }
            commitments.append(commitment)
        }
        return commitments
    }
}

extension ValueUnit {
    fileprivate var isAcceptable: Bool {
        code.isAcceptable && scale >= 0 && scale <= AssertionLimits.scale
    }

    fileprivate func absorb(into transcript: inout Transcript) {
        transcript.append("unit", Array(code.utf8))
        transcript.append("scale", UInt64(bitPattern: Int64(scale)))
    }
}

extension String {
    fileprivate var isAcceptable: Bool {
        !isEmpty && utf8.count <= AssertionLimits.textBytes
    }
}

extension ValueStatement {
    fileprivate func absorb(into transcript: inout Transcript) {
        switch self {
        case .linear(let form, let bound):
            transcript.append("statement", Array("linear".utf8))
            bound.absorb(into: &transcript)
            transcript.append("terms", UInt64(form.terms.count))
            for term in form.terms {
                transcript.append("value", UInt64(term.value))
                transcript.append("weight", UInt64(bitPattern: term.weight))
            }
            switch form.units {
            case .common(let unit):
                transcript.append("units", Array("common".utf8))
                unit.absorb(into: &transcript)
            case .perTerm(let units):
                transcript.append("units", Array("score".utf8))
                for unit in units { unit.absorb(into: &transcript) }
            }
        case .each(let values, let unit, let bound):
            transcript.append("statement", Array("each".utf8))
            bound.absorb(into: &transcript)
            transcript.append("terms", UInt64(values.count))
            for value in values { transcript.append("value", UInt64(value)) }
            unit.absorb(into: &transcript)
        case .equal(let first, let second):
            transcript.append("statement", Array("equal".utf8))
            transcript.append("value", UInt64(first))
            transcript.append("value", UInt64(second))
        case .difference(let first, let second, let range):
            transcript.append("statement", Array("difference".utf8))
            ValueStatement.Bound.between(range.lowerBound, range.upperBound)
                .absorb(into: &transcript)
            transcript.append("value", UInt64(first))
            transcript.append("value", UInt64(second))
        case .all(let text, let parts):
            transcript.append("statement", Array("all".utf8))
            transcript.append("text", Array(text.utf8))
            transcript.append("parts", UInt64(parts.count))
            for part in parts { part.absorb(into: &transcript) }
        }
    }
}

extension ValueStatement.Bound {
    fileprivate func absorb(into transcript: inout Transcript) {
        let (name, ends): (String, [Int64]) =
            switch self {
            case .atLeast(let end): ("at-least", [end])
            case .atMost(let end): ("at-most", [end])
            case .between(let low, let high): ("between", [low, high])
            case .exactly(let end): ("exactly", [end])
            }
        transcript.append("bound", Array(name.utf8))
        for end in ends { transcript.append("end", UInt64(bitPattern: end)) }
    }
}
