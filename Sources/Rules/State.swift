public import Sharing
public import Transparency
public import Wire

/// One piece of state. Each is small: what grows with the log has keys of its own.
public enum StateValue: Hashable, Sendable {
    case log(LogState)
    case participant(ParticipantState)
    case key(KeyState)
    case statement(StatementState)
    case book(BookState)
    /// The record that holds this business key now.
    case source(JTI)
    case grant(GrantState)
    /// The access that answered this fetch.
    case fetch(access: JTI)
    case epochs(EpochState)
    case holds([HoldState])
    /// In order, each once.
    case dealings([Involvement])
    case request(RequestState)
}

/// What genesis fixed, what authorities changed since, and log time.
public struct LogState: Hashable, Sendable {
    public var origin: Origin
    public var genesis: Digest<Digested.Genesis>
    public var rules: Int64
    public var authorities: [Handle]
    public var threshold: Int64
    public var host: Handle
    public var policies: Digest<Digested.Policies>
    /// Tᵢ: the largest `iat` so far.
    public var time: Timestamp

    public init(
        origin: Origin, genesis: Digest<Digested.Genesis>, rules: Int64, authorities: [Handle],
        threshold: Int64, host: Handle, policies: Digest<Digested.Policies>, time: Timestamp
    ) {
        (self.origin, self.genesis, self.rules) = (origin, genesis, rules)
        (self.authorities, self.threshold, self.host) = (authorities, threshold, host)
        (self.policies, self.time) = (policies, time)
    }
}

public struct ParticipantState: Hashable, Sendable {
    public var roles: [Role]
    /// Every key it ever had; retired ones count towards the limit.
    public var keys: [Digest<Digested.Key>]
    /// Of the key that envelopes are sealed to now; `nil` for those named at genesis.
    public var encryptionKey: Digest<Digested.EncryptionKey>?
    public var suspended: Bool
    public var admittedAt: Int64
    /// As its authority found; `nil` where it didn't say, or a replay wasn't shown it.
    public var size: SizeClass?

    public init(
        roles: [Role], keys: [Digest<Digested.Key>],
        encryptionKey: Digest<Digested.EncryptionKey>?, suspended: Bool = false, admittedAt: Int64,
        size: SizeClass? = nil
    ) {
        (self.roles, self.keys, self.encryptionKey) = (roles, keys, encryptionKey)
        (self.suspended, self.admittedAt, self.size) = (suspended, admittedAt, size)
    }
}

public struct KeyState: Hashable, Sendable {
    public var handle: Handle
    public var key: VerificationKey
    public var scopes: [KeyScope]
    public var retired: Bool

    public init(handle: Handle, key: VerificationKey, scopes: [KeyScope], retired: Bool = false) {
        (self.handle, self.key, self.scopes, self.retired) = (handle, key, scopes, retired)
    }
}

/// What must be known of every statement: that it is there, and what may refer to it.
public struct StatementState: Hashable, Sendable {
    public var index: Int64
    public var digest: Digest<Digested.Statement>
    public var kind: Kind
    public var issuer: Handle
    /// Its disclosures, or a record's fields, were erased.
    public var erased: Bool
    public var record: RecordDetail?

    public struct RecordDetail: Hashable, Sendable {
        public var book: BookName
        public var number: Int64
        public var epoch: Int64
        public var source: Digest<Digested.Source>
        public var replacedBy: JTI?
    }

    public init(
        index: Int64, digest: Digest<Digested.Statement>, kind: Kind, issuer: Handle,
        erased: Bool = false, record: RecordDetail? = nil
    ) {
        (self.index, self.digest, self.kind) = (index, digest, kind)
        (self.issuer, self.erased, self.record) = (issuer, erased, record)
    }
}

public struct BookState: Hashable, Sendable {
    /// Records registered; the next one is number `count + 1`.
    public var count: Int64
    /// The highest epoch among them.
    public var epoch: Int64
    public var closed: Bool
    /// The right edge of the Merkle tree over the digests of the records' statements.
    public var edge: RightEdge
    /// The numbers that were erased, as ascending ranges that don't touch.
    public var erased: [ClosedRange<Int64>]
    /// Those that a later record replaces, in the same form.
    public var replaced: [ClosedRange<Int64>]

    public init() {
        (count, epoch, closed, edge) = (0, 0, false, RightEdge())
        (erased, replaced) = ([], [])
    }

    public var root: Digest<Digested.Book> {
        guard let digest = Digest<Digested.Book>(bytes: edge.root.bytes) else {
            preconditionFailure("a hash has 32 bytes")
        }
        return digest
    }

    public mutating func erase(_ number: Int64) { Self.insert(number, into: &erased) }

    public mutating func replace(_ number: Int64) { Self.insert(number, into: &replaced) }

    /// Whether all of `numbers` are registered, and none of them is erased or replaced.
    func areCurrent(_ numbers: ClosedRange<Int64>) -> Bool {
        numbers.upperBound <= count && !(erased + replaced).contains { $0.overlaps(numbers) }
    }

    private static func insert(_ number: Int64, into known: inout [ClosedRange<Int64>]) {
        var ranges: [ClosedRange<Int64>] = []
        var merged = number...number
        for range in known {
            if range.upperBound + 1 < merged.lowerBound || merged.upperBound + 1 < range.lowerBound
            {
                ranges.append(range)
            } else {
                merged =
                    min(
                        range.lowerBound, merged.lowerBound)...max(
                        range.upperBound, merged.upperBound)
            }
        }
        known = (ranges + [merged]).sorted { $0.lowerBound < $1.lowerBound }
    }
}

public struct GrantState: Hashable, Sendable {
    public var issuer: Handle
    public var index: Int64
    public var claims: Claims.GrantClaims
    /// `nil` for a replay that wasn't shown them.
    public var terms: GrantTerms?
    /// Accesses made.
    public var used: Int64
    /// The index of the revocation.
    public var revoked: Int64?
    /// The statement that carries the latest envelope: the grant itself, or a rekey.
    public var carrier: JTI
    public var envelope: Digest<Digested.Envelope>

    public init(
        issuer: Handle, index: Int64, claims: Claims.GrantClaims, terms: GrantTerms?, carrier: JTI
    ) {
        (self.issuer, self.index, self.claims, self.terms) = (issuer, index, claims, terms)
        (used, revoked, self.carrier, envelope) = (0, nil, carrier, claims.envelope)
    }

    /// Whether the grant stands at `time`: not revoked, not before its start, not expired.
    public func isLive(at time: Timestamp) -> Bool {
        revoked == nil && claims.notBefore <= time && time < claims.expires
    }
}

/// The epochs that grants over one enterprise's series were given.
public struct EpochState: Hashable, Sendable {
    /// A grant that can still be used, and the highest epoch it can open.
    public struct Given: Hashable, Sendable {
        public var grant: JTI
        public var months: ClosedRange<Month>
        public var epoch: Int64
        public var expires: Timestamp
    }

    /// Months in which an epoch is lost to a grant that is dead.
    public struct Dead: Hashable, Sendable {
        public var months: ClosedRange<Month>
        public var epoch: Int64
    }

    public var given: [Given]
    /// Ascending by month, no two of them overlapping.
    public var dead: [Dead]

    public init() { (given, dead) = ([], []) }

    /// Moves grants that are dead at `time`, or are `revoked`, to the dead.
    public mutating func bury(at time: Timestamp, revoked: JTI? = nil) {
        for grant in given where grant.grant == revoked || grant.expires <= time {
            bury(grant)
        }
        given.removeAll { $0.grant == revoked || $0.expires <= time }
    }

    /// The lowest epoch a new record of `month` may have at `time`.
    public func required(for month: Month, at time: Timestamp) -> Int64 {
        let buried = dead.filter { $0.months.contains(month) }.map(\.epoch)
        let expired = given.filter { $0.expires <= time && $0.months.contains(month) }.map(\.epoch)
        return ((buried + expired).max() ?? -1) + 1
    }

    /// Raises the dead epoch of the grant's months, cutting ranges where they begin and end.
    private mutating func bury(_ grant: Given) {
        var result: [Dead] = []
        var next = grant.months.lowerBound.number
        let last = grant.months.upperBound.number
        func add(_ low: Int, _ high: Int, _ epoch: Int64) {
            guard low <= high, let from = Month(number: low), let to = Month(number: high) else {
                return
            }
            if let previous = result.last, previous.epoch == epoch,
                previous.months.upperBound.number + 1 == low
            {
                result[result.count - 1].months = previous.months.lowerBound...to
            } else {
                result.append(Dead(months: from...to, epoch: epoch))
            }
        }
        for range in dead {
            let (low, high) = (range.months.lowerBound.number, range.months.upperBound.number)
            if next <= last && next < low {
                add(next, min(last, low - 1), grant.epoch)
                next = low
            }
            if high < next || low > last {
                add(low, high, range.epoch)
                continue
            }
            add(low, next - 1, range.epoch)
            let end = min(high, last)
            add(max(low, next), end, max(range.epoch, grant.epoch))
            add(end + 1, high, range.epoch)
            next = end + 1
        }
        add(next, last, grant.epoch)
        dead = result
    }
}

/// Books that may not be erased.
public struct HoldState: Hashable, Sendable {
    public var by: Handle
    public var caseReference: String
    /// All books, where `nil`.
    public var books: Scope?
    public var until: Timestamp?

    public init(by: Handle, caseReference: String, books: Scope?, until: Timestamp?) {
        (self.by, self.caseReference) = (by, caseReference)
        (self.books, self.until) = (books, until)
    }

    public func stands(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }
}

/// What a request asked for, as long as it isn't erased.
public struct RequestState: Hashable, Sendable {
    public var by: Handle
    public var purpose: Purpose
    public var terms: RequestTerms

    public init(by: Handle, purpose: Purpose, terms: RequestTerms) {
        (self.by, self.purpose, self.terms) = (by, purpose, terms)
    }

    /// Whether a grant goes beyond this in anything: it was asked of another, gives another right or
    /// purpose, more records, fields, time or fetches, or lets more be kept.
    public func isExceeded(
        by grant: GrantTerms, from issuer: Handle, right: Right, purpose: Purpose,
        expires: Timestamp, lifetime: Int64
    ) -> Bool {
        guard terms.to == issuer, right == terms.right, purpose == self.purpose else { return true }
        let asked = terms.expires.seconds - terms.notBefore.seconds
        return lifetime > asked || expires > terms.expires || grant.fetches > terms.fetches
            || grant.dataLife > terms.dataLife || !terms.scope.covers(grant.scope)
            || !terms.subject.covers(grant.subject)
    }
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
    fileprivate func covers(_ other: GrantSubject) -> Bool {
        switch (self, other) {
        case (.fields(let mine), .fields(let theirs)),
            (.statements(let mine), .statements(let theirs)):
            Set(theirs).isSubset(of: mine)
        default: false
        }
    }
}
