public import Sharing
public import Wire

/// What somebody who was invited sends to be admitted: its roles, its keys, and the disclosures that
/// it made of its legal identity.
///
/// An authority checks it outside the system and makes an `admit` of it. It is no part of the log.
public struct Application: Message, Hashable {
    public let handle: Handle
    public let roles: [Role]
    public let keys: [KeyOffer]
    public let encryptionKey: EncryptionKey
    /// The disclosures of ``identity``, in the order of their names.
    public let disclosures: [Disclosure]
    public let identity: ApplicantIdentity
    /// Shows the gateway that the sender was invited. 32 bytes.
    public let token: [UInt8]
    /// Shows the authority that invited that who was invited made this application. 32 bytes.
    public let mac: [UInt8]

    /// 16 keys with their proofs, the encryption key, a name and identifiers.
    public static let maximumBytes = 64 << 10
    private static let format = "trine-application/1"
    private var formatName: String { Self.format }
    private var texts: [String] { disclosures.map { String(decoding: $0.text, as: UTF8.self) } }

    /// `nil` unless `disclosures` are those of a legal identity.
    public init?(
        handle: Handle, roles: [Role], keys: [KeyOffer], encryptionKey: EncryptionKey,
        disclosures: [Disclosure], token: [UInt8], mac: [UInt8]
    ) {
        guard let identity = ApplicantIdentity(disclosures) else { return nil }
        self.handle = handle
        self.roles = roles.sorted()
        self.keys = keys
        self.encryptionKey = encryptionKey
        self.disclosures = disclosures
        self.identity = identity
        self.token = token
        self.mac = mac
    }

    /// The proofs of possession aren't checked when it is read.
    public static let shape = Shape<Application>(
        {
            (_, handle, roles, keys, encryptionKey, disclosures, token, mac) throws(ClaimError) in
            let parsed = disclosures.compactMap { Disclosure(text: Array($0.utf8)) }
            guard
                let application = Application(
                    handle: handle, roles: roles, keys: keys, encryptionKey: encryptionKey,
                    disclosures: parsed, token: token, mac: mac),
                parsed.count == disclosures.count
            else { throw .malformed("identity") }
            return application
        },
        .required("format", \.formatName, .format(format)),
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .roles),
        .required("keys", \.keys, .keyOffers),
        .required("encryption_key", \.encryptionKey, .encryptionKey),
        .required("identity", \.texts, .list(of: .text(1...Self.maximumBytes), 3...3)),
        .required("token", \.token, .base64URL(32...32, "token")),
        .required("mac", \.mac, .base64URL(32...32, "MAC")))

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// What the `admit` that grants it says publicly.
    public var claims: Admit {
        Admit(handle: handle, roles: roles, keys: keys, encryptionKey: encryptionKey)
    }

    /// What the `admit` of this will be known by in `log`.
    public func fingerprint(in log: Digest<Digested.Genesis>) -> Digest<Digested.Fingerprint> {
        claims.fingerprint(disclosures.map(\.digest), in: log)
    }

    /// Whether the owner of each key proved that it holds it, and meant this application.
    public func isProven(in log: Digest<Digested.Genesis>) -> Bool {
        let introduction = ProofOfPossession.Introduction.admission(fingerprint(in: log))
        return keys.allSatisfy {
            ProofOfPossession.isGiven(by: $0, for: handle, of: log, introduction)
        }
    }
}

/// The applications that wait for an authority.
public struct ApplicationsAnswer: Message, Hashable {
    public struct Received: Shaped, Hashable {
        public let application: Application
        /// When the gateway got it.
        public let received: Timestamp

        public init(application: Application, received: Timestamp) {
            self.application = application
            self.received = received
        }

        public static let shape = Shape<Received>(
            Received.init(application:received:),
            .part(\.application, Application.shape), .required("received", \.received, .time))
    }

    public let applications: [Received]

    public static let maximumApplications = 1024
    public static let maximumBytes = maximumApplications * Application.maximumBytes

    public init(applications: [Received]) { self.applications = applications }

    public static let shape = Shape<ApplicationsAnswer>(
        ApplicationsAnswer.init(applications:),
        .required("applications", \.applications, .list(of: .object, 0...maximumApplications)))
}
