import Client
import Sharing
import Wire

extension InboxItem {
    /// A word for other programs.
    var kind: String {
        switch self {
        case .request: "request"
        case .unread: "grant-unread"
        case .ending: "grant-ending"
        case .toDelete: "delete"
        case .openBooks: "books-open"
        case .application: "application"
        case .hold: "hold"
        case .suspended: "suspended"
        case .refused: "entry-refused"
        }
    }

    /// What it is about: an identifier, a handle or a book.
    var subject: String {
        switch self {
        case .request(let request): request.jti.text
        case .unread(let grant), .ending(let grant), .toDelete(let grant, _): grant.jti.text
        case .openBooks(let books): books.map(\.description).joined(separator: ",")
        case .application(let handle, _, _): handle.text
        case .hold(let hold): "\(hold.index)"
        case .suspended: ""
        case .refused(let index): "\(index)"
        }
    }

    func words(as reader: Handle, _ names: Names) -> String {
        switch self {
        case .request(let request):
            return "\(names.shown(request.by)) asks for \(request.terms.subject.words) of "
                + "\(request.terms.scope.words), for \(request.purpose.rawValue)"
        case .unread(let grant):
            return "\(names.shown(grant.issuer)) let you \(grant.terms.subject.right.rawValue) "
                + "\(grant.terms.scope.words), and you haven't yet"
        case .ending(let grant):
            let other = grant.issuer == reader ? grant.terms.to : grant.issuer
            return "the grant with \(names.shown(other)) ends on "
                + LocalTime.minute(grant.claims.expires)
        case .toDelete(let grant, let since):
            return "what you read of \(names.shown(grant.issuer)) was to be kept until "
                + "\(LocalTime.minute(since)): delete it"
        case .openBooks(let books):
            let first = books.prefix(3).map(\.description).joined(separator: ", ")
            return "\(counted(books.count, "book")) of months that are over "
                + (books.count == 1 ? "is open: " : "are open: ") + first
                + (books.count > 3 ? ", …" : "")
        case .application(let handle, let name, _):
            return "\(name.onOneLine) applied as \(handle)"
        case .hold(let hold):
            return
                "\(names.shown(hold.by)) put \(hold.terms.books?.words ?? "all your books") under "
                + "legal hold" + (hold.terms.until.map { " until \(LocalTime.minute($0))" } ?? "")
        case .suspended(let since, let reason):
            return "you are suspended since \(LocalTime.minute(since))"
                + (reason.map { " (\($0.rawValue))" } ?? "")
        case .refused(let index):
            return "the gateway made entry \(index) against the rules of the log: tell a regulator"
        }
    }

    /// What to do about it; nothing where it is only to be known.
    func command(as reader: Handle) -> String? {
        switch self {
        case .request(let request): "trine enterprise grant --request \(request.jti) --dry-run"
        case .unread(let grant): "trine lender fetch \(grant.jti)"
        case .ending(let grant) where grant.issuer == reader:
            "trine enterprise grant extend \(grant.jti) --for 30d --dry-run"
        case .ending(let grant): "trine lender fetch \(grant.jti)"
        case .toDelete(let grant, _): "trine lender deleted \(grant.jti)"
        case .openBooks(let books): "trine enterprise close \(books[0]) --dry-run"
        case .application(let handle, _, _): "trine authority admit \(handle)"
        case .hold, .suspended, .refused: nil
        }
    }
}

extension Outcome {
    static func inbox(_ items: [InboxItem], as reader: Handle, _ names: Names) -> Outcome {
        let table = Table<InboxItem>([
            .init("WHAT", "what") { $0.kind }, .init("", "words") { $0.words(as: reader, names) },
            .init("TO DO", "command") { $0.command(as: reader) },
            .init { ["subject": $0.subject] },
        ])
        return Outcome(["inbox": table.json(items)]) { table.text(items) ?? "Nothing waits." }
    }
}
