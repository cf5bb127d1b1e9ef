public import Rules
public import Sharing
import Transparency
public import Wire

/// Somebody with keys, all made from the name.
public struct Person: Sendable {
    public let handle: Handle
    public let key: SigningKey
    public let decryption: DecryptionKey
    /// Of its vault.
    public let seed: Secret

    public init(_ name: String) {
        handle = Handle(name)!
        key = Person.key(name)
        decryption = try! DecryptionKey(seed: Person.secret("encryption \(name)"))
        seed = Person.secret("vault \(name)")
    }

    public var encryptionKey: EncryptionKey { decryption.encryptionKey }

    public static func key(_ name: String) -> SigningKey {
        SigningKey(seed: secret("signing \(name)"))
    }

    private static func secret(_ text: String) -> Secret {
        Secret(copying: Digest<Digested.Blob>(hashing: Array(text.utf8)).bytes)
    }
}

extension Person {
    /// As genesis names it.
    public var founder: FoundingParticipant {
        FoundingParticipant(handle: handle, key: key.verificationKey)
    }

    /// A key that it offers to `log`, introduced by `introducer`, with the proof that it holds it.
    public func offer(
        _ key: SigningKey, scopes: [KeyScope] = [.all], until: Timestamp? = nil,
        to log: Digest<Digested.Genesis>, introducer: SigningKey,
        provenBy prover: SigningKey? = nil
    ) -> KeyOffer {
        let terms = KeyTerms(key: key.verificationKey, scopes: scopes, until: until)
        return KeyOffer(
            terms,
            pop: ProofOfPossession.sign(
                terms, for: handle, of: log, .by(introducer.verificationKey.thumbprint),
                with: prover ?? key))
    }

    /// Signs as this person, with its own key unless told otherwise.
    public func signer(
        _ origin: Origin, _ log: Digest<Digested.Genesis>?, with key: SigningKey? = nil
    ) -> Signer {
        Signer(origin: origin, handle: handle, log: log, key: key ?? self.key)
    }

    /// Its admission, and the disclosures of who it is; with its own key for everything unless told
    /// otherwise.
    public func admission(
        as roles: [Role], keys: [(SigningKey, [KeyScope])]? = nil,
        encryptionKey: EncryptionKey? = nil, identity: LegalIdentity? = nil,
        to log: Digest<Digested.Genesis>, using random: inout some RandomNumberGenerator
    ) -> (claims: Admit, disclosures: [Disclosure]) {
        let disclosures = (identity ?? self.identity).disclosures(using: &random)
        let own = ["country", "legal_ids", "legal_name"]
        let claims = Admit.proven(
            handle, as: roles,
            (keys ?? [(key, [.all])]).map { key, scopes in
                (KeyTerms(key: key.verificationKey, scopes: scopes), key)
            }, encryptionKey ?? self.encryptionKey,
            disclosures.filter { own.contains($0.name) }, to: log)
        return (claims, disclosures)
    }

    /// Who it is.
    public var identity: LegalIdentity {
        LegalIdentity(ApplicantIdentity(name: handle.text, identifiers: [], country: "DE"))
    }
}

extension Genesis {
    /// The vkey of a clock that dates under `name`.
    public static func clockKey(_ name: String) -> String {
        VerifierKey(witness: try! KeyName(name), key: Person.key("clock").verificationKey).text
    }

    /// The founding of a log by these people.
    public init(
        of origin: Origin, logKey: String, clockKey: String? = nil, authorities: [Person],
        host: Person, rules: Int64 = Rules.version, threshold: Int64 = 1,
        freshness: Int64 = FoundingCharter.usualFreshness, witnesses: [String] = [],
        policies: Digest<Digested.Policies> = CedarPolicies.standard.digest,
        types: [TypeVersion]? = nil
    ) {
        self.init(
            origin: origin, rules: rules, logKey: logKey,
            clockKey: clockKey ?? Self.clockKey(origin.text),
            charter: FoundingCharter(
                authorities: authorities.map(\.founder), threshold: threshold,
                freshness: freshness, witnesses: witnesses),
            host: host.founder, policies: policies,
            types: types ?? RecordTypes.standard.published(origin: origin))
    }
}
