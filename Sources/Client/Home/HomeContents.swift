public import Custody
public import Importing
import Sharing
import Transparency
public import Verification
import Wire

extension Home {
    /// Who the participant of this home is. Throws ``HomeError``.
    public func configuration() throws(HomeError) -> Configuration {
        let bytes = try required(.config)
        guard let configuration = try? Configuration(parsing: bytes) else {
            throw malformed(.config)
        }
        return configuration
    }

    /// What this home's participant believes: the pinned genesis and its own trust policy. Needs no
    /// passphrase and no gateway. Throws ``HomeError``.
    public func trust() throws(HomeError) -> Trust {
        let configuration = try configuration()
        guard let policy = try? TrustPolicy(parsing: try required(.trustPolicy)) else {
            throw malformed(.trustPolicy)
        }
        return Trust(genesis: configuration.genesis, policy: policy)
    }

    /// Remembers further identifiers under which the participant appears on documents.
    /// Throws ``HomeError``.
    public func add(_ identifiers: [RegisteredIdentifier]) throws(HomeError) {
        let known = try configuration()
        let all = Set(known.identifiers).union(identifiers)
        guard all.count > known.identifiers.count else { return }
        let updated = Configuration(
            gateway: known.gateway, origin: known.origin, genesis: known.genesis,
            handle: known.handle, roles: known.roles, identifiers: Array(all))
        try replace(.config, with: updated.bytes)
    }

    /// Entry 0, which must be the one that was pinned. Throws ``HomeError``.
    func genesis(
        _ configuration: Configuration
    ) throws(HomeError) -> (Statement, Genesis) {
        guard let statement = try? Statement(parsing: try required(.genesis)),
            statement.digest.relabelled() == configuration.genesis,
            let founding = statement.claims as? Genesis
        else { throw malformed(.genesis) }
        return (statement, founding)
    }

    /// Whom the authority of this home invited; nobody where there is no file. Throws ``HomeError``.
    func invited() throws(HomeError) -> Invited {
        guard let bytes = try read(.invited) else { return Invited() }
        guard let invited = try? Invited(parsing: bytes) else { throw malformed(.invited) }
        return invited
    }

    /// Throws ``HomeError``.
    func replace(_ invited: Invited) throws(HomeError) {
        try replace(.invited, with: invited.bytes)
    }

    /// The fingerprints that were compared; none where there is no file. Throws ``HomeError``.
    public func comparedFingerprints() throws(HomeError) -> ComparedFingerprints {
        guard let bytes = try read(.fingerprints) else { return ComparedFingerprints() }
        guard let compared = try? ComparedFingerprints(parsing: bytes) else {
            throw malformed(.fingerprints)
        }
        return compared
    }

    /// Throws ``HomeError``.
    func replace(_ compared: ComparedFingerprints) throws(HomeError) {
        try replace(.fingerprints, with: compared.bytes)
    }

    /// The requests that were declined; none where there is no file. Throws ``HomeError``.
    public func declinedRequests() throws(HomeError) -> DeclinedRequests {
        guard let bytes = try read(.declined) else { return DeclinedRequests() }
        guard let declined = try? DeclinedRequests(parsing: bytes) else {
            throw malformed(.declined)
        }
        return declined
    }

    /// Throws ``HomeError``.
    func replace(_ declined: DeclinedRequests) throws(HomeError) {
        try replace(.declined, with: declined.bytes)
    }

    /// Local names for handles; none where there is no file. Throws ``HomeError`` and
    /// ``ClientError/contacts(_:)``.
    public func contacts() throws -> Contacts {
        do { return try Contacts(parsing: try read(.contacts) ?? []) } catch let error
            as ContactError
        { throw ClientError.contacts(error) }
    }

    /// Throws ``HomeError``.
    public func replace(_ contacts: Contacts) throws(HomeError) {
        try replace(.contacts, with: contacts.bytes)
    }
}
