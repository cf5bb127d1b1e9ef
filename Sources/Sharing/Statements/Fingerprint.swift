public import Wire

/// The fingerprint of a participant as people read and type it: the first 130 bits of a digest over
/// everything that was said when it was admitted.
///
/// It is compared whole or not at all. A forger would have to try 2¹³⁰ keys.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 26 characters of Crockford's base32, in lower case.
    public let text: String

    public static let characters = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    public init(_ digest: Digest<Digested.Fingerprint>) {
        var text = ""
        var (buffer, bits) = (0, 0)
        for byte in digest.bytes where text.count < Self.characters {
            (buffer, bits) = (buffer << 8 | Int(byte), bits + 8)
            while bits >= 5, text.count < Self.characters {
                bits -= 5
                text.append(Self.alphabet[buffer >> bits & 31])
            }
            buffer &= (1 << bits) - 1
        }
        self.text = text
    }

    /// Reads what somebody typed, in any case and grouped by hyphens or spaces; `o` is a zero, `i` and
    /// `l` are a one. `nil` unless it has all 26 characters.
    public init?(typed: String) {
        var text = ""
        for character in typed.lowercased() where character != "-" && character != " " {
            let read: Character =
                switch character {
                case "o": "0"
                case "i", "l": "1"
                default: character
                }
            guard Self.alphabet.contains(read), text.count < Self.characters else { return nil }
            text.append(read)
        }
        guard text.count == Self.characters else { return nil }
        self.text = text
    }

    /// `jq3xk-…`: groups of five, the last of six.
    public var description: String {
        stride(from: 0, to: 25, by: 5).map { start in
            String(text.dropFirst(start).prefix(start == 20 ? 6 : 5))
        }.joined(separator: "-")
    }
}

/// Everything about a new participant that its fingerprint is over.
struct FingerprintSubject: Shaped, Hashable {
    let roles: [Role]
    let keys: [KeyTerms]
    let encryptionKey: EncryptionKey
    /// The digests of the disclosures that the applicant made of its legal identity, in the order of
    /// their names.
    let identity: [Digest<Digested.Disclosure>]

    static let shape = Shape<FingerprintSubject>(
        FingerprintSubject.init(roles:keys:encryptionKey:identity:),
        .required("roles", \.roles, .roles),
        .required("keys", \.keys, .list(of: .object, 1...Limits.keysPerParticipant)),
        .required("encryption_key", \.encryptionKey, .encryptionKey),
        .required("identity", \.identity, .list(of: .digest(), 3...3)))

    /// SHA-256 over the log, the handle and the canonical JSON of this.
    func digest(_ handle: Handle, in log: Digest<Digested.Genesis>) -> Digest<Digested.Fingerprint>
    {
        Digest(
            hashing: DomainSeparated(.fingerprint).appending(log.bytes).appending(handle.text)
                .appending(Self.shape.bytes(of: self)).bytes)
    }
}

extension Admit {
    /// The fingerprint of who is admitted into `log`, where `identity` are the digests of what the
    /// applicant disclosed about itself.
    public func fingerprint(
        _ identity: [Digest<Digested.Disclosure>], in log: Digest<Digested.Genesis>
    ) -> Digest<Digested.Fingerprint> {
        FingerprintSubject(
            roles: roles, keys: keys.map(\.terms), encryptionKey: envelopeKey, identity: identity
        ).digest(handle, in: log)
    }
}

extension Admit {
    /// What an applicant asks to have entered about itself into `log`: each key proves that it is held
    /// and meant for this.
    public static func proven(
        _ handle: Handle, as roles: [Role], _ keys: [(terms: KeyTerms, key: SigningKey)],
        _ encryptionKey: EncryptionKey, _ identity: [Disclosure], to log: Digest<Digested.Genesis>
    ) -> Admit {
        let subject = FingerprintSubject(
            roles: roles.sorted(), keys: keys.map(\.terms), encryptionKey: encryptionKey,
            identity: identity.map(\.digest))
        let fingerprint = subject.digest(handle, in: log)
        let offers = keys.map { terms, key in
            KeyOffer(
                terms,
                pop: ProofOfPossession.sign(
                    terms, for: handle, of: log, .admission(fingerprint), with: key))
        }
        return Admit(handle: handle, roles: roles, keys: offers, encryptionKey: encryptionKey)
    }
}

extension Motion {
    /// The fingerprint of whom it would admit; `nil` for other kinds.
    public var fingerprint: Digest<Digested.Fingerprint>? {
        guard let admit = claims as? Admit else { return nil }
        let identity = ApplicantIdentity.names.compactMap { name in
            disclosures.first { $0.name == name }?.digest
        }
        return identity.count == ApplicantIdentity.names.count
            ? admit.fingerprint(identity, in: log) : nil
    }
}

extension Statement {
    /// The fingerprint of whom an `admit` admits, which everybody can compute from the leaf; `nil`
    /// for other kinds.
    public var fingerprint: Digest<Digested.Fingerprint>? {
        guard let admit = claims as? Admit, let log else { return nil }
        let identity = ApplicantIdentity.names.compactMap { name in
            Admit.selectiveNames.firstIndex(of: name).flatMap { commitment(at: $0) }
        }
        return admit.fingerprint(identity, in: log)
    }
}
