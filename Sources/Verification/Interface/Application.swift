public import Sharing
public import Wire

/// What someone who wants to be admitted sends: who it is, in which roles, and its keys.
///
/// An authority checks it outside the system and makes an `admit` of it.
public struct Application: Hashable, Sendable {
    public let handle: Handle
    public let roles: [Role]
    public let legalName: String
    public let legalIdentifiers: [LegalIdentifier]
    /// ISO 3166-1 alpha-2.
    public let country: String
    public let keys: [KeyOffer]
    public let encryptionKey: EncryptionKey

    /// 16 keys with their proofs, the encryption key, a name and identifiers.
    public static let maximumBytes = 64 << 10

    public init(
        handle: Handle, roles: [Role], legalName: String, legalIdentifiers: [LegalIdentifier],
        country: String, keys: [KeyOffer], encryptionKey: EncryptionKey
    ) {
        (self.handle, self.roles, self.legalName) = (handle, roles.sorted(), legalName)
        (self.legalIdentifiers, self.country) = (legalIdentifiers, country)
        (self.keys, self.encryptionKey) = (keys, encryptionKey)
    }

    /// Throws ``InterfaceError``. The proofs of possession aren't checked here.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        try self.init(from: &members)
        try members.finish()
    }

    public var bytes: [UInt8] { JSON.object(members).canonicalBytes }

    /// What the `admit` that grants it says publicly.
    public var claims: Claims {
        .admit(.init(handle: handle, roles: roles, keys: keys, encryptionKey: encryptionKey))
    }

    /// What the `admit` that grants it says selectively; of the size, what the authority found.
    public func identity(dueDiligence: String?, size: SizeClass? = nil) -> LegalIdentity {
        LegalIdentity(
            name: legalName, identifiers: legalIdentifiers, country: country,
            dueDiligence: dueDiligence, size: size)
    }
}

extension Application {
    init(from members: inout Members) throws(InterfaceError) {
        country = try members.required("country", Self.country)
        encryptionKey = try members.required("encryption_key") {
            $0.plainBytes.flatMap { Base64URL.decode($0) }.flatMap { EncryptionKey(bytes: $0) }
        }
        handle = try members.required("handle", Value.handle)
        keys = try members.list("keys", limit: Limits.keysPerParticipant, Self.key)
        legalIdentifiers = try members.list(
            "legal_ids", limit: Limits.legalIdentifiers, Self.identifier)
        legalName = try members.required("legal_name") {
            $0.text.flatMap { (1...Limits.legalNameBytes).contains($0.utf8.count) ? $0 : nil }
        }
        roles = try members.required("roles", Value.roles)
        guard !keys.isEmpty else { throw members.malformed("keys") }
        guard !roles.isEmpty, zip(roles, roles.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw members.malformed("roles")
        }
    }

    private static func country(_ value: JSONValue) -> String? {
        guard let text = value.text, text.utf8.count == 2,
            text.utf8.allSatisfy({ (0x41...0x5a).contains($0) })
        else { return nil }
        return text
    }

    private static func key(_ value: JSONValue, at place: Place) throws(InterfaceError) -> KeyOffer
    {
        var members = try Members(value, at: place)
        let offer = KeyOffer(
            key: try members.required("jwk") { VerificationKey(jwk: $0) },
            scopes: try members.required("scopes") {
                let scopes = Value.list($0, limit: KeyScope.allCases.count) {
                    $0.text.flatMap { KeyScope(rawValue: $0) }
                }
                guard let scopes, !scopes.isEmpty,
                    zip(scopes, scopes.dropFirst()).allSatisfy({ $0 < $1 })
                else { return nil }
                return scopes
            },
            pop: try members.required("pop") {
                $0.plainBytes.flatMap { try? JWS(parsing: Array($0)) }
            })
        try members.finish()
        return offer
    }

    private static func identifier(
        _ value: JSONValue, at place: Place
    ) throws(InterfaceError) -> LegalIdentifier {
        var members = try Members(value, at: place)
        let scheme = try members.required("scheme") {
            $0.text.flatMap { IdentifierScheme(rawValue: $0) }
        }
        let identifier = try members.required("id") {
            $0.text.flatMap { LegalIdentifier(scheme: scheme, id: $0) }
        }
        try members.finish()
        return identifier
    }

    fileprivate var members: [String: JSON] {
        [
            "country": .string(country),
            "encryption_key": .string(Base64URL.encode(encryptionKey.bytes)),
            "handle": .string(handle.text),
            "keys": .array(
                keys.map {
                    [
                        "jwk": $0.key.jwk, "pop": .string($0.pop.text),
                        "scopes": .array($0.scopes.map { .string($0.rawValue) }),
                    ]
                }),
            "legal_ids": .array(
                legalIdentifiers.map {
                    ["id": .string($0.id), "scheme": .string($0.scheme.rawValue)]
                }),
            "legal_name": .string(legalName),
            "roles": Value.json(roles),
        ]
    }
}

/// The applications that wait for an authority.
public struct ApplicationsAnswer: Hashable, Sendable {
    public struct Received: Hashable, Sendable {
        public let application: Application
        /// When the gateway got it.
        public let received: Timestamp
        public init(application: Application, received: Timestamp) {
            (self.application, self.received) = (application, received)
        }
    }

    public let applications: [Received]

    public static let maximumApplications = 1024
    static let maximumBytes = maximumApplications * Application.maximumBytes

    public init(applications: [Received]) { self.applications = applications }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        applications = try members.list(
            "applications", limit: Self.maximumApplications
        ) { value, place throws(InterfaceError) in
            var members = try Members(value, at: place)
            let application = try Application(from: &members)
            let received = try members.required("received") {
                $0.integer.flatMap { Timestamp(seconds: $0) }
            }
            try members.finish()
            return Received(application: application, received: received)
        }
        try members.finish()
    }

    public var bytes: [UInt8] {
        let object: JSON = [
            "applications": .array(
                applications.map {
                    var members = $0.application.members
                    members["received"] = .integer($0.received.seconds)
                    return .object(members)
                })
        ]
        return object.canonicalBytes
    }
}
