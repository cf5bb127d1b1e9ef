import Sharing
import Wire

/// An enterprise closes a book of its own, stating how many records it has and their root.
enum CloseBookRule: KindRule {
    static let actions: [PolicyAction] = [.close]

    static func reads(_ said: Stated<CloseBook>, _ reads: inout Reads) {
        reads.add(BookState.key(said.issuer, said.claims.book))
    }

    static func decide(_ said: Stated<CloseBook>, _ decision: inout Decision) throws(Refusal) {
        let (name, count) = (said.claims.book, said.claims.count)
        try decision.requireEnterprise()
        var book = decision.book(name, of: said.issuer)
        guard !book.closed else { throw .book(.bookClosed(name)) }
        guard count == book.count else { throw .book(.wrongCount(have: count, want: book.count)) }
        guard said.claims.root == book.root else { throw .book(.wrongRoot) }
        try decision.requirePermission(decision.closing(name, by: decision.issuerEntity))
        book.closed = true
        decision.change(BookState.key(said.issuer, name), to: book)
    }

    static func facts(_ said: Stated<CloseBook>) -> [AuditFact] {
        said.claims.count == 0 ? [.bookOpened, .bookClosed] : [.bookClosed]
    }
}

extension PolicyAction {
    public static let close = PolicyAction(
        "close", "close a book of the BOOKS", about: .ownBooks, with: [.time])
}
