public import Sharing
public import Wire

/// The name of one piece of the state that the entries before an index have made.
public enum StateKey: Hashable, Sendable {
    case log
    case participant(Handle)
    case key(Digest<Digested.Key>)
    case statement(JTI)
    case book(Handle, BookName)
    case source(Handle, Digest<Digested.Source>)
    case grant(JTI)
    case fetch(JTI)
    case epochs(Handle, Series)
    case holds(Handle)
    /// What the first has done with the second's books.
    case dealings(Handle, Handle)
    /// What was asked for.
    case request(JTI)

    /// As stored and as named in reports: `book/e-7k2m9q4x/invoices/2026-11`.
    public var text: String {
        switch self {
        case .log: "log"
        case .participant(let handle): "participant/\(handle)"
        case .key(let thumbprint): "key/\(thumbprint)"
        case .statement(let jti): "statement/\(jti)"
        case .book(let handle, let book): "book/\(handle)/\(book)"
        case .source(let handle, let source): "source/\(handle)/\(source)"
        case .grant(let jti): "grant/\(jti)"
        case .fetch(let jti): "fetch/\(jti)"
        case .epochs(let handle, let series): "epochs/\(handle)/\(series.rawValue)"
        case .holds(let handle): "holds/\(handle)"
        case .dealings(let user, let owner): "dealings/\(user)/\(owner)"
        case .request(let jti): "request/\(jti)"
        }
    }

    /// Parses ``text``; `nil` for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            .map(String.init)
        switch (parts.first, parts.count) {
        case ("log", 1): self = .log
        case ("participant", 2):
            guard let handle = Handle(parts[1]) else { return nil }
            self = .participant(handle)
        case ("holds", 2):
            guard let handle = Handle(parts[1]) else { return nil }
            self = .holds(handle)
        case ("key", 2):
            guard let thumbprint = Digest<Digested.Key>(text: parts[1]) else { return nil }
            self = .key(thumbprint)
        case ("statement", 2), ("grant", 2), ("fetch", 2), ("request", 2):
            guard let jti = JTI(text: parts[1]) else { return nil }
            switch parts[0] {
            case "statement": self = .statement(jti)
            case "grant": self = .grant(jti)
            case "fetch": self = .fetch(jti)
            default: self = .request(jti)
            }
        case ("dealings", 3):
            guard let user = Handle(parts[1]), let owner = Handle(parts[2]) else { return nil }
            self = .dealings(user, owner)
        case ("book", 3):
            guard let handle = Handle(parts[1]), let book = BookName(parts[2]) else { return nil }
            self = .book(handle, book)
        case ("source", 3):
            guard let handle = Handle(parts[1]),
                let source = Digest<Digested.Source>(text: parts[2])
            else { return nil }
            self = .source(handle, source)
        case ("epochs", 3):
            guard let handle = Handle(parts[1]), let series = Series(rawValue: parts[2]) else {
                return nil
            }
            self = .epochs(handle, series)
        default: return nil
        }
    }
}
