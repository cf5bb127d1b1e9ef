public import Sharing
public import Wire

/// The name of one piece of the state that the entries before an index have made: a family, and
/// which one of it.
public struct StateKey: Sendable {
    public let family: StateFamily
    public let name: StateName
    /// Known from the beginning: each key is looked for in many tables.
    private let code: Int

    init(family: StateFamily, name: StateName) {
        self.family = family
        self.name = name
        var hasher = Hasher()
        hasher.combine(family)
        hasher.combine(name)
        code = hasher.finalize()
    }

    /// A key that says what stands under it.
    public struct Of<Object: StateObject>: Hashable, Sendable {
        public let untyped: StateKey

        init(_ name: StateName) { untyped = StateKey(family: StateFamily(Object.self), name: name) }
    }

    /// As stored and as named in reports: `book/e-7k2m9q4x/invoices/2026-11`.
    public var text: String {
        let name = name.text
        return name.isEmpty ? family.name : family.name + "/" + name
    }
}

extension StateKey: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        one.code == other.code && one.family == other.family && one.name == other.name
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

extension StateKey {
    /// Parses ``text``; `nil` for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            .map(String.init)
        guard let family = StateFamily(name: parts[0]),
            let name = StateName(parts.dropFirst().map { $0 }, as: family.object.pattern)
        else { return nil }
        self.init(family: family, name: name)
    }
}

/// Which one of a family a piece of state is.
public enum StateName: Hashable, Sendable {
    case only
    case handle(Handle)
    case key(Digest<Digested.Key>)
    case jti(JTI)
    case handles(Handle, Handle)
    case book(Handle, BookName)
    case series(Handle, Series)
    case source(Handle, Digest<Digested.Source>)

    /// What names of one family look like.
    public enum Pattern: Sendable {
        case only, handle, key, jti, handles, book, series, source
    }

    /// The participant, where that is all of the name.
    public var handle: Handle? { if case .handle(let handle) = self { handle } else { nil } }

    var text: String {
        switch self {
        case .only: ""
        case .handle(let handle): handle.text
        case .key(let key): key.text
        case .jti(let jti): jti.text
        case .handles(let first, let second): first.text + "/" + second.text
        case .book(let handle, let book): handle.text + "/" + book.description
        case .series(let handle, let series): handle.text + "/" + series.rawValue
        case .source(let handle, let source): handle.text + "/" + source.text
        }
    }

    init?(_ parts: [String], as pattern: Pattern) {
        let owner = parts.first.flatMap { Handle($0) }
        switch (pattern, parts.count) {
        case (.only, 0): self = .only
        case (.handle, 1):
            guard let owner else { return nil }
            self = .handle(owner)
        case (.key, 1):
            guard let key = Digest<Digested.Key>(text: parts[0]) else { return nil }
            self = .key(key)
        case (.jti, 1):
            guard let jti = JTI(text: parts[0]) else { return nil }
            self = .jti(jti)
        case (.handles, 2):
            guard let owner, let second = Handle(parts[1]) else { return nil }
            self = .handles(owner, second)
        case (.book, 2):
            guard let owner, let book = BookName(parts[1]) else { return nil }
            self = .book(owner, book)
        case (.series, 2):
            guard let owner, let series = Series(rawValue: parts[1]) else { return nil }
            self = .series(owner, series)
        case (.source, 2):
            guard let owner, let source = Digest<Digested.Source>(text: parts[1]) else {
                return nil
            }
            self = .source(owner, source)
        default: return nil
        }
    }
}
