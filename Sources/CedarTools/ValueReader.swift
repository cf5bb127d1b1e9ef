import Cedar
import Wire

/// Reads values in Cedar's JSON format: with `__entity` and `__extn` where nothing else says what
/// is meant, and without where the schema does.
struct ValueReader {
    let schema: Schema?

    /// `type` is what the schema expects here. Whether the value is of it is left to the
    /// conformance check, except where the type decides how the JSON is to be read.
    func value(_ place: Place, as type: Schema.ValueType?) throws(DataError) -> Value {
        switch type.flatMap({ schema?.resolve($0) }) {
        case .entity: return .entity(try place.entity())
        case .extension(let type): return try extensionValue(place, type)
        case .set(let element): return try set(place, of: element)
        case .record(let attributes): return .record(try record(place, attributes))
        case .bool, .long, .string, .named, nil: return try value(place)
        }
    }

    private func set(_ place: Place, of type: Schema.ValueType?) throws(DataError) -> Value {
        let values = try place.elements().map { (element) throws(DataError) in
            try value(element, as: type)
        }
        return .set(ValueSet(values))
    }

    /// A record of which all attributes are known, or none.
    func record(
        _ place: Place, _ attributes: [Text: Schema.Attribute]?
    ) throws(DataError) -> Record {
        var fields: [Text: Value] = [:]
        for (name, inner) in try place.members() {
            let attribute = attributes?[Text(name)]
            if attributes != nil && attribute == nil { throw .unexpectedAttribute(at: inner.path) }
            fields[Text(name)] = try value(inner, as: attribute?.type)
        }
        for (name, attribute) in attributes ?? [:]
        where attribute.isRequired && fields[name] == nil {
            throw .missingAttribute(at: "\(place.path).\(name)")
        }
        return Record(fields)
    }

    /// A value of which nothing is known.
    private func value(_ place: Place) throws(DataError) -> Value {
        let json = place.json
        if let value = json.bool { return .bool(value) }
        if let text = json.text { return .string(Text(text)) }
        // Minus zero has no place among the 64-bit integers.
        if let number = json.integer, !json.rawBytes.elementsEqual("-0".utf8) {
            return .long(number)
        }
        if json.elements != nil { return try set(place, of: nil) }
        guard let members = json.members else { throw .noSuchValue(at: place.path) }
        if members.count == 1, let (name, inner) = try place.members().first {
            switch name {
            case "__entity": if let uid = try inner.typeAndID() { return .entity(uid) }
            case "__extn": if let call = Call(inner) { return try result(call) }
            // Expressions in JSON are a form that the official engine gave up.
            case "__expr": if inner.json.text != nil { throw place.malformed }
            default: break
            }
        }
        return .record(try record(place, nil))
    }

    /// A call of a function of the extension types: `{"fn": …, "arg": …}`, or with `args`.
    private struct Call {
        let place: Place
        let function: String
        let arguments: [Place]

        init?(_ place: Place) {
            guard let function = place.optional("fn")?.json.text,
                let arguments = place.optional("arg").map({ [$0] })
                    ?? (try? place.optional("args")?.elements())
            else { return nil }
            self.place = place
            self.function = function
            self.arguments = arguments
        }
    }

    private func result(_ call: Call, typed: Bool = false) throws(DataError) -> Value {
        guard let function = ExtensionFunction(rawValue: call.function) else {
            throw .unknownFunction(call.function, at: call.place.path)
        }
        var arguments: [Value] = []
        for (number, argument) in call.arguments.enumerated() {
            arguments.append(
                try value(argument, as: typed ? function.argumentType(number) : nil))
        }
        return try apply(function, to: arguments, at: call.place)
    }

    /// A value of an extension type: as a call, escaped or not, or as the constructor's argument
    /// alone.
    private func extensionValue(
        _ place: Place, _ type: Schema.ExtensionType
    ) throws(DataError) -> Value {
        if let call = place.optional("__extn").flatMap(Call.init) ?? Call(place) {
            return try result(call, typed: true)
        }
        return try apply(type.constructor, to: [value(place)], at: place)
    }

    private func apply(
        _ function: ExtensionFunction, to arguments: [Value], at place: Place
    ) throws(DataError) -> Value {
        do throws(EvaluationError) {
            return try function.apply(to: arguments)
        } catch {
            throw .evaluation(error, at: place.path)
        }
    }
}

extension Schema.ExtensionType {
    fileprivate var constructor: ExtensionFunction {
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
    fileprivate func argumentType(_ number: Int) -> Schema.ValueType? {
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
