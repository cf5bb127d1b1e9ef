import Sharing
import Transparency
public import Wire

/// Why bytes aren't the value of a piece of state.
public enum StateError: Error, Equatable, Sendable {
    case json(JSONError)
    case claims(ClaimError)
}

extension StateValue {
    /// The value as canonical JSON (RFC 8785): one object, in which what is `nil`, `false` or empty
    /// by default is left out. The same value always has the same bytes.
    public var bytes: [UInt8] {
        var writer = StateWriter()
        writer.object { writer in
            switch self {
            case .log(let log): log.write(to: &writer)
            case .participant(let participant): participant.write(to: &writer)
            case .key(let key): key.write(to: &writer)
            case .statement(let statement): statement.write(to: &writer)
            case .book(let book): book.write(to: &writer)
            case .source(let record): writer.member("record", plain: record.text)
            case .grant(let grant): grant.write(to: &writer)
            case .fetch(let access): writer.member("access", plain: access.text)
            case .epochs(let epochs): epochs.write(to: &writer)
            case .holds(let holds): writer.array("holds", holds) { $0.write(to: &$1) }
            case .dealings(let past): writer.array("past", past) { $1.plain($0.rawValue) }
            case .request(let request): request.write(to: &writer)
            }
        }
        return writer.bytes
    }

    /// Reads ``bytes`` as what stands under `key`, and accepts no other spelling of it.
    /// Throws ``StateError``.
    public init(parsing bytes: [UInt8], for key: StateKey) throws(StateError) {
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, bytes) } catch { throw .json(error) }
        do {
            var reader = try ClaimReader(document.root)
            self = try Self.read(&reader, for: key)
            try reader.finish()
        } catch {
            throw .claims(error)
        }
    }

    private static func read(
        _ reader: inout ClaimReader, for key: StateKey
    ) throws(ClaimError) -> StateValue {
        switch key {
        case .log: .log(try LogState(from: &reader))
        case .participant: .participant(try ParticipantState(from: &reader))
        case .key(let thumbprint): .key(try KeyState(from: &reader, under: thumbprint))
        case .statement: .statement(try StatementState(from: &reader))
        case .book: .book(try BookState(from: &reader))
        case .source: .source(try reader.required("record", StateField.jti))
        case .grant: .grant(try GrantState(from: &reader))
        case .fetch: .fetch(access: try reader.required("access", StateField.jti))
        case .epochs: .epochs(try EpochState(from: &reader))
        case .holds: .holds(try reader.list("holds", HoldState.init(from:)))
        case .dealings: .dealings(try reader.required("past", StateField.involvements))
        case .request: .request(try RequestState(from: &reader))
        }
    }
}

extension LogState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.array("authorities", authorities) { $1.plain($0.text) }
        writer.member("genesis", digest: genesis)
        writer.member("host", plain: host.text)
        writer.member("origin", plain: origin.text)
        writer.member("policies", digest: policies)
        writer.member("rules", rules)
        writer.member("threshold", threshold)
        writer.member("time", time.seconds)
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            origin: try reader.required("origin") { $0.text.flatMap { Origin($0) } },
            genesis: try reader.required("genesis") { $0.digest() },
            rules: try reader.required("rules", StateField.count),
            authorities: try reader.required("authorities") {
                StateField.list($0, StateField.handle)
            },
            threshold: try reader.required("threshold", StateField.count),
            host: try reader.required("host", StateField.handle),
            policies: try reader.required("policies") { $0.digest() },
            time: try reader.required("time", StateField.time))
    }
}

extension ParticipantState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("admitted_at", admittedAt)
        if let encryptionKey { writer.member("encryption_key", digest: encryptionKey) }
        writer.array("keys", keys) { $1.digest($0) }
        writer.array("roles", roles) { $1.plain($0.rawValue) }
        if let size { writer.member("size", plain: size.rawValue) }
        writer.flag("suspended", suspended)
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            roles: try reader.required("roles") { StateField.list($0, StateField.code) },
            keys: try reader.required("keys") { StateField.list($0) { $0.digest() } },
            encryptionKey: try reader.optional("encryption_key") { $0.digest() },
            suspended: try reader.flag("suspended"),
            admittedAt: try reader.required("admitted_at", StateField.count),
            size: try reader.optional("size", StateField.code))
    }
}

extension KeyState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("handle", plain: handle.text)
        writer.member("key", plain: Base64URL.encode(key.bytes))
        writer.flag("retired", retired)
        writer.array("scopes", scopes) { $1.plain($0.rawValue) }
    }

    fileprivate init(
        from reader: inout ClaimReader, under thumbprint: Digest<Digested.Key>
    ) throws(ClaimError) {
        self.init(
            handle: try reader.required("handle", StateField.handle),
            key: try reader.required("key") { StateField.key($0, under: thumbprint) },
            scopes: try reader.required("scopes") { StateField.list($0, StateField.code) },
            retired: try reader.flag("retired"))
    }
}

extension StatementState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("digest", digest: digest)
        writer.flag("erased", erased)
        writer.member("index", index)
        writer.member("issuer", plain: issuer.text)
        writer.member("kind", plain: kind.rawValue)
        guard let record else { return }
        writer.object("record") { writer in
            writer.member("book", plain: record.book.description)
            writer.member("epoch", record.epoch)
            writer.member("number", record.number)
            if let jti = record.replacedBy { writer.member("replaced_by", plain: jti.text) }
            writer.member("source", digest: record.source)
        }
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            index: try reader.required("index", StateField.count),
            digest: try reader.required("digest") { $0.digest() },
            kind: try reader.required("kind") { $0.text.flatMap { Kind(rawValue: $0) } },
            issuer: try reader.required("issuer", StateField.handle),
            erased: try reader.flag("erased"),
            record: try reader.optionalObject("record", RecordDetail.init(from:)))
    }
}

extension StatementState.RecordDetail {
    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            book: try reader.required("book") { $0.text.flatMap { BookName($0) } },
            number: try reader.required("number", StateField.count),
            epoch: try reader.required("epoch", StateField.count),
            source: try reader.required("source") { $0.digest() },
            replacedBy: try reader.optional("replaced_by", StateField.jti))
    }
}

extension BookState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.flag("closed", closed)
        writer.member("count", count)
        writer.member("edge", plain: Base64URL.encode(edge.bytes))
        writer.member("epoch", epoch)
        let lists: [(StaticString, [ClosedRange<Int64>])] = [
            ("erased", erased), ("replaced", replaced),
        ]
        for (name, ranges) in lists where !ranges.isEmpty {
            writer.array(name, ranges) { range, writer in
                writer.elements([range.lowerBound, range.upperBound]) { $1.integer($0) }
            }
        }
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init()
        count = try reader.required("count", StateField.count)
        epoch = try reader.required("epoch", StateField.count)
        closed = try reader.flag("closed")
        edge = try reader.required("edge") { value in
            value.plainBytes.flatMap { Base64URL.decode($0) }
                .flatMap { try? RightEdge(bytes: $0) }
        }
        guard edge.size == UInt64(count) else { throw .malformed("edge") }
        erased = try Self.ranges("erased", from: &reader)
        replaced = try Self.ranges("replaced", from: &reader)
    }

    /// Ascending and apart from each other, or they have another spelling.
    private static func ranges(
        _ name: StaticString, from reader: inout ClaimReader
    ) throws(ClaimError) -> [ClosedRange<Int64>] {
        let ranges = try reader.optional(name, StateField.ranges) ?? []
        let ordered = zip(ranges, ranges.dropFirst()).allSatisfy {
            $0.upperBound + 1 < $1.lowerBound
        }
        guard ordered else { throw .malformed("\(name)") }
        return ranges
    }
}

extension GrantState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("carrier", plain: carrier.text)
        writer.object("claims") { claims.write(to: &$0) }
        writer.member("envelope", digest: envelope)
        writer.member("index", index)
        writer.member("issuer", plain: issuer.text)
        if let revoked { writer.member("revoked", revoked) }
        if let terms { writer.object("terms") { terms.write(to: &$0) } }
        writer.member("used", used)
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            issuer: try reader.required("issuer", StateField.handle),
            index: try reader.required("index", StateField.count),
            claims: try reader.object("claims", Claims.GrantClaims.init(state:)),
            terms: try reader.optionalObject("terms", GrantTerms.init(state:)),
            carrier: try reader.required("carrier", StateField.jti))
        used = try reader.required("used", StateField.count)
        revoked = try reader.optional("revoked", StateField.count)
        envelope = try reader.required("envelope") { $0.digest() }
    }
}

extension Claims.GrantClaims {
    fileprivate func write(to writer: inout StateWriter) {
        if let at {
            writer.object("at") { writer in
                writer.member("root", digest: at.root)
                writer.member("size", at.size)
            }
        }
        writer.member("envelope", digest: envelope)
        writer.member("exp", expires.seconds)
        writer.member("nbf", notBefore.seconds)
        writer.member("policies", digest: policies)
        writer.member("purpose", plain: purpose.rawValue)
        writer.member("right", plain: right.rawValue)
    }

    fileprivate init(state reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            right: try reader.required("right", StateField.code),
            purpose: try reader.required("purpose", StateField.code),
            notBefore: try reader.required("nbf", StateField.time),
            expires: try reader.required("exp", StateField.time),
            policies: try reader.required("policies") { $0.digest() },
            envelope: try reader.required("envelope") { $0.digest() },
            at: try reader.optionalObject("at") { (reader: inout ClaimReader) throws(ClaimError) in
                Claims.TreePoint(
                    size: try reader.required("size", StateField.count),
                    root: try reader.required("root") { $0.digest() })
            })
    }
}

extension RequestState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("by", plain: by.text)
        writer.member("data_life", terms.dataLife)
        writer.member("exp", terms.expires.seconds)
        writer.member("fetches", terms.fetches)
        if case .fields(let names) = terms.subject { writer.array("fields", names) { $1.text($0) } }
        writer.member("nbf", terms.notBefore.seconds)
        writer.member("purpose", plain: purpose.rawValue)
        writer.member("right", plain: terms.right.rawValue)
        writer.object("scope") { terms.scope.write(to: &$0) }
        if case .statements(let texts) = terms.subject {
            writer.array("statements", texts) { $1.text($0) }
        }
        writer.member("to", plain: terms.to.text)
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            by: try reader.required("by", StateField.handle),
            purpose: try reader.required("purpose", StateField.code),
            terms: RequestTerms(
                to: try reader.required("to", StateField.handle),
                right: try reader.required("right", StateField.code),
                scope: try reader.object("scope", Scope.init(state:)),
                subject: try GrantSubject(state: &reader),
                notBefore: try reader.required("nbf", StateField.time),
                expires: try reader.required("exp", StateField.time),
                fetches: try reader.required("fetches", StateField.count),
                dataLife: try reader.required("data_life", StateField.count)))
    }
}

extension GrantSubject {
    fileprivate init(state reader: inout ClaimReader) throws(ClaimError) {
        let fields = try reader.optional("fields") { StateField.list($0) { $0.text } }
        let statements = try reader.optional("statements") { StateField.list($0) { $0.text } }
        switch (fields, statements) {
        case (.some(let fields), .none): self = .fields(fields)
        case (.none, .some(let statements)): self = .statements(statements)
        default: throw .malformed("fields")
        }
    }
}

extension GrantTerms {
    fileprivate func write(to writer: inout StateWriter) {
        writer.member("data_life", dataLife)
        writer.array("epochs", epochs) { $1.integer($0) }
        writer.member("fetches", fetches)
        if case .fields(let names) = subject { writer.array("fields", names) { $1.text($0) } }
        if let request { writer.member("request", plain: request.text) }
        writer.object("scope") { scope.write(to: &$0) }
        if case .statements(let texts) = subject {
            writer.array("statements", texts) { $1.text($0) }
        }
        writer.member("to", plain: to.text)
    }

    fileprivate init(state reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            to: try reader.required("to", StateField.handle),
            scope: try reader.object("scope", Scope.init(state:)),
            subject: try GrantSubject(state: &reader),
            fetches: try reader.required("fetches", StateField.count),
            dataLife: try reader.required("data_life", StateField.count),
            epochs: try reader.required("epochs") { StateField.list($0, StateField.count) },
            request: try reader.optional("request", StateField.jti))
    }
}

extension Scope {
    fileprivate func write(to writer: inout StateWriter) {
        switch self {
        case .months(let series, let months):
            writer.member("from", plain: months.lowerBound.description)
            writer.member("series", plain: series.rawValue)
            writer.member("to", plain: months.upperBound.description)
        case .records(let ranges):
            writer.array("records", ranges) { range, writer in
                writer.object { writer in
                    writer.member("book", plain: range.book.description)
                    writer.member("from", range.from)
                    writer.member("to", range.to)
                }
            }
        }
    }

    fileprivate init(state reader: inout ClaimReader) throws(ClaimError) {
        if let series = try reader.optional("series", StateField.series) {
            self = .months(series, try reader.months())
        } else {
            self = .records(try reader.list("records", RecordRange.init(state:)))
        }
    }
}

extension RecordRange {
    fileprivate init(state reader: inout ClaimReader) throws(ClaimError) {
        let range = RecordRange(
            book: try reader.required("book") { $0.text.flatMap { BookName($0) } },
            from: try reader.required("from", StateField.count),
            to: try reader.required("to", StateField.count))
        guard let range else { throw .malformed("from") }
        self = range
    }
}

extension EpochState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.array("dead", dead) { dead, writer in
            writer.object { writer in
                writer.member("epoch", dead.epoch)
                writer.member("from", plain: dead.months.lowerBound.description)
                writer.member("to", plain: dead.months.upperBound.description)
            }
        }
        writer.array("given", given) { given, writer in
            writer.object { writer in
                writer.member("epoch", given.epoch)
                writer.member("expires", given.expires.seconds)
                writer.member("from", plain: given.months.lowerBound.description)
                writer.member("grant", plain: given.grant.text)
                writer.member("to", plain: given.months.upperBound.description)
            }
        }
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init()
        given = try reader.list("given") { (reader: inout ClaimReader) throws(ClaimError) in
            Given(
                grant: try reader.required("grant", StateField.jti), months: try reader.months(),
                epoch: try reader.required("epoch", StateField.count),
                expires: try reader.required("expires", StateField.time))
        }
        dead = try reader.list("dead") { (reader: inout ClaimReader) throws(ClaimError) in
            Dead(months: try reader.months(), epoch: try reader.required("epoch", StateField.count))
        }
        let ordered = zip(dead, dead.dropFirst()).allSatisfy {
            $0.months.upperBound < $1.months.lowerBound
        }
        guard ordered else { throw .malformed("dead") }
    }
}

extension HoldState {
    fileprivate func write(to writer: inout StateWriter) {
        writer.object { writer in
            if let books { writer.object("books") { books.write(to: &$0) } }
            writer.member("by", plain: by.text)
            writer.name("case")
            writer.text(caseReference)
            if let until { writer.member("until", until.seconds) }
        }
    }

    fileprivate init(from reader: inout ClaimReader) throws(ClaimError) {
        self.init(
            by: try reader.required("by", StateField.handle),
            caseReference: try reader.required("case") { $0.text },
            books: try reader.optionalObject("books", Scope.init(state:)),
            until: try reader.optional("until", StateField.time))
    }
}
