import Sharing
import Wire

/// Single values; each gives `nil` for what it refuses.
enum StateField {
    static func handle(_ value: JSONValue) -> Handle? { value.text.flatMap { Handle($0) } }
    static func jti(_ value: JSONValue) -> JTI? { value.plainBytes.flatMap { JTI(text: $0) } }
    static func month(_ value: JSONValue) -> Month? { value.text.flatMap { Month($0) } }
    static func series(_ value: JSONValue) -> Series? {
        value.text.flatMap { Series(rawValue: $0) }
    }
    static func code<C: Code>(_ value: JSONValue) -> C? { value.text.flatMap { C(rawValue: $0) } }
    static func time(_ value: JSONValue) -> Timestamp? {
        value.integer.flatMap { Timestamp(seconds: $0) }
    }
    static func count(_ value: JSONValue) -> Int64? { value.integer.flatMap { $0 >= 0 ? $0 : nil } }

    /// A key that has the thumbprint it stands under.
    static func key(_ value: JSONValue, under thumbprint: Digest<Digested.Key>) -> VerificationKey?
    {
        guard let bytes = value.plainBytes.flatMap({ Base64URL.decode($0) }),
            let key = NamedKey(bytes: bytes), key.thumbprint == thumbprint
        else { return nil }
        return VerificationKey(registered: key)
    }

    /// In order, each once, at least one.
    static func involvements(_ value: JSONValue) -> [Involvement]? {
        guard let past = list(value, { $0.text.flatMap { Involvement(rawValue: $0) } }),
            !past.isEmpty, zip(past, past.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return past
    }

    /// At least one range.
    static func ranges(_ value: JSONValue) -> [ClosedRange<Int64>]? {
        list(value, numbers).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `[from, to]`, both included.
    static func numbers(_ value: JSONValue) -> ClosedRange<Int64>? {
        guard let bounds = list(value, count), bounds.count == 2, bounds[0] <= bounds[1] else {
            return nil
        }
        return bounds[0]...bounds[1]
    }

    static func list<Element>(
        _ value: JSONValue, _ parse: (JSONValue) -> Element?
    ) -> [Element]? {
        guard let elements = value.elements else { return nil }
        let parsed = elements.compactMap(parse)
        return parsed.count == elements.count ? parsed : nil
    }
}

extension ClaimReader {
    /// A member that is there only where it is `true`.
    mutating func flag(_ name: StaticString) throws(ClaimError) -> Bool {
        try optional(name) { $0.bool == true ? true : nil } ?? false
    }

    mutating func object<Value>(
        _ name: StaticString, _ read: (inout ClaimReader) throws(ClaimError) -> Value
    ) throws(ClaimError) -> Value {
        try Self.closed(required(name), read)
    }

    mutating func optionalObject<Value>(
        _ name: StaticString, _ read: (inout ClaimReader) throws(ClaimError) -> Value
    ) throws(ClaimError) -> Value? {
        guard let value = optional(name) else { return nil }
        return try Self.closed(value, read)
    }

    mutating func list<Value>(
        _ name: StaticString, _ read: (inout ClaimReader) throws(ClaimError) -> Value
    ) throws(ClaimError) -> [Value] {
        guard let elements = try required(name).elements else { throw .malformed("\(name)") }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try Self.closed(element, read)) }
        return values
    }

    /// The members `from` and `to`, in order.
    mutating func months() throws(ClaimError) -> ClosedRange<Month> {
        let from = try required("from", StateField.month)
        let to = try required("to", StateField.month)
        guard from <= to else { throw .malformed("to") }
        return from...to
    }

    private static func closed<Value>(
        _ value: JSONValue, _ read: (inout ClaimReader) throws(ClaimError) -> Value
    ) throws(ClaimError) -> Value {
        var reader = try ClaimReader(value)
        let result = try read(&reader)
        try reader.finish()
        return result
    }
}
