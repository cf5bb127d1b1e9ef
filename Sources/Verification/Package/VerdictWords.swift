import Sharing
public import Wire

extension Verdict {
    /// The verdict for people, a sentence a line. Handles are as on the chain; whoever prints them
    /// may pass a name that it knows them by.
    public func lines(naming name: (Handle) -> String = { $0.text }) -> [String] {
        guard statements.isEmpty else { return provenLines(name) }
        var lines = [
            "\(name(enterprise)) let \(name(grantee)) read \(count(fields.count, "field"))"
                + " of \(count(records, "record")) for \(purpose.rawValue).",
            "Fields: \(fields.map(\.text).joined(separator: ", ")).",
        ]
        if heads < records {
            lines.append("\(records - heads) of these records are replaced by later ones.")
        }
        lines += books.map(\.line)
        if let words = unregistered.words {
            lines.append("Nothing is registered in \(words).")
        }
        return lines + standing(name)
    }

    private func provenLines(_ name: (Handle) -> String) -> [String] {
        let count = count(statements.count, "statement")
        let first =
            "\(name(enterprise)) proved \(count) to \(name(grantee)) for \(purpose.rawValue),"
            + " over \(self.count(records, "record")) of \(self.count(books.count, "book")),"
            + " without showing a value:"
        return [first] + proofLines + books.map(\.line) + standing(name)
            + unprovenLines(onTheWordOf: witnesses(name))
    }

    private func standing(_ name: (Handle) -> String) -> [String] {
        let date = dated.map { "is dated \($0) by the host" } ?? "bears no date of the host's"
        return [
            "The grant was live at index \(access) (\(accessTime)), on the word of \(witnesses(name));"
                + " it stands from \(notBefore) to \(expires) unless it is revoked.",
            "All this is as of index \(access), when log time was \(asOf) or later; of what came after"
                + " it a package says nothing. Its checkpoint \(date).",
        ]
    }

    /// The verdict as JSON.
    public var json: JSON {
        guard case .object(var members) = plainJSON else { return plainJSON }
        if let provenAt {
            members["proven_at"] = .integer(provenAt)
            members["statements"] = .array(statements.map { .string($0.description) })
        }
        if !links.isEmpty { members["links"] = .array(links.map(\.json)) }
        return .object(members)
    }

    private var plainJSON: JSON {
        [
            "access": .integer(access), "access_time": .integer(accessTime.seconds),
            "as_of": .integer(asOf.seconds),
            "books": .array(books.map(\.json)), "complete": .bool(isComplete),
            "data_life": .integer(dataLife), "dated": dated.map { .integer($0.seconds) } ?? .null,
            "enterprise": .string(enterprise.text),
            "exp": .integer(expires.seconds), "fields": .array(fields.map { .string($0.text) }),
            "grant": .string(grant.text), "grant_index": .integer(grantIndex),
            "grantee": .string(grantee.text), "heads": .integer(Int64(heads)),
            "host": .string(host.text), "nbf": .integer(notBefore.seconds),
            "origin": .string(origin.text), "purpose": .string(purpose.rawValue),
            "records": .integer(Int64(records)), "right": .string(right.rawValue),
            "size": .integer(Int64(clamping: size)),
            "unregistered": .array(unregistered.map { .string($0.description) }),
            "witnesses": witnessesJSON,
        ]
    }

    private func witnesses(_ name: (Handle) -> String) -> String {
        switch word {
        case .host: name(host) == "host" ? "the host" : "the host, \(name(host))"
        case .quorum(let names): "the host and \(names.joined(separator: ", "))"
        }
    }

    private var witnessesJSON: JSON {
        switch word {
        case .host: .array([])
        case .quorum(let names): .array(names.map { .string($0) })
        }
    }

    private func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}

extension [BookName] {
    /// `invoices/2026-02..2026-04, invoices/2026-11`; `nil` for none.
    fileprivate var words: String? {
        guard !isEmpty else { return nil }
        var runs: [(first: BookName, last: BookName)] = []
        for book in self {
            if let run = runs.last, run.last.month.number + 1 == book.month.number {
                runs[runs.count - 1].last = book
            } else {
                runs.append((book, book))
            }
        }
        return runs.map { run in
            run.first == run.last ? "\(run.first)" : "\(run.first)..\(run.last.month)"
        }.joined(separator: ", ")
    }
}

extension Verdict.Book {
    /// `invoices/2026-11: complete, closed, 17 records (1 replaced)`.
    fileprivate var line: String {
        var notes: [String] = []
        if replaced > 0 { notes.append("\(replaced) replaced") }
        if erased > 0 { notes.append("\(erased) erased") }
        let ranges = missing.map {
            $0.count == 1 ? "#\($0.lowerBound)" : "#\($0.lowerBound)–\($0.upperBound)"
        }
        let state =
            isComplete ? "complete" : "incomplete, without \(ranges.joined(separator: ", "))"
        return "\(book): \(state), \(closed ? "closed" : "still open") with"
            + " \(count) record\(count == 1 ? "" : "s")"
            + (notes.isEmpty ? "." : " (\(notes.joined(separator: ", "))).")
    }

    fileprivate var json: JSON {
        [
            "book": .string(book.description), "closed": .bool(closed),
            "complete": .bool(isComplete), "count": .integer(count), "erased": .integer(erased),
            "missing": .array(
                missing.map { [.integer($0.lowerBound), .integer($0.upperBound)] }),
            "replaced": .integer(replaced), "served": .integer(served),
        ]
    }
}
