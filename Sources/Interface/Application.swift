public import Sharing
public import Wire

/// What someone who wants to be admitted sends: who it is, in which roles, and its keys.
///
/// An authority checks it outside the system and makes an `admit` of it.
public struct Application: Message, Hashable {
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

    /// The proofs of possession aren't checked when it is read.
    public static let shape = Shape<Application>(
        Application.init(
            handle:roles:legalName:legalIdentifiers:country:keys:encryptionKey:),
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .roles),
        .required("legal_name", \.legalName, .legalName),
        .required("legal_ids", \.legalIdentifiers, .legalIdentifiers),
        .required("country", \.country, .country),
        .required("keys", \.keys, .keyOffers),
        .required("encryption_key", \.encryptionKey, .encryptionKey))

    /// What the `admit` that grants it says publicly.
    public var claims: Admit {
        Admit(handle: handle, roles: roles, keys: keys, encryptionKey: encryptionKey)
    }

    /// What the `admit` that grants it says selectively; of the size, what the authority found.
    public func identity(dueDiligence: String?, size: SizeClass? = nil) -> LegalIdentity {
        LegalIdentity(
            name: legalName, identifiers: legalIdentifiers, country: country,
            dueDiligence: dueDiligence, size: size)
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
