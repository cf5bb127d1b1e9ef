import Foundation
public import Wire

import enum Crypto.HPKE
import enum Crypto.XWingMLKEM768X25519

/// The keys of one grant, as they stand in its envelope.
public struct GrantedKeys: Sendable {
    /// A node of one field's month tree in one epoch.
    public struct Node: Sendable {
        public let field: String
        public let epoch: Int64
        public let node: MonthNode
        public init(field: String, epoch: Int64, node: MonthNode) {
            (self.field, self.epoch, self.node) = (field, epoch, node)
        }
    }

    /// The key of one field of one record.
    public struct Single: Sendable {
        public let field: String
        public let record: JTI
        public let key: FieldKey
        public init(field: String, record: JTI, key: FieldKey) {
            (self.field, self.record, self.key) = (field, record, key)
        }
    }

    /// The keys of one field of all records that the grant's scope lists, in its order. A key takes
    /// 43 bytes so, and not three times as many.
    public struct Listed: Sendable {
        public let field: String
        public let keys: [FieldKey]
        public init(field: String, keys: [FieldKey]) { (self.field, self.keys) = (field, keys) }
    }

    public let nodes: [Node]
    public let singles: [Single]
    public let listed: [Listed]
    /// Presentations for a `prove` grant, each as its own canonical encoding.
    public let proofs: [[UInt8]]
    /// The lists of the linked statements of a `prove` grant, in their order.
    public let links: [LinkList]

    public init(
        nodes: [Node] = [], singles: [Single] = [], listed: [Listed] = [], proofs: [[UInt8]] = [],
        links: [LinkList] = []
    ) {
        self.nodes = nodes
        self.singles = singles
        self.listed = listed
        self.proofs = proofs
        self.links = links
    }

    /// The key of `field` of a record; `nil` where these keys don't reach it.
    public func key(field: String, epoch: Int64, month: Month, record: JTI) -> FieldKey? {
        if let single = singles.first(where: { $0.field == field && $0.record == record }) {
            return single.key
        }
        let node = nodes.first {
            $0.field == field && $0.epoch == epoch && $0.node.position.contains(month)
        }
        return node?.node.monthKey(month)?.fieldKey(record: record)
    }
}

/// A grant's keys, sealed to the grantee: HPKE (RFC 9180) in base mode with X-Wing, HKDF-SHA256 and
/// AES-256-GCM. Stored as the encapsulated key (1120 bytes) followed by the ciphertext.
public struct Envelope: Hashable, Sendable {
    public let bytes: [UInt8]

    static let encapsulatedBytes = 1120

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public var digest: Digest<Digested.Envelope> { Digest(hashing: bytes) }

    /// For whom and in which statement an envelope is; all of it is bound into the encryption.
    public struct Context: Sendable {
        public let log: Digest<Digested.Genesis>
        /// The grant, or the rekey, that has the envelope's digest.
        public let statement: JTI
        public let issuer: Handle
        public let grantee: Handle
        public let recipient: EncryptionKey

        public init(
            log: Digest<Digested.Genesis>, statement: JTI, issuer: Handle, grantee: Handle,
            recipient: EncryptionKey
        ) {
            self.log = log
            self.statement = statement
            self.issuer = issuer
            self.grantee = grantee
            self.recipient = recipient
        }

        var info: DomainSeparated {
            DomainSeparated(.envelope).appending(log.bytes).appending(statement.bytes)
                .appending(issuer.text).appending(grantee.text)
                .appending(recipient.digest.bytes)
        }
    }

    /// Seals `keys`. Throws ``OpeningError/envelope`` where the recipient's key can't be used, or
    /// where the keys are so many that nobody would open the envelope (``Limits/envelopeBytes``).
    public static func seal(
        _ keys: GrantedKeys, context: Context
    ) throws(OpeningError) -> Envelope {
        var plaintext = keys.canonicalBytes
        defer { plaintext.wipe() }
        return try seal(plaintext, to: context.recipient, info: context.info)
    }

    /// Seals `plaintext` for a use that `info` names. Throws ``OpeningError/envelope``.
    static func seal(
        _ plaintext: [UInt8], to recipient: EncryptionKey, info: DomainSeparated
    ) throws(OpeningError) -> Envelope {
        do {
            let key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: Data(recipient.bytes))
            var sender = try HPKE.Sender(
                recipientKey: key, ciphersuite: suite, info: Data(info.bytes))
            let ciphertext = try sender.seal(plaintext)
            let bytes = Array(sender.encapsulatedKey) + Array(ciphertext)
            guard bytes.count <= Limits.envelopeBytes else { throw OpeningError.envelope }
            return Envelope(bytes: bytes)
        } catch {
            throw .envelope
        }
    }

    /// Opens the envelope with the grantee's key. Throws ``OpeningError/envelope`` for a wrong key,
    /// a wrong context or a changed byte, which can't be told apart.
    public func open(
        with key: DecryptionKey, context: Context
    ) throws(OpeningError) -> GrantedKeys {
        try open(with: key, info: context.info) { GrantedKeys(canonical: $0) }
    }

    /// Opens what was sealed for the use that `info` names, and reads it. The plaintext is wiped.
    func open<Content>(
        with key: DecryptionKey, info: DomainSeparated, reading read: ([UInt8]) -> Content?
    ) throws(OpeningError) -> Content {
        guard bytes.count > Self.encapsulatedBytes, bytes.count <= Limits.envelopeBytes else {
            throw .envelope
        }
        do {
            var recipient = try HPKE.Recipient(
                privateKey: try key.privateKey(), ciphersuite: Self.suite, info: Data(info.bytes),
                encapsulatedKey: Data(bytes[..<Self.encapsulatedBytes]))
            var plaintext = Array(try recipient.open(Data(bytes[Self.encapsulatedBytes...])))
            defer { plaintext.wipe() }
            guard let content = read(plaintext) else { throw OpeningError.envelope }
            return content
        } catch {
            throw .envelope
        }
    }

    private static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
}

/// An X-Wing private key, held as its 32-byte seed.
public struct DecryptionKey: Sendable {
    public let encryptionKey: EncryptionKey
    private let seed: Secret

    /// Throws ``OpeningError/envelope`` where the library refuses the seed.
    public init(seed: Secret) throws(OpeningError) {
        precondition(seed.count == 32, "an X-Wing seed has 32 bytes")
        self.seed = seed
        do {
            let key = try Self.privateKey(seed)
            guard let encryptionKey = EncryptionKey(bytes: Array(key.publicKey.rawRepresentation))
            else { throw OpeningError.envelope }
            self.encryptionKey = encryptionKey
        } catch {
            throw .envelope
        }
    }

    func privateKey() throws -> XWingMLKEM768X25519.PrivateKey { try Self.privateKey(seed) }

    private static func privateKey(_ seed: Secret) throws -> XWingMLKEM768X25519.PrivateKey {
        try seed.withBytes {
            try XWingMLKEM768X25519.PrivateKey(
                seedRepresentation: Data($0), publicKey: nil)
        }
    }
}

extension EncryptionKey {
    /// Whether something can be sealed to this key. An all-ones key parses and fails only here, so
    /// admission tries it once.
    public var isUsable: Bool {
        guard let key = try? XWingMLKEM768X25519.PublicKey(rawRepresentation: Data(bytes)) else {
            return false
        }
        return (try? key.encapsulate()) != nil
    }
}

extension GrantedKeys {
    /// One entry of the list of keys, in whichever form.
    private enum Key {
        case node(Node), single(Single), listed(Listed)
    }

    /// Keys of months, then keys of records, then lists.
    private var keys: [Key] {
        nodes.map(Key.node) + singles.map(Key.single) + listed.map(Key.listed)
    }

    var canonicalBytes: [UInt8] { Self.shape.bytes(of: self) }

    init?(canonical bytes: [UInt8]) {
        guard let document = try? JSONDocument(.canonical, bytes),
            let keys = try? Self.shape.read(document.root)
        else { return nil }
        self = keys
    }

    private static let shape = Shape<GrantedKeys>(
        GrantedKeys.init(keys:links:proofs:),
        .required("keys", \.keys, .list(of: key)),
        .list(
            "links", \.links,
            unlessEmpty: .list(of: .object, 1...ProofStatement.maximumCount)),
        .list(
            "proofs", \.proofs,
            unlessEmpty: .list(of: .base64URL(0...Limits.envelopeBytes, "proof"), 1...64)))

    private init(keys: [Key], links: [LinkList], proofs: [[UInt8]]) {
        var (nodes, singles, listed): ([Node], [Single], [Listed]) = ([], [], [])
        for key in keys {
            switch key {
            case .node(let node): nodes.append(node)
            case .single(let single): singles.append(single)
            case .listed(let list): listed.append(list)
            }
        }
        self.init(
            nodes: nodes, singles: singles, listed: listed, proofs: proofs, links: links)
    }

    /// The members tell which form it is.
    private static let key = Codec<Key>(
        "key",
        read: { (value) throws(ClaimError) in
            if let node = try? Node.shape.read(value) { return .node(node) }
            if let single = try? Single.shape.read(value) { return .single(single) }
            return .listed(try Listed.shape.read(value))
        },
        write: { key, writer in
            switch key {
            case .node(let node): Node.shape.write(node, to: &writer)
            case .single(let single): Single.shape.write(single, to: &writer)
            case .listed(let list): Listed.shape.write(list, to: &writer)
            }
        })
}

extension GrantedKeys.Node {
    fileprivate static let shape = Shape<GrantedKeys.Node>(
        { (field, epoch, position, key) throws(ClaimError) in
            GrantedKeys.Node(
                field: field, epoch: epoch, node: MonthNode(position: position, key: key))
        },
        .required("field", \.field, .text), .required("epoch", \.epoch, .count),
        .required("node", \.node.position, .plain("bits")),
        .required("key", \.node.key, .secret))
}

extension MonthPosition: PlainText {
    public init?(plain: ArraySlice<UInt8>) {
        self.init(bits: String(decoding: plain, as: UTF8.self))
    }
    public var plainText: String { bits }
}

extension GrantedKeys.Single {
    fileprivate static let shape = Shape<GrantedKeys.Single>(
        { (field, record, key) throws(ClaimError) in
            GrantedKeys.Single(field: field, record: record, key: FieldKey(secret: key))
        },
        .required("field", \.field, .text), .required("record", \.record, .jti),
        .required("key", \.key.secret, .secret))
}

extension GrantedKeys.Listed {
    fileprivate static let shape = Shape<GrantedKeys.Listed>(
        GrantedKeys.Listed.init(field:keys:),
        .required("field", \.field, .text), .required("keys", \.keys, .fieldKeys))
}

extension Codec where Value == Secret {
    /// A key of 32 bytes, for an envelope's plaintext, which is encrypted at once.
    static let secret = Codec(
        "key",
        read: { (value) throws(ClaimError) in
            guard var bytes = value.plainBytes.flatMap({ Base64URL.decode($0) }), bytes.count == 32
            else { return nil }
            defer { bytes.wipe() }
            return Secret(copying: bytes)
        },
        write: { secret, writer in
            secret.withBytes { writer.plain(Base64URL.encodedBytes($0)) }
        })
}

extension Codec where Value == [FieldKey] {
    private static let keyBytes = 32

    /// Keys of 32 bytes each, one after another.
    fileprivate static let fieldKeys = Codec(
        "keys",
        read: { (value) throws(ClaimError) in
            guard var bytes = value.plainBytes.flatMap({ Base64URL.decode($0) }),
                !bytes.isEmpty, bytes.count % keyBytes == 0
            else { return nil }
            defer { bytes.wipe() }
            return stride(from: 0, to: bytes.count, by: keyBytes).map {
                FieldKey(secret: Secret(copying: bytes[$0..<($0 + keyBytes)]))
            }
        },
        write: { keys, writer in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(keys.count * keyBytes)
            defer { bytes.wipe() }
            for key in keys { key.secret.withBytes { bytes += $0 } }
            writer.plain(Base64URL.encodedBytes(bytes))
        })
}
