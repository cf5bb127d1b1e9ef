import Sharing
public import Wire

/// What became of a request, as far as its reader knows: nothing of it is signed anywhere, it follows
/// from the grants that name the request.
public enum RequestStanding: Hashable, Sendable {
    case open
    /// By the latest grant that names it.
    case answered(by: JTI)
    /// In this home: who asked isn't told.
    case declined(Timestamp)
    /// What it asked for would have ended.
    case expired
}

extension View {
    /// What became of `request` until `time`.
    public func standing(
        of request: KnownRequest, declined: DeclinedRequests, at time: Timestamp
    ) -> RequestStanding {
        if let answer = request.answer { return .answered(by: answer) }
        if let at = declined[request.jti] { return .declined(at) }
        return request.terms.expires <= time ? .expired : .open
    }
}

extension Session {
    /// What became of `request`. Throws ``HomeError``.
    public func standing(of request: KnownRequest) throws -> RequestStanding {
        view.standing(of: request, declined: try home.declinedRequests(), at: now)
    }
}

extension Enterprise {
    /// Says in this home that a request won't be answered; with `false` that it may be after all.
    ///
    /// Throws ``ClientError/noRequest(_:)`` and ``ClientError/requestAnswered(_:by:)``.
    public func decline(_ request: JTI, _ isDeclined: Bool = true) async throws -> KnownRequest {
        let known = try await requests().first { $0.jti == request }
        guard let known else { throw ClientError.noRequest(request.text) }
        if case .answered(let grant) = try await session.standing(of: known) {
            throw ClientError.requestAnswered(request, by: grant)
        }
        var declined = try session.home.declinedRequests()
        declined[request] = isDeclined ? session.now : nil
        try session.home.replace(declined)
        return known
    }
}
