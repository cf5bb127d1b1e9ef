import Foundation
import Rules
import Sharing
import TestWorld
import Transparency
import Verification
import Wire

@testable import Client
@testable import Custody
@testable import Sharing
@testable import Transparency

/// The log itself and who is in it.
extension WorkedExample {
    mutating func found() throws {
        let key = Self.authority.key.verificationKey
        values.bytes("authority.key", key.bytes)
        values.text("authority.jwk", key.jwk.canonicalBytes)
        values.text("authority.kid", key.thumbprint.text)
        for (name, verifier) in [
            ("log", Self.signer.verifierKey), ("clock", Self.clock.verifierKey),
        ] {
            values.bytes("\(name).key", verifier.publicKey)
            values.text("\(name).vkey", verifier.text)
        }
        values.text("type.document", type.document(origin: Self.origin))
        values.text("type.digest", type.digest(origin: Self.origin).text)

        let genesis = Genesis(
            of: Self.origin, logKey: Self.signer.verifierKey.text,
            clockKey: Self.clock.verifierKey.text, authorities: [Self.authority], host: Self.host,
            types: [type.published(origin: Self.origin)])
        let statement = try enter("genesis", genesis, by: Self.authority)
        let parts = statement.jws.text.split(separator: ".")
        values.text("genesis.signing_input", parts.prefix(2).joined(separator: "."))
        values.text("genesis.statement", statement.jws.text)
        let address = LogAddress(gateway: try GatewayAddress(parsing: Self.gateway), genesis: log)
        values.text("log.address", address.description)
        try showCheckpoint("checkpoint1", root: Hash.leaf(statement.jws.bytes))
    }

    /// The checkpoint over all entries, signed by the log and dated by its host's clock.
    @discardableResult
    mutating func showCheckpoint(_ name: String, root: Hash) throws -> Note {
        let checkpoint = try Checkpoint(
            origin: Self.origin.text, size: UInt64(entries.count), root: root)
        let date = UInt64(Self.time(entries.count).seconds)
        let bytes = checkpoint.signed(by: Self.signer, at: date, by: Self.clock)
        values.lines("\(name).text", checkpoint.text)
        values.bytes("\(name).signature", Self.signer.signature(of: checkpoint.text).signature)
        values.lines(
            "\(name).cosigned", TimestampedSignature.message(checkpoint.text, at: date))
        values.bytes(
            "\(name).cosignature", Self.clock.cosignature(of: checkpoint, at: date).signature)
        values.lines("\(name).note", bytes)
        let note = try Note(parsing: bytes)
        _ = try TrustPolicy(trusting: Self.signer.verifierKey).verify(note)
        return note
    }

    /// An enterprise with an invitation, and a lender without.
    mutating func admitParticipants() throws {
        values.bytes("vault.info", DomainSeparated(.vault).appending("1").bytes)
        values.secret("vault", Self.era.vault)
        values.bytes("encryption.info", DomainSeparated(.encryptionKey).appending("1").bytes)
        values.secret("encryption.seed", Self.era.encryption)
        let key = try Self.era.decryptionKey().encryptionKey
        let identity = LegalIdentity(
            ApplicantIdentity(name: "Mill Ltd", identifiers: [], country: "IE"))
        let (claims, disclosures) = Self.mill.admission(
            as: [.enterprise], encryptionKey: key, identity: identity, to: log, using: &random)
        show(disclosures, of: "mill")
        try showFingerprint(of: claims, disclosures)
        values.text("mill.pop.payload", claims.keys[0].pop.payload)
        values.bytes("mill.pop.signature", claims.keys[0].pop.signature)
        let admitted = try enter("mill", claims, disclosures, by: Self.authority)
        try Self.expect(
            admitted.fingerprint == claims.fingerprint(Self.identity(disclosures), in: log),
            "the fingerprint from the leaf")

        let northbank = LegalIdentity(
            ApplicantIdentity(name: "Northbank", identifiers: [], country: "NL"))
        let (bank, own) = Self.bank.admission(
            as: [.lender], identity: northbank, to: log, using: &random)
        show(own, of: "northbank")
        try enter("northbank", bank, own, by: Self.authority)
    }

    private static func identity(
        _ disclosures: [Disclosure]
    ) -> [Digest<Digested.Disclosure>] {
        disclosures.filter { ApplicantIdentity.names.contains($0.name) }.map(\.digest)
    }

    private mutating func showFingerprint(
        of claims: Admit, _ disclosures: [Disclosure]
    ) throws {
        let identity = Self.identity(disclosures)
        let subject = FingerprintSubject(
            roles: claims.roles, keys: claims.keys.map(\.terms),
            encryptionKey: claims.envelopeKey, identity: identity)
        let fingerprint = claims.fingerprint(identity, in: log)
        values.text("fingerprint.J", FingerprintSubject.shape.bytes(of: subject))
        values.bytes("fingerprint.digest", fingerprint.bytes)
        values.text("fingerprint.text", Fingerprint(fingerprint).description)

        let secret = InvitationSecret(Secret(copying: [UInt8](repeating: 9, count: 16)))!
        let address = LogAddress(gateway: try GatewayAddress(parsing: Self.gateway), genesis: log)
        let invitation = Invitation(to: address, as: Self.mill.handle, secret: secret)
        values.text("invitation.line", invitation.description)
        values.bytes(
            "invitation.token_info",
            DomainSeparated(.invitationToken).appending(log.bytes).bytes)
        let token = secret.token(for: log)
        values.bytes("invitation.token", token)
        values.text(
            "invitation.token_digest", Digest<Digested.InvitationToken>(hashing: token).text)
        values.bytes(
            "invitation.mac_info", DomainSeparated(.invitationMAC).appending(log.bytes).bytes)
        values.bytes("invitation.mac", secret.code(of: fingerprint, for: log))
    }
}
