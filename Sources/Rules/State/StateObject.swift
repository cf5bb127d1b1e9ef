import Sharing
public import Wire

/// The families of pieces of state. Each is a file of its own beside this one.
public enum StateFamily: String, CaseIterable, Sendable {
    case log, participant, key, statement, book, source, grant, fetch, epochs, holds
    case involvement = "dealings"
    case request

    /// The one table of families.
    public var object: any StateObject.Type {
        switch self {
        case .log: LogState.self
        case .participant: ParticipantState.self
        case .key: KeyState.self
        case .statement: StatementState.self
        case .book: BookState.self
        case .source: SourceState.self
        case .grant: GrantState.self
        case .fetch: FetchState.self
        case .epochs: EpochState.self
        case .holds: HoldsState.self
        case .involvement: InvolvementState.self
        case .request: RequestState.self
        }
    }
}

/// One piece of state. Each is small: what grows with the log has keys of its own.
///
/// Its bytes are one object of canonical JSON, in which what is `nil`, `false` or empty by default is
/// left out. The same value always has the same bytes.
public protocol StateObject: Shaped, Hashable {
    static var family: StateFamily { get }
    static var pattern: StateName.Pattern { get }
    /// Whether the value can stand under this name.
    func fits(_ name: StateName) -> Bool
}

extension StateObject {
    public func fits(_ name: StateName) -> Bool { true }

    /// The value as canonical JSON.
    public var bytes: [UInt8] { Self.shape.bytes(of: self, leavingOutNulls: true) }

    /// Reads ``bytes`` as what stands under `name`, and accepts no other spelling of it.
    /// Throws ``StateError``.
    static func parse(_ bytes: [UInt8], under name: StateName) throws(StateError) -> Self {
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, bytes) } catch { throw .json(error) }
        let value: Self
        do { value = try shape.read(document.root, leavingOutNulls: true) } catch {
            throw .claims(error)
        }
        guard value.fits(name) else { throw .wrongName }
        return value
    }

    fileprivate func isEqual(to other: any StateObject) -> Bool { other as? Self == self }
}

/// A piece of state of any family.
public struct StateValue: Hashable, Sendable {
    public let object: any StateObject

    public init(_ object: some StateObject) { self.object = object }

    public var bytes: [UInt8] { object.bytes }

    /// Reads ``bytes`` as what stands under `key`. Throws ``StateError``.
    public init(parsing bytes: [UInt8], for key: StateKey) throws(StateError) {
        object = try key.family.object.parse(bytes, under: key.name)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.object.isEqual(to: right.object)
    }

    public func hash(into hasher: inout Hasher) { object.hash(into: &hasher) }
}

/// Why bytes aren't the value of a piece of state.
public enum StateError: Error, Equatable, Sendable {
    case json(JSONError)
    case claims(ClaimError)
    /// The value can't stand under this name.
    case wrongName
}
