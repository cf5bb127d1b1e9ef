public import Rules
public import Sharing
public import Verification
public import Wire

/// A book as it would be closed.
public struct BookClosing: Sendable {
    public let book: BookName
    public let state: BookState
    /// This month, as the machine's clock has it in UTC.
    public let now: Month
    /// Grants of months that have the book's, and not the next one: a late document would escape them.
    public let ending: [KnownGrant]

    public var isEmpty: Bool { state.count == 0 }
    /// Whether documents of the month can still come to be.
    public var isEarly: Bool { book.month >= now }
    /// Where a document that comes too late would go.
    public var next: BookName? {
        Month(number: book.month.number + 1).map { BookName(series: book.series, month: $0) }
    }
}

/// A record as it would be erased.
public struct RecordErasure: Sendable {
    public let record: OwnRecord
    /// What it says, as far as it can be read; `nil` where it can't.
    public let shown: VerifiedRecord?
    /// The grants under which it can be read now.
    public let readable: [KnownGrant]
    /// How often something of its book was read.
    public let accesses: Int
}

/// A grant as it would be ended before its time.
public struct GrantEnding: Sendable {
    public let grant: KnownGrant
    /// `nil` where nothing was read.
    public let lastRead: Timestamp?
    /// The grants that stand and would get new keys.
    public let rekeyed: [KnownGrant]
}

extension Enterprise {
    /// What closing `book` would mean. Throws what ``close(_:)`` does before it signs.
    public func closing(_ book: BookName) async throws -> BookClosing {
        let view = try await session.sync()
        let state = try view.book(book) ?? BookState()
        if state.closed { throw ClientError.bookClosed(book) }
        let handle = session.handle
        try await session.permission { (known) throws(ClientError) in
            known.closing(book, by: try known.entity(handle))
        }
        guard let now = session.now.date.bookMonth else {
            preconditionFailure("no month has the clock's time")
        }
        let grants = try view.standingGrants(book.series, at: session.now).filter { grant in
            if case .months(_, let months) = grant.terms.scope {
                months.upperBound == book.month
            } else {
                false
            }
        }
        return BookClosing(book: book, state: state, now: now, ending: grants)
    }

    /// What erasing the record would mean. Throws what ``erase(_:_:)`` does before it signs.
    public func erasing(_ place: RecordNumber) async throws -> RecordErasure {
        let record = try await erasable(place)
        let view = await session.view
        let range = RecordRange(book: record.book, from: record.number, to: record.number)
        let readable = try view.standingGrants(record.book.series, at: session.now).filter {
            grant in
            range.map { grant.terms.scope.covers($0) } ?? false
        }
        let accesses = try view.accesses.count { access in
            range.map { one in access.served?.ranges.contains { $0.contains(one) } ?? false }
                ?? false
        }
        // What can't be read any more, by a machine without its keys, can be erased all the same.
        return RecordErasure(
            record: record, shown: try? await show(place), readable: readable, accesses: accesses)
    }

    /// The record, where rules and policies let it be erased.
    func erasable(_ place: RecordNumber) async throws -> OwnRecord {
        let view = try await session.sync()
        guard let record = try view.record(place.book, Int64(place.number)) else {
            throw ClientError.noSuchRecord(place.description)
        }
        if record.erased { throw ClientError.erased(record.name) }
        let handle = session.handle
        let permission = try await session.permission { (known) throws(ClientError) in
            known.erasing(in: record.book, by: try known.entity(handle))
        }
        if permission.asked.held { throw ClientError.underLegalHold(record.book) }
        return record
    }

    /// The grant as it would be revoked. Throws what ``revoke(_:_:)`` does before it signs.
    public func revoking(_ grant: JTI) async throws -> GrantEnding {
        let view = try await session.sync()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        guard known.issuer == session.handle else { throw ClientError.notYourGrant(grant) }
        guard known.isLive(at: session.now) else { throw ClientError.grantOver(grant) }
        try await session.mayRevoke(known)
        let series = Set(known.terms.scope.series)
        let others = try view.grants.values.filter { other in
            other.issuer == session.handle && other.jti != grant && other.isLive(at: session.now)
                && !series.isDisjoint(with: other.terms.scope.series)
                && other.terms.subject.right == .read
        }
        return GrantEnding(
            grant: known, lastRead: known.lastRead,
            rekeyed: others.sorted { $0.index < $1.index })
    }
}
