import Client
import Rules
import Sharing
import Verification
import Wire

extension BookClosing {
    /// What closing means, and what is unusual about closing this one now.
    var consequences: Consequences {
        var lines = ["\(book) would be closed for ever, with \(counted(state.count, "record"))."]
        if book.month > now {
            lines.append("Careful: \(book.month) hasn't begun; it is \(now) now.")
        } else if isEarly {
            lines.append("Careful: \(book.month) isn't over.")
        }
        if isEmpty { lines.append("Careful: nothing is registered in it.") }
        if let next {
            lines.append("A document of \(book.month) that comes later would go into \(next).")
        }
        for grant in ending {
            lines.append("Grant \(grant.jti) ends with this book, and wouldn't show it.")
        }
        return Consequences(
            lines: lines,
            members: [
                "book": book, "count": state.count, "empty": isEmpty,
                "escapes": ending.map(\.jti), "month_over": !isEarly, "next": next,
            ], word: "\(book)")
    }
}

extension RecordErasure {
    func consequences(naming name: (Handle) -> String) -> Consequences {
        var lines = ["\(record.name) would become unreadable for everybody, for ever."]
        let values = shown?.fields?.values ?? [:]
        let known = Self.telling.compactMap { field -> String? in
            guard let field = FieldName(field), let value = values[field], value != .null else {
                return nil
            }
            return "\(field) \(value.words)"
        }
        lines.append(
            known.isEmpty
                ? "What it says can't be read here." : "It says: \(known.joined(separator: ", ")).")
        for grant in readable {
            lines.append("\(name(grant.terms.to)) can read it now, under grant \(grant.jti).")
        }
        if accesses > 0 {
            lines.append(
                "It was read \(counted(accesses, "time")): who has read it keeps what it read.")
        }
        return Consequences(
            lines: lines,
            members: [
                "accesses": accesses, "fields": values.members, "readable": readable.map(\.jti),
                "record": record.name,
            ], word: record.name)
    }

    /// By these fields people know a document.
    private static let telling = [
        "number", "issue_date", "seller_name", "buyer_name", "payable_amount",
    ]
}

extension GrantEnding {
    /// What ends, for either side.
    func consequences(naming name: (Handle) -> String) -> Consequences {
        let read = lastRead.map { ", the last time \(LocalTime.minute($0))" } ?? ""
        var lines = [
            "Grant \(grant.jti) from \(name(grant.issuer)) to \(name(grant.terms.to)) would end now "
                + "instead of \(LocalTime.minute(grant.claims.expires)).",
            "It is for \(grant.claims.purpose.rawValue): \(grant.terms.subject.words) of "
                + "\(grant.terms.scope.words).",
            "It was used \(counted(grant.accesses, "time"))\(read): what was read stays read.",
            "There is no way back but a new grant.",
        ]
        for other in rekeyed {
            lines.append("\(name(other.terms.to)) gets new keys under grant \(other.jti).")
        }
        return Consequences(
            lines: lines,
            members: [
                "accesses": grant.accesses, "exp": grant.claims.expires, "grant": grant.jti,
                "grantee": grant.terms.to, "last_read": lastRead,
                "rekeyed": rekeyed.map(\.jti),
            ])
    }
}
