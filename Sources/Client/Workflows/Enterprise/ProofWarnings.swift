import Rules
import Sharing
import Verification
import Wire

/// What answers to one grantee say together, before another is given.
extension Enterprise {
    func warnings(
        to grantee: Handle, adding statements: [ProofStatement], _ links: [FoundLinks],
        about records: [JTI], in view: View
    ) async throws -> [ProofWarning] {
        let ledger = try await ledger(view, of: grantee)
        var rest = links[...]
        let added = statements.map { statement in
            var groups: [LinkSearch.Group] = []
            if case .linked = statement { groups = rest.popFirst()?.groups ?? [] }
            return ProofLedger.Answer(
                grant: nil, statement: statement, records: records, groups: groups)
        }
        let useful = ledger.useful(adding: added)
        return ledger.warnings(adding: added, values: try await values(of: useful, in: view))
    }

    /// What `grantee` was let know; of linked records the groups that are found among them now.
    private func ledger(_ view: View, of grantee: Handle) async throws -> ProofLedger {
        var ledger = try ProofLedger(view, grantee: grantee, at: session.now)
        let matches = try await matches(for: ledger.answers.map(\.statement))
        for position in ledger.answers.indices {
            guard case .linked(let link) = ledger.answers[position].statement else { continue }
            let records = try ledger.answers[position].records.compactMap { try view.record($0) }
                .filter { !$0.erased }
            ledger.answers[position].groups = try await search(link, among: records, matches)
                .groups
        }
        return ledger
    }

    func warnings(
        to grantee: Handle, reading fields: [String], of scope: Scope, in view: View
    ) async throws -> [ProofWarning] {
        let ledger = try await ledger(view, of: grantee)
        let reading = ProofLedger.Reading(
            fields: Set(fields), records: try ProofLedger.records(scope, in: view))
        let useful = ledger.useful(reading: reading)
        return ledger.warnings(
            reading: reading, values: try await values(of: useful, in: view))
    }

    /// The own amounts of these names in units, read anew; those that were erased are left out.
    private func values(
        of names: Set<AmountName>, in view: View
    ) async throws -> [AmountName: Int64] {
        let records = try Set(names.map(\.record)).compactMap { try view.record($0) }
            .filter { !$0.erased }
        let byBook = Dictionary(grouping: records, by: \.book)
            .map { (book: $0.key, records: $0.value.sorted { $0.number < $1.number }) }
        var values: [AmountName: Int64] = [:]
        for book in byBook.sorted(by: { $0.book < $1.book }) {
            // A commitment that was granted to be read shows no amount, and has no use here.
            guard let known = view.types.fields(of: book.book.series) else { continue }
            let fields = Set(names.map(\.field)).filter(known.isNumber)
                .compactMap { FieldName($0) }
            guard !fields.isEmpty else { continue }
            for range in try Self.listed([book]) {
                for record in try await read([range], fields: fields.sorted()) {
                    for (field, value) in record.fields?.values ?? [:] {
                        guard let number = value.units else { continue }
                        values[AmountName(record: record.statement.jti, field: field.text)] =
                            number
                    }
                }
            }
        }
        return values
    }
}

extension FieldValue {
    /// What a bound would be compared with.
    fileprivate var units: Int64? {
        switch self {
        case .amount(let amount): amount.units
        case .quantity(let quantity): quantity.thousandths
        case .date(let date): Int64(date.daysSince1970)
        case .null, .text, .json, .document: nil
        }
    }
}
