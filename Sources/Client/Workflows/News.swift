import Rules
public import Sharing
public import Verification
public import Wire

/// What a grant covers and saved packages don't have, and what of these doesn't count any more.
public struct GrantNews: Sendable {
    /// Records that no package has, and that aren't erased.
    public let fresh: [RecordRange]
    /// Records of the packages that were replaced since, and such that were erased.
    public let replaced: [RecordRange]
    public let erased: [RecordRange]
}

extension Lender {
    /// What is new under a grant since `packages` were saved, by what the log says of its books. Nobody is
    /// asked for a record, and nothing is charged.
    ///
    /// Throws ``ClientError/noGrant(_:)`` and ``ClientError/tooFragmented(limit:)``.
    public func news(of grant: JTI, since packages: [VerifiedPackage]) async throws -> GrantNews {
        let view = try await session.sync()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        let records = packages.filter { $0.grant.issuer == known.issuer }.flatMap(\.records)
        var fresh: [RecordRange] = []
        var replaced: [RecordRange] = []
        var erased: [RecordRange] = []
        let byBook = Dictionary(grouping: records, by: \.claims.book)
        for book in Self.books(of: known.terms.scope) {
            guard let state = try view.book(book, of: known.issuer), state.count > 0 else {
                continue
            }
            let had = byBook[book] ?? []
            let numbers = Set(had.map(\.claims.number))
            func lies(_ number: Int64, in ranges: [ClosedRange<Int64>]) -> Bool {
                ranges.contains { $0.contains(number) }
            }
            func add(_ number: Int64, to ranges: inout [RecordRange]) {
                guard let range = RecordRange(book: book, from: number, to: number),
                    known.terms.scope.covers(range)
                else { return }
                ranges.append(range)
            }
            for number in 1...state.count where !numbers.contains(number) {
                if !lies(number, in: state.erased) { add(number, to: &fresh) }
            }
            for record in had {
                let number = record.claims.number
                if record.erasedAt == nil, lies(number, in: state.erased) {
                    add(number, to: &erased)
                } else if record.replacedBy == nil, lies(number, in: state.replaced) {
                    add(number, to: &replaced)
                }
            }
        }
        guard fresh.merged.count <= Limits.ranges else {
            throw ClientError.tooFragmented(limit: Limits.ranges)
        }
        return GrantNews(fresh: fresh.merged, replaced: replaced.merged, erased: erased.merged)
    }

    private static func books(of scope: Scope) -> [BookName] {
        switch scope {
        case .months(let series, let months):
            (months.lowerBound.number...months.upperBound.number).compactMap {
                Month(number: $0).map { BookName(series: series, month: $0) }
            }
        case .records(let ranges): Set(ranges.map(\.book)).sorted()
        }
    }
}
