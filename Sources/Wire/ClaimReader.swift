/// Why a JSON object doesn't have the shape its kind prescribes.
public enum ClaimError: Error, Equatable, Sendable {
    case notAnObject
    case missing(String)
    case unexpected(String)
    case malformed(String)
}

/// Reads the members of one object against a closed schema: each member is taken once by name, and
/// ``finish()`` refuses whatever is left.
public struct ClaimReader {
    private let document: JSONDocument
    private var entries: [(key: JSONDocument.Node, value: Int, taken: Bool)] = []
    private var cursor = 0

    /// Throws ``ClaimError/notAnObject`` where `value` is something else.
    public init(_ value: JSONValue) throws(ClaimError) {
        guard value.isObject else { throw .notAnObject }
        document = value.document
        let nodes = document.nodes
        let end = Int(nodes[value.index].next)
        var position = value.index + 1
        while position < end {
            entries.append((nodes[position], position + 1, false))
            position = Int(nodes[position + 1].next)
        }
    }

    /// The member `name`, or `nil` where there is none.
    public mutating func optional(_ name: StaticString) -> JSONValue? {
        for step in 0..<entries.count {
            let index = (cursor + step) % entries.count
            if !entries[index].taken && matches(entries[index].key, name) {
                entries[index].taken = true
                cursor = index + 1
                return JSONValue(document: document, index: entries[index].value)
            }
        }
        return nil
    }

    /// The member `name`. Throws ``ClaimError/missing(_:)``.
    public mutating func required(_ name: StaticString) throws(ClaimError) -> JSONValue {
        guard let value = optional(name) else { throw .missing("\(name)") }
        return value
    }

    /// The member `name`, through `parse`, which returns `nil` for what it refuses.
    @inlinable public mutating func required<Value>(
        _ name: StaticString, _ parse: (JSONValue) -> Value?
    ) throws(ClaimError) -> Value {
        guard let value = parse(try required(name)) else { throw .malformed("\(name)") }
        return value
    }

    /// The member `name` through `parse`, or `nil` where there is no such member.
    @inlinable public mutating func optional<Value>(
        _ name: StaticString, _ parse: (JSONValue) -> Value?
    ) throws(ClaimError) -> Value? {
        guard let member = optional(name) else { return nil }
        guard let value = parse(member) else { throw .malformed("\(name)") }
        return value
    }

    /// Throws ``ClaimError/unexpected(_:)`` where a member was not asked for.
    public func finish() throws(ClaimError) {
        for entry in entries where !entry.taken {
            throw .unexpected(JSONValue.text(of: entry.key, in: document.bytes))
        }
    }

    private func matches(_ key: JSONDocument.Node, _ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard key.kind == .string, Int(key.end - key.start) == count else { return false }
        let start = Int(key.start)
        for offset in 0..<count where document.bytes[start + offset] != name.utf8Start[offset] {
            return false
        }
        return true
    }
}
