public import Cedar

/// Why JSON couldn't be read as entities, as a context or as a schema.
public enum DataError: Error, Sendable, Hashable {
    case json(JSONFault)
    /// Something of another form than the format has, at this place.
    case malformed(at: String)
    /// `null`, a fraction, or an integer of more than 64 bits, at this place: Cedar has no such
    /// value.
    case noSuchValue(at: String)
    case unknownFunction(Text, at: String)
    case evaluation(EvaluationError, at: String)
    case hierarchy(HierarchyError)
    case conformance(ConformanceError)
    case schema(SchemaError)
    /// An attribute that the schema doesn't have, or has and isn't there, at this place.
    case unexpectedAttribute(at: String)
    case missingAttribute(at: String)
}

/// Reads values in Cedar's JSON format: with `__entity` and `__extn` where nothing else says what
/// is meant, and without where the schema does.
struct ValueReader {
    let schema: Schema?

    /// `type` is what the schema expects here. Whether the value is of it is left to the
    /// conformance check, except where the type decides how the JSON is to be read.
    func value(
        _ json: JSONValue, as type: Schema.ValueType?, at place: String
    ) throws(DataError) -> Value {
        switch type.flatMap({ schema?.resolve($0) }) {
        case .entity: return .entity(try Self.entity(json, at: place))
        case .extension(let type): return try extensionValue(json, type, at: place)
        case .set(let element):
            guard let elements = json.elements else { throw .malformed(at: place) }
            return .set(ValueSet(try values(elements, as: element, at: place)))
        case .record(let attributes):
            guard let object = json.object else { throw .malformed(at: place) }
            return .record(try record(object, attributes, at: place))
        case .bool, .long, .string, .named, nil: return try value(json, at: place)
        }
    }

    private func values(
        _ elements: [JSONValue], as type: Schema.ValueType?, at place: String
    ) throws(DataError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try value(element, as: type, at: "\(place)[]")) }
        return values
    }

    /// A record of which all attributes are known.
    func record(
        _ object: JSONObject, _ attributes: [Text: Schema.Attribute], at place: String
    ) throws(DataError) -> Record {
        var fields: [Text: Value] = [:]
        for (name, json) in object.members {
            let inner = "\(place).\(name)"
            guard let attribute = attributes[name] else { throw .unexpectedAttribute(at: inner) }
            fields[name] = try value(json, as: attribute.type, at: inner)
        }
        for (name, attribute) in attributes where attribute.isRequired && fields[name] == nil {
            throw .missingAttribute(at: "\(place).\(name)")
        }
        return Record(fields)
    }

    /// A record of which nothing is known.
    func record(_ object: JSONObject, at place: String) throws(DataError) -> Record {
        var fields: [Text: Value] = [:]
        for (name, json) in object.members {
            fields[name] = try value(json, at: "\(place).\(name)")
        }
        return Record(fields)
    }

    /// A value of which nothing is known.
    private func value(_ json: JSONValue, at place: String) throws(DataError) -> Value {
        switch json {
        case .null, .otherNumber: throw .noSuchValue(at: place)
        case .bool(let value): return .bool(value)
        case .integer(let value): return .long(value)
        case .string(let text): return .string(text)
        case .array(let elements): return .set(ValueSet(try values(elements, as: nil, at: place)))
        case .object(let object):
            guard object.members.count == 1, let (name, inner) = object.members.first else {
                return .record(try record(object, at: place))
            }
            if name == "__entity", let uid = try Self.typeAndID(inner, at: place) {
                return .entity(uid)
            }
            if name == "__extn", let call = Call(inner) { return try result(call, at: place) }
            // Expressions in JSON are a form that the official engine gave up.
            if name == "__expr", inner.text != nil { throw .malformed(at: place) }
            return .record(try record(object, at: place))
        }
    }

    /// An entity as `{"type": …, "id": …}`, or the same in `{"__entity": …}`.
    static func entity(_ json: JSONValue, at place: String) throws(DataError) -> EntityUID {
        if let escaped = json.object?["__entity"], let uid = try typeAndID(escaped, at: place) {
            return uid
        }
        guard let uid = try typeAndID(json, at: place) else { throw .malformed(at: place) }
        return uid
    }

    /// `nil` where this isn't a type and an id at all.
    private static func typeAndID(
        _ json: JSONValue, at place: String
    ) throws(DataError) -> EntityUID? {
        guard let type = json.object?["type"]?.text, let id = json.object?["id"]?.text else {
            return nil
        }
        guard let name = EntityTypeName(parsing: type.string) else { throw .malformed(at: place) }
        return EntityUID(type: name, id: id)
    }

    /// A call of a function of the extension types: `{"fn": …, "arg": …}`, or with `args`.
    private struct Call {
        let function: Text
        let arguments: [JSONValue]

        init?(_ json: JSONValue) {
            guard let object = json.object, let function = object["fn"]?.text else { return nil }
            if let argument = object["arg"] {
                arguments = [argument]
            } else if let list = object["args"]?.elements {
                arguments = list
            } else {
                return nil
            }
            self.function = function
        }
    }

    private func result(
        _ call: Call, typed: Bool = false, at place: String
    ) throws(DataError) -> Value {
        guard let function = ExtensionFunction(rawValue: call.function.string) else {
            throw .unknownFunction(call.function, at: place)
        }
        var arguments: [Value] = []
        for (number, argument) in call.arguments.enumerated() {
            let type = typed ? function.argumentType(number) : nil
            arguments.append(try value(argument, as: type, at: place))
        }
        return try apply(function, to: arguments, at: place)
    }

    /// A value of an extension type: as a call, escaped or not, or as the constructor's argument
    /// alone.
    private func extensionValue(
        _ json: JSONValue, _ type: Schema.ExtensionType, at place: String
    ) throws(DataError) -> Value {
        if let escaped = json.object?["__extn"], let call = Call(escaped) {
            return try result(call, typed: true, at: place)
        }
        if let call = Call(json) { return try result(call, typed: true, at: place) }
        return try apply(type.constructor, to: [value(json, at: place)], at: place)
    }

    private func apply(
        _ function: ExtensionFunction, to arguments: [Value], at place: String
    ) throws(DataError) -> Value {
        do throws(EvaluationError) {
            return try function.apply(to: arguments)
        } catch {
            throw .evaluation(error, at: place)
        }
    }
}

extension Schema.ExtensionType {
    var constructor: ExtensionFunction {
        switch self {
        case .ipaddr: .ip
        case .decimal: .decimal
        case .datetime: .datetime
        case .duration: .duration
        }
    }
}

extension ExtensionFunction {
    /// The type of an argument, counted from 0.
    func argumentType(_ number: Int) -> Schema.ValueType? {
        switch self {
        case .decimal, .ip, .datetime, .duration: .string
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual: .extension(.decimal)
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast, .isInRange: .extension(.ipaddr)
        case .offset: .extension(number == 0 ? .datetime : .duration)
        case .durationSince, .toDate, .toTime: .extension(.datetime)
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: .extension(.duration)
        }
    }
}
