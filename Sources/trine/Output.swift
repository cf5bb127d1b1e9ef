import Client
import Importing
import Sharing
import Verification
import Wire

/// Parts of results that several commands print.
enum Output {
    static func jtis(_ jtis: [JTI]) -> JSON { .array(jtis.map { .string($0.text) }) }

    /// A registered statement: its place and identifier, and the command's own members.
    static func json(_ registration: Registration, _ members: [String: JSON] = [:]) -> JSON {
        var members = members
        members["index"] = .integer(registration.index)
        members["jti"] = .string(registration.statement.jti.text)
        return .object(members)
    }

    /// A scope as people write it: `invoices 2026-01..2026-12`.
    static func text(_ scope: Scope) -> String {
        switch scope {
        case .months(let series, let months):
            return months.count == 1
                ? "\(series.rawValue) \(months.lowerBound)"
                : "\(series.rawValue) \(months.lowerBound)..\(months.upperBound)"
        case .records(let ranges): return text(ranges)
        }
    }

    static func text(_ range: RecordRange) -> String {
        range.from == range.to
            ? "\(range.book)#\(range.from)" : "\(range.book)#\(range.from)..\(range.to)"
    }

    /// Few ranges as they are, many only by how much they are.
    static func text(_ ranges: [RecordRange]) -> String {
        guard ranges.count > mostRanges else { return ranges.map(text).joined(separator: " ") }
        let records = ranges.reduce(0) { $0 + $1.to - $1.from + 1 }
        let months = ranges.map(\.book.month)
        let books = Set(ranges.map(\.book)).count
        return "\(records) records in \(books) books, \(months.min()!)..\(months.max()!)"
    }

    private static let mostRanges = 3

    /// A field's value for a cell: amounts with their currency, what is long only by its size.
    static func text(_ value: FieldValue?) -> String {
        switch value {
        case nil, .null: ""
        case .text(let text): text.split(whereSeparator: \.isNewline).joined(separator: " ")
        case .date(let date): date.description
        case .amount(let amount): "\(amount.text) \(amount.currency)"
        case .json(let json): json.canonicalText
        case .document(let mediaType, let bytes): "\(mediaType), \(bytes.count) bytes"
        }
    }

    /// A participant by the name it has here.
    static func state(of grant: KnownGrant, at time: Timestamp) -> String {
        if let revocation = grant.revocation {
            return revocation.by == grant.statement.issuer
                ? "revoked \(revocation.at.date)" : "given back \(revocation.at.date)"
        }
        if time >= grant.claims.expires { return "ended" }
        return time < grant.claims.notBefore ? "not begun" : "stands"
    }

    static func json(_ grant: KnownGrant, at time: Timestamp) -> JSON {
        var fields: JSON = .null
        if case .fields(let names) = grant.terms.subject {
            fields = .array(names.map { .string($0) })
        }
        let members: [String: JSON] = [
            "accesses": .integer(grant.accesses), "data_life": .integer(grant.terms.dataLife),
            "enterprise": .string(grant.statement.issuer.text),
            "exp": .integer(grant.claims.expires.seconds),
            "fetches": .integer(grant.terms.fetches), "fields": fields,
            "grant": .string(grant.jti.text), "grantee": .string(grant.terms.to.text),
            "index": .integer(grant.index), "nbf": .integer(grant.claims.notBefore.seconds),
            "purpose": .string(grant.claims.purpose.rawValue),
            "revoked": grant.revocation.map { .integer($0.index) } ?? .null,
            "scope": grant.terms.scope.json, "stands": .bool(grant.isLive(at: time)),
        ]
        return .object(members.merging(statements(grant.terms.subject)) { $1 })
    }

    /// The members that only what is to be proven has.
    static func statements(_ subject: GrantSubject) -> [String: JSON] {
        guard case .statements(let texts) = subject else { return [:] }
        return [
            "right": .string(Right.prove.rawValue),
            "statements": .array(texts.map { .string($0) }),
        ]
    }

    /// Fields with commas between, statements with semicolons.
    static func text(_ subject: GrantSubject) -> String {
        switch subject {
        case .fields(let names): names.joined(separator: ",")
        case .statements(let texts): texts.joined(separator: "; ")
        }
    }

    /// What `records` say, a line each; amounts in units of the currency, without the commitments.
    static func csv(_ records: [VerifiedRecord], fields: [String]) -> String {
        var lines = [(["record", "replaced_by"] + fields).joined(separator: ",")]
        for record in records {
            guard let opened = record.fields else { continue }
            let replaced = record.replacedBy.map(\.text) ?? ""
            lines.append(
                ([name(of: record), replaced]
                    + fields.map { cell(opened.values[$0]) }).map(quoted).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func json(_ records: [VerifiedRecord]) -> JSON {
        .array(
            records.compactMap { record in
                guard let opened = record.fields else { return nil }
                return [
                    "fields": .object(opened.values.mapValues(\.json)),
                    "index": .integer(record.index), "record": .string(name(of: record)),
                    "replaced_by": record.replacedBy.map { .string($0.text) } ?? .null,
                ]
            })
    }

    /// `invoices/2026-11#17`.
    static func name(of record: VerifiedRecord) -> String {
        "\(record.claims.book)#\(record.claims.number)"
    }

    private static func cell(_ value: FieldValue?) -> String {
        switch value {
        case .amount(let amount): amount.text
        case .document(_, let bytes): Base64URL.encode(bytes)
        default: text(value)
        }
    }

    /// Quoted as in RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    private static func quoted(_ cell: String) -> String {
        var cell = cell
        if let first = cell.first, "=+@\t".contains(first) || isNegativeWord(cell) {
            cell = "'" + cell
        }
        guard cell.contains(where: { "\",\r\n".contains($0) }) else { return cell }
        return "\""
            + cell.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }

    private static func isNegativeWord(_ cell: String) -> Bool {
        cell.hasPrefix("-") && !cell.dropFirst().allSatisfy { $0.isNumber || $0 == "." }
    }
}
