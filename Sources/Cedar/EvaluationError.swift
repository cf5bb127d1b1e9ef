/// Why a policy could not be evaluated for a request. The policy then doesn't take part in the
/// decision, and is reported.
public enum EvaluationError: Error, Sendable, Hashable {
    case typeMismatch(expected: [ValueKind], found: ValueKind)
    /// An integer result outside of 64 bits.
    case integerOverflow
    case noSuchEntity(EntityUID)
    case noSuchAttribute(Text)
    case noSuchTag(EntityUID, Text)
    case wrongArgumentCount(ExtensionFunction, found: Int)
    /// A string that the constructor of an extension type doesn't accept.
    case malformedExtensionValue(ExtensionFunction, Text)
    /// A datetime or duration outside of 64 bits.
    case extensionOverflow(ExtensionFunction)
}

extension Value {
    /// The value as what an operation needs; throws ``EvaluationError/typeMismatch``.
    @inline(__always)
    func bool() throws(EvaluationError) -> Bool {
        guard case .bool(let value) = self else { throw mismatch(.bool) }
        return value
    }

    @inline(__always)
    func long() throws(EvaluationError) -> Int64 {
        guard case .long(let value) = self else { throw mismatch(.long) }
        return value
    }

    @inline(__always)
    func string() throws(EvaluationError) -> Text {
        guard case .string(let value) = self else { throw mismatch(.string) }
        return value
    }

    @inline(__always)
    func entity() throws(EvaluationError) -> EntityUID {
        guard case .entity(let value) = self else { throw mismatch(.entity) }
        return value
    }

    @inline(__always)
    func set() throws(EvaluationError) -> ValueSet {
        guard case .set(let value) = self else { throw mismatch(.set) }
        return value
    }

    func decimal() throws(EvaluationError) -> Decimal {
        guard case .decimal(let value) = self else { throw mismatch(.decimal) }
        return value
    }

    func ip() throws(EvaluationError) -> IPAddress {
        guard case .ip(let value) = self else { throw mismatch(.ip) }
        return value
    }

    func datetime() throws(EvaluationError) -> Datetime {
        guard case .datetime(let value) = self else { throw mismatch(.datetime) }
        return value
    }

    func duration() throws(EvaluationError) -> Duration {
        guard case .duration(let value) = self else { throw mismatch(.duration) }
        return value
    }

    @inline(never)
    func mismatch(_ expected: ValueKind...) -> EvaluationError {
        .typeMismatch(expected: expected, found: kind)
    }
}
