public import Wire

/// A participant's first keys, given when the log begins.
public struct FoundingParticipant: Hashable, Sendable {
    public let handle: Handle
    public let key: VerificationKey

    public init(handle: Handle, key: VerificationKey) {
        (self.handle, self.key) = (handle, key)
    }
}

/// A signing key that is added, what it may sign, and the proof that its owner holds it.
public struct KeyOffer: Hashable, Sendable {
    public let key: VerificationKey
    public let scopes: [KeyScope]
    /// A ``ProofOfPossession`` JWS.
    public let pop: JWS

    public init(key: VerificationKey, scopes: [KeyScope], pop: JWS) {
        (self.key, self.scopes, self.pop) = (key, scopes.sorted(), pop)
    }
}

/// One policy file of a set.
public struct PolicyFile: Hashable, Sendable {
    public let name: String
    public let digest: Digest<Digested.PolicyFile>

    public init(name: String, digest: Digest<Digested.PolicyFile>) {
        (self.name, self.digest) = (name, digest)
    }
}

/// The public claims of a statement, by kind. Issuer, time, `jti` and log are the statement's own.
public enum Claims: Hashable, Sendable {
    case genesis(Genesis)
    case admit(Admit)
    case suspend(Handle, Reason)
    case reinstate(Handle, Reason)
    case key(KeyOffer)
    case retireKey(Digest<Digested.Key>)
    case encryptionKey(EncryptionKey)
    case policy(set: Digest<Digested.Policies>, files: [PolicyFile])
    case record(RecordClaims)
    case closeBook(BookName, count: Int64, root: Digest<Digested.Book>)
    case erase(Erasure, Reason)
    case request(Purpose)
    case grant(GrantClaims)
    case rekey(grant: JTI, envelope: Digest<Digested.Envelope>)
    case revoke(grant: JTI, Reason)
    case access(grant: JTI)
    case legalHold
    case release

    /// Entry 0: what the log is, and who governs it.
    public struct Genesis: Hashable, Sendable {
        public let origin: Origin
        public let rules: Int64
        public let logKey: String
        public let authorities: [FoundingParticipant]
        public let threshold: Int64
        public let host: FoundingParticipant
        public let policies: Digest<Digested.Policies>

        public init(
            origin: Origin, rules: Int64, logKey: String, authorities: [FoundingParticipant],
            threshold: Int64, host: FoundingParticipant, policies: Digest<Digested.Policies>
        ) {
            (self.origin, self.rules, self.logKey) = (origin, rules, logKey)
            (self.authorities, self.threshold) = (authorities, threshold)
            (self.host, self.policies) = (host, policies)
        }
    }

    public struct Admit: Hashable, Sendable {
        public let handle: Handle
        public let roles: [Role]
        public let keys: [KeyOffer]
        public let encryptionKey: EncryptionKey

        public init(
            handle: Handle, roles: [Role], keys: [KeyOffer], encryptionKey: EncryptionKey
        ) {
            (self.handle, self.roles) = (handle, roles.sorted())
            (self.keys, self.encryptionKey) = (keys, encryptionKey)
        }
    }

    public struct RecordClaims: Hashable, Sendable {
        public let vct: String
        public let book: BookName
        public let number: Int64
        public let epoch: Int64
        public let source: Digest<Digested.Source>
        public let replaces: JTI?
        public let fieldsRoot: Digest<Digested.Fields>
        /// Whom the record is bound to; the rules want a key of the issuer registered under this name.
        public let holder: NamedKey

        public init(
            vct: String, book: BookName, number: Int64, epoch: Int64,
            source: Digest<Digested.Source>, replaces: JTI?,
            fieldsRoot: Digest<Digested.Fields>, holder: NamedKey
        ) {
            (self.vct, self.book, self.number, self.epoch) = (vct, book, number, epoch)
            (self.source, self.replaces) = (source, replaces)
            (self.fieldsRoot, self.holder) = (fieldsRoot, holder)
        }
    }

    public struct GrantClaims: Hashable, Sendable {
        public let right: Right
        public let purpose: Purpose
        public let notBefore: Timestamp
        public let expires: Timestamp
        public let policies: Digest<Digested.Policies>
        public let envelope: Digest<Digested.Envelope>
        public let at: TreePoint?

        public init(
            right: Right, purpose: Purpose, notBefore: Timestamp, expires: Timestamp,
            policies: Digest<Digested.Policies>, envelope: Digest<Digested.Envelope>,
            at: TreePoint? = nil
        ) {
            (self.right, self.purpose, self.notBefore) = (right, purpose, notBefore)
            (self.expires, self.policies, self.envelope) = (expires, policies, envelope)
            self.at = at
        }
    }

    /// A size of the tree and its root there.
    public struct TreePoint: Hashable, Sendable {
        public let size: Int64
        public let root: Digest<Digested.Leaf>
        public init(size: Int64, root: Digest<Digested.Leaf>) {
            (self.size, self.root) = (size, root)
        }
    }

    public enum Erasure: Hashable, Sendable {
        case record(JTI)
        case statement(JTI)
        public var target: JTI {
            switch self {
            case .record(let jti), .statement(let jti): jti
            }
        }
    }

    public var kind: Kind {
        switch self {
        case .genesis: .genesis
        case .admit: .admit
        case .suspend: .suspend
        case .reinstate: .reinstate
        case .key: .key
        case .retireKey: .retireKey
        case .encryptionKey: .encryptionKey
        case .policy: .policy
        case .record: .record
        case .closeBook: .closeBook
        case .erase: .erase
        case .request: .request
        case .grant: .grant
        case .rekey: .rekey
        case .revoke: .revoke
        case .access: .access
        case .legalHold: .legalHold
        case .release: .release
        }
    }
}

/// A raw X-Wing public key, 1216 bytes, to which envelopes are sealed.
public struct EncryptionKey: Hashable, Sendable {
    public static let byteCount = 1216
    public let bytes: [UInt8]

    /// Takes 1216 bytes. Whether a key can be encapsulated to is ``Envelope``'s to find out.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public var digest: Digest<Digested.EncryptionKey> { Digest(hashing: bytes) }
}
