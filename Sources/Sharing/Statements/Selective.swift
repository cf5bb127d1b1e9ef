public import Wire

/// A statement's selective claims, opened: what only the parties and the regulator see.
public enum Selective: Hashable, Sendable {
    case none
    case admit(LegalIdentity)
    case request(RequestTerms)
    case grant(GrantTerms)
    case rekey(epochs: [Int64])
    case access(AccessTerms)
    case hold(HoldTerms)

    /// Fresh disclosures of these claims, to be signed with a statement of their kind.
    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        switch self {
        case .none: []
        case .admit(let identity): identity.disclosures(using: &random)
        case .request(let terms): terms.disclosures(using: &random)
        case .grant(let terms): terms.disclosures(using: &random)
        case .rekey(let epochs):
            Disclosure.fresh(
                ["epochs": .array(epochs.map { .integer($0) })], using: &random)
        case .access(let terms): terms.disclosures(using: &random)
        case .hold(let terms): terms.disclosures(using: &random)
        }
    }
}

extension Statement {
    /// Matches `disclosures` with the statement's digests and reads them as the selective claims of
    /// its kind. All of them must be there, each once. A record's fields aren't read here.
    /// Throws ``StatementError``.
    public func opened(with disclosures: [Disclosure]) throws(StatementError) -> Selective {
        let claims = try matched(disclosures)
        guard disclosures.count == selectiveCount else {
            throw .disclosuresIncomplete(missing: selectiveCount - disclosures.count)
        }
        return switch self.claims {
        case .admit: .admit(try LegalIdentity(claims))
        case .request: .request(try RequestTerms(claims))
        case .grant(let grant): .grant(try GrantTerms(claims, right: grant.right))
        case .rekey: .rekey(epochs: try claims.required("epochs", SelectiveClaims.epochs))
        case .access: .access(try AccessTerms(claims))
        case .legalHold, .release: .hold(try HoldTerms(claims))
        default: .none
        }
    }

    /// The disclosures by name, each of which is one of the statement's digests.
    /// Throws ``StatementError/disclosureNotInStatement(name:)`` or
    /// ``StatementError/disclosureTwice(name:)``.
    public func matched(
        _ disclosures: [Disclosure]
    ) throws(StatementError) -> SelectiveClaims {
        let digests = Set(selectiveDigests)
        var claims: [String: JSON] = [:]
        for disclosure in disclosures {
            guard digests.contains(disclosure.digest) else {
                throw .disclosureNotInStatement(name: disclosure.name)
            }
            guard claims.updateValue(disclosure.value, forKey: disclosure.name) == nil else {
                throw .disclosureTwice(name: disclosure.name)
            }
        }
        return SelectiveClaims(claims)
    }
}

/// Disclosed claims by name, read with the same strictness as public ones.
public struct SelectiveClaims: Sendable {
    public let values: [String: JSON]

    init(_ values: [String: JSON]) { self.values = values }

    /// The claim `name` through `parse`; a claim that doesn't apply is `null`, not absent.
    /// Throws ``StatementError/malformedSelectiveClaim(_:)``.
    func required<Value>(
        _ name: String, _ parse: (JSONValue) -> Value?
    ) throws(StatementError) -> Value {
        guard let json = values[name],
            let document = try? JSONDocument(.canonical, json.canonicalBytes),
            let value = parse(document.root)
        else { throw .malformedSelectiveClaim(name) }
        return value
    }

    func optional<Value>(
        _ name: String, _ parse: (JSONValue) -> Value?
    ) throws(StatementError) -> Value? {
        try required(name) { $0.isNull ? .some(nil) : parse($0).map(Optional.some) }
    }

    static func epochs(_ value: JSONValue) -> [Int64]? {
        Read.ascending(value, 1...Limits.epochsPerGrant, Read.count)
    }

    static func names(_ value: JSONValue) -> [String]? {
        names(value, 1...Limits.fieldsPerType)
    }

    /// Field names in strictly ascending order, as many as `counts` allows.
    static func names(_ value: JSONValue, _ counts: ClosedRange<Int>) -> [String]? {
        Read.ascending(value, counts) { $0.text.flatMap { isName($0) ? $0 : nil } }
    }

    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f
            }
    }
}

/// How a legal entity is known to a register.
public struct LegalIdentifier: Hashable, Sendable {
    public let scheme: IdentifierScheme
    public let id: String

    /// `nil` for an empty identifier or one over ``Limits/identifierBytes``.
    public init?(scheme: IdentifierScheme, id: String) {
        guard (1...Limits.identifierBytes).contains(id.utf8.count) else { return nil }
        (self.scheme, self.id) = (scheme, id)
    }

    var json: JSON { ["id": .string(id), "scheme": .string(scheme.rawValue)] }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let scheme: IdentifierScheme = claims.optional("scheme").flatMap(Read.code),
            let id = claims.optional("id")?.text, (try? claims.finish()) != nil
        else { return nil }
        self.init(scheme: scheme, id: id)
    }
}

/// Who a participant is in law: the selective claims of `admit`.
public struct LegalIdentity: Hashable, Sendable {
    public let name: String
    public let identifiers: [LegalIdentifier]
    /// ISO 3166-1 alpha-2.
    public let country: String
    /// The authority's reference to its own file, not a text about anyone.
    public let dueDiligence: String?
    /// What the authority found; `nil` where it doesn't say.
    public let size: SizeClass?

    public init(
        name: String, identifiers: [LegalIdentifier], country: String, dueDiligence: String? = nil,
        size: SizeClass? = nil
    ) {
        (self.name, self.identifiers) = (name, identifiers)
        (self.country, self.dueDiligence, self.size) = (country, dueDiligence, size)
    }

    init(_ claims: SelectiveClaims) throws(StatementError) {
        name = try claims.required("legal_name") {
            $0.text.flatMap { (1...Limits.legalNameBytes).contains($0.utf8.count) ? $0 : nil }
        }
        identifiers = try claims.required("legal_ids") {
            Read.list($0, 0...Limits.legalIdentifiers, LegalIdentifier.init(json:))
        }
        country = try claims.required("country") {
            $0.text.flatMap { text in
                text.utf8.count == 2 && text.utf8.allSatisfy { (0x41...0x5a).contains($0) }
                    ? text : nil
            }
        }
        dueDiligence = try claims.optional("due_diligence") {
            $0.text.flatMap { (1...Limits.identifierBytes).contains($0.utf8.count) ? $0 : nil }
        }
        size = try claims.optional("size", Read.code)
    }

    /// Fresh disclosures of these claims.
    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        Disclosure.fresh(
            [
                "legal_name": .string(name),
                "legal_ids": .array(identifiers.map(\.json)),
                "country": .string(country),
                "due_diligence": dueDiligence.map { .string($0) } ?? .null,
                "size": size.map { .string($0.rawValue) } ?? .null,
            ], using: &random)
    }
}

extension Disclosure {
    /// A fresh disclosure of each claim, in the order of their names.
    static func fresh(
        _ claims: [String: JSON], using random: inout some RandomNumberGenerator
    ) -> [Disclosure] {
        claims.sorted { $0.key < $1.key }.map { name, value in
            Disclosure(salt: Salt(using: &random), name: name, value: value)
        }
    }
}

/// What a lender or regulator asks for: the selective claims of `request`.
public struct RequestTerms: Hashable, Sendable {
    public let to: Handle
    public let right: Right
    public let scope: Scope
    /// Field names for `read`, statements for `prove`.
    public let subject: GrantSubject
    public let notBefore: Timestamp
    public let expires: Timestamp
    public let fetches: Int64
    public let dataLife: Int64

    public init(
        to: Handle, right: Right, scope: Scope, subject: GrantSubject, notBefore: Timestamp,
        expires: Timestamp, fetches: Int64, dataLife: Int64
    ) {
        (self.to, self.right, self.scope, self.subject) = (to, right, scope, subject)
        (self.notBefore, self.expires) = (notBefore, expires)
        (self.fetches, self.dataLife) = (fetches, dataLife)
    }

    init(_ claims: SelectiveClaims) throws(StatementError) {
        to = try claims.required("to", Read.handle)
        right = try claims.required("right", Read.code)
        scope = try claims.required("scope", Scope.init(json:))
        subject = try GrantSubject(claims, right: right)
        notBefore = try claims.required("nbf", Read.time)
        expires = try claims.required("exp", Read.time)
        fetches = try claims.required("fetches", GrantTerms.fetches)
        dataLife = try claims.required("data_life", GrantTerms.dataLife)
    }

    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        var claims = subject.members
        claims["to"] = .string(to.text)
        claims["right"] = .string(right.rawValue)
        claims["scope"] = scope.json
        claims["nbf"] = .integer(notBefore.seconds)
        claims["exp"] = .integer(expires.seconds)
        claims["fetches"] = .integer(fetches)
        claims["data_life"] = .integer(dataLife)
        return Disclosure.fresh(claims, using: &random)
    }
}

/// What a grant is about: fields to read, or statements that are proven.
public enum GrantSubject: Hashable, Sendable {
    case fields([String])
    /// Statements in their text form, which the proving module gives a meaning.
    case statements([String])

    var members: [String: JSON] {
        switch self {
        case .fields(let names):
            ["fields": .array(names.sorted().map { .string($0) }), "statements": .null]
        case .statements(let texts):
            ["fields": .null, "statements": .array(texts.map { .string($0) })]
        }
    }

    init(_ claims: SelectiveClaims, right: Right) throws(StatementError) {
        let fields = try claims.optional("fields", SelectiveClaims.names)
        let statements = try claims.optional("statements") {
            Read.list($0, 1...32) { $0.text.flatMap { $0.utf8.count <= 1000 ? $0 : nil } }
        }
        switch (right, fields, statements) {
        case (.read, .some(let fields), .none): self = .fields(fields)
        case (.prove, .none, .some(let statements)): self = .statements(statements)
        default: throw .malformedSelectiveClaim(right == .read ? "fields" : "statements")
        }
    }
}

/// Whom a grant is for and what it covers: the selective claims of `grant`.
public struct GrantTerms: Hashable, Sendable {
    public let to: Handle
    public let scope: Scope
    public let subject: GrantSubject
    /// How many accesses may be made.
    public let fetches: Int64
    /// Seconds the grantee may keep what it read.
    public let dataLife: Int64
    /// The epochs whose keys the envelope gives, ascending.
    public let epochs: [Int64]
    /// The request this answers.
    public let request: JTI?

    public init(
        to: Handle, scope: Scope, subject: GrantSubject, fetches: Int64, dataLife: Int64,
        epochs: [Int64], request: JTI? = nil
    ) {
        (self.to, self.scope, self.subject) = (to, scope, subject)
        (self.fetches, self.dataLife) = (fetches, dataLife)
        (self.epochs, self.request) = (epochs, request)
    }

    init(_ claims: SelectiveClaims, right: Right) throws(StatementError) {
        to = try claims.required("to", Read.handle)
        scope = try claims.required("scope", Scope.init(json:))
        subject = try GrantSubject(claims, right: right)
        fetches = try claims.required("fetches", Self.fetches)
        dataLife = try claims.required("data_life", Self.dataLife)
        epochs = try claims.required("epochs", SelectiveClaims.epochs)
        request = try claims.optional("request", Read.jti)
    }

    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        var claims = subject.members
        claims["to"] = .string(to.text)
        claims["scope"] = scope.json
        claims["fetches"] = .integer(fetches)
        claims["data_life"] = .integer(dataLife)
        claims["epochs"] = .array(epochs.map { .integer($0) })
        claims["request"] = request.map { .string($0.text) } ?? .null
        return Disclosure.fresh(claims, using: &random)
    }

    static func fetches(_ value: JSONValue) -> Int64? {
        value.integer.flatMap { (1...Limits.fetches).contains($0) ? $0 : nil }
    }

    static func dataLife(_ value: JSONValue) -> Int64? {
        value.integer.flatMap { (0...Limits.dataLifeSeconds).contains($0) ? $0 : nil }
    }
}

/// What an access served: the selective claims of `access`.
public struct AccessTerms: Hashable, Sendable {
    /// The grantee's signed call, verbatim.
    public let fetch: JWS
    public let served: Served

    public init(fetch: JWS, served: Served) { (self.fetch, self.served) = (fetch, served) }

    init(_ claims: SelectiveClaims) throws(StatementError) {
        fetch = try claims.required("fetch", Read.jws)
        served = try claims.required("served", Served.init(json:))
    }

    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        Disclosure.fresh(
            ["fetch": .string(fetch.text), "served": served.json], using: &random)
    }
}

/// The fields and records that were handed out, and how far their books had got.
public struct Served: Hashable, Sendable {
    public struct BookState: Hashable, Sendable {
        public let book: BookName
        /// Records registered in the book so far.
        public let count: Int64
        /// The highest epoch among them.
        public let epoch: Int64
        public let closed: Bool

        public init(book: BookName, count: Int64, epoch: Int64, closed: Bool) {
            (self.book, self.count, self.epoch, self.closed) = (book, count, epoch, closed)
        }
    }

    public let fields: [String]
    public let ranges: [RecordRange]
    public let books: [BookState]

    public init(fields: [String], ranges: [RecordRange], books: [BookState]) {
        (self.fields, self.ranges, self.books) = (fields.sorted(), ranges, books)
    }

    var json: JSON {
        [
            "books": .array(
                books.map {
                    [
                        "book": .string($0.book.description), "closed": .bool($0.closed),
                        "count": .integer($0.count), "epoch": .integer($0.epoch),
                    ]
                }),
            "fields": .array(fields.map { .string($0) }),
            "ranges": .array(ranges.map(\.json)),
        ]
    }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let books = claims.optional("books").flatMap({
                Read.list($0, 0...Limits.booksPerAccess, BookState.init(json:))
            }),
            let fields = claims.optional("fields").flatMap({
                SelectiveClaims.names($0, 0...(2 * Limits.fieldsPerType))
            }),
            let ranges = claims.optional("ranges").flatMap({ RecordRange.list(json: $0) }),
            (try? claims.finish()) != nil,
            zip(books, books.dropFirst()).allSatisfy({ $0.book < $1.book })
        else { return nil }
        self.init(fields: fields, ranges: ranges, books: books)
    }
}

extension Served.BookState {
    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let book = claims.optional("book").flatMap(Read.book),
            let count = claims.optional("count").flatMap(Read.count),
            let epoch = claims.optional("epoch").flatMap(Read.count),
            let closed = claims.optional("closed")?.bool, (try? claims.finish()) != nil
        else { return nil }
        self.init(book: book, count: count, epoch: epoch, closed: closed)
    }
}

/// What may not be erased for a while: the selective claims of `legal-hold` and `release`.
public struct HoldTerms: Hashable, Sendable {
    public let holder: Handle
    public let books: Scope?
    public let until: Timestamp?
    public let caseReference: String

    public init(holder: Handle, books: Scope?, until: Timestamp?, caseReference: String) {
        (self.holder, self.books) = (holder, books)
        (self.until, self.caseReference) = (until, caseReference)
    }

    init(_ claims: SelectiveClaims) throws(StatementError) {
        holder = try claims.required("holder", Read.handle)
        books = try claims.optional("books", Scope.init(json:))
        until = try claims.optional("until", Read.time)
        caseReference = try claims.required("case") {
            $0.text.flatMap { (1...Limits.identifierBytes).contains($0.utf8.count) ? $0 : nil }
        }
    }

    public func disclosures(using random: inout some RandomNumberGenerator) -> [Disclosure] {
        Disclosure.fresh(
            [
                "holder": .string(holder.text), "books": books?.json ?? .null,
                "until": until.map { .integer($0.seconds) } ?? .null,
                "case": .string(caseReference),
            ], using: &random)
    }
}
