import Crypto
import Foundation
import Rules
import Sharing
import TestWorld
import Transparency
import Wire

@testable import Sharing

/// A grant with its envelope, and the receipt of the record.
extension WorkedExample {
    static let lastMonth = Month("2026-12")!
    private static let fields: [FieldName] = ["total", "total_commitment"]

    mutating func grant(_ given: Envelope?, _ record: Sealed) throws {
        let context = Envelope.Context(
            log: log, statement: Self.jti(entries.count), issuer: Self.mill.handle,
            grantee: Self.bank.handle, recipient: Self.bank.encryptionKey)
        let places = MonthPosition.cover(Self.book.month...Self.lastMonth)
        let keys = GrantedKeys(
            nodes: Self.fields.flatMap { field in
                let root = schedule.root(type: type.name, field: field, epoch: 0)
                return places.map { place in
                    GrantedKeys.Node(
                        field: field.text, epoch: 0, node: root.descend(to: place)!)
                }
            })
        let envelope = try given ?? Envelope.seal(keys, context: context)
        try open(envelope, context, keys, record)

        let terms = GrantTerms(
            to: Self.bank.handle, recipientKey: Self.bank.encryptionKey.digest,
            scope: .months(Self.book.series, Self.book.month...Self.lastMonth),
            subject: .fields([Self.total]), fetches: 5, dataLife: 30 * 86_400,
            epochs: [SeriesEpochs(series: Self.book.series, counts: [0])])
        let disclosures = terms.disclosures(using: &random)
        show(disclosures, of: "grant")
        let time = Self.time(entries.count)
        try enter(
            "grant",
            Grant(
                right: .read, purpose: .creditAssessment, notBefore: time,
                expires: time.advanced(by: 30 * 86_400), policies: CedarPolicies.standard.digest,
                envelope: envelope.digest),
            disclosures, by: Self.mill)
    }

    /// Opens the envelope as the grantee does, and by the steps of RFC 9180.
    private mutating func open(
        _ envelope: Envelope, _ context: Envelope.Context, _ keys: GrantedKeys, _ record: Sealed
    ) throws {
        let opened = try envelope.open(with: Self.bank.decryption, context: context)
        let key = opened.key(
            field: "total", epoch: 0, month: Self.book.month, record: record.statement.jti)
        let sealed = schedule.fieldKey(
            type: type.name, field: Self.total, epoch: 0, month: Self.book.month,
            record: record.statement.jti)
        try Self.expect(
            opened.canonicalBytes == keys.canonicalBytes
                && key?.secret.array == sealed.secret.array, "the envelope's keys")
        let encapsulated = Data(envelope.bytes.prefix(Envelope.encapsulatedBytes))
        let secret = try Self.bank.decryption.privateKey().decapsulate(encapsulated)
            .withUnsafeBytes { Array($0) }
        let hpke = KeySteps(secret, info: context.info.bytes)
        let sealedBytes = envelope.bytes.dropFirst(Envelope.encapsulatedBytes)
        let box = try AES.GCM.SealedBox(combined: Data(hpke.nonce + sealedBytes))
        let plaintext = try AES.GCM.open(box, using: SymmetricKey(data: hpke.key))
        try Self.expect(Array(plaintext) == keys.canonicalBytes, "the envelope's plaintext")

        values.text("envelope.plaintext", keys.canonicalBytes)
        values.text("envelope.recipient_key", context.recipient.digest.text)
        values.bytes("envelope.info", context.info.bytes)
        values.text("envelope.bytes", Base64URL.encode(envelope.bytes))
        values.text("envelope.digest", envelope.digest.text)
        values.bytes("hpke.shared_secret", secret)
        values.bytes("hpke.psk_id_hash", hpke.pskIDHash)
        values.bytes("hpke.info_hash", hpke.infoHash)
        values.bytes("hpke.secret", hpke.secret)
        values.bytes("hpke.key", hpke.key)
        values.bytes("hpke.nonce", hpke.nonce)
    }

    /// The inclusion proof of the record in the tree of all entries; the size and root of that.
    mutating func include() throws -> TreePoint {
        let leaves = entries.map { Hash.leaf($0.statement.jws.bytes) }
        let left = Hash.node(leaves[0], leaves[1])
        let right = Hash.node(leaves[2], leaves[3])
        let full = Hash.node(left, right)
        let root = Hash.node(full, leaves[4])
        let proof = [leaves[2], left, leaves[4]]
        var edge = RightEdge()
        for leaf in leaves { edge.append(leaf) }
        try Self.expect(edge.root == root, "the root")
        for (name, hash) in [("node.0-1", left), ("node.2-3", right), ("node.0-3", full)] {
            values.bytes(name, hash.bytes)
        }
        values.bytes("root5", root.bytes)
        let note = try showCheckpoint("checkpoint5", root: root)
        let receipt = try TransparencyProof(index: 3, hashes: proof, checkpoint: note)
        _ = try receipt.verify(
            leaf: leaves[3], policy: TrustPolicy(trusting: Self.signer.verifierKey))
        values.lines("receipt", receipt.bytes)
        return TreePoint(size: Int64(entries.count), root: Digest(bytes: root.bytes)!)
    }
}

/// The key schedule of RFC 9180 §5.1, base mode, of the envelope's suite.
private struct KeySteps {
    let pskIDHash: [UInt8]
    let infoHash: [UInt8]
    let secret: [UInt8]
    let key: [UInt8]
    let nonce: [UInt8]

    /// KEM 0x647a, KDF 0x0001, AEAD 0x0002.
    private static let suite = Array("HPKE".utf8) + [0x64, 0x7a, 0, 1, 0, 2]
    private static let start = Array("HPKE-v1".utf8) + suite

    init(_ shared: [UInt8], info: [UInt8]) {
        pskIDHash = Self.extract([], "psk_id_hash", [])
        infoHash = Self.extract([], "info_hash", info)
        secret = Self.extract(shared, "secret", [])
        let context = [0] + pskIDHash + infoHash
        key = Self.expand(secret, "key", context, 32)
        nonce = Self.expand(secret, "base_nonce", context, 12)
    }

    private static func extract(_ salt: [UInt8], _ label: String, _ bytes: [UInt8]) -> [UInt8] {
        HKDF<SHA256>.extract(
            inputKeyMaterial: SymmetricKey(data: start + Array(label.utf8) + bytes), salt: salt
        ).withUnsafeBytes { Array($0) }
    }

    private static func expand(
        _ key: [UInt8], _ label: String, _ context: [UInt8], _ count: Int
    ) -> [UInt8] {
        let info = [0, UInt8(count)] + start + Array(label.utf8) + context
        return HKDF<SHA256>.expand(pseudoRandomKey: key, info: info, outputByteCount: count)
            .withUnsafeBytes { Array($0) }
    }
}

extension Secret {
    fileprivate var array: [UInt8] { withBytes { Array($0) } }
}
