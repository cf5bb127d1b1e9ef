import Wire

extension Claims {
    /// The members this kind adds to the common ones, selective digests aside.
    var members: [String: JSON] {
        switch self {
        case .genesis(let genesis): genesis.members
        case .admit(let admit): admit.members
        case .suspend(let handle, let reason), .reinstate(let handle, let reason):
            ["handle": .string(handle.text), "reason": .string(reason.rawValue)]
        case .key(let offer): offer.members
        case .retireKey(let kid): ["kid": .digest(kid)]
        case .encryptionKey(let key): ["encryption_key": .string(Base64URL.encode(key.bytes))]
        case .policy(let set, let files):
            ["set": .digest(set), "files": .array(files.map { .object($0.members) })]
        case .record(let record): record.members
        case .closeBook(let book, let count, let root):
            [
                "book": .string(book.description), "count": .integer(count),
                "root": .digest(root),
            ]
        case .erase(.record(let jti), let reason):
            ["record": .string(jti.text), "reason": .string(reason.rawValue)]
        case .erase(.statement(let jti), let reason):
            ["statement": .string(jti.text), "reason": .string(reason.rawValue)]
        case .request(let purpose): ["purpose": .string(purpose.rawValue)]
        case .grant(let grant): grant.members
        case .rekey(let grant, let envelope):
            ["grant": .string(grant.text), "envelope": .digest(envelope)]
        case .revoke(let grant, let reason):
            ["grant": .string(grant.text), "reason": .string(reason.rawValue)]
        case .access(let grant): ["grant": .string(grant.text)]
        case .legalHold, .release: [:]
        }
    }

    /// Takes the members of `kind` from `claims`. Throws ``Wire/ClaimError``.
    init(_ kind: Kind, from claims: inout ClaimReader) throws(ClaimError) {
        switch kind {
        case .genesis: self = .genesis(try Genesis(from: &claims))
        case .admit: self = .admit(try Admit(from: &claims))
        case .suspend:
            self = .suspend(
                try claims.required("handle", Read.handle), try claims.required("reason", Read.code)
            )
        case .reinstate:
            self = .reinstate(
                try claims.required("handle", Read.handle), try claims.required("reason", Read.code)
            )
        case .key: self = .key(try KeyOffer(from: &claims))
        case .retireKey: self = .retireKey(try claims.required("kid") { $0.digest() })
        case .encryptionKey:
            self = .encryptionKey(try claims.required("encryption_key", Read.encryptionKey))
        case .policy:
            self = .policy(
                set: try claims.required("set") { $0.digest() },
                files: try claims.required("files") {
                    Read.list($0, 1...64, PolicyFile.init(json:))
                })
        case .record: self = .record(try RecordClaims(from: &claims))
        case .closeBook:
            self = .closeBook(
                try claims.required("book", Read.book),
                count: try claims.required("count", Read.count),
                root: try claims.required("root") { $0.digest() })
        case .erase: self = try Self.erasure(from: &claims)
        case .request: self = .request(try claims.required("purpose", Read.code))
        case .grant: self = .grant(try GrantClaims(from: &claims))
        case .rekey:
            self = .rekey(
                grant: try claims.required("grant", Read.jti),
                envelope: try claims.required("envelope") { $0.digest() })
        case .revoke:
            self = .revoke(
                grant: try claims.required("grant", Read.jti),
                try claims.required("reason", Read.code))
        case .access: self = .access(grant: try claims.required("grant", Read.jti))
        case .legalHold: self = .legalHold
        case .release: self = .release
        }
    }

    private static func erasure(from claims: inout ClaimReader) throws(ClaimError) -> Claims {
        let reason: Reason = try claims.required("reason", Read.code)
        if let record = try claims.optional("record", Read.jti) {
            return .erase(.record(record), reason)
        }
        return .erase(.statement(try claims.required("statement", Read.jti)), reason)
    }
}

/// Reading single claim values; each gives `nil` for what it refuses.
enum Read {
    static func handle(_ value: JSONValue) -> Handle? { value.text.flatMap { Handle($0) } }
    static func jti(_ value: JSONValue) -> JTI? { value.plainBytes.flatMap { JTI(text: $0) } }
    static func book(_ value: JSONValue) -> BookName? { value.text.flatMap { BookName($0) } }
    static func code<C: Code>(_ value: JSONValue) -> C? {
        value.text.flatMap { C(rawValue: $0) }
    }
    static func time(_ value: JSONValue) -> Timestamp? {
        value.integer.flatMap { Timestamp(seconds: $0) }
    }
    static func count(_ value: JSONValue) -> Int64? { value.integer.flatMap { $0 >= 0 ? $0 : nil } }
    static func positive(_ value: JSONValue) -> Int64? {
        value.integer.flatMap { $0 >= 1 ? $0 : nil }
    }
    static func encryptionKey(_ value: JSONValue) -> EncryptionKey? {
        value.plainBytes.flatMap { Base64URL.decode($0) }.flatMap { EncryptionKey(bytes: $0) }
    }
    static func jws(_ value: JSONValue) -> JWS? {
        value.plainBytes.flatMap { try? JWS(parsing: Array($0)) }
    }

    /// An array whose length lies in `counts`, each element through `parse`.
    static func list<Element>(
        _ value: JSONValue, _ counts: ClosedRange<Int>, _ parse: (JSONValue) -> Element?
    ) -> [Element]? {
        guard let elements = value.elements, counts.contains(elements.count) else { return nil }
        let parsed = elements.compactMap(parse)
        return parsed.count == elements.count ? parsed : nil
    }

    /// A list whose elements ascend strictly, so that a set has one spelling.
    static func ascending<Element: Comparable>(
        _ value: JSONValue, _ counts: ClosedRange<Int>, _ parse: (JSONValue) -> Element?
    ) -> [Element]? {
        guard let parsed = list(value, counts, parse),
            zip(parsed, parsed.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        return parsed
    }
}

extension FoundingParticipant {
    var json: JSON { ["handle": .string(handle.text), "jwk": key.jwk] }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let handle = claims.optional("handle").flatMap(Read.handle),
            let key = claims.optional("jwk").flatMap({ VerificationKey(jwk: $0) }),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(handle: handle, key: key)
    }
}

extension KeyOffer {
    var members: [String: JSON] {
        [
            "jwk": key.jwk, "pop": .string(pop.text),
            "scopes": .array(scopes.map { .string($0.rawValue) }),
        ]
    }

    init(from claims: inout ClaimReader) throws(ClaimError) {
        self.init(
            key: try claims.required("jwk") { VerificationKey(jwk: $0) },
            scopes: try claims.required("scopes") { Read.ascending($0, 1...4, Read.code) },
            pop: try claims.required("pop", Read.jws))
    }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json), let offer = try? KeyOffer(from: &claims),
            (try? claims.finish()) != nil
        else { return nil }
        self = offer
    }
}

extension PolicyFile {
    var members: [String: JSON] { ["digest": .digest(digest), "name": .string(name)] }

    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let name = claims.optional("name")?.text, (1...100).contains(name.utf8.count),
            let digest = claims.optional("digest")?.digest(Digested.PolicyFile.self),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(name: name, digest: digest)
    }
}

extension Claims.Genesis {
    var members: [String: JSON] {
        [
            "origin": .string(origin.text), "rules": .integer(rules), "log_key": .string(logKey),
            "authorities": .array(authorities.map(\.json)), "threshold": .integer(threshold),
            "host": host.json, "policies": .digest(policies),
        ]
    }

    init(from claims: inout ClaimReader) throws(ClaimError) {
        self.init(
            origin: try claims.required("origin") { $0.text.flatMap { Origin($0) } },
            rules: try claims.required("rules", Read.positive),
            logKey: try claims.required("log_key") { $0.text },
            authorities: try claims.required("authorities") {
                Read.list($0, 1...64, FoundingParticipant.init(json:))
            },
            threshold: try claims.required("threshold", Read.positive),
            host: try claims.required("host", FoundingParticipant.init(json:)),
            policies: try claims.required("policies") { $0.digest() })
    }
}

extension Claims.Admit {
    var members: [String: JSON] {
        [
            "handle": .string(handle.text),
            "roles": .array(roles.map { .string($0.rawValue) }),
            "keys": .array(keys.map { .object($0.members) }),
            "encryption_key": .string(Base64URL.encode(encryptionKey.bytes)),
        ]
    }

    init(from claims: inout ClaimReader) throws(ClaimError) {
        self.init(
            handle: try claims.required("handle", Read.handle),
            roles: try claims.required("roles") {
                Read.ascending($0, 1...Role.allCases.count, Read.code)
            },
            keys: try claims.required("keys") {
                Read.list($0, 1...Limits.keysPerParticipant, KeyOffer.init(json:))
            },
            encryptionKey: try claims.required("encryption_key", Read.encryptionKey))
    }
}

extension Claims.RecordClaims {
    var members: [String: JSON] {
        var members: [String: JSON] = [
            "vct": .string(vct), "book": .string(book.description),
            "record_number": .integer(number),
            "epoch": .integer(epoch), "source": .digest(source),
            "fields_root": .digest(fieldsRoot), "cnf": ["jwk": holder.jwk],
        ]
        if let replaces { members["replaces"] = .string(replaces.text) }
        return members
    }

    init(from claims: inout ClaimReader) throws(ClaimError) {
        self.init(
            vct: try claims.required("vct") { $0.text },
            book: try claims.required("book", Read.book),
            number: try claims.required("record_number", Read.positive),
            epoch: try claims.required("epoch", Read.count),
            source: try claims.required("source") { $0.digest() },
            replaces: try claims.optional("replaces", Read.jti),
            fieldsRoot: try claims.required("fields_root") { $0.digest() },
            holder: try claims.required("cnf", Self.holder))
    }

    private static func holder(_ value: JSONValue) -> NamedKey? {
        guard var claims = try? ClaimReader(value),
            let key = claims.optional("jwk").flatMap({ NamedKey(jwk: $0) }),
            (try? claims.finish()) != nil
        else { return nil }
        return key
    }
}

extension Claims.GrantClaims {
    var members: [String: JSON] {
        var members: [String: JSON] = [
            "right": .string(right.rawValue), "purpose": .string(purpose.rawValue),
            "nbf": .integer(notBefore.seconds), "exp": .integer(expires.seconds),
            "policies": .digest(policies), "envelope": .digest(envelope),
        ]
        if let at { members["at"] = ["root": .digest(at.root), "size": .integer(at.size)] }
        return members
    }

    init(from claims: inout ClaimReader) throws(ClaimError) {
        self.init(
            right: try claims.required("right", Read.code),
            purpose: try claims.required("purpose", Read.code),
            notBefore: try claims.required("nbf", Read.time),
            expires: try claims.required("exp", Read.time),
            policies: try claims.required("policies") { $0.digest() },
            envelope: try claims.required("envelope") { $0.digest() },
            at: try claims.optional("at", Claims.TreePoint.init(json:)))
    }
}

extension Claims.TreePoint {
    init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let size = claims.optional("size").flatMap(Read.positive),
            let root = claims.optional("root")?.digest(Digested.Leaf.self),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(size: size, root: root)
    }
}
