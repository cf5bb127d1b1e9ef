import Rules
public import Sharing
public import Wire

/// One of the participant's own records.
public struct OwnRecord: Shaped, Hashable {
    public let jti: JTI
    public let index: Int64
    public let digest: Digest<Digested.Statement>
    let place: StatementState.RecordDetail
    public let issuedAt: Timestamp
    /// The record that this one corrects.
    public let replaces: JTI?
    public let erased: Bool

    public var book: BookName { place.book }
    public var number: Int64 { place.number }
    public var epoch: Int64 { place.epoch }
    public var source: Digest<Digested.Source> { place.source }
    public var replacedBy: JTI? { place.replacedBy }

    /// Whether it counts: neither replaced nor erased.
    public var isHead: Bool { replacedBy == nil && !erased }

    /// `invoices/2026-11#17`.
    public var name: String { "\(book)#\(number)" }

    public static let shape = Shape<OwnRecord>(
        OwnRecord.init(jti:index:digest:place:issuedAt:replaces:erased:),
        .required("jti", \.jti, .jti),
        .required("index", \.index, .count),
        .required("digest", \.digest, .digest()),
        .required("place", \.place, .object),
        .required("iat", \.issuedAt, .time),
        .optional("replaces", \.replaces, .jti),
        .flag("erased", \.erased))
}

/// A grant that the participant gave or got.
public struct KnownGrant: Shaped {
    /// How it was ended before its time.
    public struct Revocation: Shaped, Hashable {
        public let index: Int64
        /// Whether the grantee gave it back; otherwise the enterprise took it.
        public let isReturn: Bool
        /// `nil` where it wasn't shown.
        public let reason: Reason?
        public let at: Timestamp

        public static let shape = Shape<Revocation>(
            Revocation.init(index:isReturn:reason:at:),
            .required("index", \.index, .count), .flag("returned", \.isReturn),
            .optional("reason", \.reason, .word("reason")), .required("at", \.at, .time))
    }

    public let jti: JTI
    var state: GrantState
    public let terms: GrantTerms
    /// Whose keys its envelopes gave, ascending.
    public internal(set) var epochs: [SeriesEpochs]
    /// The entry with its latest envelope.
    public internal(set) var sealedAt: Int64
    public internal(set) var revocation: Revocation?
    /// When something was read under it last.
    public internal(set) var lastRead: Timestamp?

    init(jti: JTI, state: GrantState, terms: GrantTerms) {
        self.jti = jti
        self.state = state
        self.terms = terms
        epochs = terms.epochs
        sealedAt = state.index
    }

    public var index: Int64 { state.index }
    /// The enterprise that gave it.
    public var issuer: Handle { state.issuer }
    public var claims: Grant { state.claims }
    /// Accesses made under it.
    public var accesses: Int64 { state.used }

    /// Whether it stands, or will: not revoked and not expired.
    public func isLive(at time: Timestamp) -> Bool {
        state.revoked == nil && time < claims.expires
    }

    public static let shape = Shape<KnownGrant>(
        { (jti, state, epochs, sealedAt, revocation, lastRead) throws(ClaimError) in
            guard let terms = state.terms else { throw .missing("terms") }
            var grant = KnownGrant(jti: jti, state: state, terms: terms)
            grant.epochs = epochs
            grant.sealedAt = sealedAt
            grant.revocation = revocation
            grant.lastRead = lastRead
            return grant
        },
        .required("jti", \.jti, .jti),
        .required("state", \.state, .object(GrantState.shape, leavingOutNulls: true)),
        .required("epochs", \.epochs, .list(of: .object)),
        .required("sealed_at", \.sealedAt, .count),
        .optional("revocation", \.revocation, .object),
        .optional("last_read", \.lastRead, .time))
}

/// A request for a grant.
public struct KnownRequest: Shaped {
    public let jti: JTI
    public let index: Int64
    let state: RequestState
    /// The latest grant that names it.
    var answer: JTI?

    /// Who asks.
    public var by: Handle { state.by }
    public var purpose: Purpose { state.terms.purpose }
    public var terms: RequestTerms { state.terms }

    public static let shape = Shape<KnownRequest>(
        KnownRequest.init(jti:index:state:answer:),
        .required("jti", \.jti, .jti), .required("index", \.index, .count),
        .required("state", \.state, .object(RequestState.shape, leavingOutNulls: true)),
        .optional("answer", \.answer, .jti))
}

/// That the host says it served something under a grant.
public struct KnownAccess: Shaped {
    public let index: Int64
    public let grant: JTI
    public let at: Timestamp
    /// The fields and records, without how far their books had got; `nil` where that wasn't shown, or was
    /// erased. The signed call isn't kept, either: of many accesses the two are most.
    public let served: Served?

    public static let shape = Shape<KnownAccess>(
        KnownAccess.init(index:grant:at:served:),
        .required("index", \.index, .count), .required("grant", \.grant, .jti),
        .required("at", \.at, .time), .optional("served", \.served, .object))
}

/// What one of the participant's own keys signed last.
public struct LastAct: Shaped, Hashable {
    public let key: Digest<Digested.Key>
    public let index: Int64
    public let kind: Kind
    public let at: Timestamp

    public static let shape = Shape<LastAct>(
        LastAct.init(key:index:kind:at:),
        .required("key", \.key, .digest()), .required("index", \.index, .count),
        .required("kind", \.kind, .word("kind")), .required("at", \.at, .time))
}
