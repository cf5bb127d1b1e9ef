public import Sharing
public import Wire

/// What a request asked for, as long as it isn't erased.
public struct RequestState: StateObject {
    public static let family = "request"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.selectiveClaims
    public static func key(_ request: JTI) -> StateKey.Of<RequestState> { .init(.jti(request)) }

    public var by: Handle
    public var terms: RequestTerms

    public static let shape = Shape<RequestState>(
        RequestState.init(by:terms:),
        .required("by", \.by, .handle),
        .part(\.terms, RequestTerms.shape))

    /// Whether a grant goes beyond this in anything: it was asked of another, gives another right or
    /// purpose, more records, fields, time or fetches, or lets more be kept.
    public func isExceeded(
        by grant: GrantTerms, from issuer: Handle, right: Right, purpose: Purpose,
        expires: Timestamp, lifetime: Int64
    ) -> Bool {
        guard terms.to == issuer, right == terms.right, purpose == terms.purpose else {
            return true
        }
        let asked = terms.expires.seconds - terms.notBefore.seconds
        return lifetime > asked || expires > terms.expires || grant.fetches > terms.fetches
            || grant.dataLife > terms.dataLife || !terms.scope.covers(grant.scope)
            || !terms.subject.covers(grant.subject)
    }
}

extension RequestState {
    init(_ call: RequestCall) { self.init(by: call.issuer, terms: call.claims) }
}

extension Scope {
    /// Whether all that `other` names is in this scope.
    fileprivate func covers(_ other: Scope) -> Bool {
        switch (self, other) {
        case (.months(let series, let months), .months(let wanted, let range)):
            series == wanted && months.contains(range.lowerBound)
                && months.contains(range.upperBound)
        case (.records, .months): false
        case (_, .records(let ranges)): ranges.allSatisfy { covers($0) }
        }
    }
}

extension GrantSubject {
    /// What a statement answers: who asks for linked records doesn't know their list.
    private static func asked(_ text: String) -> String {
        (try? ProofStatement(canonical: text))?.asked.description ?? text
    }

    fileprivate func covers(_ other: GrantSubject) -> Bool {
        switch (self, other) {
        case (.fields(let mine), .fields(let theirs)): Set(theirs).isSubset(of: mine)
        case (.statements(let mine), .statements(let theirs)):
            theirs.allSatisfy { mine.contains($0) || mine.contains(Self.asked($0)) }
        default: false
        }
    }
}
