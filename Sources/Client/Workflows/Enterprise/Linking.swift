public import Sharing
import Verification
import Wire

/// Which own records belong together as a statement says, and which don't.
public struct FoundLinks: Sendable {
    /// As it would be signed.
    public let statement: LinkedStatement
    public let list: LinkList
    /// First records in no group, in their order.
    public let leftOut: [LeftOut]
    let groups: [LinkSearch.Group]
}

extension [FoundLinks] {
    /// `statements` as they would be signed; those of linked records in the order of these.
    func listing(_ statements: [ProofStatement]) -> [ProofStatement] {
        var rest = self[...]
        return statements.map { statement in
            guard case .linked = statement, let found = rest.popFirst() else { return statement }
            return .linked(found.statement)
        }
    }
}

extension Enterprise {
    /// The groups of each linked statement among `statements`, in their order.
    ///
    /// Throws ``ClientError/nothingLinked(_:_:)`` for none, and ``ClientError/tooManyLinks(_:limit:)``.
    func links(
        of statements: [ProofStatement], among records: [OwnRecord]
    ) async throws -> [FoundLinks] {
        let matches = try await matches(for: statements)
        var found: [FoundLinks] = []
        for case .linked(let link) in statements {
            found.append(try await find(link, among: records, matches))
        }
        return found
    }

    /// Which entries pay which invoices, where one of `statements` is about that.
    func matches(for statements: [ProofStatement]) async throws -> [Match] {
        let isNeeded = statements.contains { statement in
            guard case .linked(let link) = statement else { return false }
            return LinkSearch.takesMatches(link.relation)
        }
        return isNeeded ? try await reconcile().months.flatMap(\.links) : []
    }

    /// What is listed for `statements`: where they are all about single records and some are linked,
    /// the records that they name, else all. All, too, where those don't fit the ranges of a grant.
    static func named(
        _ covered: [(book: BookName, records: [OwnRecord])], by statements: [ProofStatement],
        _ links: [FoundLinks]
    ) -> [(book: BookName, records: [OwnRecord])] {
        guard !links.isEmpty, !statements.contains(where: \.isAboutAll) else { return covered }
        var names = Set(links.flatMap { $0.list.groups.flatMap(\.records) })
        names.formUnion(statements.flatMap(\.places).map(\.record))
        let texts = Set(names.map(\.description))
        let few = covered.map {
            (book: $0.book, records: $0.records.filter { texts.contains($0.name) })
        }
        .filter { !$0.records.isEmpty }
        return (try? listed(few)) == nil ? covered : few
    }

    private func find(
        _ link: LinkedStatement, among records: [OwnRecord], _ matches: [Match]
    ) async throws -> FoundLinks {
        let search = try await search(link, among: records, matches)
        var random = session.surroundings.random
        let list = LinkList(search.groups.map(\.records), using: &random)
        guard list.groups.count <= LinkList.maximumGroups else {
            throw ClientError.tooManyLinks(list.groups.count, limit: LinkList.maximumGroups)
        }
        guard let statement = link.listing(list) else {
            throw ClientError.nothingLinked(link.relation, search.leftOut)
        }
        return FoundLinks(
            statement: statement, list: list,
            leftOut: search.leftOut, groups: search.groups)
    }

    /// The groups that `link` is true of, among `records`: whichever those were that it was signed of.
    func search(
        _ link: LinkedStatement, among records: [OwnRecord], _ matches: [Match]
    ) async throws -> LinkSearch {
        let form = link.relation.form
        let fields = link.fieldNames
        // Statements follow each other by their ends.
        let order: [FieldName] = form.first == form.second ? ["period_end"] : []
        let firsts = try await linkRecords(
            records, of: form.first, Set(fields.first + order).sorted())
        let seconds =
            form.second == form.first
            ? firsts : try await linkRecords(records, of: form.second, fields.second)
        return LinkSearch(link, firsts: firsts, seconds: seconds, matches: matches)
    }

    private func linkRecords(
        _ records: [OwnRecord], of series: Series, _ fields: [FieldName]
    ) async throws -> [LinkRecord] {
        var found: [LinkRecord] = []
        try await read(records.filter { $0.book.series == series }, fields: fields) { record in
            let number = Int(exactly: record.claims.number)
                .flatMap { RecordNumber(book: record.claims.book, number: $0) }
            guard let number, let values = record.fields?.values else { return }
            found.append(LinkRecord(number: number, values: values))
        }
        return found
    }
}
