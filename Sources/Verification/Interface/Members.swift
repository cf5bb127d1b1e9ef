import Transparency
import Wire

/// Reads one object of the interface against a closed schema, and knows where it stands.
struct Members {
    let place: Place
    private var reader: ClaimReader

    init(_ value: JSONValue, at place: Place) throws(InterfaceError) {
        do { reader = try ClaimReader(value) } catch { throw InterfaceError(place, .claims(error)) }
        self.place = place
    }

    /// The root object of a canonical text of at most `limit` bytes.
    init(parsing bytes: [UInt8], limit: Int) throws(InterfaceError) {
        guard bytes.count <= limit else {
            throw InterfaceError(.root, .tooLarge(bytes: bytes.count, limit: limit))
        }
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, bytes) } catch {
            throw InterfaceError(.root, .json(error))
        }
        try self.init(document.root, at: .root)
    }

    mutating func required<Value>(
        _ name: StaticString, _ parse: (JSONValue) -> Value?
    ) throws(InterfaceError) -> Value {
        do { return try reader.required(name, parse) } catch {
            throw InterfaceError(place, .claims(error))
        }
    }

    /// A member that may be absent, but not `null`.
    mutating func optional<Value>(
        _ name: StaticString, _ parse: (JSONValue) -> Value?
    ) throws(InterfaceError) -> Value? {
        do { return try reader.optional(name, parse) } catch {
            throw InterfaceError(place, .claims(error))
        }
    }

    /// A member that must be there, but may be `null`.
    mutating func nullable<Value>(
        _ name: StaticString, _ parse: (JSONValue) -> Value?
    ) throws(InterfaceError) -> Value? {
        try required(name) { $0.isNull ? .some(nil) : parse($0).map(Optional.some) }
    }

    mutating func nested<Value>(
        _ name: StaticString, _ parse: (JSONValue, Place) throws(InterfaceError) -> Value
    ) throws(InterfaceError) -> Value {
        try parse(try required(name) { $0 }, place.member(name))
    }

    mutating func nullableNested<Value>(
        _ name: StaticString, _ parse: (JSONValue, Place) throws(InterfaceError) -> Value
    ) throws(InterfaceError) -> Value? {
        let value = try required(name) { $0 }
        return value.isNull ? nil : try parse(value, place.member(name))
    }

    /// A member that may be absent, but not `null`.
    mutating func optionalNested<Value>(
        _ name: StaticString, _ parse: (JSONValue, Place) throws(InterfaceError) -> Value
    ) throws(InterfaceError) -> Value? {
        guard let value = try optional(name, { $0 }) else { return nil }
        return try parse(value, place.member(name))
    }

    mutating func list<Element>(
        _ name: StaticString, limit: Int,
        _ parse: (JSONValue, Place) throws(InterfaceError) -> Element
    ) throws(InterfaceError) -> [Element] {
        let values = try required(name) { $0.elements }
        let place = place.member(name)
        guard values.count <= limit else { throw InterfaceError(place, .tooMany(limit: limit)) }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            elements.append(try parse(value, place.element(index)))
        }
        return elements
    }

    func finish() throws(InterfaceError) {
        do { try reader.finish() } catch { throw InterfaceError(place, .claims(error)) }
    }

    func malformed(_ name: StaticString) -> InterfaceError {
        InterfaceError(place, .claims(.malformed("\(name)")))
    }
}

/// Readers of single values; each gives `nil` for what it refuses.
enum Value {
    static func count(_ value: JSONValue) -> Int64? { value.integer.flatMap { $0 >= 0 ? $0 : nil } }

    static func note(_ value: JSONValue) -> Note? {
        value.text.flatMap { try? Note(parsing: Array($0.utf8)) }
    }

    static func hash(_ value: JSONValue) -> Hash? { value.plainBytes.flatMap { Hash(base64: $0) } }

    /// Hashes of an inclusion proof, from the leaf to the root.
    static func proof(_ value: JSONValue) -> [Hash]? {
        list(value, limit: InclusionProof.maximumHashes, hash)
    }

    static func list<Element>(
        _ value: JSONValue, limit: Int, _ parse: (JSONValue) -> Element?
    ) -> [Element]? {
        guard let values = value.elements, values.count <= limit else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(values.count)
        for value in values {
            guard let element = parse(value) else { return nil }
            elements.append(element)
        }
        return elements
    }
}
