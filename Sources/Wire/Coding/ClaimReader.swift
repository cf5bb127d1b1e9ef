/// Why a JSON object doesn't have the shape that is prescribed. Names are paths from the object that
/// is read, `terms/scope/from` or `records/17/index`.
public enum ClaimError: Error, Equatable, Sendable {
    case notAnObject
    case missing(String)
    case unexpected(String)
    case malformed(String)
    /// A list with more elements than this.
    case tooMany(String, limit: Int)

    /// The member of the outermost object that is concerned; empty for the object itself.
    public var member: String {
        let path =
            switch self {
            case .notAnObject: ""
            case .missing(let path), .unexpected(let path), .malformed(let path): path
            case .tooMany(let path, _): path
            }
        return String(path.prefix { $0 != "/" })
    }

    /// The same error, seen from the object around the member `name`.
    public func inside(_ name: String) -> ClaimError {
        func path(_ inner: String) -> String { inner.isEmpty ? name : "\(name)/\(inner)" }
        return switch self {
        case .notAnObject: .malformed(name)
        case .missing(let inner): .missing(path(inner))
        case .unexpected(let inner): .unexpected(path(inner))
        case .malformed(let inner): .malformed(path(inner))
        case .tooMany(let inner, let limit): .tooMany(path(inner), limit: limit)
        }
    }
}

/// Reads the members of one object against a closed schema: each member is taken once by name, and
/// ``finish()`` refuses whatever is left.
public struct ClaimReader {
    private let document: JSONDocument
    private var entries: [(key: JSONDocument.Node, value: Int, taken: Bool)] = []
    private var cursor = 0
    /// Whether members that don't apply are left out here, instead of being `null`.
    @usableFromInline var leavesOutNulls = false

    /// Throws ``ClaimError/notAnObject`` where `value` is something else.
    public init(_ value: JSONValue) throws(ClaimError) {
        guard value.isObject else { throw .notAnObject }
        document = value.document
        let nodes = document.nodes
        let end = Int(nodes[value.index].next)
        var position = value.index + 1
        entries.reserveCapacity(min(16, end - position))
        while position < end {
            entries.append((nodes[position], position + 1, false))
            position = Int(nodes[position + 1].next)
        }
    }

    /// The member `name`, or `nil` where there is none.
    public mutating func optional(_ name: StaticString) -> JSONValue? {
        optional(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    mutating func optional(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
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

    /// The member of a shape; `nil` where there is none and there doesn't have to be one. Throws
    /// ``ClaimError``.
    @usableFromInline mutating func member(
        _ name: String, _ bytes: [UInt8], _ presence: MemberRow.Presence
    ) throws(ClaimError) -> JSONValue? {
        let leavesOut = presence == .nullable && leavesOutNulls
        guard let found = bytes.withUnsafeBufferPointer({ optional($0) }) else {
            guard presence == .optional || leavesOut else { throw .missing(name) }
            return nil
        }
        if leavesOut && found.isNull { throw .malformed(name) }
        return found
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

    private func matches(
        _ key: JSONDocument.Node, _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard key.kind == .string, Int(key.end - key.start) == name.count else { return false }
        let start = Int(key.start)
        for offset in 0..<name.count where document.bytes[start + offset] != name[offset] {
            return false
        }
        return true
    }
}
