import Sharing
import Wire

import struct Crypto.HKDF
import struct Crypto.HMAC
import struct Crypto.SHA256
import struct Crypto.SymmetricKey

/// The secret of an invitation: 128 random bits that the authority and who was invited know, and the
/// gateway doesn't.
public struct InvitationSecret: Sendable {
    private let secret: Secret

    public static let byteCount = 16

    /// `nil` unless there are 16 bytes.
    init?(_ secret: Secret) {
        guard secret.count == Self.byteCount else { return nil }
        self.secret = secret
    }

    /// Reads 22 characters of base64url; `nil` for anything else.
    init?(text: String) {
        guard let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == Self.byteCount else {
            return nil
        }
        secret = Secret(copying: bytes)
    }

    var text: String { secret.withBytes { Base64URL.encode(Array($0)) } }

    /// What shows the gateway of `log` that its sender was invited.
    func token(for log: Digest<Digested.Genesis>) -> [UInt8] {
        derived(.invitationToken, log).withBytes { Array($0) }
    }

    /// What shows who made the invitation that who was invited made what has this fingerprint.
    func code(
        of fingerprint: Digest<Digested.Fingerprint>, for log: Digest<Digested.Genesis>
    ) -> [UInt8] {
        Array(authentication(of: fingerprint, for: log))
    }

    /// Compares in constant time.
    func isCode(
        _ code: [UInt8], of fingerprint: Digest<Digested.Fingerprint>,
        for log: Digest<Digested.Genesis>
    ) -> Bool {
        derived(.invitationMAC, log).withBytes { key in
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: fingerprint.bytes, using: SymmetricKey(data: key))
        }
    }

    private func authentication(
        of fingerprint: Digest<Digested.Fingerprint>, for log: Digest<Digested.Genesis>
    ) -> HMAC<SHA256>.MAC {
        derived(.invitationMAC, log).withBytes { key in
            HMAC<SHA256>.authenticationCode(
                for: fingerprint.bytes, using: SymmetricKey(data: key))
        }
    }

    /// HKDF-Expand for 32 bytes (RFC 5869 §2.3).
    private func derived(_ label: Label, _ log: Digest<Digested.Genesis>) -> Secret {
        let info = DomainSeparated(label).appending(log.bytes).bytes
        return secret.withBytes { key in
            HKDF<SHA256>.expand(pseudoRandomKey: key, info: info, outputByteCount: 32)
                .withUnsafeBytes { Secret(copying: $0) }
        }
    }
}
