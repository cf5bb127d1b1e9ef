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

    public init(
        nodes: [Node] = [], singles: [Single] = [], listed: [Listed] = [], proofs: [[UInt8]] = []
    ) {
        (self.nodes, self.singles) = (nodes, singles)
        (self.listed, self.proofs) = (listed, proofs)
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
        /// The grant, or the rekey, that carries the envelope's digest.
        public let carrier: JTI
        public let issuer: Handle
        public let grantee: Handle
        public let recipient: EncryptionKey

        public init(
            log: Digest<Digested.Genesis>, carrier: JTI, issuer: Handle, grantee: Handle,
            recipient: EncryptionKey
        ) {
            (self.log, self.carrier, self.issuer) = (log, carrier, issuer)
            (self.grantee, self.recipient) = (grantee, recipient)
        }

        var info: Data {
            Data(
                DomainSeparated(.envelope).appending(log.bytes).appending(carrier.bytes)
                    .appending(issuer.text).appending(grantee.text)
                    .appending(recipient.digest.bytes).bytes)
        }
    }

    /// Seals `keys`. Throws ``OpeningError/envelope`` where the recipient's key can't be used, or
    /// where the keys are so many that nobody would open the envelope (``Limits/envelopeBytes``).
    public static func seal(
        _ keys: GrantedKeys, context: Context
    ) throws(OpeningError) -> Envelope {
        do {
            let key = try XWingMLKEM768X25519.PublicKey(
                rawRepresentation: Data(context.recipient.bytes))
            var sender = try HPKE.Sender(
                recipientKey: key, ciphersuite: suite, info: context.info)
            var plaintext = keys.canonicalBytes
            defer { plaintext.wipe() }
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
        guard bytes.count > Self.encapsulatedBytes, bytes.count <= Limits.envelopeBytes else {
            throw .envelope
        }
        do {
            var recipient = try HPKE.Recipient(
                privateKey: try key.privateKey(), ciphersuite: Self.suite, info: context.info,
                encapsulatedKey: Data(bytes[..<Self.encapsulatedBytes]))
            var plaintext = Array(try recipient.open(Data(bytes[Self.encapsulatedBytes...])))
            defer { plaintext.wipe() }
            guard let keys = GrantedKeys(canonical: plaintext) else { throw OpeningError.envelope }
            return keys
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
    var canonicalBytes: [UInt8] {
        var members: [String: JSON] = [
            "keys": .array(nodes.map(\.json) + singles.map(\.json) + listed.map(\.json))
        ]
        if !proofs.isEmpty {
            members["proofs"] = .array(proofs.map { .string(Base64URL.encode($0)) })
        }
        return JSON.object(members).canonicalBytes
    }

    init?(canonical bytes: [UInt8]) {
        guard let document = try? JSONDocument(.canonical, bytes),
            var claims = try? ClaimReader(document.root),
            let keys = claims.optional("keys")?.elements
        else { return nil }
        let proofs = claims.optional("proofs")
        guard (try? claims.finish()) != nil else { return nil }
        var nodes: [Node] = []
        var singles: [Single] = []
        var listed: [Listed] = []
        for key in keys {
            if let node = Node(json: key) {
                nodes.append(node)
            } else if let single = Single(json: key) {
                singles.append(single)
            } else if let list = Listed(json: key) {
                listed.append(list)
            } else {
                return nil
            }
        }
        guard let proofs else {
            self.init(nodes: nodes, singles: singles, listed: listed)
            return
        }
        let decode = { (value: JSONValue) in value.plainBytes.flatMap { Base64URL.decode($0) } }
        guard let proofBytes = Read.list(proofs, 1...64, decode) else { return nil }
        self.init(nodes: nodes, singles: singles, listed: listed, proofs: proofBytes)
    }
}

extension Secret {
    /// For an envelope's plaintext, which is encrypted at once.
    fileprivate var json: JSON { withBytes { .string(Base64URL.encode($0)) } }

    fileprivate convenience init?(json: JSONValue) {
        guard var bytes = json.plainBytes.flatMap({ Base64URL.decode($0) }), bytes.count == 32
        else { return nil }
        defer { bytes.wipe() }
        self.init(copying: bytes)
    }
}

extension GrantedKeys.Node {
    fileprivate var json: JSON {
        [
            "epoch": .integer(epoch), "field": .string(field), "key": node.key.json,
            "node": .string(node.position.bits),
        ]
    }

    fileprivate init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let field = claims.optional("field")?.text,
            let epoch = claims.optional("epoch").flatMap(Read.count),
            let position = claims.optional("node")?.text.flatMap({ MonthPosition(bits: $0) }),
            let key = claims.optional("key").flatMap({ Secret(json: $0) }),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(field: field, epoch: epoch, node: MonthNode(position: position, key: key))
    }
}

extension GrantedKeys.Single {
    fileprivate var json: JSON {
        ["field": .string(field), "key": key.secret.json, "record": .string(record.text)]
    }

    fileprivate init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let field = claims.optional("field")?.text,
            let record = claims.optional("record").flatMap(Read.jti),
            let key = claims.optional("key").flatMap({ Secret(json: $0) }),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(field: field, record: record, key: FieldKey(secret: key))
    }
}

extension GrantedKeys.Listed {
    fileprivate var json: JSON {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(keys.count * Self.keyBytes)
        defer { bytes.wipe() }
        for key in keys { key.secret.withBytes { bytes += $0 } }
        return ["field": .string(field), "keys": .string(Base64URL.encode(bytes))]
    }

    fileprivate init?(json: JSONValue) {
        guard var claims = try? ClaimReader(json),
            let field = claims.optional("field")?.text,
            var bytes = claims.optional("keys")?.plainBytes.flatMap({ Base64URL.decode($0) }),
            !bytes.isEmpty, bytes.count % Self.keyBytes == 0, (try? claims.finish()) != nil
        else { return nil }
        defer { bytes.wipe() }
        self.init(
            field: field,
            keys: stride(from: 0, to: bytes.count, by: Self.keyBytes).map {
                FieldKey(secret: Secret(copying: bytes[$0..<($0 + Self.keyBytes)]))
            })
    }

    private static let keyBytes = 32
}
