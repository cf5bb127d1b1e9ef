import Custody
import Interface
import Rules
public import Sharing
public import Wire

/// Something that waits for a participant to do it.
public enum InboxItem: Sendable {
    /// A request to this enterprise that nobody has answered.
    case request(KnownRequest)
    /// A grant to this participant that it hasn't used yet.
    case unread(KnownGrant)
    /// A grant, given or got, that ends soon.
    case ending(KnownGrant)
    /// A grant under which something was read that is to be deleted by now.
    case toDelete(KnownGrant, since: Timestamp)
    /// Own books of months that are over, which nobody has closed.
    case openBooks([BookName])
    /// Somebody applied to take part.
    case application(Handle, name: String, received: Timestamp)
    /// A legal hold on the own books.
    case hold(KnownHold)
    /// This participant is suspended.
    case suspended(since: Timestamp, Reason?)
    /// The gateway entered what the rules don't admit; the first such entry.
    case refused(Int64)
}

extension Session {
    /// Grants that end within this time are named.
    private static let soonSeconds: Int64 = 7 * 86_400

    /// What waits, the most pressing first. Throws what ``sync()`` does.
    public func inbox() async throws -> [InboxItem] {
        let view = try await sync()
        var items: [InboxItem] = []
        if let own = view.participant(handle), own.isSuspended(at: now),
            let last = own.suspensions.last
        {
            items.append(.suspended(since: last.from, last.reason))
        }
        if let first = view.refused.first { items.append(.refused(first)) }
        items += try await waitingApplications()
        for request in try view.requests.values.sorted(by: { $0.index < $1.index })
        where request.terms.to == handle {
            guard try standing(of: request) == .open else { continue }
            items.append(.request(request))
        }
        items += try grantItems(view)
        items += view.holds.filter { $0.terms.holder == handle && $0.stands(at: now) }
            .map { .hold($0) }
        let open = try view.books.filter { book, state in
            !state.closed && state.count > 0 && now.date.bookMonth.map { book.month < $0 } ?? false
        }
        if !open.isEmpty { items.append(.openBooks(open.keys.sorted())) }
        return items
    }

    private func grantItems(_ view: View) throws(HomeError) -> [InboxItem] {
        var items: [InboxItem] = []
        let concerned = try view.grants.values.filter { [$0.issuer, $0.terms.to].contains(handle) }
        for grant in concerned.sorted(by: { $0.claims.expires < $1.claims.expires }) {
            let isLive = grant.isLive(at: now)
            let isMine = grant.terms.to == handle
            if isLive, isMine, grant.accesses == 0 { items.append(.unread(grant)) }
            if isLive, grant.claims.expires.seconds - now.seconds < Self.soonSeconds {
                items.append(.ending(grant))
            }
            if isMine, let last = grant.lastRead {
                let end = last.advanced(by: grant.terms.dataLife)
                let isGivenBack = grant.revocation?.isReturn == true
                if end <= now, !isGivenBack { items.append(.toDelete(grant, since: end)) }
            }
        }
        return items
    }

    private func waitingApplications() async throws -> [InboxItem] {
        guard !isOffline, view.charter?.authorities.contains(handle) == true else { return [] }
        return try await Authority(self).pending().map {
            .application(
                $0.application.handle, name: $0.application.identity.name, received: $0.received)
        }
    }
}
