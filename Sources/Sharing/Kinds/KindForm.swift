public import Wire

/// One kind of statement as it is written: its public claims, its selective claims, what comes with
/// it, and which keys may sign it.
public protocol KindForm: Shaped, Hashable {
    /// The claims that only parties and the regulator see.
    associatedtype Selective: SelectiveClaims = NoSelectiveClaims

    static var kind: Kind { get }

    /// What a key must be registered for to sign this kind.
    static var scope: KeyScope { get }

    /// How many selective digests the statement has; the same for all statements of a kind, so that
    /// their number tells nothing. A record's are its fields.
    static var selectiveCounts: ClosedRange<Int> { get }

    /// What must come with the statement.
    var blob: BlobCommitment? { get }

    /// Whether others than the gateway itself send statements of this kind.
    static var isSubmitted: Bool { get }

    /// Whether the kind changes a participant's roles, keys or standing.
    static var isAboutParticipants: Bool { get }

    /// Whether the kind changes who decides, by which rules, or from which log time on.
    static var isAboutLog: Bool { get }

    /// The participant whom the statement changes; `nil` where the kind changes none.
    func participant(issuer: Handle) -> Handle?

    /// What the public claims name: every handle, key and statement among them. There is no default, so
    /// that no kind leaves one out.
    var pointers: Set<Reference> { get }

    /// Signing keys that the statement introduces, whoever may use them.
    var offeredKeys: [VerificationKey] { get }

    /// The key that the statement introduces for envelopes.
    var encryptionKey: EncryptionKey? { get }

    /// The statement whose selective claims, or the record whose fields, must be destroyed.
    var erases: JTI? { get }

    /// The statement whose erasure takes this one's selective claims too: the grant that it is about.
    var follows: JTI? { get }

    /// Checks that the selective claims fit the public ones. Throws ``StatementError``.
    func check(_ selective: Selective) throws(StatementError)
}

extension KindForm {
    public static var scope: KeyScope { .all }
    public static var selectiveCounts: ClosedRange<Int> {
        Selective.shape.rows.count...Selective.shape.rows.count
    }
    public var blob: BlobCommitment? { nil }
    public static var isSubmitted: Bool { true }
    public static var isAboutParticipants: Bool { false }
    public static var isAboutLog: Bool { false }
    public func participant(issuer: Handle) -> Handle? {
        Self.isAboutParticipants ? issuer : nil
    }
    public var offeredKeys: [VerificationKey] { [] }
    public var encryptionKey: EncryptionKey? { nil }
    public var erases: JTI? { nil }
    public var follows: JTI? { nil }
    public func check(_ selective: Selective) throws(StatementError) {}

    /// Whether the kind says who may sign what: participants, their keys, and who governs.
    public static var isAboutKeys: Bool { isAboutParticipants || isAboutLog }

    /// Whether statements of this kind have selective claims that are read as such.
    public static var hasSelectiveClaims: Bool { !Selective.shape.rows.isEmpty }

    /// The public claims of this kind as the specification's table has them.
    public static var publicRows: [MemberRow] { shape.rows }

    /// The selective claims likewise. A record's are its fields, and not in here.
    public static var selectiveRows: [MemberRow] { Selective.shape.rows }

    /// The names of the selective claims, ascending.
    public static var selectiveNames: [String] { selectiveRows.map(\.name) }

    /// Whether `selective` are selective claims of this kind.
    public func owns(_ selective: any SelectiveClaims) -> Bool { selective is Selective }

    static func read(_ reader: inout ClaimReader) throws(ClaimError) -> any KindForm {
        try shape.read(&reader)
    }

    /// Reads disclosed values as the selective claims of this kind. Throws ``StatementError``.
    func opened(_ values: [String: JSON]) throws(StatementError) -> any SelectiveClaims {
        let selective = try Selective(disclosed: values)
        try check(selective)
        return selective
    }

    var boundMembers: [BoundMember] { Self.shape.bound(to: self) }
}

/// The bytes that come with a statement, by what it says publicly about them.
public enum BlobCommitment: Hashable, Sendable {
    /// The ciphertexts of a record's fields.
    case fields(root: Digest<Digested.Fields>)
    /// The keys of a grant.
    case envelope(Digest<Digested.Envelope>)
    /// The texts of a policy set, and the files that the statement lists them as.
    case policies(Digest<Digested.Policies>, files: [PolicyFile])
    /// The documents of record types.
    case types([TypeVersion])
    /// The texts of a policy set, and the documents of record types.
    case founding(Digest<Digested.Policies>, [TypeVersion])
}

extension BlobCommitment {
    /// The record types whose documents come with the statement.
    public var types: [TypeVersion] {
        switch self {
        case .types(let types), .founding(_, let types): types
        case .fields, .envelope, .policies: []
        }
    }

    /// The policy set whose texts do.
    public var policies: Digest<Digested.Policies>? {
        switch self {
        case .policies(let set, _), .founding(let set, _): set
        case .fields, .envelope, .types: nil
        }
    }
}

/// Selective claims of one kind, opened. All of them are always there; one that doesn't apply is
/// `null`.
public protocol SelectiveClaims: Shaped, Hashable {}

/// The selective claims of a kind that has none.
public struct NoSelectiveClaims: SelectiveClaims {
    public static let shape = Shape<NoSelectiveClaims>(NoSelectiveClaims.init)
    public init() {}
}

extension SelectiveClaims {
    /// Fresh disclosures of these claims, in the order of their names, to be signed with a statement.
    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        Self.shape.bound(to: self).map { member in
            Disclosure(salt: .init(using: &random), name: member.name, value: member.json)
        }
    }

    /// Reads disclosed values with the strictness of public claims.
    /// Throws ``StatementError/malformedSelectiveClaim(_:)``.
    init(disclosed values: [String: JSON]) throws(StatementError) {
        do throws(ClaimError) {
            guard
                let document = try? JSONDocument(.canonical, JSON.object(values).canonicalBytes)
            else { throw .notAnObject }
            self = try Self.shape.read(document.root)
        } catch { throw .malformedSelectiveClaim(error.member) }
    }
}

extension Codec where Value: Code {
    /// A word of the code's list.
    static var code: Codec { .word("\(Value.self)") }
}

extension Codec where Value == String {
    /// A reference or identifier.
    static let reference = Codec.text(1...Limits.identifierBytes).withoutControls
}

/// The epochs of one series whose keys an envelope gives.
public struct SeriesEpochs: Shaped, Hashable {
    public let series: Series
    /// Ascending.
    public let counts: [Int64]

    public init(series: Series, counts: [Int64]) {
        self.series = series
        self.counts = counts
    }

    public static let shape = Shape<SeriesEpochs>(
        { (counts, series) throws(ClaimError) in SeriesEpochs(series: series, counts: counts) },
        .required("counts", \.counts, .ascending(of: .count, 1...Limits.epochsPerGrant)),
        .required("series", \.series, .plain("series")))
}

extension Codec where Value == [SeriesEpochs] {
    /// Epochs whose keys a statement gives, by series.
    static let epochs = Codec.ascending(by: \.series, of: .object, 1...Limits.seriesPerScope)
}

extension [SeriesEpochs] {
    /// The epochs of `series`, ascending.
    public subscript(series: Series) -> [Int64] { first { $0.series == series }?.counts ?? [] }

    /// These and `others`.
    public func union(_ others: [SeriesEpochs]) -> [SeriesEpochs] {
        Set((self + others).map(\.series)).sorted().map { series in
            SeriesEpochs(
                series: series, counts: Set(self[series]).union(others[series]).sorted())
        }
    }

    /// These without `others`, and without series of which nothing is left.
    public func subtracting(_ others: [SeriesEpochs]) -> [SeriesEpochs] {
        compactMap { epochs in
            let rest = Set(epochs.counts).subtracting(others[epochs.series]).sorted()
            return rest.isEmpty ? nil : SeriesEpochs(series: epochs.series, counts: rest)
        }
    }
}
