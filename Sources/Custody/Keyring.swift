import CSodium
public import Sharing
public import Wire

/// What one machine keeps secret: 256 random bits of its own, which sign and which encrypt its files,
/// and the secrets of the participant's eras until now.
///
/// The root that the eras derive from isn't among them. It stands in the recovery kit.
public struct Keyring: Sendable {
    /// A signing key by its generation, and what it may sign.
    public struct Signing: Hashable, Sendable {
        public let generation: Int64
        public let scopes: [KeyScope]
    }

    let device: Secret
    /// From the first on. Empty on a machine that holds no records and gets no grants: a gateway's,
    /// an authority's.
    let eras: [EraSecrets]
    /// Ascending by generation.
    public let signing: [Signing]

    static let deviceBytes = 32

    /// The keyring of a new machine, with one signing key for everything, and with what `root` has
    /// for the first era.
    public init(of root: Root? = nil, using random: inout some RandomNumberGenerator) {
        self.init(
            device: .random(count: Self.deviceBytes, using: &random),
            eras: root.map { [$0.secrets(ofEra: 1)] } ?? [],
            signing: [Signing(generation: 1, scopes: [.all])])
    }

    init(device: Secret, eras: [EraSecrets], signing: [Signing]) {
        precondition(device.count == Self.deviceBytes, "a machine's secret has 32 bytes")
        self.device = device
        self.eras = eras
        self.signing = signing
    }

    // MARK: The machine's own keys

    /// The key with which to sign what needs `scope`: the latest of those that may.
    public func signingKey(_ scope: KeyScope) throws(KeyringError) -> SigningKey {
        let fitting = signing.last { $0.scopes.contains(scope) || $0.scopes.contains(.all) }
        guard let fitting else { throw .noKey(scope) }
        return signingKey(generation: fitting.generation)
    }

    public func signingKey(generation: Int64) -> SigningKey {
        SigningKey(seed: device.derived(.signingKey, "\(generation)"))
    }

    /// Whether both hold one machine's secret.
    package func isSameMachine(as other: Keyring) -> Bool { device.isEqual(to: other.device) }

    /// Whether the eras that are here derive from `root`: a drill of the recovery kit. `false` where
    /// there are none.
    public func derives(from root: Root) -> Bool {
        !eras.isEmpty
            && eras.enumerated().allSatisfy { number, era in
                root.secrets(ofEra: Int64(number + 1)).vault.isEqual(to: era.vault)
            }
    }

    /// The key to which a share is sealed that gives this machine some of the participant's keys.
    public func deviceKey() throws(KeyringError) -> DecryptionKey {
        do { return try DecryptionKey(seed: device.derived(.deviceKey)) } catch {
            throw .malformed
        }
    }

    /// The key with which a gateway signs the checkpoints of its log.
    package var logKey: SigningKey { SigningKey(seed: device.derived(.logKey, "1")) }

    /// The key with which a gateway dates what it publishes.
    package var clockKey: SigningKey { SigningKey(seed: device.derived(.clockKey, "1")) }

    /// The key of one of the files that a home keeps encrypted.
    package func fileKey(_ name: String) -> Secret { device.derived(.outboxKey, name) }

    /// The secret of one invitation that this keyring's authority makes. 16 bytes.
    package func invitationSecret(_ jti: JTI) -> Secret {
        device.derived(.invitationSecret, jti.text).withBytes { Secret(copying: $0.prefix(16)) }
    }

    /// The keyring of a new device: a signing key for these scopes, and no secrets of eras before it
    /// got a share.
    package init(deviceFor scopes: [KeyScope], using random: inout some RandomNumberGenerator) {
        self.init(
            device: .random(count: Self.deviceBytes, using: &random), eras: [],
            signing: [Signing(generation: 1, scopes: scopes)])
    }

    /// Whether a key here may sign what needs `scope`.
    package func maySign(_ scope: KeyScope) -> Bool { (try? signingKey(scope)) != nil }

    // MARK: The participant's keys

    /// The same with the secrets of all eras that the shares of an owner's device gave. `nil` where
    /// one is missing.
    package func adding(_ shares: [SharedKeys]) -> Keyring? {
        var all: [EraSecrets] = []
        for keys in shares {
            guard let vault = keys.vault, let encryption = keys.encryption,
                let holder = keys.holder, let locker = keys.locker
            else { return nil }
            all.append(
                EraSecrets(vault: vault, encryption: encryption, holder: holder, locker: locker))
        }
        return Keyring(device: device, eras: all, signing: signing)
    }

    /// How many eras the keyring has the secrets of.
    package var eraCount: Int { eras.count }

    /// The same with the eras that `root` has, `count` in all. Throws ``KeyringError/otherRoot`` where
    /// those that are here derive from another.
    package func adding(_ count: Int, of root: Root) throws(KeyringError) -> Keyring {
        let all = (1...Int64(max(count, eras.count, 1))).map { root.secrets(ofEra: $0) }
        guard zip(eras, all).allSatisfy({ $0.vault.isEqual(to: $1.vault) }) else {
            throw .otherRoot
        }
        return Keyring(device: device, eras: all, signing: signing)
    }

    /// The key of an era to which others seal envelopes. Throws ``KeyringError/eraMissing(_:)``.
    package func decryptionKey(era: Int) throws(KeyringError) -> DecryptionKey {
        try secrets(ofEra: era).decryptionKey()
    }

    /// Every key to which others ever sealed envelopes, the latest first.
    package func decryptionKeys() throws(KeyringError) -> [DecryptionKey] {
        var keys: [DecryptionKey] = []
        for era in eras.reversed() { keys.append(try era.decryptionKey()) }
        return keys
    }

    /// The key that presents the records of an era. Throws ``KeyringError/eraMissing(_:)``.
    package func holderKey(era: Int) throws(KeyringError) -> SigningKey {
        try secrets(ofEra: era).holderKey
    }

    /// The key that presents what is bound to this public half.
    package func holderKey(for key: NamedKey) -> SigningKey? {
        eras.lazy.reversed().map(\.holderKey).first { $0.verificationKey.named == key }
    }

    /// What all field keys of the participant's own records descend from, in the first `eras` eras.
    /// Throws ``KeyringError/eraMissing(_:)``.
    public func schedule(
        log: Digest<Digested.Genesis>, eras: Int
    ) throws(KeyringError) -> KeySchedule {
        var vaults: [Secret] = []
        for era in 1...max(eras, 1) { vaults.append(try secrets(ofEra: era).vault) }
        return KeySchedule(vaults: vaults, log: log)
    }

    package func secrets(ofEra era: Int) throws(KeyringError) -> EraSecrets {
        guard eras.indices.contains(era - 1) else { throw .eraMissing(era) }
        return eras[era - 1]
    }
}

extension Secret {
    /// Compares in constant time.
    func isEqual(to other: Secret) -> Bool {
        guard count == other.count else { return false }
        return withBytes { left in
            other.withBytes { right in
                sodium_memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0
            }
        }
    }
}

/// Why a keyring can't be opened or used.
public enum KeyringError: Error, Equatable, Sendable {
    /// The passphrase is another one, or the file was changed: these can't be told apart.
    case wrongPassphrase
    case malformed
    /// Written by a later version.
    case unknownFormat
    /// The file asks for less work than a keyring must, or for more memory than there ever is.
    case costOutOfRange(mebibytes: Int)
    /// There is not enough memory for the key derivation.
    case outOfMemory(mebibytes: Int)
    case passphraseFile(path: String)
    /// Others than its owner may read or write the file that holds the passphrase.
    case passphraseFileExposed(path: String)
    /// A new keyring's passphrase has fewer characters than this.
    case passphraseTooShort(minimum: Int)
    /// There is no slot of this name.
    case noSlot(String)
    case tooManySlots(limit: Int)
    /// A program that keeps a slot's secret isn't among those that the settings name, isn't safe to
    /// run, or gave nothing.
    case helper(String, HelperFault)
    case noKey(KeyScope)
    /// The log is in this era, and the keyring has no secrets of it: only the kit leads there.
    case eraMissing(Int)
    /// The kit's root isn't the one that this keyring's secrets derive from.
    case otherRoot
}

/// What is wrong with a program that keeps the secret of a slot.
public enum HelperFault: Error, Equatable, Sendable {
    /// The settings name no program for it.
    case notNamed
    /// Others than its owner or the administrator may change the program.
    case exposed(path: String)
    case notRun(path: String, code: Int32)
    /// It ended badly, gave no answer in time, or another than it should.
    case noAnswer
}
