/// The functions and methods of the extension types.
public enum ExtensionFunction: String, Sendable, CaseIterable {
    case decimal, ip, datetime, duration
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
    case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
    case offset, durationSince, toDate, toTime
    case toMilliseconds, toSeconds, toMinutes, toHours, toDays

    /// Whether it is called as `name(argument)` and makes a value from a string; the others are
    /// called as `value.name(…)`.
    public var isConstructor: Bool {
        switch self {
        case .decimal, .ip, .datetime, .duration: true
        default: false
        }
    }

    /// How many arguments it takes, the value before the point included.
    public var argumentCount: Int {
        switch self {
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isInRange, .offset,
            .durationSince:
            2
        default: 1
        }
    }
}

extension ExtensionFunction {
    /// Throws ``EvaluationError`` where arguments are of another number or type than it takes,
    /// where a string isn't in the type's format, and where a result doesn't fit.
    package func apply(to arguments: [Value]) throws(EvaluationError) -> Value {
        guard arguments.count == argumentCount else {
            throw .wrongArgumentCount(self, found: arguments.count)
        }
        switch self {
        case .decimal, .ip, .datetime, .duration: return try construct(from: arguments[0])
        case .lessThan: return .bool(try arguments[0].decimal() < arguments[1].decimal())
        case .lessThanOrEqual: return .bool(try arguments[0].decimal() <= arguments[1].decimal())
        case .greaterThan: return .bool(try arguments[0].decimal() > arguments[1].decimal())
        case .greaterThanOrEqual:
            return .bool(try arguments[0].decimal() >= arguments[1].decimal())
        case .isIpv4: return .bool(!(try arguments[0].ip().isV6))
        case .isIpv6: return .bool(try arguments[0].ip().isV6)
        case .isLoopback: return .bool(try arguments[0].ip().isLoopback)
        case .isMulticast: return .bool(try arguments[0].ip().isMulticast)
        case .isInRange:
            return .bool(try arguments[0].ip().isInRange(arguments[1].ip()))
        case .offset:
            let moved = try arguments[0].datetime().offset(by: arguments[1].duration())
            return .datetime(try orOverflow(moved))
        case .durationSince:
            let span = try arguments[0].datetime().durationSince(arguments[1].datetime())
            return .duration(try orOverflow(span))
        case .toDate: return .datetime(try orOverflow(arguments[0].datetime().date))
        case .toTime: return .duration(try arguments[0].datetime().time)
        case .toMilliseconds: return .long(try arguments[0].duration().milliseconds)
        case .toSeconds: return .long(try arguments[0].duration().milliseconds / 1000)
        case .toMinutes: return .long(try arguments[0].duration().milliseconds / 60_000)
        case .toHours: return .long(try arguments[0].duration().milliseconds / 3_600_000)
        case .toDays: return .long(try arguments[0].duration().milliseconds / 86_400_000)
        }
    }

    private func construct(from argument: Value) throws(EvaluationError) -> Value {
        let text = try argument.string()
        let value: Value? =
            switch self {
            case .decimal: Decimal(parsing: text).map(Value.decimal)
            case .ip: IPAddress(parsing: text).map(Value.ip)
            case .datetime: Datetime(parsing: text).map(Value.datetime)
            default: Duration(parsing: text).map(Value.duration)
            }
        guard let value else { throw .malformedExtensionValue(self, text) }
        return value
    }

    private func orOverflow<Result>(_ result: Result?) throws(EvaluationError) -> Result {
        guard let result else { throw .extensionOverflow(self) }
        return result
    }
}
