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

extension EraBeginning {
    func consequences(compromised: Bool, naming name: (Handle) -> String) -> Consequences {
        var lines = [
            "Era \(number) of the keys would begin; there is no way back to the one before.",
            "What is sealed from then on opens with nothing that any machine had before.",
        ]
        if compromised {
            lines.append("Everybody would read on the log that keys were in wrong hands.")
        }
        if compromised, isHolder {
            lines.append("Older records couldn't be presented any more: that key would be retired.")
        }
        for grant in rekeyed {
            lines.append("\(name(grant.terms.to)) gets new keys under grant \(grant.jti).")
        }
        lines.append("Other devices need their keys anew: trine device share NAME.")
        return Consequences(
            lines: lines,
            members: [
                "compromised": compromised, "era": number, "rekeyed": rekeyed.map(\.jti),
            ], word: "era \(number)")
    }
}

extension MachinesLost {
    var consequences: Consequences {
        let listed = keys.map { key in
            let scopes = key.scopes.map(\.rawValue).joined(separator: ", ")
            let last = key.lastAct.map {
                "; its last act: \($0.kind.rawValue), entry \($0.index), \(LocalTime.minute($0.at))"
            }
            return "  \(key.thumbprint.text.prefix(12))… signs \(scopes)\(last ?? "")"
        }
        let lines =
            keys.isEmpty
            ? ["This machine would get a key. No other machine has one: none would be retired."]
            : [
                "This machine would get a key, and \(counted(keys.count, "key")) of other machines "
                    + "would be retired for ever:"
            ] + listed + [
                "Nothing that they sign from then on is taken; what they read stays read."
            ]
        return Consequences(
            lines: lines,
            members: ["handle": handle, "retired": keys.map(\.thumbprint.text)], word: "\(handle)")
    }
}

extension Charter {
    /// What this charter would mean for `handle`, which puts it in force.
    func consequences(_ decided: [String], for handle: Handle) -> Consequences {
        var lines = decided
        lines.append(
            "From then on \(threshold) of \(authorities.count) of these authorities decide, also on the "
                + "next charter: nobody else can take this one back.")
        if !authorities.contains(handle) {
            lines.append("Careful: you wouldn't be an authority any more.")
        }
        return Consequences(
            lines: lines, members: ["authorities": authorities, "threshold": threshold],
            word: "\(threshold) of \(authorities.count)")
    }
}
