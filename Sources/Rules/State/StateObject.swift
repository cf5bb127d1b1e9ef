import Sharing
public import Wire

/// A family of pieces of state: those that one type describes.
///
/// Every log has the first four. The others belong to the rules that declare them.
public struct StateFamily: Hashable, Sendable {
    public let object: any StateObject.Type

    init(_ object: any StateObject.Type) { self.object = object }

    /// The family with this name; `nil` where there is none.
    init?(name: some StringProtocol) {
        guard let family = Self.named[String(name)] else { return nil }
        self = family
    }

    public var name: String { object.family }

    public static let all: [StateFamily] =
        ([LogState.self, ParticipantState.self, KeyState.self, StatementState.self]
        + Kind.allCases.flatMap { $0.rule.states }).map { StateFamily($0) }

    private static let named = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    public static func == (left: Self, right: Self) -> Bool { left.object == right.object }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(object)) }
}

/// One piece of state. Each is small: what grows with the log has keys of its own.
///
/// Its bytes are one object of canonical JSON, in which what is `nil`, `false` or empty by default is
/// left out. The same value always has the same bytes.
public protocol StateObject: Shaped, Hashable {
    /// The name of the family: the first part of its keys.
    static var family: String { get }
    static var pattern: StateName.Pattern { get }
    /// What the values follow from.
    static var origin: StateOrigin { get }
    /// Whether the value can stand under this name.
    func fits(_ name: StateName) -> Bool
}

/// Which claims the values of a family follow from.
///
/// What follows from public claims is a function of the leaves alone: whoever replays the log without
/// being shown anything has the same values, to the byte.
public enum StateOrigin: Hashable, Sendable {
    case publicClaims
    /// Without the selective claims there is no value, or another one.
    case selectiveClaims
    /// These members follow from selective claims too, and are left out without them.
    case both(selective: Set<String>)
}

extension StateObject {
    public func fits(_ name: StateName) -> Bool { true }

    /// The value as canonical JSON.
    public var bytes: [UInt8] { Self.shape.bytes(of: self, leavingOutNulls: true) }

    /// Reads what stands under `name`. Throws ``StateError``.
    fileprivate static func read(
        _ json: JSONValue, under name: StateName
    ) throws(StateError) -> Self {
        let value: Self
        do { value = try shape.read(json, leavingOutNulls: true) } catch { throw .claims(error) }
        guard value.fits(name) else { throw .wrongName }
        return value
    }

    fileprivate func bytes(where isWanted: (String) -> Bool) -> [UInt8] {
        Self.shape.bytes(of: self, leavingOutNulls: true, where: isWanted)
    }

    fileprivate func write(to writer: inout JSONWriter) {
        Self.shape.write(self, to: &writer, leavingOutNulls: true)
    }

    fileprivate func isEqual(to other: any StateObject) -> Bool { other as? Self == self }
}

/// A piece of state of any family.
public struct StateValue: Hashable, Sendable {
    public let object: any StateObject

    public init(_ object: some StateObject) { self.object = object }

    public var bytes: [UInt8] { object.bytes }

    /// What of the value follows from public claims, as canonical JSON; `nil` where nothing does.
    public var publicBytes: [UInt8]? {
        switch type(of: object).origin {
        case .publicClaims: bytes
        case .selectiveClaims: nil
        case .both(let others): object.bytes { !others.contains($0) }
        }
    }

    /// The rest of the value; `nil` where there is none.
    public var selectiveBytes: [UInt8]? {
        switch type(of: object).origin {
        case .publicClaims: return nil
        case .selectiveClaims: return bytes
        case .both(let others):
            let bytes = object.bytes(where: others.contains)
            return bytes == Array("{}".utf8) ? nil : bytes
        }
    }

    /// Puts together what stands under `key` of ``publicBytes`` and ``selectiveBytes``; `nil` where
    /// there is nothing. Throws ``StateError``.
    public init?(
        _ publicBytes: [UInt8]?, _ selectiveBytes: [UInt8]?, for key: StateKey
    ) throws(StateError) {
        switch (key.family.object.origin, publicBytes, selectiveBytes) {
        case (_, nil, nil): return nil
        case (.publicClaims, .some(let bytes), nil), (.selectiveClaims, nil, .some(let bytes)):
            try self.init(parsing: bytes, for: key)
        case (.both(let others), .some(let bytes), let rest):
            var members = try Self.members(bytes)
            guard others.isDisjoint(with: members.keys) else { throw .wrongPart }
            if let rest = try rest.map(Self.members) {
                guard !rest.isEmpty, others.isSuperset(of: rest.keys) else { throw .wrongPart }
                members.merge(rest) { $1 }
            }
            try self.init(parsing: JSON.object(members).canonicalBytes, for: key)
        default: throw .wrongPart
        }
    }

    private static func members(_ bytes: [UInt8]) throws(StateError) -> [String: JSON] {
        guard case .object(let members)? = try? JSON(canonical: bytes) else { throw .wrongPart }
        return members
    }

    /// Reads ``bytes`` as what stands under `key`, and accepts no other spelling of it. Throws
    /// ``StateError``.
    public init(parsing bytes: [UInt8], for key: StateKey) throws(StateError) {
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, bytes) } catch { throw .json(error) }
        object = try key.family.object.read(document.root, under: key.name)
    }

    fileprivate init(_ json: JSONValue, for key: StateKey) throws(StateError) {
        object = try key.family.object.read(json, under: key.name)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.object.isEqual(to: right.object)
    }

    public func hash(into hasher: inout Hasher) { object.hash(into: &hasher) }
}

/// A piece of state under its name.
public struct StateRow: Hashable, Sendable {
    public let key: StateKey
    public let value: StateValue

    public init(key: StateKey, value: StateValue) {
        self.key = key
        self.value = value
    }
}

extension Codec where Value == StateRow {
    /// A pair of the key's text and the value.
    public static let stateRow = Codec(
        "state",
        read: { (json) throws(ClaimError) in
            guard let pair = json.elements, pair.count == 2,
                let key = pair[0].text.flatMap({ StateKey(text: $0) }),
                let value = try? StateValue(pair[1], for: key)
            else { return nil }
            return StateRow(key: key, value: value)
        },
        write: { row, writer in
            writer.array([0, 1]) { part, writer in
                part == 0
                    ? writer.plain(row.key.text.utf8) : row.value.object.write(to: &writer)
            }
        })
}

/// Why bytes aren't the value of a piece of state.
public enum StateError: Error, Equatable, Sendable {
    case json(JSONError)
    case claims(ClaimError)
    /// The value can't stand under this name.
    case wrongName
    /// What follows from selective claims stands with what follows from public ones, or the other way.
    case wrongPart
}
